"""Topics: adding, renaming, ordering, deleting, and a plain word on what was learned."""

from __future__ import annotations

import pytest

from digest.articles import topics
from digest.articles.models import Article, Topic, TopicLesson
from digest.staff.models import AuditEntry
from digest.system.build import System
from tests import make
from tests.web.conftest import SignIn

URL = "/admin/topics"


@pytest.fixture
def two(system: System) -> tuple[int, int]:
    """Two topics, the first with hints."""
    with system.db.write() as db:
        return topics.add_topic(db, "بحر", "سفينة\nمرفأ\nصيد\nقارب\nشاطئ"), topics.add_topic(
            db, "جبل", ""
        )


def names(system: System) -> list[str]:
    with system.db.read() as db:
        return [name for _, name in topics.topic_names(db)]


def taught(system: System, topic_id: int, lessons: int) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        for number in range(lessons):
            db.add(TopicLesson(topic_id=topic_id, terms={"سفين": 2, f"رقم{number}": 1}, at=now))


def test_the_table_shows_names_hints_and_counts(
    sign_in: SignIn, system: System, two: tuple[int, int]
) -> None:
    with system.db.write() as db:
        make.article(db, now=system.clock.now(), topic_id=two[0])
    text = sign_in("publisher").get(URL).get_data(as_text=True)
    assert "سفينة، مرفأ، صيد، قارب" in text
    assert "و1 غيرها" in text
    assert f'/admin/inbox?topic={two[0]}">1<' in text
    assert "لم يُصحَّح موضوع أي خبر بعد" in text


def test_an_empty_house_says_so(sign_in: SignIn) -> None:
    assert "لا موضوعات بعد" in sign_in("publisher").get(URL).get_data(as_text=True)


@pytest.mark.parametrize(("count", "words"), [
    (2, "تعلّم الفرز من تصحيحين. بعد 30 تصحيحاً"),
    (40, "تعلّم الفرز من 40 تصحيحاً: لو عُرضت عليه هذه الأخبار دون تصحيحها لأصاب في 100%"),
])  # fmt: skip
def test_what_was_learned_is_said_in_words(
    sign_in: SignIn, system: System, two: tuple[int, int], count: int, words: str
) -> None:
    taught(system, two[0], count)
    assert words in sign_in("publisher").get(URL).get_data(as_text=True)


def test_the_words_are_english_for_who_reads_english(
    sign_in: SignIn, system: System, two: tuple[int, int]
) -> None:
    taught(system, two[0], 40)
    client = sign_in("publisher")
    client.submit("/admin/language", {"language": "en"}, page=URL)
    text = client.get(URL).get_data(as_text=True)
    assert "Sorting learned from 40 corrections" in text
    assert "100% of them" in text


def test_a_topic_is_added(sign_in: SignIn, system: System) -> None:
    client = sign_in("publisher")
    answer = client.submit(URL, {"name": "بحر", "hints": "سفينة\r\nمرفأ"}, page=URL)
    assert answer.status_code == 303
    with system.db.read() as db:
        one = db.query(Topic).one()
        assert (one.name, one.hints) == ("بحر", ["سفينة", "مرفأ"])
        assert "topic.add" in [row.action for row in db.query(AuditEntry)]


@pytest.mark.parametrize(("name", "words"), [
    ("", "aria-invalid"), ("«»", "الاسم فارغ"), ("جبل", "اختر اسماً آخر"), ("ب" * 81, "aria-invalid"),
])  # fmt: skip
def test_a_bad_name_is_refused_beside_its_field(
    sign_in: SignIn, system: System, two: tuple[int, int], name: str, words: str
) -> None:
    client = sign_in("publisher")
    for page in (URL, f"{URL}/{two[0]}"):
        answer = client.submit(page, {"name": name, "hints": "موج"}, page=page)
        assert answer.status_code == 422
        text = answer.get_data(as_text=True)
        assert words in text
        assert "موج" in text  # what was typed is still there
    assert names(system) == ["بحر", "جبل"]


def test_a_topic_is_renamed_with_its_hints(
    sign_in: SignIn, system: System, two: tuple[int, int]
) -> None:
    page = f"{URL}/{two[0]}"
    client = sign_in("publisher")
    assert "سفينة، مرفأ" in client.get(page).get_data(as_text=True)
    client.submit(page, {"name": "الموانئ", "hints": "رصيف"}, page=page)
    with system.db.read() as db:
        one = db.get_one(Topic, two[0])
        assert (one.name, one.hints) == ("الموانئ", ["رصيف"])


def test_the_order_changes(sign_in: SignIn, system: System, two: tuple[int, int]) -> None:
    client = sign_in("publisher")
    client.submit(f"{URL}/{two[0]}/down", page=URL)
    assert names(system) == ["جبل", "بحر"]
    client.submit(f"{URL}/{two[0]}/up", page=URL)
    assert names(system) == ["بحر", "جبل"]


@pytest.mark.parametrize("to_heir", [True, False])
def test_a_deleted_topics_stories_go_where_the_editor_says(
    sign_in: SignIn, system: System, two: tuple[int, int], to_heir: bool
) -> None:
    with system.db.write() as db:
        make.article(db, now=system.clock.now(), topic_id=two[0])
    client, page = sign_in("publisher"), f"{URL}/{two[0]}"
    assert "فيه خبر واحد." in client.get(page).get_data(as_text=True)
    client.submit(f"{page}/delete", {"heir_id": two[1] if to_heir else ""}, page=page)
    assert names(system) == ["جبل"]
    with system.db.read() as db:
        assert db.query(Article).one().topic_id == (two[1] if to_heir else None)


def test_the_last_topic_stays_and_the_editor_is_told_why(sign_in: SignIn, system: System) -> None:
    with system.db.write() as db:
        only = topics.add_topic(db, "بحر", "")
    client = sign_in("publisher")
    assert "احذف الموضوع" not in client.get(f"{URL}/{only}").get_data(as_text=True)
    answer = client.submit(f"{URL}/{only}/delete", page=URL, follow_redirects=True)
    assert "هذا آخر موضوع" in answer.get_data(as_text=True)
    assert names(system) == ["بحر"]


def test_a_viewer_sees_the_topics_and_changes_nothing(
    sign_in: SignIn, system: System, two: tuple[int, int]
) -> None:
    client = sign_in("author")
    assert "أضف الموضوع" not in client.get(URL).get_data(as_text=True)
    assert "سفينة، مرفأ" in client.get(f"{URL}/{two[0]}").get_data(as_text=True)
    assert client.submit(f"{URL}/{two[0]}/delete", page=URL).status_code == 403
    assert client.get(f"{URL}/99").status_code == 404


def test_a_form_without_our_token_is_refused(
    sign_in: SignIn, system: System, two: tuple[int, int]
) -> None:
    assert sign_in("publisher").post(f"{URL}/{two[0]}/delete").status_code == 400
    assert len(names(system)) == 2


def test_an_editors_correction_in_the_inbox_is_a_lesson(
    sign_in: SignIn, system: System, two: tuple[int, int]
) -> None:
    with system.db.write() as db:
        article_id = make.article(db, now=system.clock.now())
        story_id = db.get_one(Article, article_id).story_id
    client = sign_in("publisher")
    assert "غير مصنّف" in client.get("/admin/inbox").get_data(as_text=True)
    client.submit(f"/admin/inbox/{story_id}/topic", {"topic_id": two[1]}, page="/admin/inbox")
    with system.db.read() as db:
        row = db.query(TopicLesson).one()
        assert (row.article_id, row.topic_id) == (article_id, two[1])
        assert row.user_id is not None
