"""Handing over the mails of a leased chunk: many connections, one process, one write for them all.

Each connection has one mail whose final dot is out and the next one on its way. When some wait for
their dot, what became of the others and which of these may leave is written in one transaction;
then the dots leave, each with the commands of the next mail (notes: group commit, linger).
"""

from __future__ import annotations

import selectors
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from digest.delivery.compose import Mail, Skeleton, compose
from digest.delivery.leases import Lease
from digest.delivery.limits import HELD, Gate
from digest.delivery.marks import NO_SMTPUTF8, Done, Go, Marks, Row, Step
from digest.delivery.pace import Pace
from digest.delivery.queries import reader
from digest.delivery.signing import Begun, Desk
from digest.delivery.verdict import Outcome, Verdict, judge, judge_opening
from digest.system.build import System
from digest.system.errors import Refused
from digest.system.lane import Lane
from digest.system.relays import lane_on
from digest.system.reply import Reply

LINGER = 0.002  # seconds that the first of a group waits for others
TICK = 0.25  # seconds after which a stop or an overdue reply is noticed
LOOK = 1.0  # seconds between looks into the ledger while readers wait, or when it had none left
SPELL = 60.0  # seconds after which another chunk may have its turn
BREAKS = 3  # lost connections, one after another, that make a relay count as away
REFUSALS = 10  # mails in a row refused for what they are: the fault is the issue's
CONTENT = "content_refused"
BAD_ADDRESS = "bad_address"


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the work on a chunk ended; ``fault`` and ``text`` say what a person has to mend."""

    go: Go
    away: bool = False
    stopped: bool = False
    tired: bool = False  # there is more to do
    fault: str = ""
    text: str = ""


Write = Callable[[list[Done], list[Row]], Step]
Frames = Mapping[tuple[str, bool], Skeleton]  # by variant, and whether its page is left unencoded


@dataclass(slots=True)
class Handover:
    """The work on one chunk. ``write`` makes the marks, and waits while the database is away."""

    system: System
    lease: Lease
    frames: Frames
    marks: Marks
    write: Write
    desk: Desk = field(default_factory=Desk)
    gate: Gate[Row] = field(default_factory=Gate)
    lines: list[Lane[Row]] = field(default_factory=list)
    waiting: deque[Row] = field(default_factory=deque)
    built: deque[tuple[Row, Begun]] = field(default_factory=deque)
    done: list[Done] = field(default_factory=list)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    pace: Pace = field(init=False)
    ending: Ending | None = None
    eight_bit: bool = field(init=False)
    cursor: int = 0
    looked: float = 0.0  # when the ledger was last asked
    dry: bool = False  # it had nothing more then
    breaks: int = 0
    refusals: int = 0
    since: float | None = None  # when the first of the group began to wait

    def __post_init__(self) -> None:
        self.pace = Pace(self.system.settings.connections, self._ticks())
        self.eight_bit = any(light for _, light in self.frames)

    def work(self) -> Ending:
        """Hand over mail after mail. Every way out has marked the last one."""
        begun = self._ticks()
        try:
            while not self._is_over():
                if self.ending is None and self.system.stopping.is_set():
                    self._end(Ending(Go.ON, stopped=True))
                elif self.ending is None and self._ticks() - begun > SPELL:
                    self._end(Ending(Go.ON, tired=True))
                if self.ending is None:
                    self._load()
                self._listen()
                if self._is_time():
                    self._step()
            return self.ending or Ending(Go.DONE)
        finally:
            self._leave()

    def _is_over(self) -> bool:
        """Whether nothing is in doubt or unmarked, and there is no more to begin."""
        if self.done or any(line.in_doubt for line in self.lines):
            return False
        if self.ending is not None:
            return True
        return all(line.idle for line in self.lines) and not self._more()

    def _more(self) -> bool:
        """Whether there are mails to begin."""
        return bool(self.built) or len(self.gate) > 0 or self._has_rows()

    def _has_rows(self) -> bool:
        """Whether there are readers to write to; reads the next ones when none is at hand."""
        if self.waiting:
            return True
        if len(self.gate) >= HELD:
            return False
        now = self._ticks()
        if now < self.looked + LOOK and (self.gate or (self.dry and self._is_busy())):
            return False
        self.looked = now
        busy = {one.subscriber_id for one in self._in_hand()}
        busy.update(one.row.subscriber_id for one in self.done)
        for after in dict.fromkeys((self.cursor, 0)):
            with self.system.db.read() as db:
                found = self.marks.fetch(db, after=after, now=self.system.clock.now())
            if found:
                self.cursor = found[-1].subscriber_id
                self.waiting.extend(row for row in found if row.subscriber_id not in busy)
            if self.waiting:
                self.dry = False
                return True
        self.dry = True
        return False

    def _is_busy(self) -> bool:
        """Whether something is on its way or unwritten, so that the end has time."""
        return bool(self.done) or any(not line.idle for line in self.lines)

    def _in_hand(self) -> list[Row]:
        on_lines = [item for line in self.lines for item in line.items]
        return on_lines + [row for row, _ in self.built] + self.gate.held

    def _load(self) -> None:
        """Give a mail to each line that can take one; open a line more when it is worth it."""
        for line in self.lines:
            self._give(line)
        alive = sum(line.alive for line in self.lines)
        if self._more() and alive < self.pace.lines(len(self.waiting)):
            self._open(alive)

    def _open(self, alive: int) -> None:
        session = self.system.relay.lend()
        opening = session.open()
        if opening.ready:
            if self.eight_bit and not session.takes_8bit:
                self._encode()
            line: Lane[Row] = lane_on(session)
            self.lines.append(line)
            self.selector.register(line, selectors.EVENT_READ, line)
        elif alive:
            self.pace.enough(alive)  # it takes no more of us than it has
        else:
            self._end(_stop(judge_opening(opening), opening.text))

    def _encode(self) -> None:
        """Leave nothing unencoded from here on: a relay that stands in does not take it."""
        self.eight_bit = False
        self.built = deque((row, self.desk.begin(self._mail(row))) for row, _ in self.built)

    def _give(self, line: Lane[Row]) -> None:
        """Put the next mail on a line that can take one."""
        while line.free and self.ending is None and (self.built or self._build()):
            row, begun = self.built.popleft()
            if not row.address.isascii() and not line.session.smtputf8:
                self.done.append(Done(row, Outcome.SKIPPED, NO_SMTPUTF8))
                continue
            mail = begun()
            try:
                line.load(row, mail.envelope_from, mail.recipient, mail.parts)
            except ValueError:
                self.done.append(Done(row, Outcome.FAILED, BAD_ADDRESS))

    def _build(self) -> bool:
        """Make the next mail; False when there is none."""
        while (row := self._admitted()) is not None:
            try:
                self.built.append((row, self.desk.begin(self._mail(row))))
            except (Refused, ValueError):
                # An address that no header may hold; the others are sent.
                self.done.append(Done(row, Outcome.FAILED, BAD_ADDRESS))
                continue
            return True
        return False

    def _admitted(self) -> Row | None:
        """The next reader whose mail may leave now, by the limits of relay and domain."""
        if (row := self.gate.due()) is not None:
            return row
        while self._has_rows():
            row = self.waiting.popleft()
            if self.gate.admit(row, row.address.rpartition("@")[2]):
                return row
        return None

    def _mail(self, row: Row) -> Mail:
        frame = self.frames[row.variant, self.eight_bit]
        one = reader(
            self.system.signer, self.system.settings.base_url, subscriber_id=row.subscriber_id,
            token=row.token, address=row.address, newsletter_id=self.lease.newsletter_id,
            issue_id=self.lease.issue_id, tracked=frame.tracked,
        )
        now = self.system.clock.now().replace(microsecond=0)
        return compose(frame, one, at=now)

    def _listen(self) -> None:
        """Wait until a line has something to say or to take, or the group has waited enough.

        While relays work on the last mails the next ones are made.
        """
        ahead = self.desk.ahead(len(self.lines))
        while len(self.built) < ahead and self.ending is None and self._build():
            pass
        for line in self.lines:
            if line.alive:
                wants = selectors.EVENT_READ | (selectors.EVENT_WRITE if line.wants_write else 0)
                if self.selector.get_key(line).events != wants:
                    self.selector.modify(line, wants, line)
        for key, mask in self.selector.select(self._wait()):
            if mask & selectors.EVENT_WRITE:
                key.data.flush()
            if mask & selectors.EVENT_READ:
                key.data.receive()
        self._hear()

    def _wait(self) -> float:
        if self._is_time():
            return 0.0
        if self.since is None:
            wait = self.gate.wait() if len(self.built) < len(self.lines) else None
            return TICK if wait is None else min(wait, TICK)
        return max(self.since + LINGER - self._ticks(), 0.0)

    def _hear(self) -> None:
        """Judge what the relay has answered; bury the lines that are dead."""
        now = self._ticks()
        for line in self.lines[:]:
            line.overdue(now)
            for row, reply in line.answers:
                self._judge(row, reply)
            line.answers.clear()
            if not line.alive:
                self._forget(line)
        ready = any(line.withholds for line in self.lines)
        if not (ready or self.done):
            self.since = None
        elif self.since is None:
            self.since = now

    def _judge(self, row: Row, reply: Reply) -> None:
        verdict = judge(reply)
        text = f"{reply.code} {reply.text}" if reply.code else reply.text
        self.done.append(Done(row, verdict.outcome, text))
        if verdict.outcome is Outcome.SENT:
            self.breaks = self.refusals = 0
            self.pace.sent(self._ticks())
            return
        self.breaks = self.breaks + 1 if verdict.outcome is Outcome.AGAIN else 0
        self.refusals = self.refusals + 1 if verdict.code == CONTENT else 0
        if verdict.outcome in {Outcome.FAULT, Outcome.AWAY}:
            self._end(_stop(verdict, text))
        elif self.refusals >= REFUSALS:
            self._end(Ending(Go.ON, fault=CONTENT, text=text))
        elif self.breaks >= BREAKS:
            self._end(Ending(Go.ON, away=True, text=text))

    def _is_time(self) -> bool:
        """Whether the group is large enough or has waited long enough."""
        if self.since is None:
            return False
        ready = sum(line.withholds is not None for line in self.lines)
        alive = sum(line.alive for line in self.lines)
        if self.ending is not None or ready >= max(alive / 2, 1) or not self._expects():
            return True
        return self._ticks() - self.since >= LINGER

    def _expects(self) -> bool:
        """Whether an answer may come that makes the group larger."""
        return any(not line.idle and line.withholds is None for line in self.lines)

    def _step(self) -> None:
        """Write the marks of the group, then let its dots leave with the next mails."""
        if self.ending is None and self.system.stopping.is_set():
            self._end(Ending(Go.ON, stopped=True))
        held = {row.subscriber_id: line for line in self.lines if (row := line.withholds)}
        if self.ending is not None:
            held = {}
        done, self.done, self.since = self.done, [], None
        step = self.write(done, [line.withholds for line in held.values() if line.withholds])
        if step.go is not Go.ON:
            self._end(Ending(step.go))
            return
        for who, line in held.items():
            if who not in step.taken:
                line.close()
                self._forget(line)
                continue
            line.receive()  # one that hung up, or says no before the end, has not got the mail
            if line.withholds:
                line.release()
                self._give(line)
                line.flush()
        self._hear()

    def _end(self, ending: Ending) -> None:
        """Begin nothing more; a fault found meanwhile is not forgotten for a lost chunk's sake."""
        if self.ending is None or (self.ending.go is Go.ON and ending.go is Go.LOST):
            self.ending = ending
        for line in self.lines:
            line.drop()

    def _forget(self, line: Lane[Row]) -> None:
        if line in self.lines:
            self.lines.remove(line)
            self.selector.unregister(line)

    def _leave(self) -> None:
        """Keep the idle connections for the next chunk, close the others."""
        for line in self.lines[:]:
            self._forget(line)
            if line.idle and line.alive:
                self.system.relay.give_back(line.session)
            else:
                line.close()
        self.selector.close()

    def _ticks(self) -> float:
        return self.system.relay.clock.ticks()


def _stop(verdict: Verdict, text: str) -> Ending:
    if verdict.outcome is Outcome.FAULT:
        return Ending(Go.ON, fault=verdict.code, text=text)
    return Ending(Go.ON, away=True, text=text)
