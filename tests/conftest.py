"""Fixtures: a real System on a database of its own, and a clock that a test can set."""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis
import pytest

from digest.migrate import upgrade
from digest.system.build import System, build_system
from digest.system.db import Database
from digest.system.settings import Settings
from tests import postgres

ON_POSTGRES = os.environ.get("DIGEST_TEST_DATABASE") == "postgresql"
# Examples are not timed one by one: on a loaded machine an innocent one can take long.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")
BROWSERS = {"chromium", "page", "phone", "browser"}  # fixtures that open one
SECRET = "a-secret-for-tests-only-0123456789"  # noqa: S105


class SettableClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the set time."""
        return self.at

    def ticks(self) -> float:
        """Return seconds since 1970 of the set time."""
        return self.at.timestamp()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Move on by ``seconds`` instead of waiting."""
        self.forward(seconds=seconds)
        return event.is_set()

    def forward(self, **delta: float) -> None:
        """Move the clock on by a timedelta's arguments."""
        self.at += timedelta(**delta)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL run what touches a database; the rest was run with SQLite already.

    So were the pages in a browser, and the journeys: their statements are tested one by one here.
    """
    if not ON_POSTGRES:
        return
    kept = [
        item for item in items
        if "database_url" in (names := set(getattr(item, "fixturenames", ()))) and not names & BROWSERS
        and "journeys" not in item.path.parts
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


@pytest.fixture
def clock() -> SettableClock:
    """Tuesday, 24 November 2026, 05:40 in Damascus (02:40 UTC)."""
    return SettableClock(datetime(2026, 11, 24, 2, 40, tzinfo=UTC))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "digest.db"
    db = Database(f"sqlite:///{path}")
    upgrade(db)
    db.close()
    return path


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server | None]:
    """A PostgreSQL server of our own, when the suite runs on PostgreSQL."""
    if not ON_POSTGRES:
        yield None
        return
    with postgres.running() as running:
        yield running


@pytest.fixture
def database_url(
    migrated: Path, server: postgres.Server | None, tmp_path: Path
) -> Iterator[str]:
    """The address of a fresh migrated database that only this test uses."""
    if server is None:
        path = tmp_path / "digest.db"
        shutil.copy(migrated, path)
        yield f"sqlite:///{path}"
    else:
        with server.database(f"t{uuid.uuid4().hex}") as url:
            yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings that allow collecting from loopback and capture mail."""
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        smtp_url="capture:",
        base_url="http://127.0.0.1:8000",
        secret_key=SECRET,
        fetch_allow=("127.0.0.1",),
        smtp_timeout=10.0,
    )


@pytest.fixture
def system(settings: Settings, clock: SettableClock) -> Iterator[System]:
    """The whole product behind its one value, with a settable clock."""
    built = build_system(settings, clock=clock)
    yield built
    built.close()
