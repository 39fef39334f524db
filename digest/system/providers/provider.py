"""Handing mails over by a provider's HTTP interface: the same three ends as with SMTP.

The last byte of a request is what the final dot is in SMTP. Before it has left, the provider
cannot have the mail; from then on, until a whole answer was read, nobody knows.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpcore2
import httpx2

from digest.system.clock import Clock, SystemClock
from digest.system.fetch import AGENT, BUSY, seconds_until
from digest.system.guard import NoSuchHost, RefusedAddress
from digest.system.providers.api import Api, Call, No, said, shown
from digest.system.reply import Reply, Stage
from digest.system.rest import Rest
from digest.system.unpack import ACCEPTED, BadEncoding, Unpacker
from digest.system.wire import Wire

SECONDS = 60.0  # for one request with its answer
LONGEST_ANSWER = 256 * 1024  # bytes, unpacked
WAITS = 4  # times that a mail waits because the provider is busy
LONGEST_WAIT = 20.0  # seconds; who should wait longer comes back with the whole run
TROUBLES = 3  # answers in a row that leave a mail in doubt, before the provider is left alone
BROKEN = (
    httpx2.TransportError, httpcore2.TimeoutException, RefusedAddress, NoSuchHost, BadEncoding,
)


class TooLong(Exception):
    """An answer that nobody should read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``status`` 0: nothing, and ``left`` tells whether all of it had left."""

    status: int
    left: bool = True
    text: str = ""
    facts: Mapping[str, Any] | None = None
    retry_after: int | None = None


class Provider:
    """One account with a provider; it stands where a relay stands."""

    captures = False
    eight_bit = False

    def __init__(self, api: Api, *, timeout: float, clock: Clock | None = None) -> None:
        self.api = api
        self.timeout = min(timeout, SECONDS)
        self.clock = clock or SystemClock()
        self._wire = Wire(api.base, self.clock, connections=50)
        self._rest = Rest()
        self._troubles = 0
        self._lock = threading.Lock()

    def address(self) -> tuple[str, int]:
        """Return host and port of the interface."""
        parts = urlsplit(self.api.base)
        return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)

    def lend(self) -> ProviderSession:
        """Return a session for keeps; connections are shared below it."""
        return ProviderSession(self)

    def give_back(self, session: ProviderSession) -> None:
        """Take a session back; nothing of it stays open."""

    @contextmanager
    def session(self) -> Iterator[ProviderSession]:
        """Lend a session."""
        yield ProviderSession(self)

    def close(self) -> None:
        """Close idle connections."""
        self._wire.close()

    def greet(self) -> Reply:
        """Ask something harmless: stage READY when the provider knows us."""
        answer = self.ask(self.api.greeting(now=self.clock.now()))
        if answer.status == 200:
            return Reply(Stage.READY, 250, shown(answer.text))
        no = self.api.refused(answer.status, answer.facts or {}) if answer.status else No.LATER
        return said(no or No.LATER, answer.text)

    def lookup(self, message_id: str, at: datetime) -> bool | None:
        """Tell whether the provider has taken a mail; None when it cannot be told, or not yet."""
        call = self.api.search(message_id, at, now=self.clock.now())
        if call is None:
            return None
        answer = self.ask(call)
        if answer.status != 200 or answer.facts is None:
            return None
        return self.api.found(answer.facts, message_id)

    def is_resting(self) -> bool:
        """Tell whether it gave too many answers that leave a mail in doubt."""
        with self._lock:
            return not self._rest.is_over(self.clock.ticks())

    def heard(self, reply: Reply) -> None:
        """Count answers that leave a mail in doubt, so that few do."""
        with self._lock:
            self._troubles = self._troubles + 1 if reply.unknown else 0
            if self._troubles >= TROUBLES:
                self._rest.begin(self.clock.ticks())

    def ask(self, call: Call) -> Answer:
        """Make one request. Redirects are not followed: a key is for one host only."""
        progress = _Progress(call.content)
        guard = self._wire.guard
        guard.start(self.timeout)
        try:
            response = self._wire.transport.handle_request(self._message(call, progress))
            try:
                body = self._body(response)
            finally:
                response.close()
        except (*BROKEN, TooLong) as error:
            return Answer(0, left=progress.all_left, text=str(error) or type(error).__name__)
        wait = response.headers.get("retry-after")
        facts, text = _facts(body)
        return Answer(
            response.status_code, facts=facts, text=f"HTTP {response.status_code} {text}",
            retry_after=seconds_until(wait, self.clock) if wait else None,
        )

    def _message(self, call: Call, progress: _Progress) -> httpx2.Request:
        headers = {
            "User-Agent": AGENT, "Accept": "application/json", "Accept-Encoding": ACCEPTED,
            "Content-Length": str(len(call.content)), **call.headers,
        }  # fmt: skip
        if not call.content:
            del headers["Content-Length"]
        return httpx2.Request(
            call.method, call.url, headers=headers, content=progress if call.content else None,
            extensions={"timeout": self._wire.limits()},
        )

    def _body(self, response: httpx2.Response) -> bytes:
        unpacker = Unpacker(response.headers.get("content-encoding", ""))
        body = bytearray()
        for data in response.iter_raw():
            for piece in unpacker.feed(data):
                body += piece
                if len(body) > LONGEST_ANSWER:
                    raise TooLong("the answer is too long")
            self._wire.guard.remaining()
        unpacker.check_end()
        return bytes(body)


class ProviderSession:
    """Hands mails over, one at a time, each by one request."""

    smtputf8 = False  # none of the providers takes an Arabic local part
    takes_8bit = False

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._ending = threading.Event()

    def open(self) -> Reply:
        """Tell whether the provider may be asked; the key shows its worth with the first mail."""
        if self.provider.is_resting():
            return said(No.LATER, "no clear answer to the last mails")
        return Reply(Stage.READY, 250, "")

    def submit(self, envelope_from: str, recipient: str, message: bytes) -> Reply:
        """Hand over one message and return the deciding reply; wait while the provider is busy.

        Raises ValueError for a recipient that the provider cannot be told.
        """
        if not recipient.isascii():
            raise ValueError("the provider takes no address beyond ASCII")
        for _ in range(WAITS):
            opened = self.open()
            if not opened.ready:
                return opened
            reply, wait = self._hand_over(envelope_from, recipient, message)
            if wait is None:
                break
            if wait > LONGEST_WAIT or self.provider.clock.wait(self._ending, wait):
                break
        return reply

    def close(self) -> None:
        """Wait for nothing any more."""
        self._ending.set()

    def _hand_over(
        self, envelope_from: str, recipient: str, message: bytes
    ) -> tuple[Reply, float | None]:
        """One request: the reply, and how many seconds later it is worth another one."""
        provider = self.provider
        call = provider.api.submission(
            envelope_from, recipient, message, now=provider.clock.now()
        )
        answer = provider.ask(call)
        reply = judged(provider.api, answer)
        provider.heard(reply)
        busy = answer.status in BUSY and not reply.unknown
        return reply, float(answer.retry_after or 1) if busy else None


def judged(api: Api, answer: Answer) -> Reply:
    """Return an answer to a submission as the reply of a relay. Pure."""
    facts = answer.facts or {}
    if not answer.status:
        # Stage MAIL without a code: the connection broke, surely nothing was sent.
        return Reply(Stage.DOT if answer.left else Stage.MAIL, 0, shown(answer.text))
    if 200 <= answer.status < 300 and (number := api.accepted(facts)):
        return Reply(Stage.DOT, 250, shown(number))
    no = _plain_no(answer.status) or api.refused(answer.status, facts)
    # A server's own error says nothing of what it had done before (RFC 9110 15.6).
    return said(no, answer.text) if no else Reply(Stage.DOT, 0, shown(answer.text))


def _plain_no(status: int) -> No | None:
    """What a status means with every provider."""
    if status in BUSY:
        return No.LATER
    return No.REFUSED if 300 <= status < 400 else None


def _facts(body: bytes) -> tuple[Mapping[str, Any] | None, str]:
    """The JSON object of an answer and what of it is shown to people."""
    try:
        facts = json.loads(body)
    except (ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict):
        return None, body[:200].decode("utf-8", "replace")
    text = next((str(facts[name]) for name in ("message", "Message") if name in facts), "")
    return facts, text


class _Progress:
    """A body that remembers whether its last byte was asked for."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.all_left = False

    def __iter__(self) -> Iterator[bytes]:
        yield self._content[:-1]
        self.all_left = True
        yield self._content[-1:]
