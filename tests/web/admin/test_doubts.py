"""The board marks what a summary's sources do not hold and says it in words."""

from __future__ import annotations

from digest.articles import rewrite
from digest.articles.fidelity.check import DoubtKind
from digest.issues import rewording
from digest.issues.models import Item
from digest.system.build import System
from digest.system.llm import Failure
from digest.web.words import DOUBTS, REWORDINGS
from tests import make
from tests.web.conftest import Browser, SignIn

TEXT = "أقر البرلمان يوم الاثنين الموازنة العامة بعد جلسة طويلة. وصوت 130 نائباً لصالحها ولم يعترض أحد."
BEFORE = "أقر البرلمان يوم الاثنين الموازنة العامة بعد جلسة طويلة."
GOOD = "وافق البرلمان الاثنين على الموازنة العامة بأصوات 130 نائباً."
BAD = "وافق البرلمان الاثنين على الموازنة العامة بأصوات 180 نائباً."
BUTTON = "صياغة بالنموذج"


def draft(system: System, summary: str = BEFORE) -> Item:
    now = system.clock.now()
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, items=1)
        item = db.query(Item).filter_by(issue_id=issue_id).one()
        item.article_id = make.article(
            db, now=now, title="البرلمان يقر الموازنة", text=TEXT, summary=BEFORE
        )
        item.summary = summary
        db.flush()
        db.expunge(item)
        return item


def shown(client: Browser, item: Item, query: str = "") -> str:
    return client.get(f"/admin/issues/{item.issue_id}{query}").get_data(as_text=True)


def test_doubts_are_marked_and_said_in_words(system: System, sign_in: SignIn) -> None:
    item = draft(system, BAD)
    editor = sign_in("publisher")
    html = shown(editor, item)
    assert '<mark>180</mark>' in html
    assert "الرقم «\u2068180\u2069» ليس في المصدر." in html
    assert "ما لا نجده في مصادره" in shown(editor, item, "?side=checks")
    item_url = f"/admin/issues/{item.issue_id}/items/{item.id}"
    fields = {"based_on": 1, "title": item.title, "summary": GOOD, "link": item.link}
    editor.submit(item_url, fields, page=f"/admin/issues/{item.issue_id}")
    assert "<mark>" not in shown(editor, item)


def test_markup_in_a_doubtful_word_is_escaped(system: System, sign_in: SignIn) -> None:
    item = draft(system, f"{GOOD} وقال <b>Evil&co</b> ذلك.")
    html = shown(sign_in("publisher"), item)
    assert "<b>Evil" not in html and "<mark>" in html


def test_without_a_model_there_is_no_button_and_asking_is_refused(
    system: System, sign_in: SignIn
) -> None:
    item = draft(system)
    editor = sign_in("publisher")
    assert BUTTON not in shown(editor, item)
    page = f"/admin/issues/{item.issue_id}"
    answer = editor.submit(f"{page}/items/{item.id}/rewrite", {"based_on": 1}, page=page)
    assert answer.status_code == 422
    assert "لم يُضبط نموذج لغوي" in answer.get_data(as_text=True)


def test_every_kind_and_every_reason_has_words() -> None:
    assert set(DOUBTS) == {kind.value for kind in DoubtKind}
    judged = {
        "llm_refused", "llm_foreign_link", "llm_markup", "llm_other_language", "llm_too_long",
        "llm_off_topic",
    }
    own = {rewording.DOUBTS, rewording.CHANGED, rewording.CLOSED}
    assert set(REWORDINGS) == {failure.value for failure in Failure} | judged | own
    with open(rewrite.__file__, encoding="utf-8") as source:
        written = source.read()
    assert all(f'"{reason}"' in written for reason in judged)
