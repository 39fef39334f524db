"""Where this process runs: a folder on a machine, told apart from a copy of either.

A copied or restored database must not send by itself. So the data folder holds an identity file
that a copy can't be: the machine, its network cards and the file's number on its disk are compared
with what the database wrote down. A second file counts on with the database, so that a database
put back to an earlier day is found out as well.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

IDENTITY, COUNTER = "instance", "instance.beats"
MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
CARDS = Path("/sys/class/net")
PERMANENT = "0"  # the kernel's word for a card's own address, not one that was made up
GET_GENERATION = 0x80087601  # FS_IOC_GETVERSION of linux/fs.h: how often a file number was reused


@dataclass(frozen=True, slots=True)
class Place:
    """A place that may send.

    ``mark`` tells the identity file from a copy of it. A place that the operator named has neither
    machine nor mark: the name alone counts.
    """

    key: str
    machine: str
    cards: frozenset[str]
    mark: str
    host: str
    counter: Path | None

    @property
    def id(self) -> str:
        """Return one word for all of it."""
        return _hash(self.key, self.machine, self.mark, *sorted(self.cards))

    def is_machine(self, machine: str, cards: frozenset[str]) -> bool:
        """Tell whether this is that machine; a card more or less makes no other one."""
        both = self.cards and cards
        return self.machine == machine and (not both or bool(self.cards & cards))

    def beats(self) -> int:
        """Return how far the database had counted when this place last heard of it."""
        if self.counter is None or not self.counter.exists():
            return 0
        text = self.counter.read_text(encoding="ascii").strip()
        return int(text) if text.isdecimal() else 0

    def remember(self, beats: int) -> None:
        """Write down how far the database has counted, all of it or nothing."""
        if self.counter is None:
            return
        fresh = self.counter.with_name(f"{COUNTER}.{os.getpid()}")
        with fresh.open("w", encoding="ascii") as file:
            file.write(str(beats))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.counter)


def here(folder: Path, name: str = "") -> Place:
    """Return the place of this process: what the operator called it, or its data folder.

    Makes the identity file at the first start. Raises OSError for a folder that can't be written.
    """
    host = socket.gethostname()
    if name:
        writable = os.access(folder, os.W_OK)
        return Place(f"name:{name}", "", frozenset(), "", host,
                     folder / COUNTER if writable else None)
    path = _identity(folder)
    return Place(
        path.read_text(encoding="ascii").strip(), _machine(host), _cards(), _mark(path), host,
        folder / COUNTER,
    )


def _identity(folder: Path) -> Path:
    """The identity file; of two processes that start at once, one makes it."""
    path = folder / IDENTITY
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f"{IDENTITY}.{os.getpid()}-{secrets.token_hex(4)}"
        fresh.write_text(secrets.token_hex(16), encoding="ascii")
        with contextlib.suppress(FileExistsError):  # the other process was first
            os.link(fresh, path)
        fresh.unlink()
    return path


def _mark(path: Path) -> str:
    """The number of a file on its disk and, where the disk tells, which file of that number it is."""
    with path.open("rb") as file:
        number = os.fstat(file.fileno()).st_ino
        answer = bytearray(8)
        try:
            fcntl.ioctl(file.fileno(), GET_GENERATION, answer)
        except OSError:  # a file system that does not count
            return str(number)
    return f"{number}.{int.from_bytes(answer[:4], 'little')}"


def _machine(host: str) -> str:
    for path in MACHINE_IDS:
        if path.exists() and (text := path.read_text(encoding="ascii").strip()):
            return _hash(text)
    return _hash(host)


def _cards() -> frozenset[str]:
    """The hardware addresses of the machine's own cards: a cloned machine gets others."""
    if not CARDS.is_dir():
        return frozenset()
    own = [
        card for card in CARDS.iterdir()
        if (card / "device").exists() and _read(card / "addr_assign_type") == PERMANENT
    ]
    return frozenset(_hash(text) for card in own if (text := _read(card / "address")))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:  # the card was pulled out this moment
        return ""


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
