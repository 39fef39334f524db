"""Reading what comes back by mail: DSN (RFC 3464), complaints (RFC 5965), and free text. Pure.

What a report says is kept apart from whom it is about; that, ``claims`` decides by our tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from enum import StrEnum

from digest.feedback import freetext
from digest.feedback.why import ADDRESS, FINAL, Why, is_status, why
from digest.text.clean import strip_controls

LARGEST = 1024 * 1024  # bytes that are looked at; a report with our mail in it has a tenth
MOST_LINES = 10_000  # of those; detectors of old forms take a millisecond for a hundred
HEAD = 64 * 1024  # bytes of a mail's headers
MOST_PARTS = 60  # of a mail; a report has three
MOST_READERS = 200  # recipients of one report that are looked at
RECEIVED = 50  # servers on the way: more is a loop
SHOWN = 500  # characters of a server's words that are kept

STATUSES = frozenset({"message/delivery-status", "message/global-delivery-status"})
COMPLAINTS = frozenset({"abuse", "fraud"})  # RFC 5965 7.3; others are no reader's word against us
REPORTS = {"failed": "", "delayed": "delayed", "delivered": "delivered", "relayed": "delivered",
           "expanded": "delivered"}


class What(StrEnum):
    """What a mail says; everything after ``LEAVE`` changes nothing and is only counted."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    LEAVE = "leave"
    DELAYED = "delayed"  # the server still tries
    DELIVERED = "delivered"
    AUTOMATIC = "automatic"  # holidays, receipts, tickets
    LOOP = "loop"  # our own mail, back again
    HARMLESS = "harmless"  # a report that blames nobody, such as "not spam"
    BROKEN = "broken"  # too deep, too many parts, no mail at all
    UNCLEAR = "unclear"  # a letter from a person, or a report that nobody can read


@dataclass(frozen=True, slots=True)
class Account:
    """What a report says of one recipient; empty fields were not given.

    ``address`` is the one we wrote to, where the report tells it from the ``last`` one tried.
    """

    address: str
    last: str
    action: str
    status: str
    words: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What a mail says.

    ``addresses`` are those it blames, ``others`` what it calls them besides; ``front`` and
    ``body`` are where tokens may stand.
    """

    what: What
    why: Why = Why.OTHER
    status: str = ""
    text: str = ""
    addresses: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    front: str = field(default="", repr=False)
    body: str = field(default="", repr=False)

    @property
    def is_final(self) -> bool:
        """Whether the address is at its end, not only this mail."""
        return self.what is What.BOUNCE and self.why in FINAL


def read(raw: bytes, *, envelope_to: str = "") -> Heard:
    """Read a mail. Never raises for its content, and never looks at more than ``LARGEST``."""
    lines = re.sub(rb"\r\n?", b"\n", raw[:LARGEST]).lstrip(b"\n").split(b"\n", MOST_LINES)
    raw = b"\n".join(lines[:MOST_LINES])
    front = f"{envelope_to}\n{_head(raw)}"
    deep = raw.lower().count(b"boundary=") > MOST_PARTS
    if deep or len(raw.partition(b"\n\n")[0]) > HEAD:
        return Heard(What.BROKEN, front=front)
    try:
        mail = message_from_bytes(raw)
        parts = list(_parts(mail))
        if len(parts) > MOST_PARTS:
            return Heard(What.BROKEN, front=front)
        heard = _judge(mail, parts)
        body = "\n".join(_texts(parts))
    except (MessageError, RecursionError, ValueError, LookupError, TypeError, AttributeError):
        return Heard(What.BROKEN, front=front)  # what the library itself cannot take
    return replace(heard, text=tidy(heard.text), front=front, body=body)


def tidy(text: str) -> str:
    """Return a server's words in one line without addresses, no longer than what is shown."""
    line = " ".join(strip_controls(text[: 8 * SHOWN].replace("\n", " ")).split())
    return ADDRESS.sub("•••", line)[:SHOWN]


def _judge(mail: Message, parts: list[Message]) -> Heard:
    if _is_loop(mail):
        return Heard(What.LOOP)
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            return _complaint(parts, part)
    accounts = tuple(_accounts(parts))
    if accounts:
        return _of_accounts(mail, parts, accounts)
    if _asks_to_leave(mail):
        return Heard(What.LEAVE)
    if any("X-HmXmrOriginalRecipient" in part for part in parts):  # Outlook's complaints
        return Heard(What.COMPLAINT, Why.COMPLAINT)
    return _of_words(mail, parts)


def _is_loop(mail: Message) -> bool:
    """Our own mail, or one that has been on the way for ever."""
    ours = "/leave/" in str(mail.get("List-Unsubscribe", "")) and "Feedback-ID" in mail
    return ours or len(mail.get_all("Received", [])) > RECEIVED


def _complaint(parts: list[Message], part: Message) -> Heard:
    fields = next(iter(_blocks(_plain(part))), {})
    kind = fields.get("feedback-type", "").lower()
    if kind == "opt-out":
        return Heard(What.LEAVE)
    blamed = frozenset(_address(value) for value in (
        fields.get("original-rcpt-to", ""), fields.get("removal-recipient", "")) if "@" in value)
    if kind in COMPLAINTS:
        return Heard(What.COMPLAINT, Why.COMPLAINT, "", kind, blamed)
    return Heard(What.HARMLESS)


def _of_accounts(mail: Message, parts: list[Message], accounts: tuple[Account, ...]) -> Heard:
    """A report with a machine's part. Failed for one recipient is failed."""
    failed = [one for one in accounts if REPORTS.get(one.action, "") == ""]
    if not failed:
        return Heard(What(REPORTS[accounts[0].action]),
                     addresses=frozenset(one.address for one in accounts))
    notice = freetext.notice(mail, parts)
    first = failed[0]
    words = first.words or notice
    reason = why(first.status, first.words)
    if reason is Why.OTHER or (reason is Why.EXPIRED and not first.words):
        reason = why(first.status, f"{first.words} {notice}")
    blamed = frozenset(one.address for one in failed if one.address)
    if not blamed and (found := freetext.read(mail, parts)):
        blamed = found.failed
    return Heard(What.BOUNCE, reason, first.status, words, blamed,
                 frozenset(one.last for one in failed if one.last))


def _of_words(mail: Message, parts: list[Message]) -> Heard:
    """A mail without a machine's part: a bounce in free text, an automatic answer, a letter."""
    found = freetext.read(mail, parts)
    if found is not None and (found.failed or found.delayed):
        if not found.failed:
            return Heard(What.DELAYED, addresses=found.delayed)
        return Heard(What.BOUNCE, why(found.status, found.text), found.status, found.text,
                     found.failed)
    if freetext.is_automatic(mail):
        return Heard(What.AUTOMATIC)
    if found is not None and found.text:
        reason = why(found.status, found.text)
        if reason is not Why.OTHER:
            return Heard(What.BOUNCE, reason, found.status, found.text)
    return Heard(What.UNCLEAR)


def _asks_to_leave(mail: Message) -> bool:
    """The mail that a mail program writes for the mailto of List-Unsubscribe."""
    if mail.get_content_maintype() == "multipart" and "report" in mail.get_content_type():
        return False
    subject = freetext.header(mail, "Subject").strip().lower()
    return subject == "unsubscribe" and not freetext.is_machine(mail) and (
        not freetext.is_automatic(mail)
    )


def _accounts(parts: list[Message]) -> Iterator[Account]:
    """What the machine's parts say of each recipient."""
    told = 0
    for part in parts:
        if part.get_content_type() not in STATUSES:
            continue
        for fields in _blocks(_plain(part)):
            account = _account(fields)
            if account is not None and told < MOST_READERS:
                told += 1
                yield account


def _account(fields: Mapping[str, str]) -> Account | None:
    final, original = fields.get("final-recipient", ""), fields.get("original-recipient", "")
    action = fields.get("action", "").lower().split(" ")[0].strip(";,.()")
    words = fields.get("diagnostic-code", "")
    given = fields.get("status", "").split(" ")[0]
    if not (final or original or action) or not (action or given or words):
        return None
    status = given if is_status(given) else ""
    told = freetext.STATUS.search(words)
    if told and (not status or status.endswith(".0.0")):
        status = told[1]  # the server's own is more exact than the reporter's
    if action not in REPORTS:
        action = "delayed" if status.startswith("4") else "failed"
    last = _address(final)
    return Account(_address(original) or last, last, action, status, _spoken(words))


def _spoken(words: str) -> str:
    """A diagnostic without the name of its language ("smtp; 550 …")."""
    kind, mark, rest = words.partition(";")
    return rest.strip() if mark and re.fullmatch(r"[A-Za-z0-9_-]{1,20}", kind.strip()) else words


def _address(value: str) -> str:
    """The address of a recipient field ("rfc822; a@b"), or nothing."""
    found = ADDRESS.search(value.partition(";")[2] or value)
    return found[0].strip(".") if found else ""


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """The groups of fields, however they are separated; the first value of a field counts."""
    fields: dict[str, str] = {}
    name = ""
    for line in [*text.split("\n"), ""]:
        if not line.strip():
            if fields:
                yield fields
            fields, name = {}, ""
        elif line[0] in " \t" and name:
            fields[name] += " " + line.strip()
        else:
            key, mark, value = line.partition(":")
            key = key.strip().lower()
            if not mark or " " in key:
                continue
            if key == "final-recipient" and key in fields:  # groups without a line between them
                yield fields
                fields = {}
            name = key if key not in fields else ""
            if name:
                fields[name] = value.strip()


def _parts(mail: Message) -> Iterator[Message]:
    """The mail and its parts, in order, one more than are looked at when there are more.

    The groups of a machine's part, which the parser takes for mails, are no parts of their own.
    """
    left = [mail]
    for _ in range(MOST_PARTS + 1):
        if not left:
            return
        part = left.pop(0)
        yield part
        inner = part.get_payload()
        if isinstance(inner, list) and part.get_content_type() not in STATUSES:
            left[:0] = [one for one in inner if isinstance(one, Message)]


def _plain(part: Message) -> str:
    """The text of a machine's part, which the parser may have cut into mails of their own."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n\n".join(one.as_string() if isinstance(one, Message) else str(one)
                           for one in payload)
    return freetext.text_of(part)


def _texts(parts: list[Message]) -> Iterator[str]:
    """Everything readable of a mail: the headers of its parts, their texts decoded."""
    for part in parts:
        yield "\n".join(f"{name}: {value}" for name, value in part.items())
        if not part.is_multipart() and part.get_content_maintype() in {"text", "message"}:
            yield freetext.text_of(part)


def _head(raw: bytes) -> str:
    """The headers of a mail, their folds undone."""
    head = raw[:HEAD].partition(b"\n\n")[0]
    return re.sub(r"\n[ \t]+", " ", head.decode("utf-8", "replace"))
