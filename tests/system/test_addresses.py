"""Which addresses are public, in every form they can be written in, and what the list opens."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.system.addresses import Allowed, is_public, may_connect, parse_allowed

PRIVATE = (
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
    "2002:7f00:1::1", "3fff::1", "5f00::1", "fc00::7", "fd12::1", "fe80::1", "fe80::1%eth0",
    "fe80::5efe:127.0.0.1", "fec0::1", "ff02::1",
)
PUBLIC = ("1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "192.167.255.255", "11.0.0.1",
          "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8")


@pytest.mark.parametrize("text", PRIVATE)
def test_what_is_not_the_public_internet_is_refused(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_what_is_public_is_allowed(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_like_its_own(address: ipaddress.IPv4Address) -> None:
    mapped = ipaddress.IPv6Address(f"::ffff:{address}")
    assert is_public(mapped) == is_public(address)


@given(st.ip_addresses(v=6))
def test_an_address_with_a_zone_is_never_public(address: ipaddress.IPv6Address) -> None:
    assert not is_public(ipaddress.IPv6Address(f"{address}%eth0"))


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("127.0.0.1", Allowed("127.0.0.1", ipaddress.ip_network("127.0.0.1/32"), None)),
        ("127.0.0.1:8080", Allowed("127.0.0.1", ipaddress.ip_network("127.0.0.1/32"), 8080)),
        ("10.0.0.0/8", Allowed("10.0.0.0/8", ipaddress.ip_network("10.0.0.0/8"), None)),
        ("10.0.0.7/8", Allowed("10.0.0.7/8", ipaddress.ip_network("10.0.0.0/8"), None)),
        ("::1", Allowed("::1", ipaddress.ip_network("::1/128"), None)),
        ("[::1]:81", Allowed("::1", ipaddress.ip_network("::1/128"), 81)),
        (" CMS.Local:80 ", Allowed("cms.local", None, 80)),
        ("cms.local", Allowed("cms.local", None, None)),
    ],
)
def test_the_list_is_read(entry: str, expected: Allowed) -> None:
    assert parse_allowed([entry]) == (expected,)


@pytest.mark.parametrize("entry", ["http://x", "a b", "a/b", "user@host", ":80", "a:b:c", "\\x"])
def test_an_entry_that_cannot_be_read_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="not a host"):
        parse_allowed([entry])


def test_empty_entries_say_nothing() -> None:
    assert parse_allowed(["", " "]) == ()


@pytest.mark.parametrize(
    ("entry", "address", "host", "port", "allowed"),
    [
        ("127.0.0.1", "127.0.0.1", "127.0.0.1", 80, True),
        ("127.0.0.1:81", "127.0.0.1", "127.0.0.1", 80, False),
        ("127.0.0.1", "127.0.0.2", "127.0.0.2", 80, False),
        ("10.0.0.0/8", "10.9.9.9", "cms.example", 443, True),
        ("10.0.0.0/8", "::1", "cms.example", 443, False),
        ("cms.local", "10.0.0.1", "cms.local", 80, True),
        ("cms.local", "10.0.0.1", "other.local", 80, False),
        ("cms.local", "1.1.1.1", "other.example", 80, True),
    ],
)
def test_the_list_opens_what_it_names_and_nothing_else(
    entry: str, address: str, host: str, port: int, allowed: bool
) -> None:
    asked = ipaddress.ip_address(address)
    assert may_connect(asked, host=host, port=port, allowed=parse_allowed([entry])) is allowed
