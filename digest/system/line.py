"""A connection with two mails on it: one that waits for its last word, and the next one on its way.

With PIPELINING (RFC 2920) the commands of a mail leave together, and they leave in one write with
the final dot of the mail before: one round trip a mail instead of four (measured: 4.3 times the
mails of smtplib at 50 ms). A relay that does not offer it is asked step by step. The final dot
waits for the caller, who writes down first that it is about to be sent: until then a mail is surely
not sent, and at most one of each line is in doubt.
"""

from __future__ import annotations

import ssl
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from digest.system.reply import Reply, Stage
from digest.system.smtp import LONGEST_REPLY, PACE, Lost, SmtpSession, parse_reply

Item = TypeVar("Item")
BUFFERS = 64  # handed to the system at once
MOUTHFUL = 65536  # bytes read at once
DOT = b".\r\n"


@dataclass(slots=True)
class _Talk(Generic[Item]):
    """A mail on a line; ``over`` once it was answered, so that what still comes says nothing."""

    item: Item
    commands: Sequence[tuple[Stage, bytes]]
    body: Sequence[bytes]
    stage: Stage = Stage.MAIL
    flows: bool = False  # the relay asked for the text
    withheld: bool = False  # everything but the dot has left
    over: bool = False
    overlapped: bool = False


class Line(Generic[Item]):
    """Hands mails over on an open session, without ever waiting. Not for two threads."""

    def __init__(self, session: SmtpSession) -> None:
        self.session = session
        self.alive = True
        self.answers: list[tuple[Item, Reply]] = []
        self._socket = session.detached()
        self._encrypted = isinstance(self._socket, ssl.SSLSocket)
        self._pipelining = session.offers("PIPELINING")
        self._overlap = self._pipelining
        self._patience = session.patience
        self._in = b""
        self._out: deque[memoryview] = deque()
        self._todo: deque[tuple[Stage, bytes, _Talk[Item] | None]] = deque()
        self._awaited: deque[tuple[Stage, _Talk[Item] | None, float]] = deque()
        self._filling: _Talk[Item] | None = None
        self._doubtful: _Talk[Item] | None = None
        self._dirty = False  # a transaction was begun and not ended
        self._moved = session.ticks()

    def fileno(self) -> int:
        """Return the socket's number, for a selector."""
        return self._socket.fileno()

    @property
    def free(self) -> bool:
        """Whether it can take the next mail."""
        return self.alive and self._filling is None and not self._is_confused()

    @property
    def idle(self) -> bool:
        """Whether there is nothing on it."""
        return self._filling is None and self._doubtful is None and not self._awaited

    @property
    def items(self) -> list[Item]:
        """The mails on it."""
        return [talk.item for talk in (self._doubtful, self._filling) if talk is not None]

    @property
    def withholds(self) -> Item | None:
        """The mail of which only the final dot is missing."""
        talk = self._filling
        return talk.item if talk is not None and talk.withheld else None

    @property
    def in_doubt(self) -> bool:
        """Whether the answer to a final dot is waited for."""
        return self._doubtful is not None

    @property
    def wants_write(self) -> bool:
        """Whether something could not leave yet."""
        return bool(self._out)

    def load(self, item: Item, sender: str, recipient: str, body: Sequence[bytes]) -> None:
        """Begin a mail; ``body`` has whole lines, none of which begins with a dot.

        Raises ValueError for an address that would break the conversation.
        """
        size = sum(map(len, body))
        commands = self.session.envelope(sender, recipient, size)
        self._begin(_Talk(item, commands, body))

    def release(self) -> None:
        """Send the final dot of the mail that is withheld; ``flush`` lets it leave."""
        talk = self._filling
        if talk is None or not talk.withheld:
            raise RuntimeError("no mail waits for its dot")
        self._filling, self._doubtful = None, talk
        talk.stage, self._dirty = Stage.DOT, False
        self._out.append(memoryview(DOT))
        self._await(Stage.DOT, talk)

    def drop(self) -> None:
        """Forget the mail that is not in doubt: hang up, unless an answer is waited for."""
        self._todo.clear()
        if self._filling is not None and self._doubtful is None:
            self._filling = None
            self.close()

    def close(self) -> None:
        """Hang up."""
        self.alive = False
        self._out.clear()
        self.session.hang_up()

    def flush(self) -> None:
        """Let leave what can leave now."""
        try:
            while self._out and self.alive:
                if not self._written(self._send()):
                    return
        except (OSError, Lost) as error:
            self._fail(error)
            return
        talk = self._filling
        if talk is not None and talk.flows and not self._out:
            talk.withheld = True

    def receive(self) -> None:
        """Take in what the relay has said."""
        try:
            while self.alive and (data := self._receive()):
                self._in += data
                self._hear()
                if len(data) < MOUTHFUL and not self._encrypted:
                    break  # that was all there is
        except (OSError, Lost, ValueError) as error:
            self._fail(error)
            return
        if self.alive:
            self._go()

    def overdue(self, now: float) -> None:
        """Give up a relay that says or takes nothing for too long."""
        if self._awaited and now > self._awaited[0][2]:
            self._fail(TimeoutError("no reply in time"))
        elif self._out and now > self._moved + self._patience:
            self._fail(TimeoutError("nothing is taken"))

    def _begin(self, talk: _Talk[Item]) -> None:
        self._filling = talk
        talk.overlapped = self._doubtful is not None
        if self._dirty:
            self._todo.append((Stage.READY, b"RSET\r\n", None))
        self._todo += [(stage, line, talk) for stage, line in talk.commands]
        self._dirty = True
        self._go()

    def _go(self) -> None:
        """Say what may be said now: everything at once, or one command after its answer."""
        waits = self._doubtful is not None and not self._overlap
        if waits or self._is_confused():
            return
        while self._todo and (self._pipelining or not self._awaited):
            stage, line, talk = self._todo.popleft()
            self._out.append(memoryview(line))
            self._await(stage, talk)
        self.flush()

    def _await(self, stage: Stage, talk: _Talk[Item] | None) -> None:
        wait = self._patience if stage is Stage.DOT else min(PACE, self._patience)
        self._awaited.append((stage, talk, self.session.ticks() + wait))

    def _hear(self) -> None:
        while self.alive and (found := parse_reply(self._in)):
            code, text, used = found
            self._in = self._in[used:]
            if not self._awaited:
                self._interrupted(Reply(Stage.DATA, code, text))
                return
            stage, talk, _ = self._awaited.popleft()
            self._heard(Reply(stage, code, text), talk)
        if len(self._in) > LONGEST_REPLY:
            raise Lost("the reply is too long")

    def _heard(self, reply: Reply, talk: _Talk[Item] | None) -> None:
        if talk is None:
            if reply.code != 250:
                raise Lost(reply.text)
        elif reply.stage is Stage.DOT:
            self._doubtful = None
            self.answers.append((talk.item, reply))
        elif talk.over:
            if reply.code == 354:  # it would take anything for the text of a mail
                raise Lost("354 after a refusal")
        elif reply.stage is Stage.DATA and reply.code == 354:
            talk.flows = True
            self._out.append(memoryview(b"".join(talk.body)))  # one copy is cheaper than many parts
        elif reply.stage is Stage.DATA or reply.code not in {250, 251}:
            self._refused(reply, talk)
        else:
            talk.stage = Stage.RCPT if reply.stage is Stage.MAIL else Stage.DATA
        if reply.code == 421:
            raise Lost(reply.text)

    def _refused(self, reply: Reply, talk: _Talk[Item]) -> None:
        self._todo.clear()
        self._filling, talk.over = None, True
        if talk.overlapped and reply.stage is Stage.MAIL and reply.code == 503:
            # It wants the answer to the dot first: one more round trip a mail from here on.
            self._overlap = False
            self._begin_again(talk)
            return
        self.answers.append((talk.item, reply))

    def _begin_again(self, talk: _Talk[Item]) -> None:
        """Say a mail's commands once more, after what is still to come for the first time."""
        fresh = _Talk(talk.item, talk.commands, talk.body)
        self._filling, self._dirty = fresh, True
        self._todo.append((Stage.READY, b"RSET\r\n", None))
        self._todo += [(stage, line, fresh) for stage, line in fresh.commands]

    def _interrupted(self, reply: Reply) -> None:
        """Hear a relay that would not wait for the end to say no, or goodbye."""
        talk, self._filling = self._filling, None
        if talk is not None:
            self.answers.append((talk.item, reply))
        raise Lost(reply.text)

    def _is_confused(self) -> bool:
        """Whether answers to commands of a refused mail are still to come."""
        return any(talk is not None and talk.over for _, talk, _ in self._awaited)

    def _fail(self, error: Exception) -> None:
        """Answer for both mails: the one in doubt may be sent, the other is surely not."""
        text = str(error) or type(error).__name__
        doubtful, filling = self._doubtful, self._filling
        self._doubtful = self._filling = None
        if doubtful is not None:
            self.answers.append((doubtful.item, Reply(Stage.DOT, 0, text)))
        if filling is not None:
            self.answers.append((filling.item, Reply(filling.stage, 0, text)))
        self._awaited.clear()
        self._todo.clear()
        self.close()

    def _send(self) -> int:
        try:
            if self._encrypted:
                self._out = deque([memoryview(b"".join(self._out))])
                return self._socket.send(self._out[0])
            return self._socket.sendmsg([*self._out][:BUFFERS])
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return 0

    def _written(self, count: int) -> bool:
        """Take what has left out of the way; False when nothing more fits."""
        if count:
            self._moved = self.session.ticks()
        left = count
        while left:
            first = self._out[0]
            if left < len(first):
                self._out[0] = first[left:]
                break
            left -= len(first)
            self._out.popleft()
        return count > 0

    def _receive(self) -> bytes:
        try:
            data = self._socket.recv(MOUTHFUL)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return b""
        if not data:
            raise Lost("the relay hung up")
        return data


