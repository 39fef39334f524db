"""Lists of sources that come in and go out."""

from __future__ import annotations

from sqlalchemy import select

from digest.sources import opml
from digest.sources.exchange import give_list, take_list
from digest.sources.models import Source
from digest.sources.opml import Outline
from digest.system.build import System
from digest.system.queue import Job
from tests import make


def test_new_feeds_are_added_with_the_topic_of_their_folder(system: System) -> None:
    now = system.clock.now()
    outlines = (
        Outline("https://sahel.example/rss", "وكالة الساحل", "سياسه"),
        Outline("https://sahel.example/rss?utm_source=x", "مكررة"),
        Outline("ftp://sahel.example/rss", "غريبة"),
        Outline("https://page.example/1", "صفحة", kind="page"),
    )
    with system.db.write() as db:
        topic_id = make.topic(db)
        taken = take_list(db, outlines, by=None, now=now)
        rows = db.scalars(select(Source).order_by(Source.id)).all()
        assert [(one.name, one.kind, one.topic_id) for one in rows] == [
            ("وكالة الساحل", "feed", topic_id), ("صفحة", "page", None),
        ]
        assert [one.code for one in taken] == ["added", "source_known", "bad_url", "added"]
        assert taken[1].source_id == taken[0].source_id == rows[0].id
        assert db.query(Job).filter_by(kind="collect_source").count() == 2


def test_all_that_is_asked_goes_out_and_comes_back(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        topic_id = make.topic(db)
        make.source(db, now=now, name="أ", url="https://a.example/f", topic_id=topic_id)
        make.source(db, now=now, name="ب", url="https://b.example/f")
        db.add(Source(kind="text", name="ملفات", url="", url_key="k", created_at=now))
        content = give_list(db, title="مصادر", now=now)
    assert {(one.url, one.title, one.folder) for one in opml.read(content)} == {
        ("https://a.example/f", "أ", "سياسة"), ("https://b.example/f", "ب", ""),
    }
