"""People: adding, changing role, suspending. Passwords are Flask-Security's business."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.staff.models import Role, User
from digest.staff.roles import RIGHTS
from digest.system.errors import NotFound, Refused


def add_user(
    db: Session, email: str, *, name: str, role: str, password_hash: str | None, now: datetime
) -> int:
    """Add a person and return the id.

    Raises Refused("user_exists"), Refused("bad_address") or Refused("unknown_role").
    ``password_hash`` None means: the person sets a password by a signed link.
    """
    email = email.strip().lower()
    if "@" not in email:
        raise Refused("bad_address")
    if role not in RIGHTS:
        raise Refused("unknown_role", role=role)
    if db.scalar(select(User.id).where(User.email == email)):
        raise Refused("user_exists")
    user = User(
        email=email, name=name.strip() or email.partition("@")[0], password=password_hash,
        active=True, fs_uniquifier=uuid.uuid4().hex, language="ar", created_at=now,
        roles=[_role(db, role)],
    )
    db.add(user)
    db.flush()
    return user.id


def change_role(db: Session, user_id: int, role: str) -> None:
    """Give a person another role; raises Refused("last_admin") rather than lock everyone out."""
    if role not in RIGHTS:
        raise Refused("unknown_role", role=role)
    user = _user(db, user_id)
    if role != "admin":
        _keep_an_admin(db, user)
    user.roles = [_role(db, role)]


def set_active(db: Session, user_id: int, active: bool) -> None:
    """Suspend or readmit a person; a suspended person's sessions end at once."""
    user = _user(db, user_id)
    if not active:
        _keep_an_admin(db, user)
        user.fs_uniquifier = uuid.uuid4().hex
    user.active = active


def set_password(db: Session, user_id: int, password_hash: str) -> None:
    """Store a new password hash and end every session of the person."""
    user = _user(db, user_id)
    user.password = password_hash
    user.fs_uniquifier = uuid.uuid4().hex


def set_single_keys(db: Session, user_id: int, on: bool) -> None:
    """Make single letters shortcuts for a person, or no longer."""
    _user(db, user_id).single_keys = on


def end_sessions(db: Session, user_id: int) -> None:
    """Make every cookie that was given to this person worthless."""
    _user(db, user_id).fs_uniquifier = uuid.uuid4().hex


def fingerprint(user: User) -> int:
    """Bind a link to the state of the account: a new password makes older links void."""
    return int.from_bytes(hashlib.sha256(user.fs_uniquifier.encode()).digest()[:6])


def role_of(user: User) -> str:
    """Return the one role of a person; without any, "", which may nothing."""
    return user.roles[0].name if user.roles else ""


def is_set_up(db: Session) -> bool:
    """Tell whether somebody can sign in; until then the one-time set-up link works."""
    return bool(db.scalar(select(func.count()).select_from(User)))


def _user(db: Session, user_id: int) -> User:
    user = db.get(User, user_id)
    if user is None:
        raise NotFound("no_such_user", user=user_id)
    return user


def _role(db: Session, name: str) -> Role:
    role = db.scalar(select(Role).where(Role.name == name))
    if role is None:
        role = Role(name=name)
        db.add(role)
    return role


def _keep_an_admin(db: Session, user: User) -> None:
    others = db.scalar(
        select(func.count())
        .select_from(User)
        .where(User.id != user.id, User.active, User.roles.any(Role.name == "admin"))
    )
    if role_of(user) == "admin" and not others:
        raise Refused("last_admin")
