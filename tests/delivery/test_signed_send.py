"""Whatever leaves in the name of a domain with a key is signed, or does not leave."""

from __future__ import annotations

from collections.abc import Callable

import dkim
import pytest
from sqlalchemy import func, select

from digest.audience.models import Subscriber
from digest.delivery import keys
from digest.delivery.dkim import Algorithm
from digest.delivery.models import DkimKey
from digest.delivery.notices import send_confirmation
from digest.delivery.trial import send_test
from digest.newsletters.models import Newsletter
from digest.system.build import System
from digest.system.errors import Refused
from tests.conftest import SECRET
from tests.delivery.conftest import Ledger
from tests.servers import smtp

DOMAIN = "mina.example"


def sign_with(system: System, *algorithms: Algorithm, secret: str = SECRET) -> None:
    """Put keys to use."""
    now = system.clock.now()
    with system.db.write() as db:
        for algorithm in algorithms:
            key = keys.generate(db, DOMAIN, algorithm, secret=secret, now=now)
            keys.activate(db, key, now=now)


def verified(system: System, message: bytes) -> list[bool]:
    """Check every signature against the records that the panel shows."""
    with system.db.read() as db:
        records = {one.name: one.text.encode() for one in keys.list_keys(db, DOMAIN)}

    def lookup(name: bytes, timeout: int = 5) -> bytes:
        return records[name.decode().rstrip(".")]

    count = message.count(b"DKIM-Signature:")
    return [dkim.DKIM(message).verify(n, dnsfunc=lookup) for n in range(count)]


def test_every_mail_of_an_issue_carries_both_signatures(
    system: System, scheduled: Callable[..., int], ledger: Ledger, relay: smtp.Server
) -> None:
    sign_with(system, Algorithm.RSA, Algorithm.ED25519)
    issue_id = scheduled()
    ledger.send()
    assert ledger.counts(issue_id) == {"sent": 3}
    assert [verified(system, one.message) for one in relay.accepted] == [[True, True]] * 3


def test_test_mails_and_confirmations_are_signed(
    system: System, scheduled: Callable[..., int], relay: smtp.Server
) -> None:
    sign_with(system, Algorithm.ED25519)
    issue_id = scheduled()
    send_test(system, issue_id, "salma@example.org")
    with system.db.read() as db:
        who = db.scalar(select(func.min(Subscriber.id)))
        newsletter_id = db.scalars(select(Newsletter.id)).one()
    assert who is not None
    send_confirmation(system, who, 1, newsletter_id)
    assert [verified(system, one.message) for one in relay.accepted] == [[True], [True]]


def test_a_key_of_another_secret_pauses_the_run_and_nothing_leaves_unsigned(
    system: System, scheduled: Callable[..., int], ledger: Ledger, relay: smtp.Server
) -> None:
    sign_with(system, Algorithm.ED25519, secret="another secret, long enough 0123456789")
    issue_id = scheduled()
    ledger.send()
    assert (ledger.state(issue_id), ledger.reason(issue_id)) == ("paused", "sealed: ")
    assert relay.accepted == []
    with pytest.raises(Refused, match="sealed"):
        send_test(system, issue_id, "salma@example.org")


def test_without_a_key_in_use_signing_is_left_to_the_relay(
    system: System, scheduled: Callable[..., int], ledger: Ledger, relay: smtp.Server
) -> None:
    sign_with(system, Algorithm.ED25519)
    with system.db.write() as db:
        keys.retire(db, db.scalars(select(DkimKey.id)).one(), now=system.clock.now())
    scheduled()
    ledger.send()
    assert [b"DKIM-Signature" in one.message for one in relay.accepted] == [False] * 3
