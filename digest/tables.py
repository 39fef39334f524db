"""Every table, imported once, for migrations and for foreign keys across rooms."""

from digest.articles import models as articles
from digest.audience import models as audience
from digest.delivery import models as delivery
from digest.feedback import models as feedback
from digest.issues import models as issues
from digest.newsletters import models as newsletters
from digest.sources import models as sources
from digest.staff import models as staff
from digest.system import queue, tally
from digest.system.db import Base

__all__ = [
    "articles", "audience", "delivery", "feedback", "issues", "newsletters", "queue", "sources", "tally",
    "staff",
]
metadata = Base.metadata
