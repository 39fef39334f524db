"""SPF as a receiver evaluates it, against a real name server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.spf import LOOKUPS, Check, Spf, with_term
from digest.system.dns import Dns
from tests.servers import dns as servers

US = "203.0.113.7"


@pytest.fixture(scope="module")
def zone() -> Iterator[servers.Zone]:
    with servers.running() as one:
        one.put("mail.example", "A", US)
        one.put("six.example", "AAAA", "2001:db8::7")
        one.put("trade.example", "TXT", "v=spf1 ip4:203.0.113.0/28 -all")
        one.put("mx.example", "MX", "10 mail.example.")
        one.put("circle.example", "TXT", "v=spf1 include:circle.example -all")
        one.put("two.example", "TXT", "v=spf1 -all", "v=spf1 ~all")
        one.put("words.example", "TXT", "v=spf10 +all", "hello")
        one.broken.add("away.example")
        yield one


@pytest.mark.parametrize(("record", "result"), [
    ("v=spf1 ip4:203.0.113.7 -all", Spf.PASS),
    ("v=spf1 ip4:203.0.113.0/24 -all", Spf.PASS),
    ("v=spf1 ip4:198.51.100.1 -all", Spf.FAIL),
    ("v=spf1 ip4:198.51.100.1 ~all", Spf.SOFTFAIL),
    ("V=SPF1 IP4:198.51.100.1 ?ALL", Spf.NEUTRAL),
    ("v=spf1", Spf.NEUTRAL),
    ("v=spf1 ip6:2001:db8::/32 a:six.example -all", Spf.FAIL),
    ("v=spf1 a:mail.example -all", Spf.PASS),
    ("v=spf1 a:mail.example/24//64 -all", Spf.PASS),
    ("v=spf1 mx:mx.example -all", Spf.PASS),
    ("v=spf1 -a:mail.example +all", Spf.FAIL),
    ("v=spf1 include:trade.example -all", Spf.PASS),
    ("v=spf1 redirect=trade.example", Spf.PASS),
    ("v=spf1 exp=why.example ptr exists:%{i}.x.example -all", Spf.FAIL),
    ("v=spf1 include:missing.example -all", Spf.BROKEN),
    ("v=spf1 redirect=missing.example", Spf.BROKEN),
    ("v=spf1 include:away.example -all", Spf.AWAY),
    ("v=spf1 include:circle.example -all", Spf.BROKEN),
    ("v=spf1 include:two.example -all", Spf.BROKEN),
    ("v=spf1 include:words.example -all", Spf.BROKEN),
    ("v=spf1 ip4:203.0.113.700 -all", Spf.BROKEN),
    ("v=spf1 ipv4:203.0.113.7 -all", Spf.BROKEN),
    ("v=spf1 " + "a:no.example " * LOOKUPS + "-all", Spf.FAIL),
    ("v=spf1 " + "a:no.example " * (LOOKUPS + 1) + "-all", Spf.BROKEN),
])  # fmt: skip
def test_a_record_says_of_us(zone: servers.Zone, record: str, result: Spf) -> None:
    zone.put("mina.example", "TXT", "another=thing", record)
    check = Check(zone.resolver(), US)
    assert check.host("mina.example") is result
    assert bool(check.why) is (result is Spf.BROKEN)


def test_a_name_without_answer_is_no_name_without_record(zone: servers.Zone) -> None:
    assert Check(zone.resolver(), US).host("words.example") is Spf.NONE
    assert Check(zone.resolver(), US).host("away.example") is Spf.AWAY
    assert Check(Dns(["127.0.0.1"], port=zone.port, seconds=1), "2001:db8::7").host(
        "trade.example"
    ) is Spf.FAIL


@pytest.mark.parametrize(("before", "after"), [
    ("", "v=spf1 ip4:203.0.113.7 ~all"),
    ("v=spf1 a -all", "v=spf1 a ip4:203.0.113.7 -all"),
    ("v=spf1 redirect=x.example", "v=spf1 ip4:203.0.113.7 redirect=x.example"),
    ("v=spf1 a", "v=spf1 a ip4:203.0.113.7"),
    ("v=spf1 ip4:203.0.113.7 ~all", "v=spf1 ip4:203.0.113.7 ~all"),
])  # fmt: skip
def test_a_sender_is_let_in_before_the_end(before: str, after: str) -> None:
    assert with_term(before, "ip4:203.0.113.7") == after


@given(record=st.text(st.sampled_from("v=spf1 aimxredct:/~%.4{}-"), max_size=40))
def test_no_record_is_too_strange(zone: servers.Zone, record: str) -> None:
    zone.put("odd.example", "TXT", f"v=spf1 {record}".replace('"', ""))
    assert Check(zone.resolver(), US).host("odd.example") in Spf
