"""Sources: adding, health, settings, the last attempts in plain words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.articles.models import Article
from digest.sources.models import FetchAttempt, Source
from digest.staff.models import AuditEntry
from digest.system.build import System
from digest.system.queue import Job
from tests import make
from tests.web.conftest import SignIn

FEED = {"url": "https://news.example/rss.xml", "kind": "feed", "name": "", "topic_id": "0"}


def one(system: System) -> Source:
    with system.db.read() as db:
        found = db.query(Source).one()
        db.expunge_all()
        return found


def made(system: System, **values: object) -> int:
    with system.db.write() as db:
        return make.source(db, now=system.clock.now(), **values)


def test_without_sources_the_page_shows_what_can_be_added(sign_in: SignIn) -> None:
    text = sign_in("publisher").get("/admin/sources").get_data(as_text=True)
    assert "لا مصادر بعد" in text
    assert "https://example.org/rss.xml" in text


def test_a_feed_is_added_and_collected_at_once(sign_in: SignIn, system: System) -> None:
    with system.db.write() as db:
        topic_id = make.topic(db)
    answer = sign_in("publisher").submit(
        "/admin/sources", {**FEED, "topic_id": topic_id}, page="/admin/sources"
    )
    source = one(system)
    assert answer.headers["Location"] == f"/admin/sources/{source.id}"
    assert (source.kind, source.name, source.topic_id) == ("feed", "news.example", topic_id)
    with system.db.read() as db:
        assert db.query(Job).one().args == {"source_id": source.id}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"url": "ftp://news.example/"}, "هذا الرابط غير صالح"),
        ({"url": ""}, "aria-invalid"),
        ({"kind": "text"}, "aria-invalid"),
        ({"topic_id": "77"}, "aria-invalid"),
    ],
)
def test_a_bad_source_is_refused_beside_its_field(
    sign_in: SignIn, system: System, fields: dict[str, str], words: str
) -> None:
    answer = sign_in("publisher").submit(
        "/admin/sources", {**FEED, **fields}, page="/admin/sources"
    )
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    with system.db.read() as db:
        assert db.query(Source).count() == 0


def test_a_source_is_added_only_once(sign_in: SignIn, system: System) -> None:
    client = sign_in("publisher")
    client.submit("/admin/sources", FEED, page="/admin/sources")
    answer = client.submit("/admin/sources", FEED, page="/admin/sources")
    assert answer.status_code == 422
    assert "مضاف من قبل" in answer.get_data(as_text=True)


def test_the_table_shows_health_and_pace(sign_in: SignIn, system: System) -> None:
    now = system.clock.now()
    made(system, name="الراكدة", last_ok_at=now, last_item_at=now - timedelta(days=12))
    text = sign_in("author").get("/admin/sources").get_data(as_text=True)
    assert "الراكدة" in text
    assert "متوقف" in text
    assert "قبل 12 يوماً" in text
    assert 'name="url"' not in text


def test_the_page_says_in_words_what_happened(sign_in: SignIn, system: System) -> None:
    source_id = made(system)
    with system.db.write() as db:
        db.add(FetchAttempt(source_id=source_id, at=system.clock.now(), status=503,
                            outcome="http_error", detail="", found=0, added=0))
    text = sign_in("author").get(f"/admin/sources/{source_id}").get_data(as_text=True)
    assert "في الموقع عطل" in text
    assert "503" in text


def test_name_topic_and_weight_are_changed(sign_in: SignIn, system: System) -> None:
    source_id = made(system)
    path = f"/admin/sources/{source_id}"
    client = sign_in("publisher")
    client.submit(path, {"name": " وكالة  الجبل ", "topic_id": "0", "weight": "2.5"}, page=path)
    assert (one(system).name, one(system).weight) == ("وكالة الجبل", 2.5)
    answer = client.submit(path, {"name": "", "topic_id": "0", "weight": "9"}, page=path)
    assert answer.status_code == 422
    assert one(system).weight == 2.5


def test_a_source_is_paused_resumed_and_collected(sign_in: SignIn, system: System) -> None:
    source_id = made(system, failures=4)
    path = f"/admin/sources/{source_id}"
    client = sign_in("publisher")
    client.submit(f"{path}/pause", page=path)
    assert (one(system).state, one(system).next_at) == ("paused", None)
    client.submit(f"{path}/resume", page=path)
    assert (one(system).state, one(system).failures) == ("active", 0)
    client.submit(f"{path}/collect", page=path)
    with system.db.read() as db:
        assert db.query(Job).one().args == {"source_id": source_id}
        acts = [entry.action for entry in db.query(AuditEntry).filter_by(subject="source")]
    assert acts == ["source.pause", "source.resume"]


def test_a_deleted_source_leaves_its_articles(sign_in: SignIn, system: System) -> None:
    source_id = made(system)
    with system.db.write() as db:
        article_id = make.article(db, now=system.clock.now(), source_id=source_id)
        db.add(FetchAttempt(source_id=source_id, at=system.clock.now(), outcome="ok"))
    path = f"/admin/sources/{source_id}"
    client = sign_in("publisher")
    client.submit(f"{path}/delete", page=path)
    assert client.get(path).status_code == 404
    with system.db.read() as db:
        assert db.get_one(Article, article_id).source_id is None
        assert db.query(FetchAttempt).count() == 0


def test_changes_to_a_source_that_is_gone_are_refused(sign_in: SignIn, system: System) -> None:
    client = sign_in("publisher")
    for act in ("pause", "resume", "collect", "delete"):
        answer = client.submit(f"/admin/sources/99/{act}", page="/admin/sources")
        assert answer.status_code == 404
        assert "لا مصدر بهذا الرقم" in answer.get_data(as_text=True)


def test_the_new_address_of_a_source_that_moved_is_taken(
    sign_in: SignIn, system: System
) -> None:
    source_id = made(system, moved_to="https://new.example/feed")
    path = f"/admin/sources/{source_id}"
    client = sign_in("publisher")
    assert "https://new.example/feed" in client.get(path).get_data(as_text=True)
    client.submit(f"{path}/move", page=path)
    assert (one(system).url, one(system).moved_to) == ("https://new.example/feed", None)


def test_several_sources_are_changed_at_once_and_deleting_asks_first(
    sign_in: SignIn, system: System
) -> None:
    ids = [made(system, url=f"https://news.example/{n}", name=f"مصدر {n}") for n in range(3)]
    client = sign_in("publisher")

    def many(act: str, **fields: object) -> str:
        answer = client.submit(
            "/admin/sources/many", {"act": act, "source_id": ids[:2], **fields},
            page="/admin/sources", follow_redirects=True,
        )
        return answer.get_data(as_text=True)

    many("pause")
    assert "مصدر 2" not in client.get("/admin/sources?show=paused").get_data(as_text=True)
    assert "مصدر 1" in client.get("/admin/sources?show=paused").get_data(as_text=True)
    assert "تحذف هذه المصادر؟" in many("delete")
    with system.db.read() as db:
        assert db.query(Source).count() == 3
    many("delete", sure="1")
    assert one(system).name == "مصدر 2"


def test_without_a_tick_nothing_is_done(sign_in: SignIn, system: System) -> None:
    made(system)
    client = sign_in("publisher")
    for fields in ({"act": "pause"}, {"act": "burn", "source_id": [1]}):
        answer = client.submit("/admin/sources/many", fields, page="/admin/sources")
        assert answer.status_code == 422
    assert one(system).state == "active"


def test_an_ill_source_says_why_and_offers_to_look_for_another_feed(
    sign_in: SignIn, system: System
) -> None:
    now = system.clock.now()
    source_id = made(system, failures=4, last_ok_at=now - timedelta(days=2), site_host="news.example")
    made(system, url="https://well.example/f", name="السليمة", last_ok_at=now, last_item_at=now)
    with system.db.write() as db:
        db.add(FetchAttempt(source_id=source_id, at=now, status=404, outcome="http_error"))
    client = sign_in("publisher")
    text = client.get("/admin/sources?show=attention").get_data(as_text=True)
    assert "لا شيء في الموقع بهذا الرابط" in text
    assert "السليمة" not in text
    text = client.get(f"/admin/sources/{source_id}").get_data(as_text=True)
    assert "لم ننجح في القراءة هذه المرات المتتالية: 4" in text
    assert "آخر قراءة ناجحة قبل يومين" in text
    assert 'name="url" value="news.example"' in text


def test_many_sources_come_in_pages(sign_in: SignIn, system: System) -> None:
    for n in range(101):
        made(system, url=f"https://news.example/{n}", name=f"مصدر {n:03}")
    client = sign_in("publisher")
    first = client.get("/admin/sources").get_data(as_text=True)
    assert "مصدر 099" in first
    assert "مصدر 100" not in first
    assert "مصدر 100" in client.get("/admin/sources?page=9").get_data(as_text=True)
