"""The one outgoing HTTP client. Whatever goes wrong outside comes back as a value, not an error."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import lru_cache

import httpcore2
import httpx2

from digest.system.addresses import parse_allowed
from digest.system.clock import Clock, SystemClock
from digest.system.guard import Guard, Lookup, NoSuchHost, RefusedAddress, system_lookup
from digest.system.unpack import ACCEPTED, BadEncoding, Unpacker
from digest.text import urls

SECONDS = 20.0  # wall time of a whole fetch: names, connections, redirects and body
MAX_BYTES = 15 * 1024 * 1024  # after unpacking; miniflux takes the same
REDIRECTS = 5
PERMANENT = frozenset({301, 308})
REDIRECT = PERMANENT | {302, 303, 307}
BUSY = frozenset({429, 503})
AGENT = "Digest/0.1"


class Outcome(StrEnum):
    """How a fetch ended; stored with each attempt and put into words by the surfaces."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    REFUSED_ADDRESS = "refused_address"
    BAD_URL = "bad_url"
    DNS = "dns"
    TLS = "tls"
    TIMEOUT = "timeout"
    TOO_BIG = "too_big"
    REDIRECTS = "redirects"
    HTTP_ERROR = "http_error"
    GONE = "gone"
    BUSY = "busy"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What to fetch; the validators of the last good answer make the request conditional.

    ``head`` asks for the answer without its body.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    accept: str = "*/*"
    head: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a fetch. ``url`` is the last address asked; ``retry_after`` is in seconds.

    ``moved_to`` is where permanent redirects (301, 308) from the asked address lead. ``detail`` is
    a fact for the reader of the attempt (an address, a host), never the reply's body.
    """

    outcome: Outcome
    url: str
    status: int | None = None
    content: bytes = b""
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    retry_after: int | None = None
    detail: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """Return the authorities that may vouch for a server: read once, which takes 50 ms."""
    return httpx2.create_ssl_context(trust_env=False)


class Fetcher:
    """Fetches over http and https, from public addresses and those the settings allow.

    ``lookup`` resolves names; it is a parameter for operators' resolvers and for tests with
    scripted answers. Proxies and other settings of the environment are not used.
    """

    def __init__(
        self,
        *,
        allow: tuple[str, ...] = (),
        agent: str = AGENT,
        seconds: float = SECONDS,
        max_bytes: int = MAX_BYTES,
        lookup: Lookup = system_lookup,
        clock: Clock | None = None,
    ) -> None:
        """Raises ValueError for an entry of ``allow`` that cannot be read."""
        self._agent = agent
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._clock = clock or SystemClock()
        self._guard = Guard(parse_allowed(allow), lookup, self._clock)
        self._transport = httpx2.HTTPTransport(verify=trusted(), trust_env=False)
        # httpx2 has no public way to set the backend; a test watches that this one is used.
        self._transport._pool._network_backend = self._guard

    def fetch(self, request: FetchRequest, *, seconds: float | None = None) -> Fetched:
        """Ask an address, following up to five redirects, each checked like the first.

        Takes at most 20 seconds, or ``seconds``, and 15 MB (unpacked), and raises nothing for what
        fails outside.
        """
        self._guard.start(self._seconds if seconds is None else seconds)
        here, moved_to, permanent = request.url, None, True
        for _ in range(REDIRECTS + 1):
            fetched, target = self._ask(request, here)
            if target is None:
                reached = fetched.outcome in {Outcome.OK, Outcome.NOT_MODIFIED}
                return replace(fetched, moved_to=moved_to if reached else None)
            permanent = permanent and fetched.status in PERMANENT
            here, moved_to = target, target if permanent else moved_to
        return Fetched(Outcome.REDIRECTS, here, status=fetched.status)

    def close(self) -> None:
        """Close idle connections."""
        self._transport.close()

    def _ask(self, request: FetchRequest, here: str) -> tuple[Fetched, str | None]:
        """One hop: what came back, and where a redirect leads."""
        try:
            url = str(urls.split(here))
            response = self._transport.handle_request(self._message(request, url))
            try:
                if response.status_code in REDIRECT and "location" in response.headers:
                    return self._redirect(response, url)
                return self._answer(response, url, head=request.head), None
            finally:
                response.close()
        except urls.BadUrl as error:
            return Fetched(Outcome.BAD_URL, here, detail=error.code), None
        except RefusedAddress as error:
            return Fetched(Outcome.REFUSED_ADDRESS, here, detail=str(error)), None
        except NoSuchHost as error:
            return Fetched(Outcome.DNS, here, detail=str(error)), None
        except BadEncoding as error:
            return Fetched(Outcome.NETWORK, here, detail=str(error)), None
        except (httpx2.TimeoutException, httpcore2.TimeoutException) as error:
            return Fetched(Outcome.TIMEOUT, here, detail=str(error)), None
        except httpx2.TransportError as error:
            return Fetched(_outcome_of(error), here, detail=str(error)[:200]), None

    def _message(self, request: FetchRequest, url: str) -> httpx2.Request:
        headers = {
            "User-Agent": self._agent,
            "Accept": request.accept,
            "Accept-Encoding": ACCEPTED,
        }
        if request.etag:
            headers["If-None-Match"] = request.etag
        if request.last_modified:
            headers["If-Modified-Since"] = request.last_modified
        # The guard sets the real limits; httpcore2 only needs one for its own queue.
        limits = dict.fromkeys(("connect", "read", "write", "pool"), self._guard.remaining())
        method = "HEAD" if request.head else "GET"
        return httpx2.Request(method, url, headers=headers, extensions={"timeout": limits})

    def _redirect(self, response: httpx2.Response, url: str) -> tuple[Fetched, str | None]:
        location = response.headers["location"]
        target = urls.absolute(url, location)
        if not target:
            return Fetched(Outcome.BAD_URL, location[:200], response.status_code, detail=url), None
        return Fetched(Outcome.OK, url, response.status_code), target

    def _answer(self, response: httpx2.Response, url: str, *, head: bool) -> Fetched:
        headers = response.headers
        fetched = Fetched(
            outcome=_outcome_for(response.status_code),
            url=url,
            status=response.status_code,
            content_type=headers.get("content-type", "")[:200],
            etag=_sendable(headers.get("etag")),
            last_modified=_sendable(headers.get("last-modified")),
            headers=dict(headers.items()),
        )
        if fetched.outcome is Outcome.BUSY:
            wait = seconds_until(headers.get("retry-after"), self._clock)
            return replace(fetched, retry_after=wait)
        if head or fetched.outcome is not Outcome.OK:
            return fetched
        content = self._body(response)
        if content is None:
            return replace(fetched, outcome=Outcome.TOO_BIG, detail=f"> {self._max_bytes}")
        return replace(fetched, content=content)

    def _body(self, response: httpx2.Response) -> bytes | None:
        """Read and unpack; None when it is larger than allowed, packed or unpacked."""
        unpacker = Unpacker(response.headers.get("content-encoding", ""))
        declared = response.headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:12]) > self._max_bytes:
            return None
        body, received = bytearray(), 0
        for data in response.iter_raw():
            received += len(data)
            for piece in unpacker.feed(data):
                body += piece
                if len(body) > self._max_bytes:
                    return None
            self._guard.remaining()
            if received > self._max_bytes:
                return None
        unpacker.check_end()
        return bytes(body)


def seconds_until(retry_after: str | None, clock: Clock) -> int | None:
    """Read Retry-After, which is a number of seconds or a date (RFC 9110 10.2.3)."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdecimal():
        return int(text[:10])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0, int((_aware(at) - clock.now()).total_seconds()))


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _outcome_for(status: int) -> Outcome:
    if status in BUSY:
        return Outcome.BUSY
    if status == 304:
        return Outcome.NOT_MODIFIED
    if status == 410:
        return Outcome.GONE
    return Outcome.OK if 200 <= status < 300 else Outcome.HTTP_ERROR


def _outcome_of(error: Exception) -> Outcome:
    """Tell a failed TLS handshake from other failures by what caused it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return Outcome.TLS
        cause = cause.__cause__ or cause.__context__
    return Outcome.NETWORK


def _sendable(validator: str | None) -> str | None:
    """A validator that can be sent back as it came; an odd one is forgotten."""
    if validator and len(validator) <= 500 and validator.isascii() and validator.isprintable():
        return validator
    return None
