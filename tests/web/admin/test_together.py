"""Several people at one issue, as the forms of its page answer them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from digest.articles.queries import newest_story
from digest.issues.models import Issue, Item, Section
from digest.system.build import System
from tests import make
from tests.web.conftest import Browser, SignIn


@pytest.fixture
def issue_id(system: System) -> int:
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now, list_id=make.mailing_list(db, now=now))
        return make.issue(db, now=now, newsletter_id=newsletter_id)


def home(issue_id: int) -> str:
    return f"/admin/issues/{issue_id}"


def rows(system: System, issue_id: int) -> tuple[Issue, Section, Item]:
    with system.db.read() as db:
        issue = db.get_one(Issue, issue_id)
        section = db.scalars(select(Section).where(Section.issue_id == issue_id)).first()
        item = db.scalars(select(Item).where(Item.issue_id == issue_id)).first()
        db.expunge_all()
    assert section and item
    return issue, section, item


def write(client: Browser, system: System, issue_id: int, title: str) -> int:
    """Change the first item's title; returns the status."""
    issue, _section, item = rows(system, issue_id)
    fields = {"based_on": issue.version, "title": title, "summary": item.summary, "link": item.link}
    path = f"{home(issue_id)}/items/{item.id}"
    return client.submit(path, fields, page=home(issue_id)).status_code


def test_an_act_is_taken_back_and_done_again(
    sign_in: SignIn, system: System, issue_id: int
) -> None:
    salma = sign_in("publisher")
    assert write(salma, system, issue_id, "عنوان جديد") == 303
    page = salma.get(home(issue_id)).get_data(as_text=True)
    assert "تراجع: عدّل خبراً في عدد" in page
    back = salma.submit(f"{home(issue_id)}/undo", {"seq": 2}, page=home(issue_id))
    assert back.status_code == 303
    assert rows(system, issue_id)[2].title == "خبر رقم 1"
    salma.submit(f"{home(issue_id)}/redo", {"seq": 3}, page=home(issue_id))
    assert rows(system, issue_id)[2].title == "عنوان جديد"
    nothing = salma.submit(f"{home(issue_id)}/redo", {"seq": 3}, page=home(issue_id))
    assert nothing.status_code == 303  # asked twice, done once
    assert salma.submit(f"{home(issue_id)}/undo", {"seq": 99}, page=home(issue_id)).status_code == 422


def test_a_colleague_sees_who_writes_asks_and_an_admin_takes_over(
    sign_in: SignIn, system: System, issue_id: int
) -> None:
    salma, omar, nader = sign_in("publisher"), sign_in("publisher", "omar@x.example"), sign_in("admin")
    write(salma, system, issue_id, "عنوان سلمى")
    _issue, section, item = rows(system, issue_id)
    page = omar.get(home(issue_id)).get_data(as_text=True)
    assert "يكتب هنا الآن" in page and f'id="summary-{item.id}"' not in page
    assert "تولَّ التحرير" not in page
    assert write(omar, system, issue_id, "عنوان عمر") == 422
    part = f"{home(issue_id)}/sections/{section.id}"
    assert omar.submit(f"{part}/take-over", page=home(issue_id)).status_code == 403
    assert omar.submit(f"{part}/ask", page=home(issue_id)).status_code == 303
    assert "omar يطلب التحرير هنا" in plain(salma.get(home(issue_id)).get_data(as_text=True))
    assert salma.submit(f"{part}/hand-over", page=home(issue_id)).status_code == 303
    assert write(omar, system, issue_id, "عنوان عمر") == 303
    assert nader.submit(f"{part}/take-over", page=home(issue_id)).status_code == 303
    assert write(omar, system, issue_id, "تكملة") == 422
    assert rows(system, issue_id)[2].title == "عنوان عمر"
    assert omar.submit(f"{part}/ask", page=home(issue_id)).status_code == 303


def test_an_open_page_learns_who_came_and_what_is_new(
    sign_in: SignIn, system: System, issue_id: int
) -> None:
    salma, omar = sign_in("publisher"), sign_in("publisher", "omar@x.example")
    path = f"{home(issue_id)}/here"
    first = salma.submit(path, {"seen": 0}, page=home(issue_id)).get_json()
    assert first["fresh"] == 0
    omar.submit(path, {"seen": 0}, page=home(issue_id))
    with system.db.write() as db:
        make.article(db, now=system.clock.now())
    second = salma.submit(path, {"seen": 0}, page=home(issue_id)).get_json()
    assert second["fresh"] == 1 and second["state"] != first["state"]
    assert "omar" in salma.get(home(issue_id)).get_data(as_text=True)


def test_new_stories_wait_behind_a_bar(sign_in: SignIn, system: System, issue_id: int) -> None:
    salma = sign_in("publisher")
    with system.db.write() as db:
        make.article(db, now=system.clock.now(), title="خبر قديم")
        seen = newest_story(db)
        make.article(db, now=system.clock.now(), title="خبر طارئ")
    page = salma.get(home(issue_id), query_string={"seen": seen}).get_data(as_text=True)
    assert "خبر قديم" in page and "خبر طارئ" not in page
    assert "<b data-fresh>1</b>" in page
    assert "خبر طارئ" in salma.get(home(issue_id)).get_data(as_text=True)


def test_two_texts_are_offered_and_the_chosen_one_is_saved(
    sign_in: SignIn, system: System, issue_id: int
) -> None:
    salma = sign_in("publisher")
    write(salma, system, issue_id, "الأول")
    _issue, _section, item = rows(system, issue_id)
    path = f"{home(issue_id)}/items/{item.id}"
    fields = {"based_on": 1, "title": "الثاني", "summary": item.summary, "link": item.link}
    torn = salma.submit(path, fields, page=home(issue_id))
    text = torn.get_data(as_text=True)
    assert torn.status_code == 409
    assert 'value="الأول"' in text and 'value="الثاني"' in text
    assert 'name="based_on" value="2"' in text
    assert salma.submit(path, fields | {"based_on": 2}, page=home(issue_id)).status_code == 303
    assert rows(system, issue_id)[2].title == "الثاني"
    answer = salma.submit(path, fields | {"title": "الثالث"}, page=home(issue_id),
                          headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["error"]) == (409, "edited_meanwhile")


def plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")
