"""Limits of signing up: per network, overall, and one mail a day per mailbox."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from digest.audience import limits
from digest.audience.models import Attempt
from digest.system.build import System
from digest.system.errors import Refused
from tests.audience.conftest import HOME, Place, ask, confirmations
from tests.conftest import SettableClock


@pytest.mark.parametrize(("address", "network"), [
    ("203.0.113.7", "203.0.113.0/24"),
    ("::ffff:203.0.113.7", "203.0.113.0/24"),
    ("2001:db8:1:2ff::9", "2001:db8:1:200::/56"),
    ("fe80::1%eth0", "fe80::/56"),
    ("", "unknown"),
    ("not an address", "unknown"),
    ("999.1.1.1", "unknown"),
])
def test_the_network_of_an_address(address: str, network: str) -> None:
    assert limits.network_of(address) == network


@given(st.ip_addresses())
def test_every_address_has_a_network_that_holds_it(address: object) -> None:
    import ipaddress

    network = ipaddress.ip_network(limits.network_of(str(address)))
    mapped = getattr(address, "ipv4_mapped", None)
    assert (mapped or address) in network


@given(st.text())
def test_no_text_breaks_the_network(text: str) -> None:
    assert limits.network_of(text)


def test_a_network_signs_up_twenty_times_an_hour(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        for number in range(limits.PER_NETWORK):
            ask(db, place, clock, f"r{number}@example.net", network=f"203.0.113.{number}")
        with pytest.raises(Refused, match="too_many_signups"):
            ask(db, place, clock, "one-more@example.net", network=HOME)
        assert len(confirmations(db)) == limits.PER_NETWORK
        ask(db, place, clock, "elsewhere@example.net", network="198.51.100.1")
        clock.forward(hours=1, seconds=1)
        ask(db, place, clock, "later@example.net", network=HOME)


def test_everybody_together_signs_up_a_thousand_times_an_hour(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        for number in range(limits.OVERALL):
            db.add(Attempt(address_hash="0" * 64, network_hash=f"{number:064}", at=clock.now()))
        db.flush()
        with pytest.raises(Refused, match="too_many_signups"):
            limits.check(db, "198.51.100.0/24", now=clock.now())


def test_attempts_are_kept_as_hashes_and_for_two_days(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        ask(db, place, clock)
        row = db.scalars(select(Attempt)).one()
        assert "rim" not in row.address_hash and "203" not in row.network_hash[:3]
        assert len(row.address_hash) == len(row.network_hash) == 64
        clock.forward(days=2, seconds=1)
        ask(db, place, clock, "other@example.net")
        assert db.scalar(select(func.count(Attempt.id))) == 1


def test_a_request_that_mailed_nothing_does_not_prolong_the_wait(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        limits.record(db, limit_key="rim@example.net", network=HOME, mailed=True, now=clock.now())
        clock.forward(hours=20)
        limits.record(db, limit_key="rim@example.net", network=HOME, mailed=False, now=clock.now())
        assert not limits.may_confirm(db, "rim@example.net", now=clock.now())
        clock.forward(hours=5)
        assert limits.may_confirm(db, "rim@example.net", now=clock.now())
