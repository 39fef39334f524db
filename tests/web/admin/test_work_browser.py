"""A send on the page of long work, and its numbers, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask_security import hash_password
from waitress.server import create_server

from digest.delivery.models import Delivery, DeliveryState
from digest.feedback import touches
from digest.issues import states
from digest.system.build import System, build_system
from digest.system.settings import Settings
from tests import browser, make
from tests.conftest import SettableClock
from tests.feedback.touched import Sent, send_to
from tests.web.conftest import PASSWORD
from tests.webapp import build_app

ADDRESS = "salma@example.org"


@dataclass(frozen=True, slots=True)
class Desk:
    """The panel behind a real HTTP server, a send that runs, and one that is over."""

    system: System
    url: str
    issue_id: int
    over: Sent

    def state(self) -> str:
        with self.system.db.read() as db:
            return states.get(db, self.issue_id).state

    def deliver(self) -> None:
        """Let the relay take one more mail."""
        with self.system.db.write() as db:
            row = db.query(Delivery).filter_by(issue_id=self.issue_id, state=DeliveryState.QUEUED).first()
            assert row
            row.state = DeliveryState.SENT.value


@pytest.fixture
def desk(settings: Settings, clock: SettableClock) -> Iterator[Desk]:
    system = build_system(settings, clock=clock)
    app, now = build_app(system), clock.now()
    over = send_to(system, clock, readers=4)
    with app.app_context(), system.db.write() as db:
        make.user(db, now=now, email=ADDRESS, password=hash_password(PASSWORD))
        newsletter_id = make.newsletter(db, now=now, slug="other")
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, state="sending", send_at=now)
        for n, state in enumerate((DeliveryState.SENT, *[DeliveryState.QUEUED] * 3)):
            reader = make.subscriber(db, now=now, address=f"r{n}@mina.example")
            db.add(Delivery(issue_id=issue_id, subscriber_id=reader, variant="latn", state=state,
                            at=now))
        touches.record(db, [over.touch(0, n=1)])
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Desk(system, f"http://127.0.0.1:{server.effective_port}", issue_id, over)
    server.close()
    thread.join(5)
    system.close()


@pytest.fixture
def page(desk: Desk) -> Iterator[Any]:
    """Salma's browser, signed in; an error of a script fails the test."""
    errors: list[str] = []
    with browser.running() as chromium:
        opened = chromium.new_context(viewport={"width": 1280, "height": 720}).new_page()
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(f"{desk.url}/admin/login")
        opened.locator("#email").fill(ADDRESS)
        opened.locator("#password").fill(PASSWORD)
        opened.locator("#password").press("Enter")
        opened.wait_for_url("**/admin/")
        yield opened
    assert errors == []


def test_a_send_moves_by_itself_is_paused_and_goes_on_without_the_page(
    desk: Desk, page: Any
) -> None:
    page.goto(f"{desk.url}/admin/work")
    bar = page.locator("#works progress")
    assert bar.get_attribute("aria-valuetext") == "تم 1 من 4"
    desk.deliver()
    page.locator("#works progress[value='2']").wait_for(timeout=8_000)
    page.locator("#works").get_by_role("button", name="أوقف مؤقتاً").click()
    page.locator("#works").get_by_role("button", name="استأنف").wait_for()
    assert desk.state() == "paused"
    page.goto(f"{desk.url}/admin/sources")
    page.locator("#work-pill").get_by_role("link").click()  # every page leads back
    page.locator("#works").get_by_role("button", name="استأنف").click()
    page.locator("#works").get_by_role("button", name="أوقف مؤقتاً").wait_for()
    context = page.context
    page.close()
    assert desk.state() == "sending"
    again = context.new_page()
    again.goto(f"{desk.url}/admin/work")
    assert again.locator("#works progress").get_attribute("aria-valuetext") == "تم 2 من 4"


def test_the_numbers_of_an_issue_are_reached_from_its_row_and_taken_as_a_file(
    desk: Desk, page: Any
) -> None:
    page.goto(f"{desk.url}/admin/analytics")
    assert page.locator("svg.chart[role=img]").count() >= 2
    page.locator("table tbody th a").first.click()
    page.wait_for_url(f"**/analytics/issues/{desk.over.issue_id}")
    assert page.locator("svg.mail-picture title").first.text_content()
    with page.expect_download() as waiting:
        page.locator("a[href$='stories.csv']").click()
    assert waiting.value.suggested_filename == f"issue-{desk.over.issue_id}.csv"


def test_the_growth_on_the_first_page_opens_as_a_table(desk: Desk, page: Any) -> None:
    page.goto(f"{desk.url}/admin/")
    table = page.locator("details[data-details=growth] table")
    assert table.is_hidden()
    page.locator("details[data-details=growth] > summary").click()
    assert table.is_visible()
