"""A proxy before a relay that cuts, resets and holds up connections at random bytes."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CUT, RESET, HOLD = "cut", "reset", "hold"
LONGEST = 600_000  # bytes until something happens to a connection
SHORTEST = 2_000


class Cutter:
    """Counts what it does: ``cut`` connections ended, ``held`` up ones that went on."""

    def __init__(self, relay_port: int, luck: random.Random) -> None:
        self.port = 0
        self.cut = self.held = 0
        self._relay, self._luck = relay_port, luck

    @contextmanager
    def running(self) -> Iterator[Cutter]:
        """Listen on a free port of 127.0.0.1."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = listener.getsockname()[1]
        threading.Thread(target=self._listen, args=(listener,), daemon=True).start()
        try:
            yield self
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _listen(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:  # closed
                return
            relay = socket.create_connection(("127.0.0.1", self._relay))
            for source, target in ((client, relay), (relay, client)):
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        """Carry bytes one way until one side ends or fate has its turn, in the middle of a piece."""
        with suppress(OSError):
            left = self._lot()
            while data := source.recv(16384):
                if len(data) < left:
                    left -= len(data)
                    target.sendall(data)
                    continue
                target.sendall(data[:left])
                fate = self._luck.choice((CUT, RESET, HOLD))
                if fate == HOLD:
                    self.held += 1
                    threading.Event().wait(self._luck.uniform(0.05, 0.5))
                    target.sendall(data[left:])
                    left = self._lot()
                    continue
                self.cut += 1
                if fate == RESET:
                    for one in (source, target):
                        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                break
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _lot(self) -> int:
        return self._luck.randint(SHORTEST, LONGEST)
