"""A way to a provider for the sender: one thread that makes the requests, one after another.

The sender's loop never waits: a mail is withheld until it is released, then a thread hands it
over, and a byte on a pair of sockets wakes the loop when the answer is there.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Generic

from digest.system import log
from digest.system.lane import Item
from digest.system.providers.provider import ProviderSession
from digest.system.reply import Reply, Stage

Parcel = tuple[Item, str, str, bytes]


class Courier(Generic[Item]):
    """Hands mails over by a provider's session. Not for two threads."""

    def __init__(self, session: ProviderSession) -> None:
        self.session = session
        self.alive = True
        self.answers: list[tuple[Item, Reply]] = []
        self._waiting: Parcel[Item] | None = None
        self._doubtful: Parcel[Item] | None = None
        self._mine, self._theirs = socket.socketpair()
        self._mine.setblocking(False)
        self._todo: queue.SimpleQueue[Parcel[Item] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="courier", daemon=True).start()

    def fileno(self) -> int:
        """Return the number of the socket that becomes readable with an answer."""
        return self._mine.fileno()

    @property
    def free(self) -> bool:
        """Whether it can take the next mail."""
        return self.alive and self._waiting is None

    @property
    def idle(self) -> bool:
        """Whether there is nothing on it."""
        return self._waiting is None and self._doubtful is None

    @property
    def items(self) -> list[Item]:
        """The mails on it."""
        return [one[0] for one in (self._doubtful, self._waiting) if one is not None]

    @property
    def withholds(self) -> Item | None:
        """The mail that waits to be released, once the one before is answered."""
        ready = self._waiting if self._doubtful is None else None
        return ready[0] if ready is not None else None

    @property
    def in_doubt(self) -> bool:
        """Whether an answer is waited for."""
        return self._doubtful is not None

    @property
    def wants_write(self) -> bool:
        """Return False: the thread writes."""
        return False

    def load(self, item: Item, sender: str, recipient: str, body: Sequence[bytes]) -> None:
        """Begin a mail; raises ValueError for a recipient beyond ASCII."""
        if not recipient.isascii():
            raise ValueError("the provider takes no address beyond ASCII")
        self._waiting = (item, sender, recipient, b"".join(body))

    def release(self) -> None:
        """Hand over the mail that is withheld."""
        if self.withholds is None or self._waiting is None:
            raise RuntimeError("no mail waits to be released")
        self._doubtful, self._waiting = self._waiting, None
        self._todo.put(self._doubtful)

    def drop(self) -> None:
        """Forget the mail that is not in doubt; one that waits for a busy provider comes back."""
        self._waiting = None
        self.session.close()
        if self._doubtful is None:
            self.close()

    def close(self) -> None:
        """Let the thread end; an answer that is still to come is not heard any more."""
        if self.alive:
            self.alive = False
            self.session.close()
            self._todo.put(None)
            self._mine.close()

    def flush(self) -> None:
        """Do nothing: the thread writes."""

    def receive(self) -> None:
        """Take the answer that the thread has got."""
        with suppress(BlockingIOError):
            self._mine.recv(16)
        while not self._done.empty() and self._doubtful is not None:
            self.answers.append((self._doubtful[0], self._done.get()))
            self._doubtful = None

    def overdue(self, now: float) -> None:
        """Do nothing: a request ends by its own time limit."""

    def _run(self) -> None:
        with self._theirs:
            while (parcel := self._todo.get()) is not None:
                self._done.put(self._submit(parcel))
                with suppress(OSError):  # nobody listens any more
                    self._theirs.send(b".")

    def _submit(self, parcel: Parcel[Item]) -> Reply:
        _, sender, recipient, message = parcel
        try:
            return self.session.submit(sender, recipient, message)
        except Exception as error:
            # Whatever it was, the mail may have left, and the loop waits for an answer.
            log.get("courier").error("submission_failed", exc_info=error)
            return Reply(Stage.DOT, 0, type(error).__name__)
