"""The checks in a real browser: axe in both colours, no page wider than a phone, focus on the cause."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask_security import hash_password
from werkzeug.serving import make_server

from digest.issues.checks import CLIP_AT
from digest.issues.linkcheck import link_key
from digest.issues.models import Item, LinkCheck
from digest.system.build import System, build_system
from digest.system.settings import Settings
from tests import browser, make
from tests.conftest import SettableClock
from tests.web.conftest import PASSWORD
from tests.webapp import build_app

ADDRESS = "salma@example.org"
NARROW = {"width": 375, "height": 720}


@dataclass(frozen=True, slots=True)
class Board:
    """A draft with one dead link, behind a real HTTP server."""

    system: System
    url: str
    issue_id: int
    item_id: int


@pytest.fixture
def board(settings: Settings, clock: SettableClock) -> Iterator[Board]:
    """Serve the panel with a draft."""
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    system = build_system(dataclasses.replace(settings, base_url=url), clock=clock)
    app = build_app(system)
    now = clock.now()
    with app.app_context(), system.db.write() as db:
        make.user(db, now=now, email=ADDRESS, password=hash_password(PASSWORD))
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id)
        make.subscriber(db, now=now, list_id=list_id)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id)
        item = db.query(Item).order_by(Item.id).first()
        assert item
        db.add(LinkCheck(
            url_key=link_key(item.link), url=item.link, checked_at=now, outcome="http_error",
            status=404, lands_on="", seconds=0.1, said=[],
        ))
        item_id = item.id
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Board(system, url, issue_id, item_id)
    server.shutdown()
    thread.join(5)
    server.server_close()
    system.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for all of them."""
    with browser.running() as opened:
        yield opened


def checks(chromium: Any, board: Board, **context: Any) -> Any:
    """Sign in and open the checks."""
    page = chromium.new_context(**context).new_page()
    page.goto(f"{board.url}/admin/login")
    page.locator("input[name=email]").fill(ADDRESS)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    page.goto(f"{board.url}/admin/issues/{board.issue_id}?side=checks&part=side")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_a_phone_shows_all(
    chromium: Any, board: Board, scheme: str
) -> None:
    page = checks(chromium, board, color_scheme=scheme, viewport=NARROW)
    for part in page.locator("#board-side details").all():
        part.evaluate("one => { one.open = true; }")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_a_row_puts_the_focus_on_the_field_that_mends_it(chromium: Any, board: Board) -> None:
    page = checks(chromium, board, viewport={"width": 1280, "height": 720})
    page.locator(".finding.error-level a.button").first.click()
    field = f"link-{board.item_id}"
    page.wait_for_function(f"document.activeElement.id === '{field}'", timeout=10_000)
    assert page.locator(f"#{field}").is_visible()


def test_above_what_gmail_cuts_the_send_is_off_and_the_row_says_why(
    chromium: Any, board: Board
) -> None:
    with board.system.db.write() as db:
        for item in db.query(Item):
            item.role, item.summary = "second", "كلمة " * (CLIP_AT // 12)
    page = checks(chromium, board, viewport={"width": 1280, "height": 720})
    assert page.locator(".finding.error-level", has_text="يقصّه Gmail").count() == 1
    meter = page.locator("#clip-meter")
    assert meter.evaluate("one => one.value === one.max")
    page.goto(f"{board.url}/admin/issues/{board.issue_id}?side=schedule&part=side")
    assert page.locator("#schedule button.primary").is_disabled()
