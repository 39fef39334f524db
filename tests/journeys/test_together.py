"""Two editors at one issue in two real browsers, a server that dies, and undo (DESIGN §10, 5 to 7)."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask_security import hash_password
from waitress.server import create_server

from digest.issues import locks
from digest.issues.commands import apply
from digest.issues.journal import after_version, read
from digest.system.build import System, build_system
from digest.system.settings import Settings
from tests import browser, make
from tests.journeys.conftest import AheadClock, _free_port
from tests.webapp import build_app

PASSWORD = "a long enough password"


@dataclass
class Newsroom:
    """A server that can be killed and started again at the same address, and its issue."""

    system: System
    clock: AheadClock
    port: int
    issue_id: int
    sections: tuple[int, int]
    items: tuple[int, ...]
    server: Any = None
    thread: Any = None

    @property
    def home(self) -> str:
        """Return the address of the issue's page."""
        return f"http://127.0.0.1:{self.port}/admin/issues/{self.issue_id}"

    def start(self) -> None:
        """Serve, as soon as the address is free again."""
        self.server = create_server(
            build_app(self.system), sockets=[_bound(self.port)], threads=4
        )
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Cut every connection and stop listening."""
        for channel in list(self.server.active_channels.values()):
            channel.close()
        self.server.task_dispatcher.shutdown()
        self.server.close()
        self.thread.join(5)

    def rows(self) -> dict[str, dict[str, Any]]:
        """Return the issue as rows."""
        with self.system.db.read() as db:
            return read(db, self.issue_id)


def _bound(port: int) -> socket.socket:
    """Take the address as soon as a server before has left it."""
    for _ in range(100):
        taken = socket.socket()
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", port))
            return taken
        except OSError:
            taken.close()
            threading.Event().wait(0.1)
    pytest.fail(f"port {port} is not left")


@pytest.fixture
def newsroom(settings: Settings) -> Iterator[Newsroom]:
    clock, port = AheadClock(), _free_port()
    system = build_system(replace(settings, base_url=f"http://127.0.0.1:{port}"), clock=clock)
    app = build_app(system)
    with app.app_context(), system.db.write() as db:
        for name in ("salma", "omar"):
            make.user(db, now=clock.now(), email=f"{name}@example.org",
                      password=hash_password(PASSWORD))
        list_id = make.mailing_list(db, now=clock.now())
        newsletter_id = make.newsletter(db, now=clock.now(), list_id=list_id)
        issue_id = make.issue(db, now=clock.now(), newsletter_id=newsletter_id, items=3)
        second = make.section(db, issue_id=issue_id, title="اقتصاد", position=1)
        for n in range(3):
            make.item(db, issue_id=issue_id, section_id=second, position=n, title=f"مال {n}")
        rows = read(db, issue_id)
    sections = sorted(int(name[8:]) for name in rows if name.startswith("section:"))
    items = sorted(int(name[5:]) for name in rows if name.startswith("item:"))
    room = Newsroom(system, clock, port, issue_id, (sections[0], sections[1]), tuple(items))
    room.start()
    yield room
    room.stop()
    system.close()


@contextmanager
def editors(newsroom: Newsroom, *names: str) -> Iterator[list[Any]]:
    """Open a browser for each editor, signed in and at the issue."""
    errors: list[str] = []
    with browser.running() as chromium:
        pages = []
        for name in names:
            context = chromium.new_context(viewport={"width": 1280, "height": 720})
            page = context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(newsroom.home)
            page.locator("#email").fill(f"{name}@example.org")
            page.locator("#password").fill(PASSWORD)
            page.locator("#password").press("Enter")
            page.locator("#board-issue").wait_for()
            pages.append(page)
        yield pages
    assert errors == []


def open_item(page: Any, item: int) -> Any:
    """Unfold an item's form and return its summary field."""
    fold = page.locator(f'details[data-details="edit-{item}"]')
    if fold.get_attribute("open") is None:
        fold.locator("> summary").click()
    return page.locator(f"#summary-{item}")


def saved(page: Any) -> None:
    page.locator("#save-state", has_text="حُفظ").wait_for(timeout=15_000)


def test_a_deleted_section_is_back_after_reload_and_one_key(newsroom: Newsroom) -> None:
    before = newsroom.rows()
    with editors(newsroom, "salma") as [page]:
        card = page.locator(f"#section-{newsroom.sections[0]}")
        card.locator(".section-head details.menu > summary").click()
        card.get_by_role("button", name="احذف القسم وأخباره").click()
        card.wait_for(state="detached")
        page.reload()
        assert len(newsroom.rows()) == len(before) - 4
        page.locator("body").press("Control+KeyZ")
        page.locator(f"#section-{newsroom.sections[0]}").wait_for()
        assert newsroom.rows() == before
        page.locator("body").press("Control+Shift+KeyZ")
        page.locator(f"#section-{newsroom.sections[0]}").wait_for(state="detached")
        page.get_by_role("button", name="تراجع").click()
        page.locator(f"#section-{newsroom.sections[0]}").wait_for()
        assert newsroom.rows() == before


def test_what_is_typed_while_the_server_is_dead_is_there_after_reload(newsroom: Newsroom) -> None:
    item = newsroom.items[0]
    with editors(newsroom, "salma") as [page]:
        field = open_item(page, item)
        newsroom.stop()
        field.fill("نص كُتب والخادم متوقف.")
        page.get_by_text("غير متصل، محفوظ على جهازك").wait_for()
        newsroom.start()
        page.reload()
        assert open_item(page, item).input_value() == "نص كُتب والخادم متوقف."
        saved(page)
    assert newsroom.rows()[f"item:{item}"]["summary"] == "نص كُتب والخادم متوقف."


def test_what_is_typed_while_an_act_is_answered_is_kept(newsroom: Newsroom) -> None:
    typed, moved = newsroom.items[0], newsroom.items[2]
    with editors(newsroom, "salma") as [page]:
        field = open_item(page, typed)
        page.locator(f"#item-{moved}").get_by_role("button", name="ارفعه").click()
        field.fill("نص كُتب والقسم يُرتّب.")
        saved(page)
        page.reload()
        assert open_item(page, typed).input_value() == "نص كُتب والقسم يُرتّب."
    rows = newsroom.rows()
    assert rows[f"item:{typed}"]["summary"] == "نص كُتب والقسم يُرتّب."
    assert rows[f"item:{moved}"]["position"] == 1


def test_a_second_editor_sees_who_writes_and_loses_nothing(newsroom: Newsroom) -> None:
    item, section = newsroom.items[0], newsroom.sections[0]
    with editors(newsroom, "salma", "omar") as [salma, omar]:
        open_item(salma, item).fill("نص سلمى.")
        saved(salma)
        omar.get_by_text("يكتب هنا الآن").wait_for(timeout=25_000)
        assert omar.locator(f"#section-{section} .item-edit").count() == 0
        assert omar.locator(f"#section-{newsroom.sections[1]} .item-edit").count() > 0
        omar.get_by_role("button", name="اطلب التحرير").click()
        salma.locator("h1").first.click()  # she stops writing
        salma.get_by_role("button", name="سلّم القسم").click(timeout=30_000)
        omar.locator(f"#section-{section} .item-edit").first.wait_for(timeout=25_000)
        open_item(omar, item).fill("نص عمر.")
        saved(omar)
    assert newsroom.rows()[f"item:{item}"]["summary"] == "نص عمر."


def test_the_key_for_editing_fetches_the_form_and_it_stays_open(newsroom: Newsroom) -> None:
    first, later = newsroom.items[0], newsroom.items[4]
    with editors(newsroom, "salma") as [page]:
        assert page.locator(f"#summary-{first}").count() == 1
        assert page.locator(f"#summary-{later}").count() == 0
        page.locator(f"#item-{later}").focus()
        page.keyboard.press("KeyE")
        page.locator(f"#summary-{later}:focus").wait_for()
        page.keyboard.press("Control+KeyA")
        page.keyboard.type("نص سلمى.")
        page.locator(f"#item-{later}").focus()
        saved(page)
        page.keyboard.press("Alt+ArrowUp")
        page.locator(".flashes", has_text="الموضع 1 من 3").wait_for()
        assert page.locator(f"#summary-{later}").input_value() == "نص سلمى."
        assert page.locator(f"#summary-{later}").is_visible()
    assert newsroom.rows()[f"item:{later}"]["summary"] == "نص سلمى."


def test_two_texts_for_one_place_are_shown_side_by_side(newsroom: Newsroom) -> None:
    item = newsroom.items[0]
    with editors(newsroom, "salma", "omar") as [salma, omar]:
        open_item(salma, item).fill("نص سلمى.")
        saved(salma)
        with newsroom.system.db.write() as db:
            me = locks.held(db, newsroom.issue_id, newsroom.clock.now())
            locks.release(
                db, newsroom.issue_id, newsroom.sections[0],
                by=me[newsroom.sections[0]].user_id,
            )
        open_item(omar, item).fill("نص عمر.")
        omar.get_by_role("button", name="تعارض: اختر النسخة").click()
        assert omar.get_by_text("نص سلمى.").count() and omar.get_by_text("نص عمر.").count()
        omar.get_by_role("button", name="احفظ ما اخترته").click()
        omar.wait_for_url(f"**/issues/{newsroom.issue_id}**")
    assert newsroom.rows()[f"item:{item}"]["summary"] == "نص عمر."


def test_two_hundred_steps_of_two_browsers_lose_nothing_that_was_acknowledged(
    newsroom: Newsroom,
) -> None:
    """Random edits, moves, undos and reloads, and the server dies once in the middle.

    What each form's answer acknowledged must be in the log, and the log must tell the whole issue.
    """
    dice, home = random.Random(5), newsroom.rows()
    with editors(newsroom, "salma", "omar") as pages:
        acknowledged: dict[int, str] = {}
        for step in range(200):
            who = dice.randrange(2)
            page, mine = pages[who], newsroom.sections[who]
            if step == 100:
                newsroom.stop()
                newsroom.start()
            match dice.randrange(10):
                case 0:
                    page.reload()
                case 1 | 2 | 3:
                    press(page, f'#section-{mine} [formaction*="/move"]:not([disabled])', dice)
                case 4:
                    press(page, 'form[data-step="undo"] button:not([disabled])', dice)
                case 5:
                    press(page, 'form[data-step="redo"] button:not([disabled])', dice)
                case _:
                    cards = page.locator(f"#section-{mine} [data-item]")
                    if not cards.count():
                        continue
                    item = int(cards.nth(dice.randrange(cards.count())).get_attribute("data-item"))
                    text = f"نص {step} من {who}."
                    open_item(page, item).fill(text)
                    page.keyboard.press("Control+KeyS")
                    saved(page)
                    acknowledged[step] = text
                    assert newsroom.rows()[f"item:{item}"]["summary"] == text
        with newsroom.system.db.read() as db:
            log = [one.change for one in after_version(db, newsroom.issue_id, 1)]
        written = {
            fields["summary"] for change in log for fields in change.values()
            if fields and "summary" in fields
        }
        assert set(acknowledged.values()) <= written
        rows = home
        for change in log:
            rows = apply(rows, change)
        assert rows == newsroom.rows()
        assert len(acknowledged) > 50


def press(page: Any, selector: str, dice: random.Random) -> None:
    """Press one of the buttons that are there, and wait until the page was drawn anew."""
    found = page.locator(selector)
    shown = [one for one in found.all() if one.is_visible()]
    if not shown:
        return
    home = page.url
    page.locator(".page").evaluate("page => { page.dataset.old = '1' }")
    dice.choice(shown).click()
    page.locator(".page[data-old]").wait_for(state="detached", timeout=15_000)
    if page.locator("#board-issue").count() == 0:  # the house said no, on a page of its own
        page.goto(home)
