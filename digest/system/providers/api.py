"""What a mail provider's HTTP interface has to say for itself. No network here.

An adapter turns a mail into one request and the answer into a ``Reply``, as if SMTP had been
spoken, so that one set of rules judges both. A mail is accepted only when the provider says so
with a number of its own: what has no such proof and is no clear refusal may have been accepted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, Protocol
from urllib.parse import SplitResult, parse_qs

from digest.system.errors import Refused
from digest.system.reply import Reply, Stage

KEPT = 500  # characters of an answer that are stored and shown
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
TOKEN = re.compile(r"bounce\+([A-Za-z0-9_.-]+)@")
# An event is found in the provider's log some time after it happened, and not for ever.
SETTLED = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""


class No(Enum):
    """Why a provider did not take a mail; each is a step of SMTP that would have failed."""

    KEY = auto()  # the account or its key: our fault
    SENDER = auto()  # the sender or its domain: our fault
    RECIPIENT = auto()  # this reader
    CONTENT = auto()  # this mail
    LATER = auto()  # the provider, or our account for now
    REFUSED = auto()  # something that is no such provider


SAID = {
    No.KEY: (Stage.AUTH, 535, ""),
    No.SENDER: (Stage.MAIL, 550, ""),
    No.RECIPIENT: (Stage.RCPT, 550, "5.1.1 "),
    No.CONTENT: (Stage.DOT, 554, ""),
    No.LATER: (Stage.CONNECT, 450, ""),
    No.REFUSED: (Stage.CONNECT, 554, ""),
}


class Api(Protocol):
    """One provider. ``facts`` are the decoded JSON of an answer, empty when it was none."""

    base: str

    def submission(
        self, envelope_from: str, recipient: str, message: bytes, *, now: datetime
    ) -> Call:
        """Return the request that hands a mail over."""
        ...

    def accepted(self, facts: Mapping[str, Any]) -> str:
        """Return the provider's own number of an accepted mail, or nothing."""
        ...

    def refused(self, status: int, facts: Mapping[str, Any]) -> No | None:
        """Return why a mail was not taken; None when nobody can know."""
        ...

    def greeting(self, *, now: datetime) -> Call:
        """Return a harmless request that only a good key is answered."""
        ...

    def search(self, message_id: str, at: datetime, *, now: datetime) -> Call | None:
        """Return the request that looks a mail up; None when it cannot be."""
        ...

    def found(self, facts: Mapping[str, Any], message_id: str) -> bool | None:
        """Return whether the mail is in the answer to ``search``; None when it says nothing."""
        ...


def said(no: No, text: str) -> Reply:
    """Return a refusal as the reply of a relay."""
    stage, code, enhanced = SAID[no]
    return Reply(stage, code, enhanced + shown(text))


def shown(text: str) -> str:
    """An answer as it is stored: bounded, one that cannot rearrange a page."""
    return CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)[:KEPT]


def token_of(envelope_from: str) -> str:
    """Return the token that names the mail in bounces, from its envelope sender; or nothing."""
    found = TOKEN.match(envelope_from)
    return found[1] if found else ""


def base_of(url: SplitResult, default: str) -> str:
    """Return where the provider answers: ``base=`` in the address, by TLS unless on this machine.

    Raises Refused("bad_settings").
    """
    base = option(url, "base").rstrip("/") or default
    local = re.match(r"http://(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?(/|$)", base)
    if not base.startswith("https://") and not local:
        raise Refused("bad_settings", names="DIGEST_SMTP_URL")
    return base


def option(url: SplitResult, name: str, default: str = "") -> str:
    """Return a value behind the question mark of an address."""
    return parse_qs(url.query).get(name, [default])[0]
