"""Second factors: whether a person has one and must, each code once, and starting over."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from digest.staff import accounts, audit
from digest.staff.models import House, Passkey, User
from digest.staff.roles import Action, may
from digest.staff.ways import Ways
from digest.system.db import exists
from digest.system.errors import NotFound, Refused

ASKED = (Action.SEND, Action.USERS)  # who may do one of these is asked for a second factor
APP = "authenticator"  # what Flask-Security calls codes by an app


def is_demanded(db: Session) -> bool:
    """Tell whether the house asks whoever sends or administers for a second factor."""
    return bool(db.scalar(select(House.second_factor).order_by(House.id).limit(1)))


def demand(db: Session, on: bool, ways: Ways, *, by: int, now: datetime) -> None:
    """Ask whoever sends or administers for a second factor, or no more.

    ``ways`` are the newsroom's present ones: its row begins with them where there is none.
    """
    row = db.scalar(select(House).order_by(House.id).limit(1))
    if row is None:
        db.add(House(**asdict(ways), second_factor=on))
    else:
        row.second_factor = on
    audit.record(db, "house.second_factor", now=now, by=by, subject="house", on=on)


def must_have(db: Session, user: User) -> bool:
    """Tell whether the house asks this person for a second factor."""
    role = accounts.role_of(user)
    return any(may(role, action) for action in ASKED) and is_demanded(db)


def owes(db: Session, user: User) -> bool:
    """Tell whether a person must have a second factor and has none."""
    return not user.tf_primary_method and must_have(db, user) and not has_passkey(db, user.id)


def has_passkey(db: Session, user_id: int) -> bool:
    """Tell whether a person has a passkey."""
    return exists(db, select(Passkey.id).where(Passkey.user_id == user_id))


def use_counter(db: Session, user_id: int, counter: int) -> bool:
    """Take a code of an app by the number of its half minute; False when it, or a later one, was.

    RFC 6238 5.2: the second attempt of the same code must not be accepted.
    """
    return db.execute(
        update(User)
        .where(User.id == user_id, or_(User.tf_counter.is_(None), User.tf_counter < counter))
        .values(tf_counter=counter)
        .returning(User.id)
    ).first() is not None


def use_code(db: Session, user_id: int, digest: str) -> bool:
    """Take a recovery code away; False when it is none of the person's, or was used."""
    user = _user(db, user_id)
    left = [one for one in user.mf_recovery_codes or () if one != digest]
    if len(left) == len(user.mf_recovery_codes or ()):
        return False
    user.mf_recovery_codes = left
    return True


def set_app(
    db: Session, user_id: int, secret: str, codes: list[str], *, now: datetime
) -> None:
    """Ask a person for codes of an app from now on; every older session ends.

    ``secret`` comes sealed, ``codes`` are digests.
    """
    user = _user(db, user_id)
    user.tf_primary_method, user.tf_totp_secret, user.mf_recovery_codes = APP, secret, codes
    accounts.end_sessions(db, user_id)
    audit.record(db, "user.factor_on", now=now, by=user_id, subject="user", subject_id=user_id)


def set_codes(db: Session, user_id: int, codes: list[str], *, now: datetime) -> None:
    """Give a person new recovery codes, as digests; raises Refused("no_factor") without a factor."""
    user = _user(db, user_id)
    if not user.tf_primary_method and not has_passkey(db, user_id):
        raise Refused("no_factor")
    user.mf_recovery_codes = codes
    audit.record(db, "user.codes", now=now, by=user_id, subject="user", subject_id=user_id)


def remove_app(db: Session, user_id: int, *, now: datetime) -> None:
    """Ask for no codes of an app any more.

    Raises Refused("factor_demanded") for the last factor of whom the house asks for one.
    """
    user = _user(db, user_id)
    if must_have(db, user) and not has_passkey(db, user_id):
        raise Refused("factor_demanded")
    user.tf_primary_method = user.tf_totp_secret = user.tf_counter = None
    _drop_codes(db, user)
    audit.record(db, "user.factor_off", now=now, by=user_id, subject="user", subject_id=user_id)


def remove_passkey(db: Session, user_id: int, passkey_id: int, *, now: datetime) -> None:
    """Forget one of a person's passkeys.

    Raises NotFound("no_such_passkey"), and Refused("factor_demanded") for the last factor of whom
    the house asks for one.
    """
    user, key = _user(db, user_id), db.get(Passkey, passkey_id)
    if key is None or key.user_id != user_id:
        raise NotFound("no_such_passkey", passkey=passkey_id)
    others = select(Passkey.id).where(Passkey.user_id == user_id, Passkey.id != passkey_id)
    if not user.tf_primary_method and must_have(db, user) and not exists(db, others):
        raise Refused("factor_demanded")
    db.delete(key)
    db.flush()
    _drop_codes(db, user)
    audit.record(db, "user.passkey_off", now=now, by=user_id, subject="user", subject_id=user_id)


def start_over(db: Session, user_id: int, *, by: int | None, now: datetime) -> None:
    """Take all factors of a person who lost them, and end their sessions."""
    user = _user(db, user_id)
    user.tf_primary_method = user.tf_totp_secret = user.tf_counter = user.mf_recovery_codes = None
    user.webauthn.clear()
    accounts.end_sessions(db, user_id)
    audit.record(db, "user.factors_off", now=now, by=by, subject="user", subject_id=user_id)


def _drop_codes(db: Session, user: User) -> None:
    """Recovery codes stand for a factor: without any they would stand for nothing."""
    db.flush()
    if not user.tf_primary_method and not has_passkey(db, user.id):
        user.mf_recovery_codes = None


def _user(db: Session, user_id: int) -> User:
    user = db.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound("no_such_user", user=user_id)
    return user
