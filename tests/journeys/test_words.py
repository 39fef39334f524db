"""Outside words wherever they show: Latin runs keep their order, hostile titles are only words.

The same titles on the board, in the preview, in the mail and in the archive (acceptance 12 and 13).
"""

from __future__ import annotations

from typing import Any

from digest.issues import states
from digest.issues.models import Item
from tests import make
from tests.issues.test_render_browser import GLYPHS, RUNS
from tests.journeys.conftest import SELDOM, Live, sign_in

HOSTILE = (
    "البرلمان <script>alert(1)</script> يقرّ", "أخبار & أسواق «اليوم» \"غداً\"", "بلا\x00 صفر\x0b هنا",
    "\u202eمقلوب\u202c النهاية", "فوز 🏆 كبير", "كلمة " * 60, "<b>بداية بلا نهاية",
)
LATIN = f"في الخبر {RUNS[0]} ثم {RUNS[1]} ثم {RUNS[2]} ثم {RUNS[3]} ثم {RUNS[4]}."


def test_outside_words_are_only_words_on_board_preview_mail_and_archive(
    live: Live, page: Any
) -> None:
    issue_id = an_issue(live)
    sign_in(live, page)
    page.goto(f"{live.url}/admin/issues/{issue_id}")
    frame = page.frame_locator("#preview-frame")
    frame.get_by_role("heading", name="فوز").wait_for()
    check(page.locator("#board-issue"))
    in_order(page, "#board-issue")
    check(frame.locator("body"))
    page.goto(f"{live.url}/admin/issues/{issue_id}/preview")
    in_order(page, "body")
    with live.system.db.write() as db:
        now = live.clock.now()
        states.schedule(db, issue_id, now, by=None, now=now)
    live.clock.ahead += states.HOLD
    mail = live.wait_for(lambda: live.mails("rim@example.net"))[0]
    body = mail.get_body(("html",))
    page.set_content(body.get_content())
    check(page.locator("body"))
    in_order(page, "body")
    page.goto(f"{live.url}/archive/mina/1")
    check(page.locator("body"))
    in_order(page, "body")


def an_issue(live: Live) -> int:
    now = live.clock.now()
    with live.system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        make.subscriber(db, now=now, list_id=list_id)
        newsletter_id = make.newsletter(db, now=now, rule=SELDOM, list_id=list_id, public=True)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, items=len(HOSTILE) + 1)
        for item, title in zip(
            db.query(Item).order_by(Item.position), (LATIN, *HOSTILE), strict=True
        ):
            item.title, item.summary = title, f"ملخص: {title}"
    return issue_id


def check(part: Any) -> None:
    """Each title is there, as words, without what is no letter of it."""
    text = part.inner_text()
    for words in ("<script>alert(1)</script>", "& أسواق", "بلا صفر", "مقلوب", "🏆", "<b>بداية"):
        assert words in text, words
    assert not set("\x00\x0b\u202e\u202c") & set(text)
    assert part.locator("script:text('alert')").count() == 0


def in_order(page: Any, scope: str) -> None:
    """The glyphs of Latin runs stand from left to right."""
    for run in RUNS:
        glyphs = page.evaluate(GLYPHS, [scope, run])
        assert glyphs is not None, run
        lefts = [glyph[0] for glyph in glyphs]
        assert lefts == sorted(lefts), run
