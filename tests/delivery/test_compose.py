"""The bytes of a mail."""

from __future__ import annotations

import email
import html
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.delivery.compose import Body, Reader, Sender, compose, plain_mail, skeleton
from digest.delivery.headers import is_safe
from digest.issues.document import Slot
from digest.system.errors import Refused

AT = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
SENDER = Sender(
    newsletter_id=1, name="موجز الميناء", slug="mina", shown="موجز الميناء",
    address="news@mina.example", reply_to="desk@mina.example", host="mina.example",
    archive_url="https://mina.example/archive/mina",
)
READER = Reader(
    address="rim@example.net", token="tok_en-1", bounce="WzEsMl0.sig",
    leave_url="https://mina.example/leave/a.b?x=1&y=2",
    preferences_url="https://mina.example/preferences/c.d",
)
PAGE = f'<p dir="rtl">مرحباً</p><a href="{Slot.LEAVE}">إلغاء</a> <a href="{Slot.PREFERENCES}">س</a>'
TEXT = f"مرحباً\nإلغاء الاشتراك: {Slot.LEAVE}\n{Slot.PREFERENCES}\n"
FRAME = skeleton(5, "محادثات الفرات تنتهي بلا اتفاق", PAGE, TEXT, SENDER)
PIECES = st.lists(st.one_of(
    st.sampled_from(list(Slot)).map(str),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=90),
    st.sampled_from(["a", "ab", "abc", "ش" * 60, "\n", "."]),
), max_size=12).map("".join)
URLS = st.text("abcdefghijk/:.?&=%-_~", max_size=120)


def parsed(message: bytes) -> EmailMessage:
    """Read a mail as a mail program does; a broken one fails."""
    return email.message_from_bytes(message, policy=policy.default.clone(raise_on_defect=True))


@pytest.mark.parametrize("leave", ["https://mina.example/leave/a.b", READER.leave_url])
def test_a_reader_can_leave_by_a_mail_to_the_envelopes_address_if_it_is_read(leave):
    frame = skeleton(5, "عنوان", PAGE, TEXT, replace(SENDER, hears=True))
    mail = compose(frame, replace(READER, leave_url=leave), at=AT)
    assert parsed(mail.message)["List-Unsubscribe"] == (
        f"<{leave}>, <mailto:{mail.envelope_from}?subject=unsubscribe>"
    )


def test_the_headers_are_those_that_bulk_mail_needs():
    message = parsed(compose(FRAME, READER, at=AT).message)
    assert {name: str(value) for name, value in message.items()} == {
        "From": "موجز الميناء <news@mina.example>",
        "Reply-To": "desk@mina.example",
        "To": "rim@example.net",
        "Date": "Tue, 24 Nov 2026 04:00:00 +0000",
        "Message-ID": "<i5.tok_en-1@mina.example>",
        "List-Unsubscribe": "<https://mina.example/leave/a.b?x=1&y=2>,"
                            " <mailto:desk@mina.example?subject=unsubscribe>",
        "List-Help": "<https://mina.example/preferences/c.d>",
        "Subject": "محادثات الفرات تنتهي بلا اتفاق",
        "MIME-Version": "1.0",
        "List-Id": "موجز الميناء <mina.mina.example>",
        "List-Archive": "<https://mina.example/archive/mina>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": "5:mina:news:5d84358f48",
        "Precedence": "list",
        "Content-Language": "ar",
        "Content-Type": message["Content-Type"],
    }


def test_a_newsletter_without_archive_and_reply_address_says_so():
    frame = skeleton(5, "خبر", PAGE, TEXT, replace(SENDER, archive_url=None, reply_to=""))
    message = parsed(compose(frame, READER, at=AT).message)
    assert "List-Archive" not in message
    assert message["Reply-To"] == "news@mina.example"


def test_the_text_comes_first_and_both_parts_are_base64_with_crlf():
    mail = compose(FRAME, READER, at=AT)
    message = parsed(mail.message)
    assert message.get_content_type() == "multipart/alternative"
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    for part in parts:
        assert part["Content-Transfer-Encoding"] == "base64"
        assert part.get_content_charset() == "utf-8"
    assert mail.message.count(b"\n") == mail.message.count(b"\r\n") == mail.message.count(b"\r")
    assert all(len(line) <= 78 for line in mail.message.split(b"\r\n"))


def test_the_readers_addresses_are_escaped_where_they_stand():
    parts = list(parsed(compose(FRAME, READER, at=AT).message).iter_parts())
    text, page = (part.get_content() for part in parts)
    assert "إلغاء الاشتراك: https://mina.example/leave/a.b?x=1&y=2\r\n" in text
    assert 'href="https://mina.example/leave/a.b?x=1&amp;y=2"' in page
    assert not any(slot in text + page for slot in Slot)


def test_the_same_values_give_the_same_bytes():
    again = skeleton(5, "محادثات الفرات تنتهي بلا اتفاق", PAGE, TEXT, SENDER)
    assert compose(again, READER, at=AT) == compose(FRAME, READER, at=AT)


def test_the_envelope_sender_names_the_reader_by_a_signed_token():
    assert compose(FRAME, READER, at=AT).envelope_from == "bounce+WzEsMl0.sig@mina.example"


@given(text=PIECES, urls=st.tuples(*[URLS] * len(Slot)))
def test_a_body_decodes_to_the_text_with_its_slots_filled(text, urls):
    values = dict(zip(Slot, urls, strict=True))
    message = (
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + b"".join(Body(text).fill(values))
    )
    expected = text
    # Both at once: a value that looks like a slot is a value.
    for slot, value in values.items():
        expected = expected.replace(slot, f"\0{slot}\0")
        values[slot] = value
    for slot, value in values.items():
        expected = expected.replace(f"\0{slot}\0", value)
    raw = email.message_from_bytes(message).get_payload(decode=True)
    assert isinstance(raw, bytes)
    normal = expected.replace("\r\n", "\n").replace("\n", "\r\n")
    assert raw.decode() == normal
    assert all(len(line) <= 76 for line in message.split(b"\r\n"))


@settings(max_examples=50)
@given(name=st.text(max_size=80), subject=st.text(max_size=120), shown=st.text(max_size=80))
def test_hostile_names_give_one_mail_with_our_headers_or_none(name, subject, shown):
    sender = replace(SENDER, name=name, shown=shown)
    if not all(is_safe(value) for value in (name, subject, shown)):
        with pytest.raises(Refused):
            skeleton(5, subject, PAGE, TEXT, sender)
        return
    mail = compose(skeleton(5, subject, PAGE, TEXT, sender), READER, at=AT)
    message = email.message_from_bytes(mail.message)
    assert [key for key in message.keys() if key != "Content-Type"] == [  # noqa: SIM118
        "From", "Reply-To", "To", "Date", "Message-ID", "List-Unsubscribe", "List-Help",
        "Subject", "MIME-Version", "List-Id", "List-Archive", "List-Unsubscribe-Post",
        "Feedback-ID", "Precedence", "Content-Language",
    ]
    assert "v@example.net" not in str(message["To"])


@pytest.mark.parametrize("url", [
    "https://a.example/\r\nX", "https://a.example/\u2028", "https://a.example/ x", "https://ع.example",
])
def test_a_readers_address_that_no_mail_may_hold_is_refused(url):
    with pytest.raises(Refused):
        compose(FRAME, replace(READER, leave_url=url), at=AT)
    with pytest.raises(Refused):
        compose(FRAME, replace(READER, preferences_url=url), at=AT)


@pytest.mark.parametrize("token", ["", "a b", "a\r\nb", "a>b", "a@b"])
def test_a_token_that_no_mail_may_hold_is_refused(token):
    with pytest.raises(Refused):
        compose(FRAME, replace(READER, token=token), at=AT)
    with pytest.raises(Refused):
        compose(FRAME, replace(READER, bounce=token), at=AT)
    with pytest.raises(Refused):
        plain_mail(SENDER, "a@b.example", subject="s", page=PAGE, text=TEXT, message_id=token,
                   at=AT)


def test_a_mail_of_our_own_says_so_and_asks_for_no_answer():
    mail = plain_mail(SENDER, "rim@example.net", subject="أكّد اشتراكك.", page="<p>مرحباً</p>",
                      text="مرحباً", message_id="c1.x", at=AT)
    message = parsed(mail.message)
    assert mail.envelope_from == ""
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "أكّد اشتراكك.\u200f"
    assert "List-Unsubscribe" not in message
    assert [part.get_content().strip() for part in message.iter_parts()] == [
        "مرحباً", "<p>مرحباً</p>",
    ]


@given(url=URLS)
def test_html_values_never_leave_their_attribute(url):
    mail = compose(FRAME, replace(READER, leave_url=f"https://a.example/{url}"), at=AT)
    page = list(parsed(mail.message).iter_parts())[1].get_content()
    assert f'href="{html.escape("https://a.example/" + url)}"' in page
