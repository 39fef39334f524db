"""The issue page proposes subjects, shows who says what, and makes summaries shorter and longer."""

from __future__ import annotations

from html import unescape

import pytest

from digest import jobs
from digest.articles.models import Article
from digest.articles.telling import queue_retelling
from digest.issues.models import Issue, Item
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock
from tests.web.conftest import Browser, SignIn

TEXTS = {
    "الساحل": "افتتحت البلدية سوق السمك الجديد بعد أعمال ترميم استمرت عامين. "
              "وبلغت كلفة الترميم 3 ملايين دولار قدّمها صندوق محلي.",
    "شام بوست": "افتتحت البلدية سوق السمك الجديد بعد أعمال ترميم استمرت عامين. "
                "واحتج صيادون أمام البوابة على رفع أجور المحال إلى الضعف.",
}


@pytest.fixture
def issue_id(system: System) -> int:
    """A draft with two items, and the fish market in the inbox."""
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        story_id: int | None = None
        for name, text in TEXTS.items():
            made = db.get_one(Article, make.article(
                db, now=now, title=f"سوق السمك عند {name}", text=text, source_name=name,
                summary=text, with_story=story_id is None,
            ))
            story_id = made.story_id = story_id or made.story_id
        db.flush()
        queue_retelling(db, now)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, note="كلمة سلمى")
    jobs.drain(system, {"retell_story"})
    return issue_id


@pytest.fixture
def editor(sign_in: SignIn) -> Browser:
    """Salma."""
    return sign_in("publisher")


def issue(system: System, issue_id: int) -> Issue:
    with system.db.read() as db:
        found = db.get_one(Issue, issue_id)
        db.expunge_all()
        return found


def act(client: Browser, system: System, issue_id: int, what: str, **fields: object) -> int:
    home = f"/admin/issues/{issue_id}"
    fields = {"based_on": issue(system, issue_id).version, **fields}
    return client.submit(f"{home}/{what}", fields, page=home).status_code


def page(client: Browser, path: str) -> str:
    return unescape(client.get(path).get_data(as_text=True))


def market(system: System, client: Browser, issue_id: int) -> Item:
    """Put the fish market into the issue as a lead; returns its item."""
    act(client, system, issue_id, "stories", story_id=1, role="lead")
    with system.db.read() as db:
        found = db.query(Item).filter_by(story_id=1).one()
        db.expunge_all()
        return found


def test_subjects_are_proposed_and_one_is_taken(
    editor: Browser, system: System, issue_id: int
) -> None:
    text = page(editor, f"/admin/issues/{issue_id}")
    assert "عناوين مقترحة" in text
    assert "خبر رقم 1؛ خبر رقم 2" in text
    assert "خبر رقم 1، وخبر آخر" in text
    assert act(editor, system, issue_id, "subject", subject="خبر رقم 1؛ خبر رقم 2",
               preheader="تمهيد") == 303
    found = issue(system, issue_id)
    assert (found.subject, found.preheader, found.note) == (
        "خبر رقم 1؛ خبر رقم 2", "تمهيد", "كلمة سلمى",
    )
    assert 'value="خبر رقم 1؛ خبر رقم 2"' not in page(editor, f"/admin/issues/{issue_id}")


def test_a_subject_drawn_from_an_old_page_is_not_taken(
    editor: Browser, sign_in: SignIn, system: System, clock: SettableClock, issue_id: int
) -> None:
    market(system, editor, issue_id)
    colleague = sign_in(email="colleague@example.org")
    act(colleague, system, issue_id, "subject", subject="عنوان زميلة", preheader="")
    clock.forward(minutes=2)  # her lock is over
    assert act(editor, system, issue_id, "subject", subject="عنوان", preheader="",
               based_on=1) == 409
    assert issue(system, issue_id).subject != "عنوان"


def test_a_reader_of_the_panel_takes_no_subject(
    sign_in: SignIn, system: System, issue_id: int
) -> None:
    assert act(sign_in("audience"), system, issue_id, "subject", subject="عنوان", preheader="") == 403


def test_the_board_and_the_inbox_say_who_says_what(
    editor: Browser, system: System, issue_id: int
) -> None:
    assert "مصدر كل جملة" in page(editor, "/admin/inbox")
    market(system, editor, issue_id)
    text = page(editor, f"/admin/issues/{issue_id}")
    assert "مصدر كل جملة" in text
    assert "الساحل، شام بوست" in text
    assert 'value="retell" selected' in text
    mail = page(editor, f"/admin/issues/{issue_id}/preview")
    assert "المصادر: الساحل، شام بوست" in mail


def test_a_summary_of_all_sources_gets_shorter_and_longer(
    editor: Browser, system: System, issue_id: int
) -> None:
    item = market(system, editor, issue_id)
    counts = []
    for length in ("short", "long", "normal"):
        assert act(editor, system, issue_id, f"items/{item.id}/summary", method="retell",
                   length=length) == 303
        with system.db.read() as db:
            counts.append(db.get_one(Item, item.id).summary.count("."))
    assert counts == [2, 3, 3]


def test_an_unknown_length_is_refused(editor: Browser, system: System, issue_id: int) -> None:
    item = market(system, editor, issue_id)
    assert act(editor, system, issue_id, f"items/{item.id}/summary", method="retell",
               length="endless") == 400
