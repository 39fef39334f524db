"""What the sender needs of a way to a relay: hand over, withhold the last step, hear the answer.

There are two: a connection that speaks SMTP (``line.Line``) and a thread that makes HTTP requests
(``providers.courier.Courier``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from digest.system.reply import Reply

Item = TypeVar("Item")


class Session(Protocol):
    """A relay's side of it, for one mail at a time."""

    @property
    def smtputf8(self) -> bool:
        """Whether addresses with letters beyond ASCII are taken."""
        ...

    @property
    def takes_8bit(self) -> bool:
        """Whether pages may go unencoded."""
        ...

    def open(self) -> Reply:
        """Make ready; stage READY when all is well."""
        ...

    def submit(self, envelope_from: str, recipient: str, message: bytes) -> Reply:
        """Hand over one message and return the deciding reply."""
        ...

    def close(self) -> None:
        """Hang up; what was accepted stays accepted."""
        ...


class Lane(Protocol[Item]):
    """Takes a mail up to its last step, and that step when it is told to. Never waits."""

    alive: bool
    answers: list[tuple[Item, Reply]]

    @property
    def session(self) -> Session:
        """The session it works on."""
        ...

    def fileno(self) -> int:
        """Return a number for a selector: readable when there may be an answer."""
        ...

    @property
    def free(self) -> bool:
        """Whether it can take the next mail."""
        ...

    @property
    def idle(self) -> bool:
        """Whether there is nothing on it."""
        ...

    @property
    def items(self) -> list[Item]:
        """The mails on it."""
        ...

    @property
    def withholds(self) -> Item | None:
        """The mail of which only the last step is missing."""
        ...

    @property
    def in_doubt(self) -> bool:
        """Whether the answer to a last step is waited for."""
        ...

    @property
    def wants_write(self) -> bool:
        """Whether something could not leave yet."""
        ...

    def load(self, item: Item, sender: str, recipient: str, body: Sequence[bytes]) -> None:
        """Begin a mail; raises ValueError for an address that cannot be carried."""
        ...

    def release(self) -> None:
        """Take the last step with the mail that is withheld."""
        ...

    def drop(self) -> None:
        """Forget the mail that is not in doubt."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...

    def flush(self) -> None:
        """Let leave what can leave now."""
        ...

    def receive(self) -> None:
        """Take in what was said."""
        ...

    def overdue(self, now: float) -> None:
        """Give up what takes too long."""
        ...
