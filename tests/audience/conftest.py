"""A newsletter with its list, and Rim's way in."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.audience import signup
from digest.system.build import System
from digest.system.queue import Job
from tests import make
from tests.conftest import SettableClock

ADDRESS = "rim@example.net"
HOME = "203.0.113.7"


@dataclass(frozen=True, slots=True)
class Place:
    """«موجز الميناء» and the list it is sent to."""

    newsletter_id: int
    list_id: int


@pytest.fixture
def place(system: System, clock: SettableClock) -> Place:
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=clock.now())
        return Place(make.newsletter(db, now=clock.now(), list_id=list_id), list_id)


def ask(
    db: Session, place: Place, clock: SettableClock, address: str = ADDRESS, *, list_id: int = 0,
    network: str = HOME, form_id: int | None = None,
) -> signup.SignUp:
    """Sign somebody up the way the form does."""
    return signup.sign_up(
        db, list_id or place.list_id, address, form_id=form_id,
        newsletter_id=place.newsletter_id, wording="أوافق على استلام النشرة", network=network,
        now=clock.now(),
    )


def confirmations(db: Session) -> list[dict[str, int]]:
    """Return the arguments of the confirmation mails that wait."""
    return list(db.scalars(select(Job.args).where(Job.kind == signup.JOB).order_by(Job.id)))


def done(db: Session) -> None:
    """Take the waiting mails away, as a worker that sent them would."""
    db.query(Job).filter_by(kind=signup.JOB).delete()
