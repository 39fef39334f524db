"""Fixing a time in a real browser: the clicks of the design, the running clock, both colours."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask_security import hash_password
from werkzeug.serving import make_server

from digest.issues import states
from digest.system.build import System, build_system
from digest.system.settings import Settings
from tests import browser, make
from tests.conftest import SettableClock
from tests.web.conftest import PASSWORD
from tests.webapp import build_app

ADDRESS = "salma@example.org"


@dataclass(frozen=True, slots=True)
class Desk:
    """The panel behind a real HTTP server, and a draft for six o'clock."""

    system: System
    url: str
    issue_id: int

    def state(self) -> str:
        with self.system.db.read() as db:
            return states.get(db, self.issue_id).state


@pytest.fixture
def desk(settings: Settings, clock: SettableClock) -> Iterator[Desk]:
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    system = build_system(dataclasses.replace(settings, base_url=url), clock=clock)
    app = build_app(system)
    now = clock.now()
    with app.app_context(), system.db.write() as db:
        make.user(db, now=now, email=ADDRESS, password=hash_password(PASSWORD))
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id, unanswered="lead")
        make.subscriber(db, now=now, list_id=list_id)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id,
                              slot_at=now + timedelta(minutes=20))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Desk(system, url, issue_id)
    server.shutdown()
    thread.join(5)
    server.server_close()
    system.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser.running() as opened:
        yield opened


def signed_in(chromium: Any, desk: Desk, **context: Any) -> Any:
    page = chromium.new_context(**context).new_page()
    page.goto(f"{desk.url}/admin/login")
    page.locator("input[name=email]").fill(ADDRESS)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    return page


def test_the_usual_time_takes_two_clicks_on_the_board(chromium: Any, desk: Desk) -> None:
    page = signed_in(chromium, desk, viewport={"width": 1280, "height": 720})
    page.goto(f"{desk.url}/admin/issues/{desk.issue_id}")
    page.get_by_role("link", name="جدولة الإرسال").click()
    page.get_by_role("button", name="ثبّت الموعد").click()
    page.locator("#sending").get_by_role("button", name="ألغِ الموعد").wait_for()
    assert desk.state() == "scheduled"
    page.context.close()


def test_sent_now_a_clock_runs_and_a_click_cancels(chromium: Any, desk: Desk) -> None:
    page = signed_in(chromium, desk, viewport={"width": 1280, "height": 720})
    page.goto(f"{desk.url}/admin/issues/{desk.issue_id}?side=schedule")
    page.get_by_text("الآن. يُرسل بعد دقيقة").click()
    page.get_by_role("button", name="ثبّت الموعد").click()
    running = page.locator("#sending .countdown", has_text="0:5")  # the server's clock stands still
    running.wait_for()
    page.locator("#sending .flash").get_by_role("button", name="ألغِ الموعد").click()
    page.locator("#window").get_by_text("لا يُرسل وحده").wait_for()
    assert desk.state() == "draft"
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_window_and_schedule_panel_fit_a_phone_and_satisfy_axe(
    chromium: Any, desk: Desk, scheme: str
) -> None:
    page = signed_in(
        chromium, desk, color_scheme=scheme, viewport={"width": 375, "height": 720}
    )
    for path in ("/admin/", f"/admin/issues/{desk.issue_id}",
                 f"/admin/issues/{desk.issue_id}?side=schedule&part=side"):
        page.goto(desk.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375, path
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"][:90] for node in one["nodes"]]) for one in found] == []
    assert page.get_by_text("بتوقيت Asia/Damascus").is_visible()
    page.context.close()
