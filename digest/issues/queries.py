"""Issues as surfaces and the sender read them: frozen values, never rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.issues import states
from digest.issues.document import IssueDoc, ItemDoc, Look, Rendered, SectionDoc, Variant
from digest.issues.models import Edition, Issue, IssueState, Item, Section
from digest.issues.render import render_issue
from digest.newsletters.models import Newsletter
from digest.sources_hosts import known_hosts
from digest.system.errors import NotFound
from digest.text.dates import read_minutes
