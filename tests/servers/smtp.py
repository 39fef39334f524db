"""A real SMTP server on loopback that answers what a test tells it to, at any step.

    with smtp.running() as server:
        server.on("RCPT", smtp.say("450 4.2.0 later"), match="rim@")
        ...
        assert server.recipients() == ["salma@example.net"]

``accepted`` is what the server has taken for good: written before its 250 leaves.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

EXTENSIONS = ("PIPELINING", "SIZE 33554432", "8BITMIME", "SMTPUTF8")
STEPS = ("CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BODY", "DOT", "AFTER")


class HangUp(Exception):
    """Ends a connection."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that the server has accepted."""

    envelope_from: str
    recipient: str
    message: bytes
    connection: int


@dataclass(slots=True)
class Rule:
    """What to do at a step, so many times (None: always), for addresses that contain ``match``."""

    step: str
    act: Callable[[Connection], None]
    match: str
    times: int | None


@dataclass(slots=True)
class Server:
    """The server's script and its record."""

    extensions: tuple[str, ...] = EXTENSIONS
    credentials: tuple[str, str] | None = None
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    ledger: Path | None = None
    accepted: list[Taken] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    port: int = 0
    rules: list[Rule] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def url(self) -> str:
        """Return the address for DIGEST_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def on(
        self, step: str, act: Callable[[Connection], None], *, match: str = "",
        times: int | None = None,
    ) -> None:
        """Answer differently at a step of STEPS; BODY is before reading, AFTER is after the 250."""
        if step not in STEPS:
            raise ValueError(step)
        self.rules.append(Rule(step, act, match, times))

    def recipients(self) -> list[str]:
        """Return the recipients of the accepted mails, in order."""
        return [one.recipient for one in self.accepted]

    def duplicates(self) -> list[str]:
        """Return the recipients that accepted mails went to more than once."""
        return [who for who, times in Counter(self.recipients()).items() if times > 1]

    def take(self, taken: Taken) -> None:
        """Accept a mail for good."""
        with self.lock:
            self.accepted.append(taken)
            if self.ledger is not None:
                with self.ledger.open("a", encoding="utf-8") as file:
                    file.write(f"{taken.recipient}\n")

    def rule(self, step: str, address: str) -> Callable[[Connection], None] | None:
        """Return what a test wants done here, and count it."""
        with self.lock:
            for rule in self.rules:
                if rule.step == step and rule.match in address and rule.times != 0:
                    if rule.times is not None:
                        rule.times -= 1
                    return rule.act
        return None


class Connection:
    """One client's conversation."""

    def __init__(self, server: Server, peer: socket.socket, number: int) -> None:
        self.server = server
        self.peer = peer
        self.number = number
        self.buffer = b""
        self.sender = self.recipient = ""
        self.message = b""
        self.done = False  # whether the rule answered instead of us

    def say(self, text: str) -> None:
        """Send reply lines."""
        self.peer.sendall(text.encode() + b"\r\n")

    def run(self) -> None:
        """Converse until the client leaves or a rule hangs up."""
        with suppress(HangUp, OSError):
            if self.server.implicit_tls and self.server.tls:
                self.peer = self.server.tls.wrap_socket(self.peer, server_side=True)
            if not self._acts("CONNECT"):
                self.say("220 test ESMTP")
            while self._command(self.line()):
                pass
        with suppress(OSError):
            self.peer.close()

    def line(self) -> str:
        """Read one line from the client."""
        while b"\n" not in self.buffer:
            data = self.peer.recv(65536)
            if not data:
                raise HangUp
            self.buffer += data
        raw, _, self.buffer = self.buffer.partition(b"\n")
        return raw.rstrip(b"\r").decode()

    def _command(self, line: str) -> bool:
        with self.server.lock:
            self.server.commands.append(line)
        verb = line.split(" ")[0].upper()
        handler = getattr(self, f"_{verb.lower()}", None)
        if verb == "QUIT":
            self.say("221 bye")
            return False
        if handler is None:
            self.say("500 what")
            return True
        handler(line)
        return True

    def _acts(self, step: str) -> bool:
        """Let a rule act; True when it has answered in our place."""
        act = self.server.rule(step, self.recipient)
        if act is None:
            return False
        self.done = True
        act(self)
        return self.done

    def _ehlo(self, _line: str) -> None:
        if self._acts("EHLO"):
            return
        lines = ["test", *self.server.extensions]
        if self.server.credentials:
            lines.append("AUTH PLAIN LOGIN XOAUTH2")
        if self.server.tls and not self.server.implicit_tls:
            lines.append("STARTTLS")
        self.say("\r\n".join(
            f"250{'-' if n < len(lines) - 1 else ' '}{text}" for n, text in enumerate(lines)
        ))

    def _starttls(self, _line: str) -> None:
        if self._acts("STARTTLS"):
            return None
        if self.server.tls is None:
            return self.say("502 no")
        self.say("220 go")
        self.peer = self.server.tls.wrap_socket(self.peer, server_side=True)
        return None

    def _auth(self, line: str) -> None:
        import base64

        if self._acts("AUTH"):
            return None
        if " XOAUTH2 " in line:
            return self._xoauth2(base64.b64decode(line.rpartition(" ")[2]).decode())
        _, _, secret = line.partition(" PLAIN ")
        _, user, password = base64.b64decode(secret).decode().split("\0")
        ok = (user, password) == self.server.credentials
        return self.say("235 welcome" if ok else "535 5.7.8 wrong")

    def _xoauth2(self, words: str) -> None:
        """A refusal comes in two steps, with an empty line of the client between."""
        user, token = self.server.credentials or ("", "")
        if words == f"user={user}\x01auth=Bearer {token}\x01\x01":
            return self.say("235 welcome")
        self.say("334 eyJzdGF0dXMiOiI0MDAifQ==")
        return self.say("535 5.7.8 wrong" if self.line() == "" else "501 not empty")

    def _mail(self, line: str) -> None:
        self.sender = line.partition("<")[2].partition(">")[0]
        if not self._acts("MAIL"):
            self.say("250 ok")

    def _rcpt(self, line: str) -> None:
        self.recipient = line.partition("<")[2].partition(">")[0]
        if not self._acts("RCPT"):
            self.say("250 ok")

    def _rset(self, _line: str) -> None:
        self.sender = self.recipient = ""
        self.say("250 ok")

    def _data(self, _line: str) -> None:
        if self._acts("DATA"):
            return
        self.say("354 go")
        self._acts("BODY")
        self.message = self._body()
        if self._acts("DOT"):
            return
        self.accept()
        self.say("250 2.0.0 taken")
        self._acts("AFTER")

    def accept(self) -> None:
        """Take the mail in hand for good."""
        self.server.take(Taken(self.sender, self.recipient, self.message, self.number))

    def _body(self) -> bytes:
        """Read up to the lone dot and take the doubled dots out; CRLF only, as RFC 5321 asks."""
        data = bytearray(b"\r\n" + self.buffer)
        start = 0
        while (end := data.find(b"\r\n.\r\n", start)) < 0:
            start = max(len(data) - 4, 0)
            more = self.peer.recv(1 << 18)
            if not more:
                raise HangUp
            data += more
        self.buffer = bytes(data[end + 5 :])
        return bytes(data[: end + 2]).replace(b"\r\n..", b"\r\n.")[2:]


def say(text: str) -> Callable[[Connection], None]:
    """Answer these lines."""
    return lambda connection: connection.say(text)


def say_and_hang_up(text: str) -> Callable[[Connection], None]:
    """Answer, then close."""
    def act(connection: Connection) -> None:
        connection.say(text)
        raise HangUp
    return act


def hang_up(_connection: Connection) -> None:
    """Close without a word."""
    raise HangUp


def reset(connection: Connection) -> None:
    """Close with a TCP reset."""
    connection.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    raise HangUp


def take_and_hang_up(connection: Connection) -> None:
    """Accept the mail and lose the reply: nobody but the server knows."""
    connection.accept()
    raise HangUp


def first(act: Callable[[Connection], object]) -> Callable[[Connection], None]:
    """Do something of the test's own, then answer as usual."""
    def wrapped(connection: Connection) -> None:
        act(connection)
        connection.done = False
    return wrapped


@contextmanager
def running(**values: object) -> Iterator[Server]:
    """Run a server on a free port of 127.0.0.1."""
    server = Server(**values)  # type: ignore[arg-type]
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    server.port = listener.getsockname()[1]
    peers: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def converse(peer: socket.socket, number: int) -> None:
        with server.lock:
            server.open_now += 1
            server.most_open = max(server.most_open, server.open_now)
        try:
            Connection(server, peer, number).run()
        finally:
            peer.close()
            with server.lock:
                server.open_now -= 1

    def listen() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:  # closed: the test is over
                return
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.connections += 1
            peers.append(peer)
            thread = threading.Thread(target=converse, args=(peer, server.connections))
            threads.append(thread)
            thread.start()

    accepting = threading.Thread(target=listen)
    accepting.start()
    try:
        yield server
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for peer in peers:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        accepting.join(5)
        for thread in threads:
            thread.join(5)
