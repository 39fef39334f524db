"""Whether a template of a newsletter's own may be used: it must make every sample issue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from digest.issues.checks import CLIP_AT
from digest.issues.document import Look, Variant
from digest.issues.queries import look_doc
from digest.issues.render import own_parts
from digest.issues.samples import NAMES, sample_issue
from digest.issues.sandbox import BadTemplate, Fault, faults
from digest.newsletters import templates
from digest.newsletters.looks import look_of
from digest.newsletters.models import Newsletter
from digest.system.errors import Refused
from digest.system.paths import resource


@dataclass(frozen=True, slots=True)
class Trial:
    """A sample, the bytes it becomes, and why it does not."""

    name: str
    size: int
    fault: Fault | None


def prove(source: str, look: Look, *, base_url: str) -> tuple[Trial, ...]:
    """Make every sample with a template; none where the template itself is at fault."""
    if faults(source):
        return ()
    return tuple(_trial(source, name, look, base_url) for name in NAMES)


def use_template(
    db: Session, newsletter_id: int, n: int, *, base_url: str, now: datetime, by: int | None = None
) -> None:
    """Use a version if it makes every sample; raises Refused("template_unproven")."""
    source = templates.source_of(db, newsletter_id, n)
    newsletter = db.get_one(Newsletter, newsletter_id)
    look = look_doc(db, newsletter, look_of(newsletter), base_url=base_url)
    trials = prove(source, look, base_url=base_url)
    if not trials or any(one.fault for one in trials):
        raise Refused("template_unproven", n=n)
    templates.put_in_use(db, newsletter_id, n, now=now, by=by)


def first_template() -> str:
    """Return the template that a newsletter of none begins with."""
    return (resource("templates") / "mail" / "own.mjml").read_text(encoding="utf-8")


def _trial(source: str, name: str, look: Look, base_url: str) -> Trial:
    try:
        html, _text = own_parts(sample_issue(name, look, base_url=base_url), Variant(), source)
    except BadTemplate as error:
        return Trial(name, 0, error.fault)
    size = len(html.encode())
    return Trial(name, size, Fault("template_output") if size > CLIP_AT else None)
