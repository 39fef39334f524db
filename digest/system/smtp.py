"""SMTP as the sender needs it: each reply with the stage it belongs to, so that "surely not
sent", "sent" and "nobody knows" (RFC 1047) are three different things.

Written on sockets, since ``smtplib`` does not tell whether a connection was lost before or after
the final dot, and reads a reply of any length at any slowness.
"""

from __future__ import annotations

import base64
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from digest.system.capture import CaptureServer
from digest.system.clock import Clock, SystemClock
from digest.system.errors import Refused
from digest.system.providers.api import option
from digest.system.reply import Reply, Stage

LONGEST_REPLY = 64 * 1024  # bytes of one reply, all its lines; a hostile server may talk for ever
KEPT = 500  # characters of a reply that are stored and shown
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587, "capture": 0}
IDLE = 10.0  # seconds that an unused connection is kept; relays close them after minutes
PACE = 60.0  # seconds; no reply but the last one is waited for longer than this
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Lost(Exception):
    """The connection is of no use any more."""


def parse_reply(data: bytes) -> tuple[int, str, int] | None:
    """Return code and text of the first whole reply in ``data``, and how many bytes it takes.

    Raises Lost for what is no SMTP.
    """
    end = data.find(b"\n")
    if end >= 3 and data[:3].isdigit() and data[3:4] == b" " and b"2" <= data[:1] <= b"5":
        return int(data[:3]), _shown(data[4:end].decode("utf-8", "replace").rstrip("\r")), end + 1
    lines: list[str] = []
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        text = data[start:end].decode("utf-8", "replace").rstrip("\r")
        start = end + 1
        if not re.match(r"[2-5]\d\d(?:[ -]|$)", text):
            raise Lost(f"not an SMTP reply: {_shown(text)}")
        lines.append(text[4:])
        if start > LONGEST_REPLY:
            raise Lost("the reply is too long")
        if text[3:4] != "-":
            return int(text[:3]), _shown("\n".join(lines)), start
    return None


class SmtpSession:
    """One connection, opened when needed and again after it was lost. Not for two threads."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._socket: socket.socket | None = None
        self._buffer = b""
        self._features: dict[str, str] = {}
        self._dirty = False  # a transaction was begun and not ended

    @property
    def smtputf8(self) -> bool:
        """Whether the open connection takes addresses with letters beyond ASCII (RFC 6531)."""
        return "SMTPUTF8" in self._features

    @property
    def takes_8bit(self) -> bool:
        """Whether pages may go unencoded: the operator said so, and so does the relay (RFC 6152)."""
        return self._relay.eight_bit and "8BITMIME" in self._features

    def open(self) -> Reply:
        """Connect, greet, encrypt and sign in unless that is done; stage READY when all is well.

        Stages TLS and AUTH, and a code from 500, are the sender's own fault and not a reader's.
        """
        if self._socket is not None:
            return Reply(Stage.READY, 250, "")
        stage = Stage.CONNECT
        try:
            self._connect()
            greeting = self._read(Stage.CONNECT)
            if greeting.code != 220:
                return self._closed(greeting)
            hello = self._hello()
            if hello.code != 250:
                return self._closed(hello)
            if self._relay.starttls:
                stage = Stage.TLS
                if refusal := self._start_tls():
                    return self._closed(refusal)
                hello = self._hello()
                if hello.code != 250:
                    return self._closed(hello)
            if self._relay.user:
                stage = Stage.AUTH
                if refusal := self._sign_in():
                    return self._closed(refusal)
        except ssl.SSLCertVerificationError as error:
            return self._closed(Reply(Stage.TLS, 0, f"certificate: {error.verify_message}"))
        except (OSError, Lost) as error:
            # A dropped connection is no proof of a wrong password or of stripped encryption.
            where = Stage.CONNECT if stage is not Stage.AUTH else Stage.READY
            return self._closed(Reply(where, 0, _reason(error)))
        return Reply(Stage.READY, 250, "")

    def submit(self, envelope_from: str, recipient: str, message: bytes) -> Reply:
        """Hand over one message with CRLF line ends and return the deciding reply.

        Raises ValueError for a message or address that would break the conversation.
        """
        if not message.count(b"\r\n") == message.count(b"\n") == message.count(b"\r"):
            raise ValueError("bare CR or LF in a message")
        _check_path(envelope_from)
        _check_path(recipient)
        opened = self.open()
        if not opened.ready:
            return opened
        stage = Stage.MAIL
        try:
            if self._dirty:
                self._ask("RSET", Stage.MAIL)
            self._dirty = True
            for stage, line in self.envelope(envelope_from, recipient, len(message)):
                self._send(line)
                reply = self._read(stage)
                if reply.code != (354 if stage is Stage.DATA else 250) and reply.code != 251:
                    return self._ended(reply)
            # Until the dot is on its way the relay may not take the message (RFC 5321 4.1.1.4).
            self._send(_stuffed(message))
            if self._has_news():  # it hung up, or would not wait for the end to say no
                return self._ended(self._read(Stage.DATA))
            stage = Stage.DOT
            self._send(b".\r\n")
            reply = self._read(Stage.DOT)
            self._dirty = False
            return self._ended(reply)
        except (OSError, Lost) as error:
            return self._closed(Reply(stage, 0, _reason(error)))

    def close(self) -> None:
        """Say goodbye and hang up; what was accepted stays accepted."""
        if self._socket is not None:
            with suppress(OSError):  # nothing depends on a goodbye
                self._send(b"QUIT\r\n")
            self.hang_up()

    def _connect(self) -> None:
        relay = self._relay
        host, port = relay.address()
        raw = socket.create_connection((host, port), timeout=min(PACE, relay.timeout))
        self._socket = raw
        # Without it the lone final dot waits for a delayed acknowledgement, 40 ms per message.
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        if relay.tls:
            self._socket = _verifying().wrap_socket(raw, server_hostname=host)

    def _hello(self) -> Reply:
        reply = self._ask(f"EHLO {_own_name()}", Stage.CONNECT)
        self._features = {}
        for line in reply.text.split("\n")[1:]:
            name, _, rest = line.strip().partition(" ")
            self._features[name.upper()] = rest.strip()
        return reply

    def _start_tls(self) -> Reply | None:
        """Encrypt; a relay that does not offer it is refused, never talked to in clear."""
        if "STARTTLS" not in self._features:
            return Reply(Stage.TLS, 0, "STARTTLS is not offered")
        reply = self._ask("STARTTLS", Stage.TLS)
        if reply.code != 220:
            return reply
        if self._buffer or self._socket is None:
            # Bytes sent before the handshake would be read as if they had been encrypted.
            return Reply(Stage.TLS, 0, "data before the handshake")
        self._socket = _verifying().wrap_socket(
            self._socket, server_hostname=self._relay.address()[0]
        )
        return None

    def _sign_in(self) -> Reply | None:
        offered = self._features.get("AUTH", "").upper().split()
        if self._relay.token_file is not None:
            return self._sign_in_by_token(self._relay.token_file, offered)
        user, password = self._relay.user.encode(), self._relay.password.encode()
        if "PLAIN" in offered:
            secret = base64.b64encode(b"\0" + user + b"\0" + password).decode()
            reply = self._ask(f"AUTH PLAIN {secret}", Stage.AUTH)
        elif "LOGIN" in offered:
            reply = self._ask("AUTH LOGIN", Stage.AUTH)
            for part in (user, password):
                if reply.code == 334:
                    reply = self._ask(base64.b64encode(part).decode(), Stage.AUTH)
        else:
            return Reply(Stage.AUTH, 0, "neither AUTH PLAIN nor AUTH LOGIN is offered")
        return None if reply.code == 235 else reply

    def _sign_in_by_token(self, file: Path, offered: list[str]) -> Reply | None:
        """XOAUTH2 with the token that lies in the file now: such tokens live for an hour."""
        if "XOAUTH2" not in offered:
            return Reply(Stage.AUTH, 0, "AUTH XOAUTH2 is not offered")
        try:
            token = file.read_bytes().strip()
        except OSError as error:
            return Reply(Stage.AUTH, 0, _reason(error))
        if not re.fullmatch(rb"[\x21-\x7e]+", token):
            return Reply(Stage.AUTH, 0, f"no token in {file}")
        words = b"user=%s\1auth=Bearer %s\1\1" % (self._relay.user.encode(), token)
        reply = self._ask(f"AUTH XOAUTH2 {base64.b64encode(words).decode()}", Stage.AUTH)
        if reply.code == 334:  # why not, in JSON; the refusal itself follows an empty line
            reply = self._ask("", Stage.AUTH)
        return None if reply.code == 235 else reply

    def offers(self, extension: str) -> bool:
        """Tell whether the open connection has an extension."""
        return extension in self._features

    @property
    def patience(self) -> float:
        """Seconds to wait for the answer to a final dot."""
        return self._relay.timeout

    def ticks(self) -> float:
        """Return seconds of a clock that never goes back."""
        return self._relay.clock.ticks()

    def detached(self) -> socket.socket:
        """Return the socket of the open connection, for one who never waits."""
        if self._socket is None:
            raise Lost("not connected")
        self._socket.setblocking(False)
        return self._socket

    def is_fresh(self) -> bool:
        """Tell whether an open connection that lay idle can be used again; if not, hang up."""
        try:
            if not self._has_news():
                return True
        except (OSError, Lost):
            pass
        self.hang_up()
        return False

    def envelope(
        self, envelope_from: str, recipient: str, size: int
    ) -> tuple[tuple[Stage, bytes], ...]:
        """Return the commands that come before a message of ``size`` bytes.

        Raises ValueError for an address that would break the conversation.
        """
        _check_path(envelope_from)
        _check_path(recipient)
        return (
            (Stage.MAIL, f"{self._mail_line(envelope_from, recipient, size)}\r\n".encode()),
            (Stage.RCPT, f"RCPT TO:<{recipient}>\r\n".encode()),
            (Stage.DATA, b"DATA\r\n"),
        )

    def _mail_line(self, envelope_from: str, recipient: str, size: int) -> str:
        line = f"MAIL FROM:<{envelope_from}>"
        if "SIZE" in self._features:
            line += f" SIZE={size}"
        if not (recipient + envelope_from).isascii():
            if not self.smtputf8:
                raise ValueError("the relay takes no address beyond ASCII")
            line += " BODY=8BITMIME SMTPUTF8" if "8BITMIME" in self._features else " SMTPUTF8"
        elif self.takes_8bit:
            line += " BODY=8BITMIME"
        return line

    def _ask(self, line: str, stage: Stage) -> Reply:
        self._send(f"{line}\r\n".encode())
        return self._read(stage)

    def _send(self, data: bytes) -> None:
        if self._socket is None:
            raise Lost("not connected")
        self._socket.settimeout(self._relay.timeout)
        self._socket.sendall(data)

    def _read(self, stage: Stage) -> Reply:
        """Read one reply. Raises OSError or Lost when there is none, or none that is SMTP."""
        relay = self._relay
        patience = relay.timeout if stage is Stage.DOT else min(PACE, relay.timeout)
        deadline = relay.clock.ticks() + patience
        while (found := parse_reply(self._buffer)) is None:
            self._more(deadline)
        code, text, used = found
        self._buffer = self._buffer[used:]
        return Reply(stage, code, text)

    def _has_news(self) -> bool:
        """Whether the relay has spoken; raises Lost or OSError when it has hung up.

        Asked before the final dot, it narrows what would be uncertain.
        """
        if self._socket is None:
            raise Lost("not connected")
        self._socket.settimeout(0)
        try:
            data = self._socket.recv(8192)
        except (BlockingIOError, ssl.SSLWantReadError):
            return bool(self._buffer)
        if not data:
            raise Lost("the relay hung up")
        self._buffer += data
        return True

    def _more(self, deadline: float) -> None:
        left = deadline - self._relay.clock.ticks()
        if left <= 0:
            raise TimeoutError("no reply in time")
        if len(self._buffer) > LONGEST_REPLY or self._socket is None:
            raise Lost("the reply is too long")
        self._socket.settimeout(left)
        data = self._socket.recv(8192)
        if not data:
            raise Lost("the relay hung up")
        self._buffer += data

    def _ended(self, reply: Reply) -> Reply:
        """After 421 the relay hangs up (RFC 5321 3.8); after another reply it goes on."""
        return self._closed(reply) if reply.code == 421 else reply

    def _closed(self, reply: Reply) -> Reply:
        self.hang_up()
        return reply

    def hang_up(self) -> None:
        """Close without a word."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._buffer, self._features, self._dirty = None, b"", {}, False


class Relay:
    """Where mail is handed over: a relay by SMTP, or the built-in mailbox by ``capture:``.

    ``smtps://`` and ``smtp+starttls://`` verify the certificate and never fall back to clear text.
    ``?token=/a/file`` signs in by XOAUTH2 with the token that the file holds at that moment.
    ``?body=8bit`` leaves pages unencoded where the relay agrees, which is for one's own. ``timeout``
    in seconds bounds the wait for the reply to the final dot. Raises Refused("bad_settings") for an
    address that is none.
    """

    def __init__(
        self, url: str, *, capture_dir: Path, timeout: float, clock: Clock | None = None
    ) -> None:
        self.timeout = timeout
        self.clock = clock or SystemClock()
        self._capture: CaptureServer | None = None
        self._capture_dir = capture_dir
        self._lock = threading.Lock()
        self._idle: list[tuple[SmtpSession, float]] = []
        parts = _split(url)
        self.tls = parts.scheme == "smtps"
        self.starttls = parts.scheme == "smtp+starttls"
        self.captures = parts.scheme == "capture"
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        token = option(parts, "token")
        if token and not (self.user and token.startswith("/")):
            raise Refused("bad_settings", names="DIGEST_SMTP_URL")
        self.token_file = Path(token) if token else None
        body = option(parts, "body")
        if body not in {"", "8bit"}:
            raise Refused("bad_settings", names="DIGEST_SMTP_URL")
        self.eight_bit = bool(body)
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or PORTS.get(parts.scheme, 0)

    def address(self) -> tuple[str, int]:
        """Return host and port; the built-in mailbox begins to listen when first asked."""
        if not self.captures:
            return self._host, self._port
        with self._lock:
            if self._capture is None:
                self._capture = CaptureServer(self._capture_dir)
            return self._host, self._capture.port

    @contextmanager
    def session(self) -> Iterator[SmtpSession]:
        """Lend a connection; it is opened by its first use."""
        session = SmtpSession(self)
        try:
            yield session
        finally:
            session.close()

    def lend(self) -> SmtpSession:
        """Return a session for keeps: one that lies open since a moment ago, or a new one."""
        while True:
            with self._lock:
                if not self._idle:
                    return SmtpSession(self)
                session, since = self._idle.pop()
            if self.clock.ticks() - since > IDLE:
                session.close()
            elif session.is_fresh():
                return session

    def give_back(self, session: SmtpSession) -> None:
        """Keep an open session for a moment, so that the next chunk needs no handshake."""
        with self._lock:
            self._idle.append((session, self.clock.ticks()))

    def close(self) -> None:
        """Hang up, and stop the built-in mailbox, if it runs."""
        with self._lock:
            idle, self._idle = self._idle, []
        for session, _ in idle:
            session.close()
        with self._lock:
            if self._capture is not None:
                self._capture.close()
                self._capture = None


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        bad = parts.port == 0 or parts.scheme not in PORTS or (
            parts.scheme != "capture" and not parts.hostname
        )
    except ValueError:  # a port that is no number
        bad = True
    if bad:
        raise Refused("bad_settings", names="DIGEST_SMTP_URL")
    return parts


def _verifying() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _own_name() -> str:
    """The name to greet with: this host's, when it is a name that relays understand."""
    name = socket.gethostname()
    return name if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", name) else "localhost"


def _stuffed(message: bytes) -> bytes:
    """Double a dot that begins a line, and end with a line end (RFC 5321 4.5.2)."""
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _check_path(address: str) -> None:
    if re.search(r"[\x00-\x20\x7f<>\u0085\u2028\u2029]", address):
        raise ValueError("an address that SMTP cannot carry")


def _shown(text: str) -> str:
    """A reply as it is stored: bounded, no controls that could rearrange a page."""
    if text.isascii() and text.isprintable():
        return text[:KEPT]
    return CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)[:KEPT]


def _reason(error: Exception) -> str:
    return _shown(str(error) or type(error).__name__)
