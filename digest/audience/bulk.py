"""Readers by the thousand: a few statements for each few thousand rows, whatever they hold."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Row, func, literal, select, text, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from digest.audience.consent import What
from digest.audience.models import (
    Consent,
    Membership,
    MembershipState,
    Subscriber,
    SubscriberState,
    domain_of,
    name_keys,
)
from digest.system.db import UTC, listed, table_of

Person = tuple[str, int, str, str]  # key, line of the file, address, name
COLUMNS = "id, token, address, address_key, name, domain, name_key, state, created_at"
RANDOM = 16  # random letters of a token, 96 bits


def known(
    db: Session, list_id: int, keys: Iterable[str]
) -> Sequence[Row[int, str, str, str | None]]:
    """Return (id, address_key, state, membership state or None) of those who have a row."""
    return db.execute(
        select(
            Subscriber.id, Subscriber.address_key, Subscriber.state,
            Membership.state.label("membership"),
        )
        .outerjoin(
            Membership,
            (Membership.subscriber_id == Subscriber.id) & (Membership.list_id == list_id),
        )
        .where(Subscriber.address_key.in_(listed(db, list(keys))))
    ).all()


def hold(db: Session) -> None:
    """Keep others from adding readers until the write ends, so that ``known`` stays true.

    SQLite has one writer; on PostgreSQL reading, and sending, go on.
    """
    if db.get_bind().dialect.name != "sqlite":
        db.execute(text("LOCK TABLE subscriber IN SHARE ROW EXCLUSIVE MODE"))


def add_people(db: Session, people: Sequence[Person], *, now: datetime) -> Sequence[int]:
    """Add readers that have no row, active, in one go; returns their new ids.

    To be called in the write that asked ``hold`` and ``known``.
    """
    if not people:
        return ()
    # Alike beginnings keep what is written to the token's index in one place of it: with all
    # letters random every row of a big table touches another page (2 x the time, measured).
    place = secrets.token_urlsafe(3)
    letters = secrets.token_urlsafe(len(people) * RANDOM * 3 // 4)  # one call, not thousands
    tokens = [place + letters[n : n + RANDOM] for n in range(0, len(letters), RANDOM)]
    if db.get_bind().dialect.name == "sqlite":
        return _insert_sqlite(db, people, tokens, now)
    return _copy_postgres(db, people, tokens, now)


def join_list(
    db: Session, list_id: int, subscriber_ids: Sequence[int], *, now: datetime, new: bool = False
) -> None:
    """Put readers on a list as imported, passing over who joined at this very moment.

    ``new`` says that ``add_people`` has made them in this write, so that nobody else can have.
    """
    if not subscriber_ids:
        return
    if new and db.get_bind().dialect.name != "sqlite":
        # Rows of COPY are written many at a time: a fifth less than by INSERT (measured).
        at, on, what = now.isoformat(), MembershipState.ON.value, What.IMPORTED.value
        _copy(db, "membership (subscriber_id, list_id, state, at)", (
            f"{one}\t{list_id}\t{on}\t{at}\n" for one in subscriber_ids
        ))
        _copy(db, "consent (subscriber_id, list_id, what, wording, network, at)", (
            f"{one}\t{list_id}\t{what}\t\t\t{at}\n" for one in subscriber_ids
        ))
        return
    make = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    ids = listed(db, subscriber_ids).subquery().c.value
    when, where = literal(now, UTC), literal(list_id)
    member, proof = table_of(Membership), table_of(Consent)
    db.execute(
        make(member)
        .from_select(
            ["subscriber_id", "list_id", "state", "at"],
            select(ids, where, literal(MembershipState.ON.value), when).where(true()),
        )
        .on_conflict_do_nothing()
    )
    db.execute(
        make(proof).from_select(
            ["subscriber_id", "list_id", "what", "wording", "network", "at"],
            select(ids, where, literal(What.IMPORTED.value), literal(""), literal(""), when),
        )
    )


def activate(db: Session, subscriber_ids: Sequence[int]) -> None:
    """Make readers active who asked for another list and never confirmed."""
    if subscriber_ids:
        db.execute(
            update(Subscriber)
            .where(
                Subscriber.id.in_(listed(db, subscriber_ids)),
                Subscriber.state == SubscriberState.PENDING,
            )
            .values(state=SubscriberState.ACTIVE.value)
            .execution_options(synchronize_session=False)
        )


def _insert_sqlite(
    db: Session, people: Sequence[Person], tokens: Sequence[str], now: datetime
) -> Sequence[int]:
    first = (db.scalar(select(func.max(Subscriber.id))) or 0) + 1
    at = UTC().dialect_impl(db.get_bind().dialect).bind_processor(db.get_bind().dialect)
    written, state = at(now) if at else now, SubscriberState.ACTIVE.value
    db.connection().exec_driver_sql(
        f"INSERT INTO subscriber ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        [
            (number, token, address, key, name, domain_of(key), name_key, state, written)
            for number, (key, _line, address, name), name_key, token in zip(
                range(first, first + len(people)), people, _name_keys(people), tokens, strict=True
            )
        ],
    )
    return range(first, first + len(people))


def _copy_postgres(
    db: Session, people: Sequence[Person], tokens: Sequence[str], now: datetime
) -> Sequence[int]:
    ids = db.scalars(
        select(func.nextval(text("'subscriber_id_seq'")))
        .select_from(func.generate_series(1, len(people)))
    ).all()
    ending = f"{SubscriberState.ACTIVE.value}\t{now.isoformat()}\n"
    _copy(db, f"subscriber ({COLUMNS})", (
        f"{number}\t{token}\t{_field(address)}\t{_field(key)}\t{_field(name)}"
        f"\t{_field(domain_of(key))}\t{_field(name_key)}\t{ending}"
        for number, token, (key, _line, address, name), name_key in zip(
            ids, tokens, people, _name_keys(people), strict=True
        )
    ))
    return ids


def _name_keys(people: Sequence[Person]) -> Sequence[str]:
    return name_keys([person[3] for person in people])


def _copy(db: Session, table: str, lines: Iterable[str]) -> None:
    raw = db.connection().connection.driver_connection
    assert raw is not None  # the connection is open
    with raw.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        copy.write("".join(lines))


def _field(value: str) -> str:
    """A value as COPY's text form has it; names and addresses hold no other control character."""
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace(
        "\r", "\\r"
    )
