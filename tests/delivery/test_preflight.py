"""The pre-flight check against a real name server and a real relay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from digest.delivery import keys
from digest.delivery.dkim import Algorithm
from digest.delivery.keys import KeyRow
from digest.delivery.preflight import (
    Finding,
    Record,
    examine,
    look_at_dmarc,
    look_at_tls,
    route,
)
from digest.system.build import System
from digest.system.errors import Refused
from digest.system.reply import Reply, Stage
from tests.conftest import SECRET
from tests.servers import dns as servers

SENDER, DOMAIN, SITE = "news@mina.example", "mina.example", "mina.example"
US = "9.9.9.9"  # any public address; nothing is sent to it


@pytest.fixture
def zone() -> Iterator[servers.Zone]:
    with servers.running() as one:
        yield one


@pytest.fixture
def ready(system: System, zone: servers.Zone) -> System:
    """A system that asks our name server."""
    return replace(system, dns=zone.resolver())


def made(system: System, *, use: bool) -> KeyRow:
    now = system.clock.now()
    with system.db.write() as db:
        key = keys.generate(db, DOMAIN, Algorithm.RSA, secret=SECRET, now=now)
        if use:
            keys.activate(db, key, now=now)
        return next(one for one in keys.list_keys(db) if one.id == key)


def found(system: System) -> dict[str, Finding]:
    return {one.subject: one for one in examine(system, SENDER)}


def codes(system: System) -> dict[str, str]:
    return {subject: f"{one.result} {one.code}" for subject, one in found(system).items()}


def test_a_domain_where_nothing_is_set_up_gets_every_record_to_paste(ready: System) -> None:
    said = found(ready)
    assert codes(ready) == {
        "spf": "bad spf_none", "dkim": "warn dkim_none", "dmarc": "bad dmarc_none",
        "alignment": "bad aligned_not", "mx": "bad mx_none", "tls": "ok tls_local",
    }
    assert said["spf"].record == Record(DOMAIN, "TXT", "v=spf1 a:mina.example ~all")
    assert said["dmarc"].record == Record(
        "_dmarc.mina.example", "TXT", "v=DMARC1; p=none; rua=mailto:postmaster@mina.example"
    )
    assert said["mx"].record == Record(DOMAIN, "MX", "10 mina.example.")


def test_a_domain_where_all_is_well(ready: System, zone: servers.Zone) -> None:
    key = made(ready, use=True)
    zone.put(key.name, "TXT", key.text)
    zone.put(SITE, "A", US)
    zone.put(DOMAIN, "TXT", f"v=spf1 ip4:{US} -all")
    zone.put(DOMAIN, "MX", "10 mx.mina.example.")
    zone.put("_dmarc.mina.example", "TXT", "v=DMARC1; p=quarantine")
    zone.put("9.9.9.9.in-addr.arpa", "PTR", "mina.example.")
    assert codes(ready) == {
        "spf": "ok spf_ok", "dkim": "ok dkim_ok", "dmarc": "ok dmarc_ok", "ptr": "ok ptr_ok",
        "alignment": "ok aligned_dkim", "mx": "ok mx_ok", "tls": "ok tls_local",
    }


def test_a_key_is_waiting_ready_missing_or_another(ready: System, zone: servers.Zone) -> None:
    key = made(ready, use=False)
    said = found(ready)["dkim"]
    assert (said.result, said.code) == ("warn", "dkim_waiting")
    assert said.record == Record(key.name, "TXT", key.text)
    zone.put(key.name, "TXT", key.text.replace("; ", ";"))
    assert codes(ready)["dkim"] == "ok dkim_ready"
    with ready.db.write() as db:
        keys.activate(db, key.id, now=ready.clock.now())
    assert codes(ready)["dkim"] == "ok dkim_ok"
    zone.put(key.name, "TXT", "v=DKIM1; k=rsa; p=AAAA")
    assert codes(ready)["dkim"] == "bad dkim_other"
    del zone.records[key.name, "TXT"]
    assert codes(ready)["dkim"] == "bad dkim_missing"


@pytest.mark.parametrize(("records", "code"), [
    (["v=spf1 a -all", "v=spf1 -all"], "bad spf_many"),
    (["v=spf1 +all"], "bad spf_open"),
    (["v=spf1 ip4:oops -all"], "bad spf_broken"),
    (["v=spf1 ip4:198.51.100.1 -all"], "warn spf_not_ours"),
])  # fmt: skip
def test_an_spf_record_that_does_not_help(
    ready: System, zone: servers.Zone, records: list[str], code: str
) -> None:
    zone.put(SITE, "A", US)
    zone.put(DOMAIN, "TXT", *records)
    assert codes(ready)["spf"] == code


def test_the_mended_record_lets_our_address_in_and_nobody_else(
    ready: System, zone: servers.Zone
) -> None:
    zone.put(SITE, "A", US)
    zone.put(DOMAIN, "TXT", "v=spf1 include:other.example -all")
    zone.put("other.example", "TXT", "v=spf1 ip4:198.51.100.1 -all")
    record = found(ready)["spf"].record
    assert record is not None
    assert record.value == f"v=spf1 include:other.example ip4:{US} -all"
    zone.put(DOMAIN, "TXT", record.value)
    assert codes(ready)["spf"] == "ok spf_ok"


def test_a_sender_by_trade_is_known_by_its_name(ready: System, zone: servers.Zone) -> None:
    trade = route(ready.dns, "smtp+starttls://k:s@email-smtp.eu-west-1.amazonaws.com:587", SITE)
    assert (trade.include, trade.addresses) == ("amazonses.com", ())
    assert route(ready.dns, "ses://KEY:SECRET@eu-west-1", SITE).include == "amazonses.com"
    assert route(ready.dns, "smtp://evilamazonaws.com", SITE).include == ""
    away = replace(ready, settings=replace(ready.settings, smtp_url="postmark://:TOKEN@"))
    zone.put(DOMAIN, "TXT", "v=spf1 mx -all")
    said = found(away)["spf"]
    assert (said.code, said.record) == (
        "spf_no_include", Record(DOMAIN, "TXT", "v=spf1 mx include:spf.mtasv.net -all")
    )


def test_a_name_that_does_not_lead_back_is_told(ready: System, zone: servers.Zone) -> None:
    zone.put(SITE, "A", US)
    said = found(ready)["ptr"]
    assert (said.code, said.record) == (
        "ptr_none", Record("9.9.9.9.in-addr.arpa", "PTR", "mina.example.")
    )
    zone.put("9.9.9.9.in-addr.arpa", "PTR", "host-9.provider.example.")
    assert codes(ready)["ptr"] == "bad ptr_other"


def test_the_policy_of_a_domain_above_counts(zone: servers.Zone) -> None:
    zone.put("_dmarc.example.org", "TXT", "v=DMARC1; p=reject; sp=none")
    said = look_at_dmarc(zone.resolver(), "news.mail.example.org")
    assert (said.code, dict(said.facts)) == (
        "dmarc_ok", {"policy": "none", "name": "_dmarc.example.org"}
    )
    zone.put("_dmarc.example.org", "TXT", "v=DMARC1; p=perhaps")
    assert look_at_dmarc(zone.resolver(), "example.org").code == "dmarc_broken"


def test_answers_that_find_no_way_back(ready: System, zone: servers.Zone) -> None:
    zone.put(DOMAIN, "A", US)
    assert codes(ready)["mx"] == "warn mx_implied"
    zone.put(DOMAIN, "MX", "0 .")
    assert codes(ready)["mx"] == "bad mx_refuses"


def test_a_name_server_that_does_not_answer_is_no_missing_record(
    ready: System, zone: servers.Zone
) -> None:
    zone.broken |= {DOMAIN, "_dmarc.mina.example"}
    said = codes(ready)
    assert {said[one] for one in ("spf", "dmarc", "mx")} == {"warn dns_failed"}
    assert said["alignment"] == "warn aligned_unknown"


def test_mail_that_stays_here_is_told(ready: System) -> None:
    home = replace(ready, settings=replace(ready.settings, smtp_url="capture:"))
    assert codes(home)["tls"] == "warn relay_captures"


@pytest.mark.parametrize(("url", "reply", "code"), [
    ("smtps://relay.example", Reply(Stage.READY, 250, ""), "ok tls_ok"),
    ("smtp://relay.example", Reply(Stage.READY, 250, ""), "bad tls_plain"),
    ("smtp://10.0.0.5", Reply(Stage.READY, 250, ""), "ok tls_local"),
    ("smtp+starttls://relay.example", Reply(Stage.TLS, 0, "certificate: expired"), "bad tls_bad"),
    ("smtps://relay.example", Reply(Stage.AUTH, 535, "no"), "bad relay_silent"),
    ("ses://KEY:SECRET@eu-west-1", Reply(Stage.READY, 250, ""), "ok tls_ok"),
])  # fmt: skip
def test_how_a_relay_let_us_in(zone: servers.Zone, url: str, reply: Reply, code: str) -> None:
    zone.put("relay.example", "A", US)
    said = look_at_tls(route(zone.resolver(), url, SITE), reply)
    assert f"{said.result} {said.code}" == code


def test_a_site_without_a_name_is_put_into_no_record(ready: System) -> None:
    home = replace(ready, settings=replace(ready.settings, base_url="http://127.0.0.1:8000"))
    assert {found(home)[one].record for one in ("spf", "mx")} == {None}


def test_an_address_that_is_none_is_refused(ready: System) -> None:
    with pytest.raises(Refused, match="bad_sender"):
        examine(ready, "nobody")
