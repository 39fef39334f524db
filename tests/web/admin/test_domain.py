"""The sending domain in the admin: keys with their records, and what a check found."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from digest.delivery import keys, preflight
from digest.delivery.keys import KeyRow
from digest.system.build import System
from digest.web.findings import FINDINGS, in_words
from tests import make
from tests.servers import dns as servers
from tests.web.conftest import SignIn


@pytest.fixture
def zone() -> Iterator[servers.Zone]:
    with servers.running() as one:
        yield one


@pytest.fixture
def system(system: System, zone: servers.Zone) -> System:
    """The System, asking our name server."""
    return replace(system, dns=zone.resolver())


@pytest.fixture
def page(system: System) -> str:
    """The page of a newsletter's domain."""
    with system.db.write() as db:
        return f"/admin/newsletters/{make.newsletter(db, now=system.clock.now())}/domain"


def stored(system: System) -> list[KeyRow]:
    with system.db.read() as db:
        return list(keys.list_keys(db, "mina.example"))


def test_a_key_is_made_shown_used_retired_and_deleted(
    sign_in: SignIn, system: System, page: str
) -> None:
    client = sign_in("admin")
    assert "لا مفاتيح بعد" in client.get(page).get_data(as_text=True)
    client.submit(f"{page}/keys", {"kind": "both"}, page=page)
    rsa, quick = stored(system)
    text = client.get(page).get_data(as_text=True)
    assert rsa.name in text
    assert rsa.text in text
    for word, state in (("activate", "active"), ("retire", "retired")):
        client.submit(f"{page}/keys/{rsa.id}/{word}", page=page)
        assert stored(system)[0].state.value == state
    assert "أبقِ سجله منشوراً حتى" in client.get(page).get_data(as_text=True)
    client.submit(f"{page}/keys/{rsa.id}/forget", page=page)
    assert [one.id for one in stored(system)] == [quick.id]
    assert client.submit(f"{page}/keys/{rsa.id}/activate", page=page).status_code == 404


def test_a_check_says_what_is_missing_with_the_record_to_paste(
    sign_in: SignIn, zone: servers.Zone, page: str
) -> None:
    client = sign_in("admin")
    assert "SPF" not in client.get(page).get_data(as_text=True)
    assert zone.asked == []
    text = client.get(f"{page}?check=1").get_data(as_text=True)
    assert "v=DMARC1; p=none; rua=mailto:postmaster@mina.example" in text
    assert "لا سجل SPF" in text
    assert "البريد يُحفظ على هذا الخادم" in text
    zone.put("_dmarc.mina.example", "TXT", "v=DMARC1; p=reject")
    assert "السياسة \u2068reject\u2069 منشورة" in client.get(f"{page}?check=1").get_data(
        as_text=True
    )


def test_keys_are_for_who_may_change_settings(sign_in: SignIn, page: str) -> None:
    assert sign_in("publisher").get(page).status_code == 403


def test_a_key_of_another_domain_is_not_for_this_page(
    sign_in: SignIn, system: System, page: str
) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        other = keys.generate(db, "other.example", keys.Algorithm.ED25519, secret="x", now=now)
    answer = sign_in("admin").submit(f"{page}/keys/{other}/activate", page=page)
    assert answer.status_code == 404


def test_every_finding_has_words(app: Flask) -> None:
    source = inspect.getsource(preflight)
    codes = set(re.findall(r'"((?:spf|dkim|dmarc|aligned|ptr|mx|tls|relay|dns)_\w+)"', source))
    assert codes == set(FINDINGS)
    with app.test_request_context():
        assert in_words(preflight.Finding("dkim", "ok", "dkim_ok", {"selector": "s1"}))
