"""The whole product running in this process: web, runner, sample site, and a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest
from flask_security import hash_password
from waitress.server import create_server

from digest.articles.topics import ensure_topics
from digest.demo.site import DemoSite
from digest.runner import Runner
from digest.system.build import System, build_system
from digest.system.clock import SystemClock
from digest.system.settings import Settings
from tests import browser, make
from tests.webapp import build_app

PASSWORD = "a long enough password"
# A newsletter that the calendar leaves alone, whatever the hour at which a test runs.
SELDOM = {"kind": "cron", "cron": "0 6 1 1 *"}


class AheadClock(SystemClock):
    """The machine's clock, which a test may put forward instead of waiting for a minute."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the present, put forward."""
        return super().now() + self.ahead


@dataclass(frozen=True, slots=True)
class Live:
    """The running product and the folder of its mailbox."""

    system: System
    clock: AheadClock
    url: str

    def mails(self, address: str, subject: str = "") -> list[EmailMessage]:
        """Return the captured mails to an address, oldest first."""
        folder = self.system.settings.mailbox_dir / "new"
        files = sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime_ns)
        found = []
        for path in files:
            message = BytesParser(EmailMessage, policy=default).parsebytes(path.read_bytes())
            if address in str(message["To"]) and subject in str(message["Subject"]):
                found.append(message)
        return found

    def wait_for(self, what: Any, seconds: float = 30.0) -> Any:
        """Look until ``what()`` is true and return it; fails after some seconds."""
        pause, end = threading.Event(), self.clock.ticks() + seconds
        while self.clock.ticks() < end:
            if found := what():
                return found
            pause.wait(0.1)
        pytest.fail(f"nothing came within {seconds} s")


def sign_in(live: Live, page: Any) -> None:
    """Make Salma, who edits and sends, and sign her in."""
    with build_app(live.system).app_context(), live.system.db.write() as db:
        make.user(db, now=live.clock.now(), password=hash_password(PASSWORD))
    page.goto(f"{live.url}/admin/login")
    page.locator("#email").fill("salma@example.org")
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    page.wait_for_url("**/admin/")


@pytest.fixture
def site() -> Iterator[DemoSite]:
    """The sample news site."""
    found = DemoSite()
    found.start(SystemClock().now())
    yield found
    found.stop()


@pytest.fixture
def live(settings: Settings) -> Iterator[Live]:
    """Web and runner, as ``digest serve`` puts them together."""
    clock = AheadClock()
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    system = build_system(replace(settings, base_url=url), clock=clock)
    with system.db.write() as db:
        ensure_topics(db)
    server = create_server(build_app(system), host="127.0.0.1", port=port, threads=8)
    web = threading.Thread(target=server.run, daemon=True)
    runner = Runner(system)
    web.start()
    runner.start()
    yield Live(system, clock, url)
    runner.stop()
    server.close()
    web.join(5)
    system.close()


@pytest.fixture
def page() -> Iterator[Any]:
    """A page of a real browser at 1280 by 720; a page error fails the test."""
    errors: list[str] = []
    with browser.running() as chromium:
        context = chromium.new_context(viewport={"width": 1280, "height": 720})
        opened = context.new_page()
        opened.on("pageerror", lambda error: errors.append(str(error)))
        yield opened
    assert errors == []


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
