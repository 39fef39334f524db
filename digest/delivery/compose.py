"""From a frozen edition and one reader to the bytes of a mail. Pure.

What all readers of an edition share is built once: constant runs are already base64, so that a
mail costs a few concatenations. The same values always give the same bytes.
"""

from __future__ import annotations

import hashlib
import html
import re
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from digest.delivery.eightbit import Plain, in_lines
from digest.delivery.headers import (
    is_safe,
    list_id_header,
    mailbox_header,
    text_header,
    uri_header,
)
from digest.issues.document import SLOT, Slot
from digest.issues.render import closed_subject
from digest.system.errors import Refused
from digest.text.address import BadAddress, parse

UNSUBSCRIBE = "?subject=unsubscribe"
B64_LINE = 57  # bytes that fill a line of 76 characters
TOKEN = re.compile(r"[A-Za-z0-9_.-]+")
# The addresses of nearly all readers and of all our pages: nothing in them needs a closer look.
PLAIN = re.compile(r"[A-Za-z0-9_.+-]+@[A-Za-z0-9.-]+")
SHORT = 70  # characters of an address that fits in its line
URI = re.compile(r"[A-Za-z0-9_.:/@-]+")
TRACKED = frozenset({Slot.CLICK, Slot.OPEN})


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a mail is from.

    ``host`` is where the web pages of the newsletter live; ``hears`` whether what comes to the
    envelope's address is read, so that a reader can leave by a mail to it.
    """

    newsletter_id: int
    name: str
    slug: str
    shown: str
    address: str
    reply_to: str
    host: str
    archive_url: str | None = None
    hears: bool = False

    @property
    def domain(self) -> str:
        """Return the domain of the sender's address."""
        return self.address.rpartition("@")[2]

    @property
    def answers_to(self) -> str:
        """Return the address that a reader's answer should reach."""
        return self.reply_to or self.address


@dataclass(frozen=True, slots=True)
class Reader:
    """One recipient: the token names the reader in Message-ID, the bounce token in the envelope."""

    address: str
    token: str
    bounce: str
    leave_url: str
    preferences_url: str
    click_url: str = ""
    open_url: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready to be handed over.

    ``parts`` together are the message: whole lines with CRLF, none of which begins with a dot.
    """

    envelope_from: str
    recipient: str
    parts: tuple[bytes, ...]

    @property
    def message(self) -> bytes:
        """Return the whole of it."""
        return b"".join(self.parts)


class Body:
    """A text whose slots are filled per reader, as base64 lines.

    A slot's value is encoded together with the few bytes around it that do not fill a group of
    three; the run after it exists encoded for each of the three ways it may be cut.
    """

    encoding = b"base64"

    def __init__(self, text: str) -> None:
        parts = SLOT.split(text.replace("\r\n", "\n").replace("\n", "\r\n"))
        self.slots = [Slot(part) for part in parts[1::2]]
        runs = [part.encode() for part in parts[::2]]
        self._head = _cut(runs[0], 0)
        self._runs = [tuple(_cut(run, start) for start in range(3)) for run in runs[1:]]

    def fill(self, values: Mapping[Slot, str]) -> list[bytes]:
        """Return the encoded text with the values in place of the slots, in parts."""
        _, done, rest = self._head
        pieces = [done]
        for slot, cuts in zip(self.slots, self._runs, strict=True):
            raw = rest + values[slot].encode()
            start = -len(raw) % 3
            head, done, rest = cuts[start]
            if len(head) < start:  # the run is too short to fill the group: go on from there
                rest = raw + head
                continue
            pieces += [_lines(raw + head), done]
        return [*pieces, _lines(rest)]


@dataclass(frozen=True, slots=True)
class Skeleton:
    """An edition ready to be addressed: everything that does not depend on the reader."""

    issue_id: int
    sender: Sender
    top: bytes
    bottom: bytes
    boundary: str
    text: Body
    html: Body | Plain
    tracked: bool
    leave_by_mail: str


def skeleton(
    issue_id: int, subject: str, page: str, text: str, sender: Sender, *, eight_bit: bool = False
) -> Skeleton:
    """Prepare an edition with its slots still in it; ``eight_bit`` leaves its page unencoded.

    Raises Refused("bad_header", name=…) for a subject or sender that no header may hold.
    """
    boundary = _boundary(subject, page, text)
    label = f"{sender.slug}.{sender.host}"
    lines = in_lines(page) if eight_bit else None
    body = Body(page) if lines is None else Plain(lines)
    ends = [
        text_header("Subject", subject),
        text_header("MIME-Version", "1.0"),
        list_id_header(sender.name, label),
        text_header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        text_header("Feedback-ID", _feedback_id(issue_id, sender)),
        text_header("Precedence", "list"),
        text_header("Content-Language", "ar"),
        _multipart(boundary),
    ]
    if sender.archive_url:
        ends.insert(3, uri_header("List-Archive", sender.archive_url))
    return Skeleton(
        issue_id=issue_id, sender=sender, top=_from(sender), bottom=b"".join(ends),
        boundary=boundary, text=Body(text), html=body, tracked=not TRACKED.isdisjoint(body.slots),
        leave_by_mail="" if sender.hears else f"mailto:{sender.answers_to}{UNSUBSCRIBE}",
    )


def compose(frame: Skeleton, reader: Reader, *, at: datetime, mark: str = "i") -> Mail:
    """Return the mail for one reader.

    ``mark`` begins the Message-ID: "i" for an issue, whose id is then the same at every try.
    """
    sender = frame.sender
    urls = {Slot.LEAVE: reader.leave_url, Slot.PREFERENCES: reader.preferences_url}
    if frame.tracked:
        urls |= {Slot.CLICK: reader.click_url, Slot.OPEN: reader.open_url}
    for value in (reader.token, reader.bounce):
        if not TOKEN.fullmatch(value):
            raise Refused("bad_header", name="Message-ID")
    envelope = f"bounce+{reader.bounce}@{sender.domain}"
    head = b"".join((
        frame.top,
        _to(reader.address),
        _date(at),
        _uri("Message-ID", f"{mark}{frame.issue_id}.{reader.token}@{sender.domain}"),
        _leave(frame, reader.leave_url, envelope),
        _uri("List-Help", reader.preferences_url),
        frame.bottom,
    ))
    text = frame.text.fill(_checked(urls))
    page = frame.html.fill({slot: html.escape(url) for slot, url in urls.items()})
    parts = _parts(frame.boundary, text, page, frame.html.encoding)
    return Mail(envelope, reader.address, (head, *parts))


def plain_mail(
    sender: Sender, to: str, *, subject: str, page: str, text: str, message_id: str, at: datetime
) -> Mail:
    """Return a single mail that the product writes by itself, such as a confirmation.

    Its envelope sender is empty, so nothing ever answers it (RFC 3834, RFC 5321 4.5.5).
    """
    if not TOKEN.fullmatch(message_id):
        raise Refused("bad_header", name="Message-ID")
    boundary = _boundary(subject, page, text)
    head = b"".join((
        _from(sender),
        mailbox_header("To", "", to),
        _date(at),
        uri_header("Message-ID", f"{message_id}@{sender.domain}"),
        text_header("Subject", closed_subject(subject)),
        text_header("MIME-Version", "1.0"),
        text_header("Auto-Submitted", "auto-generated"),
        text_header("Content-Language", "ar"),
        _multipart(boundary),
    ))
    return Mail("", to, (head, *_parts(boundary, Body(text).fill({}), Body(page).fill({}))))


def mailable(address: str) -> str:
    """Return an address with its domain as A-label; raises Refused("bad_sender")."""
    try:
        return parse(address).address
    except BadAddress as error:
        raise Refused("bad_sender") from error


def _from(sender: Sender) -> bytes:
    return mailbox_header("From", sender.shown, sender.address) + mailbox_header(
        "Reply-To", "", sender.answers_to
    )


def _feedback_id(issue_id: int, sender: Sender) -> str:
    """Issue, list, kind of mail and sender, the last one stable for ever (Gmail's rule)."""
    stable = hashlib.sha256(sender.domain.encode()).hexdigest()[:10]
    return f"{issue_id}:{sender.slug}:news:{stable}"


def _boundary(*texts: str) -> str:
    """A line that no base64 body can hold, the same for the same mail."""
    return "digest-" + hashlib.sha256("\0".join(texts).encode()).hexdigest()[:24]


def _multipart(boundary: str) -> bytes:
    return b"Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n" % boundary.encode()


def _to(address: str) -> bytes:
    """The common case of ``mailbox_header`` at once."""
    if len(address) <= SHORT and PLAIN.fullmatch(address):
        return b"To: <%s>\r\n" % address.encode()
    return mailbox_header("To", "", address)


def _uri(name: str, uri: str, *others: str) -> bytes:
    """What ``uri_header`` returns: how it is cut into lines depends on the lengths alone."""
    if not URI.fullmatch(uri):
        return uri_header(name, uri, *others)
    before, after = _around(name, len(uri), others)
    return before + uri.encode() + after


def _leave(frame: Skeleton, url: str, envelope: str) -> bytes:
    """The two ways to leave: by the web, and by a mail, to the envelope's address if it is read."""
    if frame.leave_by_mail:
        return _uri("List-Unsubscribe", url, frame.leave_by_mail)
    if not URI.fullmatch(url):
        return uri_header("List-Unsubscribe", url, f"mailto:{envelope}{UNSUBSCRIBE}")
    return f"List-Unsubscribe: <{url}>,\r\n <mailto:{envelope}{UNSUBSCRIBE}>\r\n".encode()


@lru_cache(maxsize=256)
def _around(name: str, length: int, others: tuple[str, ...]) -> tuple[bytes, bytes]:
    before, _, after = uri_header(name, "x" * length, *others).partition(b"<" + b"x" * length)
    return before + b"<", after


@lru_cache(maxsize=4)
def _date(at: datetime) -> bytes:
    return text_header("Date", format_datetime(at))


def _parts(
    boundary: str, text: list[bytes], page: list[bytes], encoding: bytes = b"base64"
) -> Sequence[bytes]:
    """Text first, HTML last: a reader's program shows the last one it understands."""
    edge = b"\r\n--" + boundary.encode()
    kind = b"\r\nContent-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n"
    return (
        edge + kind % (b"plain", b"base64"), *text, edge + kind % (b"html", encoding), *page,
        edge + b"--\r\n",
    )


def _checked(urls: Mapping[Slot, str]) -> Mapping[Slot, str]:
    for slot, url in urls.items():
        if URI.fullmatch(url):
            continue
        if not url.isascii() or not is_safe(url) or " " in url:
            raise Refused("bad_header", name=slot.value)
    return urls


def _cut(run: bytes, start: int) -> tuple[bytes, bytes, bytes]:
    """The first ``start`` bytes, what follows in whole groups of three encoded, and the rest."""
    end = start + (max(len(run) - start, 0)) // 3 * 3
    return run[:start], _lines(run[start:end]), run[end:]


def _lines(raw: bytes) -> bytes:
    """Base64 lines of at most 76 characters, each with its line end; a short line is legal."""
    return b"".join([
        b2a_base64(raw[at : at + B64_LINE], newline=False) + b"\r\n"
        for at in range(0, len(raw), B64_LINE)
    ])
