"""A small IMAP server on loopback: one folder, the commands that reading bounces needs.

    with imap.running([b"first mail", b"second"]) as server:
        ...
        assert server.flags == {1: {"\\\\Seen"}}

It speaks RFC 9051 as far as those go; UIDs are 1, 2, 3 …
"""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

LOGIN = ("bounce", 'p"ss\\word')
FETCH = re.compile(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)")
STORE = re.compile(r"UID STORE (\d+) \+FLAGS\.SILENT \(([^)]*)\)")


@dataclass(slots=True)
class Server:
    """What lies in the folder, and what was done to it; ``break_at`` hangs up at a command."""

    mails: dict[int, bytes]
    tls: ssl.SSLContext | None = None
    starttls: bool = False
    uidplus: bool = True
    break_at: str = ""
    port: int = 0
    flags: dict[int, set[str]] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)


@contextmanager
def running(mails: Sequence[bytes] = (), **values: object) -> Iterator[Server]:
    """Run a server on a free port of 127.0.0.1."""
    state = Server(dict(enumerate(mails, 1)), **values)  # type: ignore[arg-type]

    class Handler(_Handler):
        box = state

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = False
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


class _Handler(socketserver.StreamRequestHandler):
    box: Server

    def handle(self) -> None:
        """Talk with one client until it leaves."""
        with suppress(OSError):
            self._talk()

    def _talk(self) -> None:
        if self.box.tls and not self.box.starttls:
            self._encrypt()
        self._say("* OK ready")
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            tag, _, command = line.partition(" ")
            self.box.commands.append(command)
            if self.box.break_at and command.startswith(self.box.break_at):
                return
            if not self._answer(tag, command):
                return

    def _answer(self, tag: str, command: str) -> bool:
        name = command.split(" ")[0].upper()
        if name == "CAPABILITY":
            more = " STARTTLS" if self.box.starttls else ""
            if self.box.uidplus and any(one.startswith("LOGIN") for one in self.box.commands):
                more += " UIDPLUS"
            self._say(f"* CAPABILITY IMAP4rev1{more}")
        elif name == "STARTTLS":
            self._say(f"{tag} OK go")
            self._encrypt()
            return True
        elif name == "LOGIN":
            user, word = ('"{}"'.format(one.replace("\\", "\\\\").replace('"', '\\"'))
                          for one in LOGIN)
            if command not in {f"LOGIN {user} {word}", f"LOGIN {LOGIN[0]} {word}"}:
                self._say(f"{tag} NO [AUTHENTICATIONFAILED] wrong")
                return True
        elif name == "SELECT":
            self._say(f"* {len(self.box.mails)} EXISTS")
        elif name == "UID":
            self._uid(command)
        elif name == "LOGOUT":
            self._say("* BYE")
            self._say(f"{tag} OK bye")
            return False
        self._say(f"{tag} OK done")
        return True

    def _uid(self, command: str) -> None:
        box = self.box
        if command == "UID SEARCH UNSEEN UNDELETED":
            new = [str(uid) for uid in box.mails if not box.flags.get(uid)]
            self._say(" ".join(["* SEARCH", *new]))
        elif found := FETCH.fullmatch(command):
            raw = box.mails[int(found[1])][: int(found[2])]
            self._say(f"* 1 FETCH (UID {found[1]} BODY[]<0> {{{len(raw)}}}", raw + b")")
        elif found := STORE.fullmatch(command):
            box.flags.setdefault(int(found[1]), set()).update(found[2].split())
        elif command.startswith("UID EXPUNGE "):
            for uid in command.split(" ")[2].split(","):
                box.mails.pop(int(uid))

    def _encrypt(self) -> None:
        assert self.box.tls
        self.request = self.box.tls.wrap_socket(self.request, server_side=True)
        self.setup()

    def _say(self, line: str, more: bytes = b"") -> None:
        self.wfile.write(line.encode() + b"\r\n" + (more + b"\r\n" if more else b""))
        self.wfile.flush()

    def finish(self) -> None:
        """Close what the wrapped socket holds."""
        with suppress(OSError):
            super().finish()
        self.request.close()
