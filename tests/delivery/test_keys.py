"""A domain's keys: one signs at a time, and a new one takes its place without a gap."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from digest.delivery import keys
from digest.delivery.dkim import Algorithm, Signer
from digest.delivery.models import DkimKey, KeyState
from digest.staff.models import AuditEntry
from digest.system.build import System
from digest.system.errors import NotFound, Refused
from tests.conftest import SECRET

DOMAIN = "mina.example"


def made(system: System, algorithm: Algorithm = Algorithm.ED25519, *, use: bool = False) -> int:
    now = system.clock.now()
    with system.db.write() as db:
        key = keys.generate(db, DOMAIN, algorithm, secret=SECRET, now=now)
        if use:
            keys.activate(db, key, now=now)
    return key


def signer(system: System, secret: str = SECRET) -> Signer | None:
    with system.db.read() as db:
        return keys.signer_for(db, "Mina.example", secret)


def states(system: System) -> list[tuple[str, str]]:
    with system.db.read() as db:
        return [(row.selector, row.state.value) for row in keys.list_keys(db, DOMAIN)]


def test_a_new_key_signs_only_when_it_is_put_to_use(system: System) -> None:
    key = made(system)
    assert signer(system) is None
    with system.db.write() as db:
        keys.activate(db, key, now=system.clock.now())
    found = signer(system)
    assert found is not None
    assert [one.selector for one in found.keys] == ["d20261124e"]


def test_the_next_key_retires_the_one_before_of_its_kind_and_erases_it(system: System) -> None:
    made(system, use=True)
    made(system, Algorithm.RSA, use=True)
    made(system, use=True)
    assert states(system) == [
        ("d20261124e", "retired"), ("d20261124r", "active"), ("d20261124e-2", "active")
    ]
    with system.db.read() as db:
        erased = db.scalars(select(DkimKey.private).where(DkimKey.state == KeyState.RETIRED)).all()
        row = keys.list_keys(db, DOMAIN)[0]
    assert erased == [""]
    assert row.keep_until == system.clock.now() + keys.KEPT
    found = signer(system)
    assert found is not None
    assert {one.algorithm for one in found.keys} == set(Algorithm)


def test_a_key_is_sealed_and_another_secret_does_not_open_it(system: System) -> None:
    made(system, use=True)
    with system.db.read() as db:
        assert "MC4CAQAwBQYDK2Vw" not in db.scalars(select(DkimKey.private)).one()
    with pytest.raises(Refused, match="sealed"):
        signer(system, "another-secret-entirely-0123456789")


def test_a_sealed_key_does_not_open_under_another_name(system: System) -> None:
    key = made(system, use=True)
    with system.db.write() as db:
        db.get_one(DkimKey, key).selector = "other"
    with pytest.raises(Refused, match="sealed"):
        signer(system)


def test_a_key_in_use_is_not_forgotten_and_a_retired_one_signs_no_more(system: System) -> None:
    key = made(system, use=True)
    now = system.clock.now()
    with pytest.raises(Refused, match="key_in_use"), system.db.write() as db:
        keys.forget(db, key, now=now)
    for _ in range(2):
        with system.db.write() as db:
            keys.retire(db, key, now=now)
    assert signer(system) is None
    with pytest.raises(Refused, match="not_waiting"), system.db.write() as db:
        keys.activate(db, key, now=now)
    with system.db.write() as db:
        keys.forget(db, key, now=now)
    assert states(system) == []
    with pytest.raises(NotFound), system.db.write() as db:
        keys.retire(db, key, now=now)
    with system.db.read() as db:
        trail = db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert trail == ["dkim.generate", "dkim.activate", "dkim.retire", "dkim.forget"]


@pytest.mark.parametrize(("domain", "selector", "code"), [
    ("mina.example", "Up_per", "bad_selector"),
    ("mina.example", "x" * 64, "bad_selector"),
    ("mina.example", "taken", "selector_taken"),
    ("not a domain", "", "bad_sender"),
])  # fmt: skip
def test_a_wrong_name_is_refused(system: System, domain: str, selector: str, code: str) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        keys.generate(db, DOMAIN, Algorithm.ED25519, secret=SECRET, now=now, selector="taken")
    with pytest.raises(Refused, match=code), system.db.write() as db:
        keys.generate(db, domain, Algorithm.ED25519, secret=SECRET, now=now, selector=selector)


def test_an_arabic_domain_is_signed_by_its_ascii_name(system: System) -> None:
    with system.db.write() as db:
        keys.generate(db, "موقع.example", Algorithm.ED25519, secret=SECRET,
                      now=system.clock.now(), selector="s1")
    with system.db.read() as db:
        row = keys.list_keys(db)[0]
    assert row.name == "s1._domainkey.xn--4gbrim.example"
    assert row.zone_line.startswith(f'{row.name}. IN TXT "v=DKIM1; k=ed25519; s=email; p=')
