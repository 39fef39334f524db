"""Signed mails. An RSA signature costs more than all the rest of a mail, so a sender may have it
made by other processes, some mails ahead; Ed25519 is made on the spot.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import IO

from digest.delivery.compose import Mail
from digest.delivery.dkim import RSA_BITS, Algorithm, Draft, Key, Sign, Signer
from digest.delivery.signworker import frame, key_frame
from digest.system.build import System

AHEAD = 64  # mails whose signature is being made; a process's pipe holds the answers of 256
SIGNATURE = RSA_BITS // 8  # bytes
BATCH = 8 * len(frame(0, bytes(32)))  # bytes that are worth a system call
MOST_KEYS = 200  # the number of a key is one byte
MEMORY = "signing"
Begun = Callable[[], Mail]


def signed(signer: Signer | None, mail: Mail) -> Mail:
    """Return a mail with its signatures on top; without a signer as it is."""
    if signer is None:
        return mail
    head, *rest = mail.parts
    return replace(mail, parts=(signer.sign_parts(head, rest), *mail.parts))


@dataclass(slots=True, eq=False)
class Answer:
    """A signature that is being made; asked for too early, it is made here."""

    sign: Sign
    draft: Draft
    worker: Worker | None = None
    signature: bytes = b""

    def header(self) -> bytes:
        """Return the whole signature header."""
        if self.worker is not None and not self.signature:
            self.worker.wait_for(self)
        return self.draft.complete(self.signature or self.sign(self.draft.digest))


@dataclass(slots=True)
class Worker:
    """One signing process, answering in the order it was asked; dead, it answers nothing."""

    process: subprocess.Popen[bytes]
    requests: IO[bytes]
    answers: IO[bytes]
    asked: deque[Answer] = field(default_factory=deque)
    unsent: bytes = b""
    alive: bool = True

    def send(self, data: bytes) -> None:
        """Give it a frame; some of them travel together."""
        self.unsent += data
        if len(self.unsent) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Have it read what it was given."""
        try:
            self.requests.write(self.unsent)
            self.requests.flush()
        except OSError:
            self.alive = False
        self.unsent = b""

    def wait_for(self, answer: Answer) -> None:
        """Read answers until this one has come, or the process is found dead."""
        if self.unsent:
            self.flush()
        while self.alive and not answer.signature:
            data = self.answers.read(SIGNATURE)
            if len(data) < SIGNATURE:
                self.alive = False
                return
            self.asked.popleft().signature = data

    def close(self) -> None:
        """End it."""
        for pipe in (self.requests, self.answers):
            with suppress(OSError):  # what it did not read is of no use any more
                pipe.close()
        self.process.wait()


class Pool:
    """Processes that sign by RSA. For one thread at a time; started when they are first asked."""

    def __init__(self, processes: int) -> None:
        self._count = processes
        self._workers: list[Worker] = []
        self._known: dict[Key, int] = {}
        self._turn = 0

    def ask(self, key: Key, sign: Sign, draft: Draft) -> Answer:
        """Have a draft signed by the next process in turn; ``sign`` is how it is done here."""
        if key not in self._known:
            self._introduce(key)
        self._turn = (self._turn + 1) % self._count
        worker = self._workers[self._turn]
        answer = Answer(sign, draft, worker)
        if len(worker.asked) >= AHEAD:
            worker.wait_for(worker.asked[0])
        if worker.alive:
            worker.asked.append(answer)
            worker.send(frame(self._known[key], draft.digest))
        return answer

    def close(self) -> None:
        """End the processes; asked again, the pool starts new ones."""
        for worker in self._workers:
            worker.close()
        self._workers.clear()
        self._known.clear()

    def _introduce(self, key: Key) -> None:
        """Make a key known to every process."""
        if len(self._known) >= MOST_KEYS or not all(one.alive for one in self._workers):
            self.close()
        while len(self._workers) < self._count:
            self._workers.append(_started())
        number = self._known[key] = len(self._known)
        for worker in self._workers:
            worker.send(key_frame(number, key))


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a sender has its mails signed; without a signer they are given back as they are."""

    signer: Signer | None = None
    pool: Pool | None = None

    def begin(self, mail: Mail) -> Begun:
        """Have a mail signed, and return what waits for its signatures and gives it signed.

        Without a pool the work is done now.
        """
        if self.signer is None or self.pool is None:
            done = signed(self.signer, mail)
            return lambda: done
        head, *rest = mail.parts
        drafts = self.signer.drafts_of_parts(head, rest)
        waits = [
            self.pool.ask(key, sign, draft) if key.algorithm is Algorithm.RSA
            else Answer(sign, draft)
            for key, sign, draft in zip(self.signer.keys, self.signer.signs, drafts, strict=True)
        ]
        return lambda: replace(mail, parts=(*(one.header() for one in waits), *mail.parts))

    def ahead(self, lines: int) -> int:
        """Return how many mails should be begun while so many connections are open."""
        return lines if self.pool is None else max(lines, AHEAD)


def desk_of(system: System, signer: Signer | None) -> Desk:
    """Return where this process's sender has mails signed: RSA by its pool where that helps."""
    count = processes()
    if not count or signer is None or not signer.is_slow:
        return Desk(signer)
    pool = system.memory.get(MEMORY)
    if not isinstance(pool, Pool):
        pool = system.memory[MEMORY] = Pool(count)
    return Desk(signer, pool)


def processes() -> int:
    """Return how many signing processes are worth it: one core is the sender's own."""
    return min((os.cpu_count() or 1) - 1, 4)


def _started() -> Worker:
    process = subprocess.Popen(
        [sys.executable, "-m", "digest.delivery.signworker"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None  # as PIPE says
    return Worker(process, process.stdin, process.stdout)
