"""Bounces find their way in by themselves: the pulse of the mailbox, the door, the hold."""

from __future__ import annotations

import smtplib
import socket
from dataclasses import replace

import pytest

from digest import jobs
from digest.feedback.door import open_door
from digest.system.build import System
from digest.system.settings import Settings
from tests.conftest import SettableClock
from tests.feedback.conftest import Newsroom
from tests.feedback.mails import dsn


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def settings(settings: Settings, port: int) -> Settings:
    """Settings with a mailbox and a door."""
    return replace(settings, bounce_mailbox=f"maildir:{settings.data_dir}/bounces",
                   bounce_listen=f"lmtp://127.0.0.1:{port}")


def test_the_mailbox_is_read_every_minute(
    system: System, newsroom: Newsroom, clock: SettableClock
) -> None:
    folder = system.settings.data_dir / "bounces" / "new"
    folder.mkdir(parents=True)
    last: dict[str, object] = {}
    for n, seconds in enumerate((0, 30, 40)):
        (folder / f"{n}.x").write_bytes(dsn(to=newsroom.verp(newsroom.send())))
        clock.forward(seconds=seconds)
        jobs.tick(system, "here", last)  # type: ignore[arg-type]
        jobs.drain(system, {"read_mailbox"})
        assert len(newsroom.reports()) == (1, 1, 3)[n]


def test_a_mail_at_the_door_of_the_embedded_server_is_heard(
    system: System, newsroom: Newsroom, port: int
) -> None:
    verp = newsroom.verp(newsroom.send())
    door = open_door(system)
    assert door
    try:
        assert open_door(system) is None  # taken, and that is no reason for a server not to start
        with smtplib.LMTP("127.0.0.1", port) as talk:
            talk.sendmail("", [verp], dsn(to="somebody@example.org").decode())
        assert newsroom.state() == "bounced"
        assert newsroom.reports() == [("hard", "mailbox", "listener")]
    finally:
        door.stop()


def test_without_a_mailbox_nobody_looks_for_one(system: System) -> None:
    bare = replace(system, settings=replace(system.settings, bounce_mailbox=""))
    jobs.tick(bare, "here", {})
    assert jobs.drain(bare, {"read_mailbox"}) == 0
