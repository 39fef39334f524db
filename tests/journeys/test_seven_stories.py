"""The daily issue by keyboard alone, with an Arabic layout active (acceptance 4 and 5).

Two leads, three of the second rank, two in brief, the subject typed and the usual time fixed: what
each key is comes from its place on the keyboard, since the layout types Arabic letters.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask_security import hash_password
from sqlalchemy import select, update

from digest.issues.models import Issue, Item, Section
from tests import make
from tests.journeys.conftest import SELDOM, Live
from tests.webapp import build_app

PASSWORD = "a long enough password"
TOPICS = {"سياسة": "politics", "اقتصاد": "economy", "ثقافة": "culture"}
TITLES = {
    "سياسة": ("جولة محادثات جديدة في جنيف", "البرلمان يقرّ موازنة 2027", "زيارة وزير الخارجية"),
    "اقتصاد": ("الليرة تستعيد 6.5% من قيمتها", "مصنع للألواح الشمسية في حسياء"),
    "ثقافة": ("معرض «ذاكرة الحجر»", "رواية «ليل الميناء»"),
}
SUBJECT = "محادثات الفرات، والليرة تستعيد بعض قيمتها"
ARABIC = {"KeyJ": "ت", "KeyK": "ن", "KeyL": "م", "KeyB": "لا", "KeyS": "س", "KeyZ": "ئ"}


@dataclass
class Keyboard:
    """Keys as a keyboard with an Arabic layout sends them, and how many were pressed."""

    page: Any
    pressed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._wire = self.page.context.new_cdp_session(self.page)

    def press(self, code: str, times: int = 1) -> None:
        """Press a letter by its place; others are the same in each layout."""
        for _ in range(times):
            self.pressed[code] += 1
            if code not in ARABIC:
                self.page.keyboard.press(code)
                continue
            for kind in ("keyDown", "keyUp"):
                self._wire.send("Input.dispatchKeyEvent", {
                    "type": kind, "code": code, "key": ARABIC[code],
                    "text": ARABIC[code] if kind == "keyDown" else "",
                })

    def walk(self, selector: str) -> None:
        """Go from card to card, up or down the page, to the one that the selector names."""
        down = self.page.locator(selector).evaluate(
            "one => document.activeElement.compareDocumentPosition(one) & 4"
        )
        self.until("KeyJ" if down else "KeyK", selector)

    def until(self, code: str, selector: str, limit: int = 60) -> None:
        """Press a key until the focus is on what the selector names."""
        for _ in range(limit):
            if self.page.locator(f"{selector}:focus").count():
                return
            self.press(code)
        pytest.fail(f"{code} does not lead to {selector}")


@pytest.fixture
def issue_id(live: Live) -> int:
    """An empty draft, and seven stories of three topics in the inbox."""
    now = live.clock.now()
    with build_app(live.system).app_context(), live.system.db.write() as db:
        make.user(db, now=now, email="salma@example.org", password=hash_password(PASSWORD))
        list_id = make.mailing_list(db, now=now)
        make.subscriber(db, now=now, list_id=list_id)
        newsletter_id = make.newsletter(db, now=now, rule=SELDOM, list_id=list_id)
        for name, slug in TOPICS.items():
            topic_id = make.topic(db, name=name, slug=f"own-{slug}")
            for title in TITLES[name]:
                make.article(db, now=now, title=title, topic_id=topic_id)
        issue = Issue(newsletter_id=newsletter_id, number=1, state="draft", created_at=now)
        db.add(issue)
        db.flush()
        return issue.id


def test_the_daily_issue_is_made_with_the_keyboard_alone(
    live: Live, page: Any, issue_id: int
) -> None:
    page.goto(f"{live.url}/admin/login")
    for words in ("salma@example.org", PASSWORD):
        page.keyboard.type(words)
        page.keyboard.press("Tab" if "@" in words else "Enter")
    page.wait_for_url("**/admin/")
    page.goto(f"{live.url}/admin/issues/{issue_id}")
    keys = Keyboard(page)
    for n in range(7):
        keys.press("KeyJ")
        keys.press("Enter")
        page.locator(".story.used").nth(n).wait_for()
    for title, key, mark in (
        (TITLES["سياسة"][0], "KeyL", ".lead"), (TITLES["اقتصاد"][0], "KeyL", ".lead"),
        (TITLES["سياسة"][2], "KeyB", ".brief"), (TITLES["ثقافة"][1], "KeyB", ".brief"),
    ):
        card = page.locator(".item", has_text=title)
        name = f"#{card.get_attribute('id')}"
        keys.walk(name)
        keys.press(key)
        page.locator(name + mark).wait_for()
    moved = page.locator(".item", has_text=TITLES["اقتصاد"][1])
    keys.walk(f"#{moved.get_attribute('id')}")
    keys.press("Alt+ArrowUp")
    page.locator(".item", has_text=TITLES["اقتصاد"][1]).locator("+ .item.lead").wait_for()
    keys.until("Shift+Tab", "#subject")
    page.keyboard.type(SUBJECT)
    page.keyboard.press("Control+KeyS")
    page.locator("#save-state", has_text="حُفظ").wait_for()
    keys.until("Shift+Tab", "a.primary[href*='side=schedule']")
    keys.press("Enter")
    page.locator("#schedule button.primary:focus").wait_for()
    keys.press("Enter")
    page.locator("#sending").get_by_role("button", name="ألغِ الموعد").wait_for()
    with live.system.db.read() as db:
        issue = db.scalars(select(Issue)).one()
        assert (issue.subject, issue.state) == (SUBJECT, "scheduled")
        rows = db.execute(
            select(Section.title, Item.title, Item.role)
            .join(Section, Section.id == Item.section_id)
            .order_by(Section.position, Item.position)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("سياسة", TITLES["سياسة"][0], "lead"), ("سياسة", TITLES["سياسة"][1], "second"),
        ("سياسة", TITLES["سياسة"][2], "brief"), ("اقتصاد", TITLES["اقتصاد"][1], "second"),
        ("اقتصاد", TITLES["اقتصاد"][0], "lead"), ("ثقافة", TITLES["ثقافة"][0], "second"),
        ("ثقافة", TITLES["ثقافة"][1], "brief"),
    ]
    walking = ("KeyJ", "KeyK", "Tab", "Shift+Tab", "Control+KeyS")
    assert sum(n for code, n in keys.pressed.items() if code not in walking) <= 14


def test_inbox_issue_and_preview_are_seen_together(live: Live, page: Any, issue_id: int) -> None:
    with live.system.db.write() as db:
        db.execute(update(Issue).values(subject=SUBJECT))
    page.goto(f"{live.url}/admin/login")
    page.locator("#email").fill("salma@example.org")
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    page.goto(f"{live.url}/admin/issues/{issue_id}")
    page.locator(".story").first.locator("button").first.click()
    page.locator(".item").wait_for()
    boxes = [page.locator(one).bounding_box() for one in
             ("#board-inbox .story >> nth=0", "#subject", "#preview-frame")]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 1280 for box in boxes)
    assert all(0 <= box["y"] < 720 for box in boxes)
    assert page.locator("#subject").evaluate("one => one.scrollHeight <= one.clientHeight + 1")
