"""Inviting colleagues: a link good once and for seven days, by mail and to be handed over.

An invitation is open while its person has no password. Nothing else is kept of it: whoever is
invited again, or accepted, has another ``fs_uniquifier``, and so older links are void.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from digest.staff import accounts, audit
from digest.staff.models import User
from digest.system import queue
from digest.system.errors import NotFound, Refused
from digest.system.links import invitation_url
from digest.system.tokens import INVITE, Signer

KIND = "send_invitation"
LIFE = timedelta(days=7)


def invite(
    db: Session, email: str, *, role: str, name: str = "", by: int | None = None, now: datetime
) -> int:
    """Add a person without a password and queue the mail with the link; returns the id.

    Raises what ``accounts.add_user`` raises.
    """
    user_id = accounts.add_user(db, email, name=name, role=role, password_hash=None, now=now)
    db.get_one(User, user_id).invited_at = now
    _mail(db, user_id, now)
    audit.record(db, "user.add", now=now, by=by, subject="user", subject_id=user_id, role=role)
    return user_id


def invite_again(db: Session, user_id: int, *, by: int | None, now: datetime) -> None:
    """Send another invitation; the link of the one before is void."""
    user = _invited(db, user_id)
    user.invited_at = now
    accounts.end_sessions(db, user_id)
    _mail(db, user_id, now)
    audit.record(db, "user.invite_again", now=now, by=by, subject="user", subject_id=user_id)


def withdraw(db: Session, user_id: int, *, by: int | None, now: datetime) -> None:
    """Forget a person who has not accepted."""
    user = _invited(db, user_id)
    audit.record(db, "user.withdraw", now=now, by=by, subject="user", subject_id=user_id)
    db.delete(user)
    db.flush()


def find(db: Session, signer: Signer, token: str, *, now: datetime) -> User:
    """Return whom a link invites.

    Raises Refused("bad_token"), Refused("used_link") and Refused("expired_token").
    """
    ids = signer.read(INVITE, token)
    user = db.get(User, ids[0]) if len(ids) == 2 else None
    if user is None or not user.active or user.password or user.invited_at is None:
        raise Refused("used_link")
    if accounts.fingerprint(user) != ids[1]:
        raise Refused("used_link")
    if is_over(user.invited_at, now):
        raise Refused("expired_token")
    return user


def accept(
    db: Session, signer: Signer, token: str, *, name: str, password_hash: str, now: datetime
) -> int:
    """Store the invited person's name and password; returns the id. Raises what ``find`` does."""
    user = find(db, signer, token, now=now)
    user.name, user.invited_at = name.strip() or user.name, None
    accounts.set_password(db, user.id, password_hash)
    audit.record(db, "user.accept", now=now, by=user.id, subject="user", subject_id=user.id)
    return user.id


def is_over(invited_at: datetime, now: datetime) -> bool:
    """Tell whether an invitation is too old to be accepted."""
    return now - invited_at >= LIFE


def link(user: User, signer: Signer, base_url: str) -> str:
    """Return the address of a person's open invitation, the same as in the mail."""
    return invitation_url(base_url, signer, user.id, accounts.fingerprint(user))


def _mail(db: Session, user_id: int, now: datetime) -> None:
    queue.put(db, KIND, key=str(user_id), now=now, user_id=user_id)


def _invited(db: Session, user_id: int) -> User:
    user = db.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound("no_such_user", user=user_id)
    if user.password or user.invited_at is None:
        raise Refused("not_invited")
    return user
