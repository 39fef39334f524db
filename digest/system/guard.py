"""The network below the HTTP client: resolve, check every address, connect only to a checked one.

The check happens where the connection is made, so no other parser, cache or second DNS answer can
come between check and use. Every wait ends at the deadline of the fetch it belongs to.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore2

from digest.system.addresses import Address, Allowed, may_connect
from digest.system.clock import Clock

CONNECT_SECONDS = 8.0  # for one address; then the next one is tried
LOOKUPS = threading.Semaphore(32)  # a stalled resolver keeps its thread; this bounds how many

Lookup = Callable[[str, int], Sequence[str]]


class RefusedAddress(Exception):
    """A host leads to an address that we do not connect to."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(f"{host} → {address}" if host != address else address)


class NoSuchHost(Exception):
    """The name could not be resolved."""


def system_lookup(host: str, port: int) -> list[str]:
    """Ask the operating system for the addresses of a host. Raises OSError or UnicodeError."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class Guard(httpcore2.NetworkBackend):
    """A network backend for httpcore2 that connects only where the rules allow.

    One instance serves all threads; the deadline belongs to the thread that fetches.
    """

    def __init__(self, allowed: Sequence[Allowed], lookup: Lookup, clock: Clock) -> None:
        self._allowed = tuple(allowed)
        self._lookup = lookup
        self._clock = clock
        self._sockets = httpcore2.SyncBackend()
        self._thread = threading.local()

    def start(self, seconds: float) -> None:
        """Begin a fetch in this thread: everything it waits for ends after ``seconds``."""
        self._thread.deadline = self._clock.ticks() + seconds

    def remaining(self) -> float:
        """Return the seconds left. Raises httpcore2.ReadTimeout when there are none."""
        left = float(self._thread.deadline) - self._clock.ticks()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time for the whole fetch is over")
        return left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of ``host`` that answers, after all were checked."""
        failure: Exception = NoSuchHost(host)
        for address in self.addresses(host, port):
            try:
                stream = self._sockets.connect_tcp(
                    str(address), port, min(self.remaining(), CONNECT_SECONDS), local_address,
                    socket_options,
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self)
        raise failure

    def addresses(self, host: str, port: int) -> list[Address]:
        """Resolve and check. Raises RefusedAddress if any answer is bad, NoSuchHost if none."""
        try:
            found: list[Address] = [ipaddress.ip_address(host)]
        except ValueError:
            found = [ipaddress.ip_address(text) for text in self._resolve(host, port)]
        for address in found:
            if not may_connect(address, host=host, port=port, allowed=self._allowed):
                raise RefusedAddress(host, str(address))
        if not found:
            raise NoSuchHost(host)
        return found

    def _resolve(self, host: str, port: int) -> Sequence[str]:
        """Look a name up in a thread of its own: the system's resolver takes no time limit."""
        if not LOOKUPS.acquire(timeout=self.remaining()):
            raise httpcore2.ConnectTimeout("too many names wait for the resolver")
        answer: list[Sequence[str]] = []
        problem: list[Exception] = []

        def ask() -> None:
            try:
                answer.append(self._lookup(host, port))
            except (OSError, UnicodeError) as error:
                problem.append(error)
            finally:
                LOOKUPS.release()

        thread = threading.Thread(target=ask, name=f"lookup {host[:40]}", daemon=True)
        thread.start()
        thread.join(self.remaining())
        if problem:
            raise NoSuchHost(f"{host}: {problem[0]}")
        if not answer:
            raise httpcore2.ConnectTimeout(f"no answer for the name {host}")
        return answer[0]


class _Stream(httpcore2.NetworkStream):
    """A connection on which every wait ends at the deadline of the fetch that uses it."""

    def __init__(self, stream: httpcore2.NetworkStream, guard: Guard) -> None:
        self._stream = stream
        self._guard = guard

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._guard.remaining())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._guard.remaining())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._guard.remaining())
        return _Stream(secured, self._guard)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
