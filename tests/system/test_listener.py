"""The door for bounces: our addresses only, and nothing is taken before it is written down."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator

import pytest

from digest.system.listener import Listener, is_listener

MINE = "bounce+WzEsMl0.abcdefghijklmnopqrstuvwxyz1@mina.example"
MAIL = "Subject: x\r\n\r\n.dot\r\nbody"


class Box:
    """Keeps what it is given, or refuses it."""

    def __init__(self) -> None:
        self.mails: list[tuple[bytes, str]] = []
        self.full = False

    def take(self, raw: bytes, recipient: str) -> None:
        """Take a mail."""
        if self.full:
            raise OSError("disk full")
        self.mails.append((raw, recipient))


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture(params=["lmtp", "smtp"])
def door(request: pytest.FixtureRequest, box: Box) -> Iterator[smtplib.SMTP]:
    """A client of a listener."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    listener = Listener(f"{request.param}://127.0.0.1:{port}", box.take)
    listener.start()
    client = smtplib.LMTP if request.param == "lmtp" else smtplib.SMTP
    try:
        with client("127.0.0.1", port) as talk:
            yield talk
    finally:
        listener.stop()


def test_a_mail_for_a_token_is_taken_with_its_recipient(door: smtplib.SMTP, box: Box) -> None:
    door.sendmail("", [MINE], MAIL)
    assert box.mails == [(MAIL.encode() + b"\r\n", MINE)]


@pytest.mark.parametrize("recipient", [
    "news@mina.example", "bounce@mina.example", "bounce+short@mina.example", "root",
])
def test_no_other_address_is_known_here(door: smtplib.SMTP, box: Box, recipient: str) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        door.sendmail("", [recipient], MAIL)
    assert box.mails == []


def test_a_second_recipient_has_to_wait(door: smtplib.SMTP, box: Box) -> None:
    refused = door.sendmail("", [MINE, MINE.replace("WzE", "WzI")], MAIL)
    assert [code for code, _ in refused.values()] == [452]
    assert len(box.mails) == 1


def test_what_cannot_be_written_down_stays_with_the_other_server(
    door: smtplib.SMTP, box: Box
) -> None:
    box.full = True
    with pytest.raises(smtplib.SMTPDataError) as refused:
        door.sendmail("", [MINE], MAIL)
    assert refused.value.smtp_code == 451
    box.full = False
    door.sendmail("", [MINE], MAIL)
    assert len(box.mails) == 1


@pytest.mark.parametrize(("url", "good"), [
    ("lmtp://127.0.0.1:8024", True), ("smtp://[::1]:25", True), ("lmtp://127.0.0.1", False),
    ("http://127.0.0.1:1", False), ("lmtp://x:y", False), ("", False),
])
def test_an_address_to_listen_at_names_host_and_port(url: str, good: bool) -> None:
    assert is_listener(url) is good
