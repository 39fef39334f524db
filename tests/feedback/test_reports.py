"""What a mail that comes back says, whoever wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.feedback.reports import MOST_PARTS, What, read, tidy
from digest.feedback.why import Why
from tests.feedback.mails import complaint, dsn, mail, report


def test_a_servers_report_names_reader_status_and_reason() -> None:
    heard = read(dsn())
    assert (heard.what, heard.why, heard.status) == (What.BOUNCE, Why.MAILBOX, "5.1.1")
    assert heard.addresses == {"rim@example.net"}
    assert heard.is_final


@pytest.mark.parametrize(("status", "words", "why"), [
    ("5.1.1", "550 5.1.1 No such user here", Why.MAILBOX),
    ("5.0.0", "550 5.1.1 <rim@example.net>: Recipient address rejected: User unknown", Why.MAILBOX),
    ("5.1.2", "Host or domain name not found", Why.DOMAIN),
    ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", Why.CLOSED),
    ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", Why.MAILBOX),
    ("5.2.2", "552 5.2.2 The account is over quota", Why.FULL),
    ("5.1.1", "550 5.1.1 Mailbox full", Why.FULL),
    ("5.7.1", "550 5.7.1 rejected: see the block list of spamhaus", Why.POLICY),
    ("5.1.1", "550 5.1.1 message rejected as spam", Why.POLICY),
    ("5.7.26", "550-5.7.26 unauthenticated sender, neither SPF nor DKIM", Why.POLICY),
    ("5.3.4", "552 5.3.4 message too big", Why.SIZE),
    ("4.4.7", "delivery time expired", Why.EXPIRED),
    ("4.1.1", "450 4.1.1 user unknown", Why.EXPIRED),
    ("5.0.0", "500 hm", Why.OTHER),
    ("5.2.1", "550 5.2.1 The user is receiving mail too quickly", Why.POLICY),
    ("5.0.0", "delivery temporarily suspended: connect to mx: mailbox unavailable", Why.EXPIRED),
    ("", "450 mailbox unavailable", Why.EXPIRED),
    ("", "550 mailbox unavailable", Why.MAILBOX),
])
def test_only_the_end_of_an_address_is_final(status: str, words: str, why: Why) -> None:
    heard = read(dsn(status=status, words=words))
    assert heard.why is why
    assert heard.is_final is (why in {Why.MAILBOX, Why.DOMAIN, Why.CLOSED})


@pytest.mark.parametrize(("action", "what"), [
    ("failed", What.BOUNCE), ("Failed (unknown)", What.BOUNCE), ("delayed", What.DELAYED),
    ("delivered", What.DELIVERED), ("relayed", What.DELIVERED), ("expanded", What.DELIVERED),
])
def test_a_report_of_a_delay_or_a_delivery_is_no_bounce(action: str, what: What) -> None:
    assert read(dsn(action=action)).what is what


def test_the_address_we_wrote_to_stands_for_the_one_it_was_passed_on_to() -> None:
    heard = read(dsn(reader="other@elsewhere.example", original="rim@example.net"))
    assert heard.addresses == {"rim@example.net"}
    assert heard.others == {"other@elsewhere.example"}


@pytest.mark.parametrize("ends", [b"\r\n", b"\n", b"\r"])
def test_line_ends_do_not_matter(ends: bytes) -> None:
    assert read(dsn().replace(b"\r\n", ends)).why is Why.MAILBOX


def test_fields_without_a_line_between_recipients_are_told_apart() -> None:
    fields = "".join(
        f"Final-Recipient: rfc822; {name}@example.net\nAction: failed\nStatus: 5.1.1\n"
        for name in ("a", "b")
    )
    heard = read(report(("message/delivery-status", fields)))
    assert heard.addresses == {"a@example.net", "b@example.net"}


@pytest.mark.parametrize(("kind", "what"), [
    ("abuse", What.COMPLAINT), ("fraud", What.COMPLAINT), ("opt-out", What.LEAVE),
    ("not-spam", What.HARMLESS), ("auth-failure", What.HARMLESS), ("virus", What.HARMLESS),
    ("", What.HARMLESS),
])
def test_only_a_readers_word_against_us_is_a_complaint(kind: str, what: What) -> None:
    assert read(complaint(kind=kind)).what is what


QMAIL = """Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<rim@example.net>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Subject: x
"""
EXIM = """A message that you sent could not be delivered. The following address(es) failed:

  rim@example.net
    mailbox is full: retry timeout exceeded
"""
CLOSED = "Your message to rim@example.net was not delivered.\nThis account has been suspended.\n"


@pytest.mark.parametrize(("text", "what", "why"), [
    (QMAIL, What.BOUNCE, Why.MAILBOX), (EXIM, What.BOUNCE, Why.FULL),
    (CLOSED, What.BOUNCE, Why.CLOSED),
])
def test_free_text_of_a_mail_server_is_read(text: str, what: What, why: Why) -> None:
    heard = read(mail(text, subject="failure notice"))
    assert (heard.what, heard.why) == (what, why)
    assert heard.addresses == {"rim@example.net"}


@pytest.mark.parametrize(("headers", "subject"), [
    ({"Auto_Submitted": "auto-replied"}, "Re: موجز الميناء"),
    ({"X_Autoreply": "yes"}, "Thank you"),
    ({"Precedence": "auto_reply"}, "Thank you"),
    ({}, "Automatic reply: news"), ({}, "Out of office"), ({}, "رد تلقائي: موجز الميناء"),
])
def test_answers_of_programs_are_no_bounces(headers: dict[str, str], subject: str) -> None:
    raw = mail("I'm away, user unknown until Monday.", sender="Rim <rim@example.net>",
               subject=subject, **headers)
    assert read(raw).what is What.AUTOMATIC


def test_a_letter_that_quotes_a_bounce_is_no_bounce() -> None:
    raw = mail("> 550 5.1.1 User unknown <salma@example.net>\nWhat does this mean?",
               sender="Rim <rim@example.net>", subject="question")
    assert read(raw).what is What.UNCLEAR


def test_our_own_mail_that_comes_back_is_a_loop() -> None:
    raw = mail("x", sender="news@mina.example", subject="news", Feedback_ID="1:2:3:x",
               List_Unsubscribe="<https://mina.example/leave/a.b>")
    assert read(raw).what is What.LOOP
    many = mail("x").replace(b"Subject:", b"Received: from a by b\r\n" * 60 + b"Subject:")
    assert read(many).what is What.LOOP


def test_a_mail_to_leave_is_told_from_a_bounce_of_that_name() -> None:
    assert read(mail("", sender="rim@example.net", subject="unsubscribe")).what is What.LEAVE
    assert read(mail("", sender="rim@example.net", subject="Unsubscribe ")).what is What.LEAVE
    assert read(mail("bye", subject="unsubscribe")).what is not What.LEAVE  # from a machine
    again = mail("", sender="rim@example.net", subject="unsubscribe", Auto_Submitted="auto-replied")
    assert read(again).what is What.AUTOMATIC


def test_depth_and_number_of_parts_are_bounded() -> None:
    deep = "".join(f"--b{n}\nContent-Type: multipart/mixed; boundary=b{n + 1}\n\n"
                   for n in range(3000))
    assert read(mail(deep, kind="multipart/mixed; boundary=b0")).what is What.BROKEN
    wide = report(*[("text/plain", "x")] * 3000)
    assert read(wide).what is What.BROKEN
    many = "\n".join(f"Final-Recipient: rfc822; r{n}@example.net\nAction: failed\nStatus: 5.1.1\n"
                     for n in range(10_000))
    heard = read(report(("message/delivery-status", many)))
    assert heard.what is What.BOUNCE and len(heard.addresses) <= 200
    assert MOST_PARTS < 100


def test_what_is_kept_of_a_servers_words_is_one_line_without_addresses() -> None:
    assert tidy("550 <rim@example.net>:\r\n\tUser\x00 unknown ") == "550 <•••>: User unknown"
    assert len(tidy("word " * 5000)) == 500


@given(st.binary(max_size=400), st.binary(max_size=100))
def test_nothing_that_comes_breaks_the_reading(head: bytes, body: bytes) -> None:
    read(head + b"\n\n" + body)
    read(dsn().replace(b"5.1.1", head.replace(b"\n", b"")[:40]) + body)
    read(b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status"
         b"\n\n" + body + b"\n--x\nContent-Type: message/rfc822\n\n" + head)


@given(st.text(max_size=300))
def test_any_subject_and_text_is_read(text: str) -> None:
    read(f"From: mailer-daemon@x.example\nSubject: {text}\n\n{text}".encode(errors="replace"))
