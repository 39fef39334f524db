"""The drawer in a real browser: by keys under an Arabic layout, in both colours, on a phone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from digest.articles.models import Story, TopicLesson
from digest.issues.models import Issue, Item
from digest.system.build import System
from tests import browser
from tests.issues.test_summaries import SAHEL
from tests.web.admin.test_story import item_id
from tests.web.conftest import PASSWORD, SignIn
from tests.web.public.test_browser import CONTRAST

__all__ = ["item_id"]  # the fixture: a story of two sources in an issue
PRESS = """(code) => (document.activeElement ?? document.body).dispatchEvent(
  new KeyboardEvent("keydown", { code, key: "ت", bubbles: true, cancelable: true }))"""
NAMELESS = """() => [...document.querySelectorAll('#drawer :is(button, input, select, textarea, a)')]
  .filter((one) => one.type !== 'hidden' && !one.textContent.trim() && !one.labels?.length)
  .map((one) => one.outerHTML)"""
WIDER = "() => document.documentElement.scrollWidth > window.innerWidth"


@pytest.fixture
def url(app: Flask, system: System, item_id: int, sign_in: SignIn) -> Iterator[str]:
    """The board of the issue, served by HTTP; Salma has an account."""
    sign_in("publisher")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with system.db.read() as db:
        issue_id = db.query(Issue.id).scalar()
    yield f"http://127.0.0.1:{server.port}/admin/issues/{issue_id}"
    server.shutdown()
    thread.join(5)


@pytest.fixture(params=[("light", 1280), ("dark", 375)])
def page(request: pytest.FixtureRequest, url: str) -> Iterator[Any]:
    """The board, signed in; an error of a script fails the test."""
    scheme, width = request.param
    errors: list[str] = []
    with browser.running() as chromium:
        context = chromium.new_context(
            viewport={"width": width, "height": 720}, color_scheme=scheme
        )
        context.set_default_timeout(12_000)
        opened = context.new_page()
        opened.route("https://news.example/**", lambda route: route.abort())
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(url)
        opened.fill("input[name=email]", "publisher@example.org")
        opened.fill("input[name=password]", PASSWORD)
        opened.press("input[name=password]", "Enter")
        opened.wait_for_selector(".item")
        yield opened
    assert errors == []


def test_the_drawer_by_keys(page: Any, url: str, system: System, item_id: int) -> None:
    page.focus(f"#item-{item_id}")
    page.evaluate(PRESS, "KeyO")
    page.wait_for_selector("#drawer #story")
    assert page.url == url  # beside the board, not instead of it
    assert page.evaluate("document.activeElement.id") == "story-title"
    assert page.locator("#drawer mark").count() >= 1
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(CONTRAST) == []
    assert not page.evaluate(WIDER)
    page.evaluate(PRESS, "BracketLeft")
    page.wait_for_selector("#drawer .versions > li:nth-child(2)")
    with system.db.read() as db:
        assert db.get_one(Item, item_id).summary != SAHEL
    page.evaluate(PRESS, "Digit1")
    page.wait_for_selector("#drawer [data-key=Digit1][aria-pressed=true]")
    with system.db.read() as db:
        assert db.query(TopicLesson).count() == 2
        assert db.query(Story).one().topic_id is not None
    page.keyboard.press("Escape")
    page.wait_for_selector("#drawer", state="detached")
    assert page.evaluate("document.activeElement.id") == f"item-{item_id}"


def test_what_is_typed_in_the_drawer_is_on_the_board_when_it_closes(
    page: Any, system: System, item_id: int
) -> None:
    page.focus(f"#item-{item_id}")
    page.keyboard.press("Enter")
    page.wait_for_selector("#drawer #story-summary")
    page.fill("#story-summary", "كتبته رنا في اللوح الجانبي.")
    page.click("[data-drawer-close]")
    page.wait_for_selector("#drawer", state="detached")
    assert page.input_value(f"#summary-{item_id}") == "كتبته رنا في اللوح الجانبي."
    with system.db.read() as db:
        assert db.get_one(Item, item_id).summary == "كتبته رنا في اللوح الجانبي."
