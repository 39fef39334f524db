"""A scripted relay, and an issue on its way to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from digest import jobs
from digest.audience.models import Subscriber
from digest.delivery.models import Delivery, DeliveryState
from digest.delivery.queries import outbox
from digest.issues import states
from digest.system.build import System
from digest.system.settings import Settings
from tests import make
from tests.servers import smtp as servers

RIM, SALMA, OMAR = "rim@example.net", "salma@example.net", "omar@example.net"


@pytest.fixture
def relay() -> Iterator[servers.Server]:
    """A relay that takes everything, unless the test tells it otherwise."""
    with servers.running() as server:
        yield server


@pytest.fixture
def settings(settings: Settings, relay: servers.Server) -> Settings:
    """Settings that hand mail to the scripted relay."""
    return replace(settings, smtp_url=relay.url, base_url="https://mina.example")


@pytest.fixture
def scheduled(system: System) -> Callable[..., int]:
    """Make an issue that is due, for readers of these addresses, and return its id."""

    def make_one(addresses: Sequence[str] = (RIM, SALMA, OMAR), **values: object) -> int:
        now = system.clock.now()
        with system.db.write() as db:
            list_id = make.mailing_list(db, now=now)
            newsletter_id = make.newsletter(db, now=now, list_id=list_id, **values)
            for address in addresses:
                make.subscriber(db, now=now, address=address, list_id=list_id)
            issue_id = make.issue(db, now=now, newsletter_id=newsletter_id)
            states.schedule(db, issue_id, now, by=None, now=now)
            states.enqueue_due(db, now)
        return issue_id

    return make_one


@pytest.fixture
def ledger(system: System) -> Ledger:
    """Questions to the ledger."""
    return Ledger(system)


class Ledger:
    """What a test asks of the send ledger."""

    def __init__(self, system: System) -> None:
        self.system = system

    def send(self) -> int:
        """Run the sending jobs that are due now; returns how many."""
        return jobs.drain(self.system, jobs.SENDING)

    def counts(self, issue_id: int) -> dict[str, int]:
        """Return the mails by state."""
        with self.system.db.read() as db:
            return outbox(db, issue_id)

    def state(self, issue_id: int) -> str:
        """Return the issue's state."""
        with self.system.db.read() as db:
            return states.get(db, issue_id).state

    def reason(self, issue_id: int) -> str:
        """Return the issue's reason."""
        with self.system.db.read() as db:
            return states.get(db, issue_id).reason

    def row(self, issue_id: int, address: str) -> tuple[str, str, int, datetime | None]:
        """Return state, reply, attempts and next attempt of one reader's mail."""
        with self.system.db.read() as db:
            row = db.execute(
                select(Delivery.state, Delivery.reply, Delivery.attempts, Delivery.next_at)
                .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
                .where(Delivery.issue_id == issue_id, Subscriber.address == address)
            ).one()
        return DeliveryState(row.state).name.lower(), row.reply, row.attempts, row.next_at
