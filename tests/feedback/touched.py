"""An issue that was sent to readers, with three counted links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.delivery.models import Delivery, DeliveryState
from digest.feedback.scanners import Verdict
from digest.feedback.touches import Touched
from digest.issues.models import Link
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock


@dataclass(frozen=True, slots=True)
class Sent:
    """An issue, handed over ``at`` to these readers."""

    issue_id: int
    readers: tuple[int, ...]
    at: datetime

    def touch(
        self, reader: int = 0, n: int = 1, *, after: float = 600.0,
        verdict: Verdict = Verdict.HUMAN, times: int = 1,
    ) -> Touched:
        """A link (or the picture) opened some seconds after the mail was handed over."""
        at = self.at + timedelta(seconds=after)
        return Touched(self.issue_id, self.readers[reader], n, verdict, at, at, times)


def send_to(system: System, clock: SettableClock, *, readers: int) -> Sent:
    """Make a sent issue that counts opens and clicks."""
    now = clock.now()
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, state="sent",
                              track_opens=True, track_clicks=True)
        people = tuple(
            make.subscriber(db, now=now, address=f"r{n}@example.net", list_id=list_id)
            for n in range(readers)
        )
        db.add_all(Link(issue_id=issue_id, n=n, url=f"https://news.example/{n}") for n in (1, 2, 3))
        db.add_all(
            Delivery(issue_id=issue_id, subscriber_id=one, variant="latn", at=now,
                     state=DeliveryState.SENT.value)
            for one in people
        )
    return Sent(issue_id, people, now)
