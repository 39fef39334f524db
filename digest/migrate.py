"""Database schema up and down, by Alembic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from digest.system.db import Database
from digest.system.paths import resource


def upgrade(db: Database, revision: str = "head") -> None:
    """Bring the schema up to a revision, in one transaction."""
    _run(db, lambda config: command.upgrade(config, revision))


def downgrade(db: Database, revision: str) -> None:
    """Take the schema down to a revision (``base`` empties the database)."""
    _run(db, lambda config: command.downgrade(config, revision))


def is_current(db: Database) -> bool:
    """Tell whether the schema is the one this code was written for."""
    with db.engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    return set(heads) == set(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")))
    return config


def _run(db: Database, step: Callable[[Config], None]) -> None:
    config = _config()
    with db.engine.connect() as connection, _without_foreign_keys(connection), connection.begin():
        config.attributes["connection"] = connection
        step(config)


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Let SQLite replace a table by its changed copy.

    With foreign keys on, dropping the old one would empty every column that points at it, and
    inside a transaction they can't be switched (sqlite.org/lang_altertable.html, section 7).
    """
    raw = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or raw is None:
        yield
        return
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")
