"""Readers who got an issue, and the token of a mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from digest.audience.models import Subscriber
from digest.delivery.models import Delivery, DeliveryState
from digest.feedback.models import Report, Unheeded
from digest.system.build import System
from digest.system.tokens import BOUNCE
from tests import make
from tests.conftest import SettableClock
from tests.feedback.touched import Sent, send_to

RIM, SALMA = "rim@example.net", "salma@example.net"


@dataclass(slots=True)
class Newsroom:
    """A newsletter with two readers; ``send`` is one more issue that both got."""

    system: System
    newsletter_id: int
    list_id: int
    rim: int
    salma: int
    issues: int = 0

    def send(self, state: DeliveryState = DeliveryState.SENT, reply: str = "") -> int:
        """Make an issue that was sent now."""
        self.issues += 1
        now = self.system.clock.now()
        with self.system.db.write() as db:
            issue_id = make.issue(db, now=now, newsletter_id=self.newsletter_id, state="sent",
                                  number=self.issues, frozen_at=now, sent_at=now)
            for who in (self.rim, self.salma):
                db.add(Delivery(issue_id=issue_id, subscriber_id=who, variant="latn", at=now,
                                state=state.value, reply=reply))
        return issue_id

    def verp(self, issue_id: int, reader: int | None = None) -> str:
        """Return the envelope's address of a mail."""
        token = self.system.signer.sign(BOUNCE, issue_id, reader or self.rim)
        return f"bounce+{token}@mina.example"

    def state(self, reader: int | None = None) -> str:
        """Return the state of a reader."""
        with self.system.db.read() as db:
            return str(db.scalar(
                select(Subscriber.state).where(Subscriber.id == (reader or self.rim))
            ))

    def reports(self) -> list[tuple[str, str, str]]:
        """Return (kind, why, via) of what was believed."""
        with self.system.db.read() as db:
            return [(one.kind, one.why, one.via) for one in db.query(Report).order_by(Report.id)]

    def unheeded(self) -> dict[str, int]:
        """Return what was only counted."""
        with self.system.db.read() as db:
            return {one.why: one.n for one in db.query(Unheeded)}


@pytest.fixture
def newsroom(system: System) -> Newsroom:
    """«موجز الميناء» with Rim and Salma."""
    now = system.clock.now() - timedelta(days=90)
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id)
        rim = make.subscriber(db, now=now, address=RIM, list_id=list_id)
        salma = make.subscriber(db, now=now, address=SALMA, list_id=list_id)
    return Newsroom(system, newsletter_id, list_id, rim, salma)


@pytest.fixture
def sent(system: System, clock: SettableClock) -> Sent:
    """An issue with counted links, sent to three readers."""
    return send_to(system, clock, readers=3)
