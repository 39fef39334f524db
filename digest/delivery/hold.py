"""Start on hold: a restored or cloned database sends nothing until a person confirms the place.

A place that the database knows goes on after a restart without a question. Another one waits: for a
person, or for proof that it came to a database that is in use, which a copy never is. The proof is
that a place which may send counts on in this very database (``beats``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from digest.delivery.models import Instance
from digest.issues.models import Issue, IssueState
from digest.staff import audit
from digest.system import log
from digest.system.build import System
from digest.system.db import exists, insert_new
from digest.system.errors import NotFound, Refused
from digest.system.place import Place, here

KEY = "place"  # in ``System.memory``
BEAT = timedelta(seconds=10)
# A machine put back to an earlier state can't be told from one that was off; after so long a send
# that stopped in the middle asks a person.
ASLEEP = timedelta(hours=12)
PROVABLE = ("copied", "restored")  # a database in use shows that these are not so
UNDER_WAY = (IssueState.FROZEN, IssueState.SENDING)


@dataclass(slots=True)
class Here:
    """What a process knows of its place; ``others`` are the beats of places when it came."""

    place: Place
    id: str
    beats: int
    others: Mapping[str, int]
    at: datetime


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """A place as people see it; ``hold`` is a code of ``web.words.HOLDS``, or empty."""

    id: str
    host: str
    seen_at: datetime
    hold: str


def may_send(system: System) -> bool:
    """Tell whether mails may leave from here; a first look makes the place known."""
    return not reason(system)


def reason(system: System) -> str:
    """Return why no mail may leave from here, a code of ``web.words.HOLDS``, or nothing."""
    at = _here(system)
    with system.db.read() as db:
        why = _hold(db, at)
    return "" if why in PROVABLE and _wait_for_proof(system, at) else why


def require(system: System) -> None:
    """Raise Refused("on_hold", host=…, reason=…) unless mails may leave from here."""
    if why := reason(system):
        raise Refused("on_hold", host=_here(system).place.host, reason=why)


def arrive(system: System) -> bool:
    """Make this place known when a process begins; True when it may send.

    A send that stopped in the middle long ago waits for a person, too.
    """
    at, now = _here(system), system.clock.now()
    with system.db.write() as db:
        mine = db.get(Instance, at.id)
        open_send = select(Issue.id).where(Issue.state.in_(UNDER_WAY))
        if (mine is not None and not mine.hold and mine.seen_at + ASLEEP < now
                and exists(db, open_send)):
            mine.hold = "asleep"
        why = _hold(db, at)
    if why:
        log.get("hold").warning("on_hold", reason=why, host=at.place.host)
        return False
    beat(system)
    return True


def beat(system: System) -> bool:
    """Count on, if this place may send; else look whether it may by now. True when it may.

    Call it again and again; it writes once in BEAT.
    """
    at, now = _here(system), system.clock.now()
    if at.beats and now - at.at < BEAT:
        return True
    with system.db.write() as db:
        count = _count_on(db, at, now=now)
    if count is None:
        return _wait_for_proof(system, at)
    if count <= at.beats:  # the database was put back to an earlier state under our feet
        _set_hold(system, at.id, "older")
        log.get("hold").error("database_went_back", known=at.beats, found=count)
        at.beats = 0
        return False
    at.beats, at.at = count, now
    at.place.remember(count)
    return True


def confirm(db: Session, instance_id: str, *, by: int | None, now: datetime) -> None:
    """Let a place send; the others, which a copy brought along, are forgotten.

    One of them that is alive comes back by itself. Raises NotFound("no_such_instance").
    """
    one = db.get(Instance, instance_id)
    if one is None:
        raise NotFound("no_such_instance")
    was, one.hold, one.seen_at = one.hold, "", now
    db.execute(delete(Instance).where(Instance.id != instance_id))
    audit.record(db, "instance.confirm", now=now, by=by, subject="instance", host=one.host,
                 reason=was)


def confirm_here(system: System) -> str:
    """Let this very place send; returns its host's name."""
    at = _here(system)
    with system.db.write() as db:
        confirm(db, at.id, by=None, now=system.clock.now())
    return at.place.host


def instances(db: Session) -> tuple[InstanceRow, ...]:
    """Return the places, those on hold first."""
    rows = db.execute(
        select(Instance.id, Instance.host, Instance.seen_at, Instance.hold)
        .order_by((Instance.hold == "").asc(), Instance.host, Instance.id)
    )
    return tuple(InstanceRow(*row) for row in rows)


def is_waiting(db: Session) -> bool:
    """Tell whether a place waits for a person."""
    return exists(db, select(Instance.id).where(Instance.hold != ""))


def _here(system: System) -> Here:
    """This process' place, known to the database from the first look on."""
    known = cast("Here | None", system.memory.get(KEY))
    if known is not None:
        return known
    place = here(system.settings.data_dir, system.settings.instance)
    heard = place.beats()  # before the database is read: it is always ahead of the file
    with system.db.write() as db:
        found = _join(db, place, heard, now=system.clock.now())
    return cast(Here, system.memory.setdefault(KEY, found))


def _join(db: Session, place: Place, heard: int, *, now: datetime) -> Here:
    rows = db.scalars(select(Instance)).all()
    mine = next((row for row in rows if _is(row, place) and row.mark == place.mark), None)
    if mine is None:
        mine_id = place.id
        again = any(_is(row, place) for row in rows)
        insert_new(db, Instance.__table__, {
            "id": mine_id, "place": place.key, "machine": place.machine,
            "cards": sorted(place.cards), "mark": place.mark, "host": place.host, "beats": heard,
            "seen_at": now, "hold": "" if not rows else "restored" if again else "copied",
        }, key=["id"])
        return Here(place, mine_id, 0, _beating(db, mine_id), now)
    if mine.beats < heard:
        mine.hold, mine.beats = "older", heard
    return Here(place, mine.id, 0, _beating(db, mine.id), now)


def _is(row: Instance, place: Place) -> bool:
    return row.place == place.key and place.is_machine(row.machine, frozenset(row.cards))


def _hold(db: Session, at: Here) -> str:
    """Why nothing may be sent from here; a place that was forgotten waits like a new one."""
    found = db.scalar(select(Instance.hold).where(Instance.id == at.id))
    return "copied" if found is None else found


def _count_on(db: Session, at: Here, *, now: datetime) -> int | None:
    return db.scalar(
        update(Instance).where(Instance.id == at.id, Instance.hold == "")
        .values(beats=Instance.beats + 1, seen_at=now)
        .returning(Instance.beats)
        .execution_options(synchronize_session=False)
    )


def _wait_for_proof(system: System, at: Here) -> bool:
    """Look whether a person said yes, or another place counted on since we came: no copy does."""
    at.beats = 0
    with system.db.read() as db:
        why = db.scalar(select(Instance.hold).where(Instance.id == at.id))
        others = _beating(db, at.id)
    if why is None:  # forgotten by a confirmation elsewhere: ask anew
        system.memory.pop(KEY, None)
        return False
    alive = any(beats > at.others.get(one, beats) for one, beats in others.items())
    at.others = {**others, **at.others}
    if why not in PROVABLE or not alive:
        return not why
    with system.db.write() as db:
        db.execute(
            update(Instance).where(Instance.id == at.id, Instance.hold.in_(PROVABLE))
            .values(hold="").execution_options(synchronize_session=False)
        )
        audit.record(db, "instance.join", now=system.clock.now(), subject="instance",
                     host=at.place.host)
    return True


def _beating(db: Session, without: str) -> dict[str, int]:
    """How far the other places that may send have counted."""
    rows = db.execute(
        select(Instance.id, Instance.beats).where(Instance.hold == "", Instance.id != without)
    )
    return {row.id: row.beats for row in rows}


def _set_hold(system: System, instance_id: str, reason: str) -> None:
    with system.db.write() as db:
        db.execute(update(Instance).where(Instance.id == instance_id).values(hold=reason))
