"""One strict reading of e-mail addresses, one key per reader."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text import address
from digest.text.address import BadAddress


@pytest.mark.parametrize(
    ("text", "sent_to", "key"),
    [
        ("rim@sham.example", "rim@sham.example", "rim@sham.example"),
        (" Rim@Sham.Example ", "Rim@sham.example", "rim@sham.example"),
        ("\u202arim@sham.example"[1:] + "\u200f", "rim@sham.example", "rim@sham.example"),
        ("rim+news@sham.example", "rim+news@sham.example", "rim+news@sham.example"),
        ("r.im@gmail.com", "r.im@gmail.com", "r.im@gmail.com"),
        ("rim@مثال.شبكة", "rim@xn--mgbh0fb.xn--ngbc5azd", "rim@xn--mgbh0fb.xn--ngbc5azd"),
        (
            "rim@xn--mgbh0fb.xn--ngbc5azd",
            "rim@xn--mgbh0fb.xn--ngbc5azd",
            "rim@xn--mgbh0fb.xn--ngbc5azd",
        ),
    ],
)
def test_an_address_has_a_form_to_send_to_and_a_key(text: str, sent_to: str, key: str) -> None:
    found = address.parse(text)
    assert (found.address, found.key) == (sent_to, key)
    assert not found.needs_smtputf8


def test_an_arabic_local_part_needs_smtputf8_and_nfd_is_the_same_reader() -> None:
    found = address.parse("أحمد@مثال.شبكة")
    assert found.needs_smtputf8
    decomposed = unicodedata.normalize("NFD", "أحمد")
    assert address.parse(f"{decomposed}@مثال.شبكة").key == found.key
    assert address.parse("هدى@sham.example").key != address.parse("هدي@sham.example").key


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \u200f ", "empty"),
        ("r" * 400 + "@sham.example", "too_long"),
        ("rim", "syntax"),
        ("rim@localhost", "syntax"),
        ("rim@test", "syntax"),
        ("rim@sham.example, omar@sham.example", "syntax"),
        ("Rim <rim@sham.example>", "syntax"),
        ("rim@[127.0.0.1]", "syntax"),
        ("rim@sham.example\nBcc: x@y.example", "syntax"),
        ("{{user}}@sham.example", "syntax"),
        ("r im@sham.example", "syntax"),
        ("rim@@sham.example", "syntax"),
    ],
)
def test_what_is_no_single_address_is_refused_with_a_code(text: str, code: str) -> None:
    with pytest.raises(BadAddress) as caught:
        address.parse(text)
    assert caught.value.code == code


@given(st.one_of(st.text(), st.emails(), st.text("a.@+-_\"'()<>,\n\u200f ب", max_size=30)))
def test_parsing_gives_an_address_or_bad_address_and_is_stable(text: str) -> None:
    try:
        found = address.parse(text)
    except BadAddress:
        return
    assert address.parse(found.address) == found
    assert address.parse(found.key).key == found.key
    assert not set(found.address) & set(" \r\n\t<>,")


def test_limits_count_a_mailbox_and_not_its_aliases() -> None:
    keys = {
        address.limit_key(address.parse(text))
        for text in ("r.i.m+a@gmail.com", "rim@gmail.com", "RIM+b@gmail.com")
    }
    assert keys == {"rim@gmail.com"}
    assert address.limit_key(address.parse("r.im+a@sham.example")) == "r.im@sham.example"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("rim.hadi@gmail.com", "r•••••i@gmail.com"),
        ("ab@gmail.com", "a•••••@gmail.com"),
        ("a@xn--mgbh0fb.xn--ngbc5azd", "a•••••@مثال.شبكة"),
        ("nobody", "•••••"),
    ],
)
def test_a_masked_address_does_not_tell_its_length(text: str, masked: str) -> None:
    assert address.mask(text) == masked


def test_domains_are_shown_in_their_own_letters_or_as_they_are() -> None:
    assert address.shown("a@xn--mgbh0fb.xn--ngbc5azd") == "a@مثال.شبكة"
    assert address.shown("a@xn--\u0660.example") == "a@xn--\u0660.example"
    assert address.shown("nobody") == "nobody"


def test_the_hash_of_a_key_is_sha_256_in_hex() -> None:
    assert len(address.address_hash("rim@sham.example")) == 64
    assert address.address_hash("a@b.example") != address.address_hash("b@a.example")


PARTS = st.text(alphabet="abzAZ019._+-@x", max_size=12)


@given(PARTS, st.sampled_from([
    "example.net", "Example.NET", "xn--mgbh0fb.example", "xn--a.example", "a--b.example",
    "localhost", "a.local", "-a.example", "a-.example", "1.2.3.4", "a..example", "example.123",
    "a" * 64 + ".example", "b" * 63 + ".example", "example.", ".example", "a_b.example", "test",
]))
def test_the_quick_reading_says_what_the_full_one_says(local: str, domain: str) -> None:
    written = f"{local}@{domain}"
    quick = address._parse_plain(written)
    try:
        full = address._parse_any(written)
    except BadAddress:
        full = None
    assert quick is None or quick == full


@pytest.mark.parametrize("local", ["a" * 64, "a" * 65, "a.b+c_d-e", "A.B"])
def test_lengths_are_the_same_in_both_readings(local: str) -> None:
    for domain in ("example.net", ".".join(["b" * 60] * 3) + ".example"):
        quick = address._parse_plain(f"{local}@{domain}")
        try:
            full = address._parse_any(f"{local}@{domain}")
        except BadAddress:
            full = None
        assert quick is None or quick == full
        assert quick is not None or len(local) > 64 or full is None
