"""A newsletter's own MJML in versions: every save is kept, one is in use, the one before stands by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from digest.newsletters.looks import look_of, set_template
from digest.newsletters.models import MailTemplate, Newsletter
from digest.staff import audit
from digest.staff.models import User
from digest.system.errors import NotFound, Refused

LARGEST = 64 * 1024  # letters


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A version as surfaces list it; ``who`` is "" when that person is no longer known."""

    n: int
    at: datetime
    who: str
    used_at: datetime | None
    broken_at: datetime | None


def save_version(
    db: Session, newsletter_id: int, source: str, *, now: datetime, by: int | None = None
) -> int:
    """Keep a text as the newest version and return its number; the same text is not kept twice.

    It is not in use by that. Raises Refused("template_empty", "template_large").
    """
    source = source.replace("\r\n", "\n").strip() + "\n"
    if not source.strip():
        raise Refused("template_empty")
    if len(source) > LARGEST:
        raise Refused("template_large", what=LARGEST // 1024)
    last = db.scalar(_versions(newsletter_id).order_by(MailTemplate.n.desc()).limit(1))
    if last is not None and last.source == source:
        return last.n
    n = (last.n if last else 0) + 1
    db.add(MailTemplate(newsletter_id=newsletter_id, n=n, source=source, user_id=by, at=now))
    audit.record(db, "template.save", now=now, by=by, subject="newsletter",
                 subject_id=newsletter_id, n=n)
    return n


def put_in_use(
    db: Session, newsletter_id: int, n: int, *, now: datetime, by: int | None = None
) -> None:
    """Make mails with a version from now on; whoever calls has seen that it works."""
    version = _version(db, newsletter_id, n)
    version.used_at, version.broken_at = now, None
    set_template(db.get_one(Newsletter, newsletter_id), n)
    audit.record(db, "template.use", now=now, by=by, subject="newsletter",
                 subject_id=newsletter_id, n=n)


def stop_using(
    db: Session, newsletter_id: int, *, now: datetime, by: int | None = None
) -> None:
    """Make mails with the design again."""
    set_template(db.get_one(Newsletter, newsletter_id), 0)
    audit.record(db, "template.stop", now=now, by=by, subject="newsletter",
                 subject_id=newsletter_id)


def mark_broken(db: Session, newsletter_id: int, n: int, *, now: datetime) -> None:
    """Remember that a version failed on a real issue, until it is put in use again."""
    version = _version(db, newsletter_id, n)
    if version.broken_at is None:
        version.broken_at = now
        audit.record(db, "template.broken", now=now, subject="newsletter",
                     subject_id=newsletter_id, n=n)


def standing(db: Session, newsletter: Newsletter) -> tuple[tuple[int, str], ...]:
    """Return the version in use and the one that was good before it, as number and text."""
    n = look_of(newsletter).template
    if not n:
        return ()
    used = _versions(newsletter.id).where(MailTemplate.used_at.is_not(None))
    before = used.where(MailTemplate.n != n, MailTemplate.broken_at.is_(None))
    found = [
        db.scalar(used.where(MailTemplate.n == n)),
        db.scalar(before.order_by(MailTemplate.used_at.desc(), MailTemplate.n.desc()).limit(1)),
    ]
    return tuple((one.n, one.source) for one in found if one is not None)


def broken_in_use(db: Session) -> tuple[tuple[int, str], ...]:
    """Return id and name of the newsletters whose version in use has failed."""
    rows = db.execute(
        select(Newsletter, MailTemplate.n).join(
            MailTemplate, MailTemplate.newsletter_id == Newsletter.id
        ).where(MailTemplate.broken_at.is_not(None)).order_by(Newsletter.id)
    )
    return tuple((one.id, one.name) for one, n in rows if look_of(one).template == n)


def list_versions(db: Session, newsletter_id: int) -> tuple[TemplateRow, ...]:
    """Return the versions, newest first."""
    rows = db.execute(
        select(MailTemplate.n, MailTemplate.at, func.coalesce(User.name, ""), MailTemplate.used_at,
               MailTemplate.broken_at)
        .outerjoin(User, User.id == MailTemplate.user_id)
        .where(MailTemplate.newsletter_id == newsletter_id).order_by(MailTemplate.n.desc())
    )
    return tuple(TemplateRow(*row) for row in rows)


def source_of(db: Session, newsletter_id: int, n: int) -> str:
    """Return the text of a version; raises NotFound("no_such_template")."""
    return _version(db, newsletter_id, n).source


def _version(db: Session, newsletter_id: int, n: int) -> MailTemplate:
    version = db.get(MailTemplate, (newsletter_id, n))
    if version is None:
        raise NotFound("no_such_template", n=n)
    return version


def _versions(newsletter_id: int) -> Select[MailTemplate]:
    return select(MailTemplate).where(MailTemplate.newsletter_id == newsletter_id)
