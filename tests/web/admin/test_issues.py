"""The list of issues and the start of a new one."""

from __future__ import annotations

from digest.issues.models import Issue, Item
from digest.system.build import System
from tests import make
from tests.web.conftest import SignIn


def newsletter(system: System) -> int:
    with system.db.write() as db:
        return make.newsletter(db, now=system.clock.now())


def issues(system: System) -> list[Issue]:
    with system.db.read() as db:
        found = db.query(Issue).order_by(Issue.id).all()
        db.expunge_all()
        return found


def test_without_a_newsletter_the_page_says_what_comes_first(sign_in: SignIn) -> None:
    page = sign_in("admin").get("/admin/issues").get_data(as_text=True)
    assert "لا نشرة بعد" in page
    assert "/admin/newsletters" in page


def test_an_empty_draft_is_started_and_opened(sign_in: SignIn, system: System) -> None:
    newsletter_id = newsletter(system)
    answer = sign_in("publisher").submit(
        "/admin/issues", {"newsletter_id": newsletter_id, "how": "empty"}, page="/admin/issues"
    )
    (made,) = issues(system)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/admin/issues/{made.id}"
    assert (made.state, made.number, made.subject) == ("draft", 1, "")


def test_a_draft_is_started_from_the_latest_stories(sign_in: SignIn, system: System) -> None:
    newsletter_id = newsletter(system)
    with system.db.write() as db:
        topic_id = make.topic(db)
        make.article(db, now=system.clock.now(), topic_id=topic_id)
    sign_in("publisher").submit(
        "/admin/issues", {"newsletter_id": newsletter_id, "how": "stories"}, page="/admin/issues"
    )
    (made,) = issues(system)
    assert made.subject == "البرلمان يقرّ الموازنة"
    with system.db.read() as db:
        assert db.query(Item).filter_by(issue_id=made.id).count() == 1


def test_a_newsletter_that_is_gone_is_named(sign_in: SignIn, system: System) -> None:
    newsletter(system)
    answer = sign_in("publisher").submit(
        "/admin/issues", {"newsletter_id": 99, "how": "empty"}, page="/admin/issues"
    )
    assert answer.status_code == 404
    assert "لا نشرة بهذا الاسم" in answer.get_data(as_text=True)


def test_a_form_without_a_newsletter_is_no_form_of_ours(sign_in: SignIn, system: System) -> None:
    newsletter(system)
    answer = sign_in("publisher").submit("/admin/issues", {"how": "empty"}, page="/admin/issues")
    assert answer.status_code == 400
    assert issues(system) == []


def test_the_tabs_divide_the_issues_by_state(sign_in: SignIn, system: System) -> None:
    newsletter_id = newsletter(system)
    now = system.clock.now()
    subjects = {"draft": "قيد الكتابة", "sent": "وصل القراء", "failed": "لم يصل أحداً"}
    with system.db.write() as db:
        for number, (state, subject) in enumerate(subjects.items(), start=1):
            make.issue(
                db, now=now, newsletter_id=newsletter_id, number=number, state=state,
                subject=subject, reason="has_errors" if state == "failed" else "",
            )
    viewer = sign_in("audience")
    everything = viewer.get("/admin/issues").get_data(as_text=True)
    assert all(subject in everything for subject in subjects.values())
    failed = viewer.get("/admin/issues?state=other").get_data(as_text=True)
    assert subjects["failed"] in failed
    assert "أخطاء تمنع الإرسال" in failed
    assert subjects["sent"] not in failed
    assert subjects["draft"] in viewer.get("/admin/issues?state=nonsense").get_data(as_text=True)


def test_a_viewer_sees_no_button_to_start_one(sign_in: SignIn, system: System) -> None:
    newsletter(system)
    assert 'name="how"' not in sign_in("audience").get("/admin/issues").get_data(as_text=True)
