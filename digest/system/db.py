"""Two doors to the database: ``read()`` and ``write()``. Nothing else commits or rolls back."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC as UTC_ZONE
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    FromClause,
    Integer,
    MetaData,
    Select,
    Table,
    TypeDecorator,
    and_,
    cast,
    create_engine,
    event,
    func,
    literal,
    make_url,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from digest.system.turns import Turns

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
LAST_LETTER = "\U0010ffff"
LIKE_SIGNS = re.compile(r"[%_\\]")
BUSY_MS = 30_000  # how long a writer waits for SQLite's single write lock


class Base(DeclarativeBase):
    """Root of all tables."""

    metadata = MetaData(naming_convention=NAMES)


class UTC(TypeDecorator[datetime]):
    """An aware UTC datetime on every database; a naive value is refused, never guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware datetime into the form the database keeps."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC_ZONE)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what the database kept as an aware UTC datetime."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC_ZONE) if value.tzinfo is None else value.astimezone(UTC_ZONE)


class Database:
    """An engine with short explicit transactions.

    On SQLite a write begins with BEGIN IMMEDIATE: with the deferred default, 8 threads doing
    read-then-update lost 258 of 320 updates to "database is locked" (measured).
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._writer = self.engine.execution_options(digest_begin="BEGIN IMMEDIATE")
        self._turns = Turns() if self.engine.dialect.name == "sqlite" else None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a read transaction; whatever it wrote by mistake is rolled back."""
        with Session(self.engine) as session:
            yield session
            session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a write transaction: committed when the block ends well, rolled back otherwise.

        SQLite has one writer: the threads of this process wait for each other in a row, and only
        other processes by SQLite's own asking again.
        """
        with self._turn(), Session(self._writer) as session, session.begin():
            yield session

    def _turn(self) -> AbstractContextManager[None]:
        return self._turns.turn(BUSY_MS / 1000) if self._turns else nullcontext()

    def close(self) -> None:
        """Release every connection."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed, pool_pre_ping=True)
        event.listen(engine, "connect", _prepare_postgres)
        return engine
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_MS / 1000})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgres(connection: Any, _record: object) -> None:
    """Durable commits, whatever the server's default: 26 crashes without them sent 100 mails twice."""
    connection.autocommit = True  # a setting made in a transaction would go with it
    connection.execute("SET synchronous_commit = on")
    connection.autocommit = False


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Durable, concurrent SQLite; the driver must not begin transactions behind our back."""
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql(options.get("digest_begin", "BEGIN"))


def insert_new(db: Session, table: FromClause, values: dict[str, Any], *, key: list[str]) -> bool:
    """Insert a row unless its unique ``key`` columns exist already; True when it was new.

    Read from RETURNING, since ``rowcount`` after ON CONFLICT differs by database (measured).
    """
    make = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    assert isinstance(table, Table)  # what a model's __table__ is; the type says less
    statement = make(table).values(values).on_conflict_do_nothing(index_elements=key)
    first = next(iter(table.primary_key.columns))
    return db.execute(statement.returning(first)).first() is not None


def move(
    db: Session,
    model: type[Base],
    row_id: int,
    source: StrEnum,
    target: StrEnum,
    **values: object,
) -> bool:
    """Change ``state`` from ``source`` to ``target`` if it still is ``source``; True when we won."""
    table = model.__table__
    statement = (
        update(model)
        .where(table.c.id == row_id, table.c.state == str(source))
        .values(state=str(target), **values)
        .returning(table.c.id)
    )
    return db.execute(statement).first() is not None


def listed(db: Session, values: Collection[str] | Collection[int]) -> Select[Any]:
    """Select the values of a long list, sent as one parameter: ``column.in_(listed(db, ids))``.

    With a parameter for each of 4,000 values the statement alone takes 20 ms (measured).
    """
    given = list(values)
    text = json.dumps(given)
    if db.get_bind().dialect.name == "sqlite":
        return select(func.json_each(text).table_valued("value").c.value)
    # As JSON here, too: the driver writes each value of an array by itself, 10 µs a piece.
    found = func.json_array_elements_text(cast(literal(text), postgresql.JSON)).column_valued("found")
    return select(
        (cast(found, Integer) if given and isinstance(given[0], int) else found).label("value")
    )


def begins(db: Session, column: Any, beginning: str) -> ColumnElement[bool]:
    """The condition that a text begins so, letter by letter, by the column's index.

    SQLite uses no index for LIKE where letter case counts; PostgreSQL compares letters only in an
    index made with ``varchar_pattern_ops``.
    """
    if db.get_bind().dialect.name == "sqlite":
        return and_(column >= beginning, column < beginning + LAST_LETTER)
    like: ColumnElement[bool] = column.like(LIKE_SIGNS.sub(r"\\\g<0>", beginning) + "%")
    return like


def table_of(model: type[Base]) -> Table:
    """Return a model's table, for hot paths: statements on it skip the ORM."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(model)
    return table


def exists(db: Session, statement: Any) -> bool:
    """Tell whether a select finds any row."""
    return bool(db.scalar(select(statement.exists())))
