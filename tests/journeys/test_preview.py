"""The preview beside the board: it scrolls to the story in hand, and its mail runs no script."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from digest.issues.models import Item
from tests import make
from tests.journeys.conftest import SELDOM, Live, sign_in


def test_the_preview_follows_the_story_in_hand(live: Live, page: Any) -> None:
    now = live.clock.now()
    with live.system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now, rule=SELDOM)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, items=9)
        last = db.scalars(select(Item.id).order_by(Item.position.desc()).limit(1)).one()
        first = db.scalars(select(Item.id).order_by(Item.position).limit(1)).one()
    sign_in(live, page)
    page.goto(f"{live.url}/admin/issues/{issue_id}")
    title = page.frame_locator("#preview-frame").get_by_role("heading", name="خبر رقم 9")
    title.wait_for()
    top, height = "one => one.getBoundingClientRect().top", 720
    assert title.evaluate(top) > height
    page.locator("body").press("KeyK")  # from the end: the last card
    page.locator(f"#item-{last}:focus").wait_for()
    assert 0 <= title.evaluate(top) < height
    assert page.locator(f"#item-{last}:focus").count() == 1
    page.keyboard.press("KeyE")
    live.wait_for(lambda: seen(live) == {first, last})  # the lead was open from the start


def seen(live: Live) -> set[int]:
    with live.system.db.read() as db:
        return set(db.scalars(select(Item.id).where(Item.seen_hash.is_not(None))))
