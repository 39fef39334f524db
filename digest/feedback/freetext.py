"""Bounces written for people: who wrote them, which address they mean, what they say. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

LOOKED_AT = 20_000  # characters of a notice
LONGEST = 2000  # characters of a header
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
MACHINES = re.compile(
    r"mailer-?daemon|postmaster|mail ?(?:delivery|system|server|admin)|mdaemon|mailadmin|delivery"
    r"|amavis|bounce|daemon|smtp|mrelay|mail\.?gate|<>|system administrator|virus",
    re.IGNORECASE,
)
SUBJECTS = re.compile("|".join((
    r"undeliver", r"not be delivered", r"could ?n[o']t (?:be )?deliver", r"unable to deliver",
    r"deliver\w* (?:fail|error|problem|status|unsuccess|incomplete|report|notif)", r"failure",
    r"fail\w* (?:notice|deliver|mail|message)", r"return(?:ed|ing) (?:mail|message|to sender)",
    r"mail (?:delivery|failure|error|system)", r"message (?:delivery|status|could|not)",
    r"error (?:sending|in) ", r"bounce", r"rejected", r"not (?:read|sent)", r"user unknown",
    r"inactive", r"warning: ", r"invalid address", r"permanent", r"non.?remis", r"unzustellbar",
    r"non recapitabile", r"no se (?:ha )?(?:puede|pudo)", "配", "エラー", "تعذ",
)), re.IGNORECASE)
ANSWERS = re.compile("|".join((
    r"auto:", r"auto(?:matic|mated)?[ -]?(?:re(?:ply|sponse)|antwort|matic)",
    r"out of (?:the )?office", r"vacation", r"abwesen", r"away from", r"on holiday",
    "خارج المكتب", "رد تلقائي",
)), re.IGNORECASE)
TALK = re.compile(r"^(?:re|aw|sv|fwd?|wg|رد|تحويل)\s*:", re.IGNORECASE)  # of people
# Where the mail that came back begins.
RETURNED = re.compile("|".join((
    r"^[ \t>*]*-{2,}.{0,10}(?:original|below this line|this is a copy|returned|unsent).*$",
    r"^[ \t>*]*-{2,}.{0,10}(?:the header|transcript of the mail|enclosed|copy of).*$",
    r"^[ \t>*]*-{4,} ?(?:original message|message header).*$",
    r"^[ \t>*]*(?:original|your) message (?:follows|attached|headers?).*$",
    r"^[ \t>*]*(?:the |your )?(?:original )?message headers?:?.*$",
    r"^[ \t>*]*received: (?:from|by) .*$", r"^[ \t>*]*return-path: .*$",
)), re.IGNORECASE | re.MULTILINE)
BLAMED = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# Those who help, and those we wrote as, are never meant.
HELPERS = re.compile(
    r"^(?:postmaster|abuse|support|helpdesk|mailer-daemon|bounce\+|info)", re.IGNORECASE
)
# What a notice repeats of the mail's own headers is no reason.
FIELDS = re.compile(r"^[ \t]*(?:subject|date|sent|message-id|from|cc|reply-to) ?:.*$", re.I | re.M)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice says: the addresses it blames, or only puts off, and its words."""

    failed: frozenset[str]
    delayed: frozenset[str]
    status: str
    text: str


def read(mail: Message, parts: list[Message]) -> Notice | None:
    """Read a notice; None when the mail is none, whatever it holds.

    The forms of old servers are found by ``flufl.bounce`` (Mailman's detectors).
    """
    signed = is_machine(mail) or bool(SUBJECTS.search(header(mail, "Subject")))
    if not signed and (is_automatic(mail) or TALK.search(header(mail, "Subject"))):
        return None
    delayed, failed = _detected(mail)
    if not (failed or delayed or signed):
        return None
    text = notice(mail, parts)
    if not (failed or delayed):
        failed = _blamed(text)
    status = STATUS.search(text)
    return Notice(failed, delayed - failed, status[1] if status else "", text)


def _detected(mail: Message) -> tuple[frozenset[str], frozenset[str]]:
    """The addresses that are put off, and those that failed, in the forms of old servers."""
    from flufl.bounce import all_failures

    try:
        delayed, failed = all_failures(mail)
    except (ValueError, LookupError, TypeError, AttributeError):
        return frozenset(), frozenset()  # a form that its detector cannot take
    return frozenset(map(_text, delayed)), frozenset(map(_text, failed))


def notice(mail: Message, parts: list[Message]) -> str:
    """Return the words before the mail that came back."""
    for part in parts:
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            break
        if part.get_content_maintype() == "text" and not part.is_multipart():
            text = text_of(part)[:LOOKED_AT]
            if part.get_content_subtype() == "html":
                text = re.sub(r"<[^>@]{0,300}>", " ", text)
            if text.strip():
                found = RETURNED.search(text, 1)
                text = text[: found.start()] if found and found.start() > 40 else text
                return FIELDS.sub("", text)
    return ""


def is_machine(mail: Message) -> bool:
    """Tell whether a mail server wrote this: by the sender's name, or by having none."""
    sender = f"{mail.get('From', '')} {mail.get('Sender', '')}"
    return bool(MACHINES.search(sender)) or str(mail.get("Return-Path", "")).strip() == "<>"


def is_automatic(mail: Message) -> bool:
    """Tell whether a program answered in a person's place (RFC 3834)."""
    auto = str(mail.get("Auto-Submitted", "no")).strip().lower()
    names = ("X-Autoreply", "X-Autorespond", "X-Autogenerated", "X-Auto-Reply-From")
    precedence = str(mail.get("Precedence", "")).strip().lower()
    return (
        not auto.startswith("no")
        or any(name in mail for name in names)
        or precedence in {"auto_reply", "junk"}
        or "X-Auto-Response-Suppress" in mail
        or bool(ANSWERS.search(header(mail, "Subject")))
    )


def text_of(part: Message) -> str:
    """Return the decoded text of a part; what cannot be decoded is shown as it is."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return payload.decode("utf-8", "replace")


def header(mail: Message, name: str) -> str:
    """Return a header as people read it: encoded words decoded, bytes taken for UTF-8."""
    raw = next((value for key, value in mail.raw_items() if key.lower() == name.lower()), "")
    text = str(raw)[:LONGEST].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        return str(make_header(decode_header(text)))
    except (ValueError, LookupError, HeaderParseError):
        return text


def _blamed(text: str) -> frozenset[str]:
    """The first address of a notice that can be meant."""
    found = (one.strip(".'") for one in BLAMED.findall(text))
    return frozenset([one for one in found if not HELPERS.match(one)][:1])


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

