"""One constructor of headers: whatever the words, one header, whole letters, short lines."""

from __future__ import annotations

import email
import re
import unicodedata
from email import policy
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.headers import (
    is_safe,
    list_id_header,
    mailbox_header,
    text_header,
    uri_header,
)
from digest.system.errors import Refused

HOSTILE = [
    "نشرة\r\nBcc: v@example.net", "نشرة\nX: 1", "نشرة\rX", "a\0b", "نشرة\u2028X: 1", "a\u2029b",
    "a\u0085b", "a\x0bb", "a\x1cb", "نشرة=?utf-8?Q?=0D=0A?=Bcc: v", "=?utf-8?B?DQpCY2M6IHY=?=",
    "=?utf-16be?B?AA0ACg==?=", "=?utf-8?q?=00?=", "=?nosuch?B?eA==?=", "=?utf-8?Q?=E2=80=A8?=",
    "\ud800",
]
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def decoded(header: bytes) -> str:
    """Read a header back as a mail program does."""
    _, _, value = header.decode().partition(": ")
    return str(make_header(decode_header(re.sub(r"\r\n(?= )", "", value).rstrip("\r\n"))))


@pytest.mark.parametrize("words", HOSTILE)
def test_what_could_begin_another_header_is_refused(words):
    for make in (
        lambda: text_header("Subject", words),
        lambda: mailbox_header("From", words, "a@b.example"),
        lambda: mailbox_header("To", "", f"{words}@b.example"),
        lambda: list_id_header(words, "mina.example"),
        lambda: uri_header("List-Help", f"https://a.example/{words}"),
    ):
        with pytest.raises(Refused) as refused:
            make()
        assert refused.value.code == "bad_header"


@pytest.mark.parametrize("address", [
    "a@b@c.example", "a b@c.example", "a@c.example>, <d@e.example", "a,b@c.example", "@c.example",
    "a@", "", '"a"@c.example', "a(x)@c.example", "a;b@c.example", "a@[1.2.3.4]",
])
def test_a_mailbox_is_exactly_one_address(address):
    with pytest.raises(Refused):
        mailbox_header("To", "", address)


@given(words=WORDS)
def test_any_subject_becomes_one_header_that_reads_back(words):
    if not is_safe(words):
        with pytest.raises(Refused):
            text_header("Subject", words)
        return
    header = text_header("Subject", words)
    lines = header.decode().split("\r\n")
    assert lines.pop() == ""
    assert all(len(line) <= 78 for line in lines)
    assert all(line.startswith(" ") and line.strip() for line in lines[1:])
    assert header.isascii()
    assert decoded(header) == words
    message = email.message_from_bytes(header + b"\r\n")
    assert list(message.keys()) == ["Subject"]


@given(words=WORDS)
def test_encoded_words_are_short_and_made_of_whole_letters(words):
    if not is_safe(words):
        return
    for word in re.findall(r"=\?utf-8\?B\?[^?]*\?=", text_header("Subject", words).decode()):
        assert len(word) <= 75
        [(raw, charset)] = decode_header(word)
        assert isinstance(raw, bytes)
        raw.decode(str(charset))


def test_a_mark_stays_with_its_letter():
    subject = "".join(f"{letter}\u064e\u0651" for letter in "محمدعليحسن" * 8)
    for word in re.findall(r"=\?utf-8\?B\?[^?]*\?=", text_header("Subject", subject).decode()):
        text = str(make_header(decode_header(word)))
        assert not unicodedata.combining(text[0])


@given(name=WORDS)
def test_any_sender_name_leaves_the_address_alone(name):
    if not is_safe(name):
        with pytest.raises(Refused):
            mailbox_header("From", name, "news@mina.example")
        return
    header = mailbox_header("From", name, "news@mina.example")
    assert all(len(line) <= 78 for line in header.decode().split("\r\n"))
    message = email.message_from_bytes(header + b"\r\n", policy=policy.default)
    [address] = message["From"].addresses
    assert address.addr_spec == "news@mina.example"
    if name.isascii() and name.strip() == name:
        assert address.display_name == name


def test_a_long_subject_in_latin_letters_is_folded_at_a_space():
    words = "word " * 40 + "end"
    header = text_header("Subject", words)
    assert header.count(b"\r\n") > 2
    assert b"=?" not in header
    assert decoded(header) == words


def test_what_looks_like_an_encoded_word_is_shown_as_it_was_typed():
    assert decoded(text_header("Subject", "=?utf-8?Q?hello?=")) == "=?utf-8?Q?hello?="


def test_a_long_address_of_the_web_stays_on_the_first_line():
    url = "https://mina.example/" + "x" * 100
    header = uri_header("List-Unsubscribe", url, "mailto:news@mina.example")
    assert header == (
        f"List-Unsubscribe: <{url}>,\r\n <mailto:news@mina.example>\r\n".encode()
    )


def test_a_line_no_relay_would_pass_is_refused():
    with pytest.raises(Refused):
        uri_header("List-Help", "https://mina.example/" + "x" * 1000)
