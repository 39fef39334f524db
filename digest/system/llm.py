"""A language model behind any OpenAI-compatible endpoint. What goes wrong comes back as a value.

The operator names the endpoint, so it may stand on loopback; redirects are not followed, the
answer is bounded in size and in time as a whole, and the key is in one header and nowhere else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import httpcore2
import httpx2

from digest.system.clock import Clock, SystemClock
from digest.system.fetch import AGENT, BUSY, seconds_until
from digest.system.guard import Guard, NoSuchHost, RefusedAddress
from digest.system.unpack import ACCEPTED, BadEncoding, Unpacker
from digest.system.wire import Wire

SECONDS = 60.0
MAX_BYTES = 1024 * 1024  # of an answer, unpacked
TOKENS = 4000
CHARACTERS_A_TOKEN = 2  # of Arabic; tokenizers of common models need less of them a token
TEMPERATURE = 0.2


class Failure(StrEnum):
    """Why there is no text; put into words by the surfaces."""

    OFF = "llm_off"
    TIMEOUT = "llm_timeout"
    NETWORK = "llm_network"
    AUTH = "llm_auth"
    BUSY = "llm_busy"
    STATUS = "llm_status"
    NOT_JSON = "llm_not_json"
    TOO_BIG = "llm_too_big"
    EMPTY = "llm_empty"
    CUT = "llm_cut"
    OVER_BUDGET = "llm_over_budget"


@dataclass(frozen=True, slots=True)
class Answer:
    """The model's text, or why there is none; ``retry_after`` is in seconds."""

    text: str = ""
    failure: Failure | None = None
    status: int | None = None
    retry_after: int | None = None


class Endpoint:
    """Asks one model. Without a URL it is off and answers every question with that."""

    def __init__(
        self, url: str = "", model: str = "", key: str = "", *, seconds: float = SECONDS,
        tokens: int = TOKENS, max_bytes: int = MAX_BYTES, clock: Clock | None = None,
    ) -> None:
        """``url`` is the base address up to /v1; ``tokens`` bounds a question with its answer."""
        self._url = url.rstrip("/")
        self.model = model
        self.tokens = tokens
        self._key = key
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._clock = clock or SystemClock()
        self._wire = Wire(self._url, self._clock) if self._url else None

    @property
    def is_on(self) -> bool:
        """Tell whether an endpoint is configured."""
        return bool(self._url)

    @property
    def address(self) -> str:
        """Return host and port, for people; never more of the URL."""
        return urlsplit(self._url).netloc

    def ask(self, instructions: str, data: str, *, answer_tokens: int) -> Answer:
        """Ask for one text. ``instructions`` are ours, ``data`` is whatever others wrote.

        Raises nothing for what fails outside: see Failure. Takes at most the given seconds.
        """
        if self._wire is None:
            return Answer(failure=Failure.OFF)
        spent = (len(instructions) + len(data)) // CHARACTERS_A_TOKEN + answer_tokens
        if spent > self.tokens:
            return Answer(failure=Failure.OVER_BUDGET)
        body = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": instructions},
                {"role": "user", "content": data},
            ],
            "max_tokens": answer_tokens,
            "temperature": TEMPERATURE,
            "stream": False,
        }
        reply = self._send(self._wire, "POST", "/chat/completions", body)
        return reply if isinstance(reply, Answer) else self._read(reply)

    def probe(self) -> Answer:
        """Ask which models there are: an answer without failure means that the endpoint works."""
        if self._wire is None:
            return Answer(failure=Failure.OFF)
        reply = self._send(self._wire, "GET", "/models", None)
        return reply if isinstance(reply, Answer) else Answer(status=200)

    def close(self) -> None:
        """Close idle connections."""
        if self._wire is not None:
            self._wire.close()

    def _read(self, reply: Any) -> Answer:
        """Take the text out of a decoded answer; whatever has another shape is not one."""
        try:
            choice = reply["choices"][0]
            text, ended = choice["message"]["content"], choice.get("finish_reason")
            spent = (reply.get("usage") or {}).get("total_tokens") or 0
        except (KeyError, IndexError, TypeError, AttributeError):
            return Answer(failure=Failure.NOT_JSON)
        if text is not None and not isinstance(text, str):
            return Answer(failure=Failure.NOT_JSON)
        if ended == "length":
            return Answer(failure=Failure.CUT)
        if isinstance(spent, int) and spent > self.tokens:
            return Answer(failure=Failure.OVER_BUDGET)
        if not text or not text.strip():
            return Answer(failure=Failure.EMPTY)
        return Answer(text)

    def _send(self, wire: Wire, method: str, path: str, body: dict[str, Any] | None) -> Any:
        """Return the decoded JSON of a good answer, else an Answer with its failure."""
        wire.guard.start(self._seconds)
        try:
            message = self._message(method, path, body, wire.guard)
            response = wire.transport.handle_request(message)
            try:
                return self._answer(response, wire.guard)
            finally:
                response.close()
        except (httpx2.TimeoutException, httpcore2.TimeoutException):
            return Answer(failure=Failure.TIMEOUT)
        except (httpx2.TransportError, RefusedAddress, NoSuchHost, BadEncoding):
            return Answer(failure=Failure.NETWORK)

    def _message(
        self, method: str, path: str, body: dict[str, Any] | None, guard: Guard
    ) -> httpx2.Request:
        headers = {
            "User-Agent": AGENT, "Accept": "application/json", "Accept-Encoding": ACCEPTED,
            "Content-Type": "application/json",
        }  # fmt: skip
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        limits = dict.fromkeys(("connect", "read", "write", "pool"), guard.remaining())
        return httpx2.Request(
            method, self._url + path, headers=headers, content=content,
            extensions={"timeout": limits},
        )  # fmt: skip

    def _answer(self, response: httpx2.Response, guard: Guard) -> Any:
        status = response.status_code
        if status in {401, 403}:
            return Answer(failure=Failure.AUTH, status=status)
        if status in BUSY:
            wait = seconds_until(response.headers.get("retry-after"), self._clock)
            return Answer(failure=Failure.BUSY, status=status, retry_after=wait)
        if status != 200:
            return Answer(failure=Failure.STATUS, status=status)
        content = self._body(response, guard)
        if content is None:
            return Answer(failure=Failure.TOO_BIG, status=status)
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            return Answer(failure=Failure.NOT_JSON, status=status)

    def _body(self, response: httpx2.Response, guard: Guard) -> bytes | None:
        """Read and unpack; None when it is larger than allowed."""
        unpacker = Unpacker(response.headers.get("content-encoding", ""))
        body = bytearray()
        for data in response.iter_raw():
            for piece in unpacker.feed(data):
                body += piece
                if len(body) > self._max_bytes:
                    return None
            guard.remaining()
        unpacker.check_end()
        return bytes(body)
