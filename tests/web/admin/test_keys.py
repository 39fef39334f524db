"""Shortcuts: what the help lists is bound, what is bound is listed, and single letters can be off."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from werkzeug.serving import make_server

from digest.articles.models import Article
from digest.issues.models import Issue, Item
from digest.staff.models import User
from digest.system.build import System
from digest.system.paths import resource
from digest.web import shortcuts
from digest.web.shortcuts import PAGES, Group
from tests import browser, make
from tests.web.admin.test_story import item_id
from tests.web.conftest import PASSWORD, SignIn

__all__ = ["item_id"]  # the fixture: a story of two sources in an issue
BOUND = re.compile(r'data-(?:card-)?key="([^"]+)"')
IN_TEMPLATES = re.compile(r'data-(?:card-)?key="([A-Z][\w+]+)"|\bkey="([A-Z][\w+]+)"')
# The keys of DESIGN section 3.
ASKED = {"J", "K", "Enter", "L", "B", "X", "D", "O", "E", "R", "[", "]", "Alt+↑", "Alt+↓", "P", "C",
         "/", "Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+S"}


@pytest.fixture
def board(system: System, item_id: int) -> str:
    """The board of an issue with a story, and another one of two sources in the inbox."""
    now = system.clock.now()
    with system.db.write() as db:
        first = make.article(db, now=now, title="البرلمان يقرّ الموازنة", source_name="شام بوست")
        second = make.article(db, now=now, title="إقرار الموازنة", with_story=False)
        db.get_one(Article, second).story_id = db.get_one(Article, first).story_id
        make.article(db, now=now, title="أسعار الزيت ترتفع")
        make.item(db, issue_id=1, section_id=1, position=1, title="خبر ثانٍ")
        return f"/admin/issues/{db.query(Issue.id).scalar()}"


def listed(groups: tuple[Group, ...]) -> set[str]:
    return {name for group in groups for one in group.shortcuts for name in one.names}


def test_every_key_of_the_design_is_listed_at_the_board() -> None:
    assert {key for group in shortcuts.BOARD for one in group.shortcuts for key in one.keys} >= ASKED


@pytest.mark.parametrize("endpoint", PAGES)
def test_what_the_help_lists_is_bound_on_its_page(
    sign_in: SignIn, board: str, item_id: int, endpoint: str
) -> None:
    editor = sign_in("publisher")
    item = f"{board}/items/{item_id}/story"
    paths = {
        "admin.issue": [board, item], "admin.inbox_page": ["/admin/inbox"],
        "admin.item_story": [item], "admin.story": ["/admin/inbox/1/story"],
    }
    pages = [editor.get(path).get_data(as_text=True) for path in paths[endpoint]]
    assert listed(PAGES[endpoint]) - set(BOUND.findall(" ".join(pages))) == set()
    for group in PAGES[endpoint]:
        assert all(str(one.words) in pages[0] for one in group.shortcuts)


def test_what_is_bound_is_listed() -> None:
    source = " ".join(
        path.read_text(encoding="utf-8") for path in resource("templates").rglob("*.html"))
    bound = {first or second for first, second in IN_TEMPLATES.findall(source)}
    everything = set().union(*map(listed, PAGES.values())) | set(shortcuts.HELP.names)
    assert bound - everything == set()


def test_who_may_not_edit_is_told_only_what_they_can_press(sign_in: SignIn, board: str) -> None:
    page = sign_in("audience").get(board).get_data(as_text=True)
    assert "خبر في العدد" not in page
    assert "<kbd dir=\"ltr\">P</kbd>" in page


def test_single_letters_are_switched_off_in_the_account(
    sign_in: SignIn, system: System, board: str
) -> None:
    editor = sign_in("editor")
    mark, line = 'data-single-keys="off"', "keys-line"
    page = editor.get(board).get_data(as_text=True)
    assert mark not in page and line in page
    answer = editor.submit("/admin/profile/keys", {}, page="/admin/profile")
    assert answer.status_code == 303
    page = editor.get(board).get_data(as_text=True)
    assert mark in page and line not in page
    assert "أوقفتَ اختصارات الحرف الواحد" in page
    editor.submit("/admin/profile/keys", {"single_keys": "y"}, page="/admin/profile")
    with system.db.read() as db:
        assert db.query(User).one().single_keys


READY = "[data-scripts]:not([hidden])"  # shown once the scripts listen
PRESS = """([code, key, words]) => (document.activeElement ?? document.body).dispatchEvent(
  new KeyboardEvent("keydown", { code, key, bubbles: true, cancelable: true, ...words }))"""


@pytest.fixture
def page(app: Flask, system: System, board: str, sign_in: SignIn) -> Iterator[Any]:
    """The board in a browser, signed in; an error of a script fails the test."""
    sign_in("publisher")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    errors: list[str] = []
    with browser.running() as chromium:
        opened = chromium.new_page(viewport={"width": 1280, "height": 720})
        opened.set_default_timeout(8_000)
        opened.route("https://news.example/**", lambda route: route.abort())
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(f"http://127.0.0.1:{server.port}{board}")
        opened.fill("input[name=email]", "publisher@example.org")
        opened.fill("input[name=password]", PASSWORD)
        opened.press("input[name=password]", "Enter")
        opened.wait_for_selector(READY, state="attached")
        yield opened
    server.shutdown()
    thread.join(5)
    assert errors == []


def press(page: Any, code: str, key: str, **words: bool) -> None:
    page.evaluate(PRESS, [code, key, words])


def chosen(page: Any) -> str:
    return page.evaluate("document.activeElement.id")


def test_the_help_opens_by_its_key_in_an_arabic_layout_and_gives_the_focus_back(page: Any) -> None:
    press(page, "KeyJ", "ت")
    card = chosen(page)
    assert card.startswith("story-")
    press(page, "Slash", "؟", shiftKey=True)
    page.wait_for_selector(".keys-panel >> text=الخبر التالي أو السابق")
    assert page.evaluate("document.activeElement.className") == "keys-panel"
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.keyboard.press("Escape")
    page.wait_for_selector(".keys-panel", state="hidden")
    assert chosen(page) == card
    press(page, "Slash", "ظ")
    assert chosen(page) == "inbox-search"
    press(page, "Slash", "؟", shiftKey=True)  # a question mark in a text is a question mark
    assert page.locator(".keys-panel").is_hidden()
    page.locator(".keys-help summary").click()
    page.wait_for_selector(".keys-panel")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_help_is_read_by_everybody_on_every_screen(page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 720})
        page.reload()
        page.locator(".keys-help summary").click()
        page.wait_for_selector(".keys-panel")
        found = Axe().run(page, context=".keys-help").response["violations"]
        assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keys_of_the_board_in_an_arabic_layout(page: Any, system: System) -> None:
    for _time in range(2):
        press(page, "KeyJ", "ت")
    press(page, "KeyK", "ن")
    press(page, "KeyL", "م")
    page.wait_for_selector("form[data-step=undo] button:enabled")
    with system.db.read() as db:
        assert db.query(Item).filter(Item.story_id.isnot(None)).count() == 2
    press(page, "KeyC", "ؤ")
    page.wait_for_selector("[data-key=KeyC][aria-current=page]")
    press(page, "KeyP", "ح")
    page.wait_for_selector("[data-key=KeyP][aria-current=page]")
    press(page, "KeyZ", "ئ", ctrlKey=True)
    page.wait_for_selector("form[data-step=redo] button:enabled")
    with system.db.read() as db:
        assert db.query(Item).filter(Item.story_id.isnot(None)).count() == 1


def test_a_summary_is_made_shorter_by_its_key_though_its_form_was_never_open(
    page: Any, system: System, item_id: int
) -> None:
    before = page.locator(f"#item-{item_id} .item-summary").inner_text()
    page.goto(page.url + "?edit=2")  # the other story's form is open, this one is fetched when needed
    page.wait_for_selector(f"#item-{item_id} [data-lazy]", state="attached")
    page.wait_for_selector(READY, state="attached")
    page.locator(f"#item-{item_id}").focus()
    press(page, "BracketLeft", "ج")
    page.wait_for_selector("form[data-step=undo] button:enabled")
    assert page.locator(f"#item-{item_id} .item-summary").inner_text() != before
    assert chosen(page) == f"item-{item_id}"


def test_switched_off_only_keys_that_are_no_letters_work(page: Any, system: System) -> None:
    with system.db.write() as db:
        db.query(User).one().single_keys = False
    page.reload()
    page.wait_for_selector(READY, state="attached")
    for code, key in (("KeyJ", "ت"), ("KeyP", "ح"), ("Slash", "ظ"), ("KeyB", "لا")):
        press(page, code, key)
    press(page, "Slash", "؟", shiftKey=True)
    assert chosen(page) == ""
    assert page.locator(".keys-panel").is_hidden()
    with system.db.read() as db:
        items = [one.title for one in db.query(Item).order_by(Item.position)]
    page.locator(".item").first.focus()
    press(page, "KeyX", "ء")
    press(page, "ArrowDown", "ArrowDown", altKey=True)
    page.wait_for_selector("form[data-step=undo] button:enabled")
    with system.db.read() as db:
        assert [one.title for one in db.query(Item).order_by(Item.position)] == items[::-1]
    press(page, "KeyZ", "ئ", ctrlKey=True)
    page.wait_for_selector("form[data-step=redo] button:enabled")
