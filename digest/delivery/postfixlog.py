"""What Postfix's log says of mails whose last reply was lost. Pure.

Cleanup writes a mail's Message-ID before the mail is accepted; only what comes after it under the
same queue number (the queue manager, a delivery, the removal) proves that it was. That a mail is
not in the log proves the opposite only when the log covers the whole time in which it may have
been handed over, and every connection of that time has ended in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from functools import partial

LINE = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\dT\S+|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?) \S+ "
    r"postfix[\w.-]*/(?:[\w.-]+/)*(?P<program>[\w-]+)\[(?P<pid>\d+)\]: (?P<text>.*)"
)
QUEUED = re.compile(r"([0-9A-Za-z]{6,}): (.*)")
MESSAGE_ID = re.compile(r"(?:resent-)?message-id=<?([^<>\s]*)>?")
LOST_LINES = ("rate-limiting", "begin to drop messages", "Suppressed ")
MONTHS = {
    name: n for n, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
LAG = timedelta(minutes=2)  # a line is in the file by then
SKEW = timedelta(seconds=30)
LONGEST = timedelta(hours=1)  # no connection that is still open after so long has a mail of ours


@dataclass(slots=True)
class Evidence:
    """What a log says of the mails with a certain kind of Message-ID, by the name inside it.

    ``accepted`` are those that Postfix took. ``first`` and ``last`` are the times of the log's
    lines, ``open`` when connections began that have not ended.
    """

    accepted: set[str] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None
    open: dict[str, datetime] = field(default_factory=dict)
    gaps: bool = False

    def covers(self, since: datetime, until: datetime) -> bool:
        """Tell whether all that was handed over between two times must be in the log.

        A connection of that time that is still open may yet bring a mail. ``until`` is by another
        clock than the log's, perhaps.
        """
        if self.gaps or self.first is None or self.last is None:
            return False
        until += SKEW
        if self.first > since or self.last <= until:
            return False
        return self.last > until + LONGEST or all(begun > until for begun in self.open.values())


def read_log(
    lines: Iterable[str], named: Callable[[str], str | None], *, since: datetime, zone: tzinfo,
    now: datetime, live: bool = False,
) -> Evidence:
    """Read the lines of a log, in their order.

    ``named`` turns a Message-ID into the name under which it is wanted, or None. Mails of before
    ``since`` are not looked at: a copy of this house may have had the same names. Times without a
    zone are in ``zone``, those without a year are of the last twelve months before ``now``.
    ``live``: the lines were read this moment from where Postfix writes, so the log goes on to now.
    """
    found = Evidence()
    names: dict[str, str] = {}

    def time_of(stamp: str) -> datetime:
        return _time(stamp, zone=zone, now=now)

    def wanted(message_id: str, stamp: str) -> str | None:
        name = named(message_id)
        return name if name is None or time_of(stamp) >= since - SKEW else None

    stamps: list[str] = []
    begun: dict[str, str] = {}
    for line in lines:
        match = LINE.match(line)
        if match is None:
            found.gaps = found.gaps or any(mark in line for mark in LOST_LINES)
            continue
        at, program, pid, text = match.groups()
        stamps = [stamps[0], at] if stamps else [at, at]
        if program == "smtpd":
            _connection(text, pid, at, begun)
        elif queued := QUEUED.match(text):
            _queued(program, queued[1], queued[2], names, found, partial(wanted, stamp=at))
    if stamps:
        found.first, found.last = time_of(stamps[0]), time_of(stamps[1])
        found.open = {pid: time_of(at) for pid, at in begun.items()}
        if live:
            found.last = max(found.last, now - LAG)
    return found


def _connection(text: str, pid: str, at: str, begun: dict[str, str]) -> None:
    if text.startswith("connect from "):
        begun[pid] = at
    elif text.startswith("disconnect from "):
        begun.pop(pid, None)


def _queued(
    program: str, number: str, text: str, names: dict[str, str], found: Evidence,
    wanted: Callable[[str], str | None],
) -> None:
    """One line about a mail in the queue; queue numbers are used again for other mails."""
    if program == "cleanup":
        if (match := MESSAGE_ID.match(text)) is None:
            return
        if (name := wanted(match[1])) is None:
            names.pop(number, None)
        else:
            names[number] = name
    elif number in names:
        found.accepted.add(names[number])
        if text == "removed":
            del names[number]


def _time(stamp: str, *, zone: tzinfo, now: datetime) -> datetime:
    if stamp[0].isdigit():
        at = datetime.fromisoformat(stamp)
        return at if at.tzinfo else at.replace(tzinfo=zone)
    month, day, clock = MONTHS[stamp[:3]], int(stamp[4:6]), stamp[7:]
    hour, minute, second = int(clock[:2]), int(clock[3:5]), int(clock[6:8])
    here = now.astimezone(zone)
    for year in range(here.year + 1, here.year - 8, -1):  # eight: to a leap year, 1900s included
        try:
            at = datetime(year, month, day, hour, minute, second, tzinfo=zone)
        except ValueError:  # the 29th of February of another year
            continue
        if at <= now + timedelta(days=1):
            return at
    raise ValueError(stamp)
