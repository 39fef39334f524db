"""A web server on loopback that answers as a test says and remembers what it was asked."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that arrived; header names are lower-case."""

    path: str
    headers: dict[str, str]
    body: bytes = b""
    method: str = "GET"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path answers. A body of pieces is sent piece by piece, without a length."""

    status: int = 200
    body: bytes | Callable[[], Iterable[bytes]] = b""
    headers: dict[str, str] = field(default_factory=dict)


class _Listener(ThreadingHTTPServer):
    """A client that gives up is what many tests are about: nothing to report."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what is no broken connection."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Server:
    """One web server; paths that were never given an answer are 404."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.stopping = threading.Event()
        self._answers: dict[str, list[Answer]] = {}
        self._stalls: dict[str, float] = {}
        self._http = _Listener(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._http.server_address[1])

    def url(self, path: str = "/") -> str:
        """Return the full address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def reply(
        self,
        path: str,
        status: int = 200,
        body: bytes | str | Callable[[], Iterable[bytes]] = b"",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer a path so, from now on."""
        content = body.encode() if isinstance(body, str) else body
        self._answers[path] = [Answer(status, content, dict(headers or {}))]

    def then(self, path: str, status: int = 200, body: bytes | str = b"", **headers: str) -> None:
        """After the answers so far were given once each, answer so."""
        content = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._answers.setdefault(path, []).append(Answer(status, content, named))

    def slowly(self, path: str, pieces: Iterable[bytes], seconds: float) -> None:
        """Answer with pieces and a pause before each of them."""
        kept = list(pieces)

        def drip() -> Iterator[bytes]:
            for piece in kept:
                if self.stopping.wait(seconds):
                    return
                yield piece

        self.reply(path, body=drip)

    def stall(self, path: str, seconds: float = 5.0) -> None:
        """Answer nothing for so long, not even a status."""
        self._stalls[path] = seconds

    def endless(self, path: str, headers: Mapping[str, str] | None = None) -> None:
        """Answer with a body that never ends."""

        def stream() -> Iterator[bytes]:
            while not self.stopping.is_set():
                yield b"<item>" * 10_000

        self.reply(path, body=stream, headers=headers)

    def paths(self) -> list[str]:
        """Return the paths asked for, in order."""
        return [one.path for one in self.asked]

    def wait(self, path: str) -> bool:
        """Wait as long as a path stalls; True when the server stops meanwhile."""
        return self.stopping.wait(self._stalls.get(path, 0.0))

    def take(self, path: str) -> Answer:
        """Return the next answer of a path; the last one stays."""
        answers = self._answers.get(path, [Answer(404)])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def close(self) -> None:
        """Stop; connections that wait are let go."""
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # noqa: N802
            length = int(self.headers.get("Content-Length", 0))
            server.asked.append(
                Asked(
                    self.path, {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(length), self.command,
                )
            )
            if server.wait(self.path):
                self.close_connection = True
                return
            answer = server.take(self.path)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            with suppress(OSError):  # the client may have had enough
                self._send(answer.body)

        do_POST = do_HEAD = do_GET  # noqa: N815

        def _send(self, body: bytes | Callable[[], Iterable[bytes]]) -> None:
            if isinstance(body, bytes):
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)
                return
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            if self.command == "HEAD":
                return
            for piece in body():
                self.wfile.write(piece)
                self.wfile.flush()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def running() -> Iterator[Server]:
    """Run a server for the length of a block."""
    server = Server()
    try:
        yield server
    finally:
        server.close()
