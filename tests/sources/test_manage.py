"""What an editor does with a source, each act written down."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.articles.cleaning import Rules
from digest.articles.models import Article
from digest.sources import collect, manage, queries
from digest.sources.models import Source
from digest.staff.models import AuditEntry
from digest.system.build import System
from digest.system.errors import NotFound, Refused
from digest.system.queue import Job
from digest.text import urls
from digest.web.admin.actions import ACTIONS
from tests import make


def a_source(db: Session, system: System, url: str = "https://news.example/f", **values: object) -> int:
    return make.source(db, now=system.clock.now(), url=url, **values)


def acts(db: Session) -> list[str]:
    db.flush()
    return list(db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_source_is_changed(system: System) -> None:
    with system.db.write() as db:
        source_id, topic = a_source(db, system), make.topic(db)
        manage.change_source(db, source_id, name=" وكالة \n الساحل ", topic_id=topic, weight=2.0,
                             by=None, now=system.clock.now())
        row = db.get_one(Source, source_id)
        assert (row.name, row.topic_id, row.weight) == ("وكالة الساحل", topic, 2.0)
        with pytest.raises(Refused, match="no_name"):
            manage.change_source(db, source_id, name=" ", topic_id=None, weight=1.0, by=None,
                                 now=system.clock.now())


def test_pausing_and_resuming(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        source_id = a_source(db, system, failures=4, next_at=now)
        manage.pause_source(db, source_id, by=None, now=now)
        row = db.get_one(Source, source_id)
        assert (row.state, row.next_at) == ("paused", None)
        manage.resume_source(db, source_id, by=None, now=now)
        assert (row.state, row.failures, row.next_at) == ("active", 0, now)
        assert db.scalars(select(Job.kind)).all() == ["collect_source"]
        assert acts(db) == ["source.pause", "source.resume"]


def test_a_new_address_is_taken_when_an_editor_says_so(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        source_id = a_source(db, system, moved_to="https://new.example/f")
        manage.accept_move(db, source_id, by=None, now=now)
        row = db.get_one(Source, source_id)
        assert (row.url, row.site_host, row.moved_to) == (
            "https://new.example/f", "new.example", None,
        )
        with pytest.raises(Refused, match="not_moved"):
            manage.accept_move(db, source_id, by=None, now=now)


def test_a_new_address_that_another_source_has_is_refused(system: System) -> None:
    with system.db.write() as db:
        source_id = a_source(db, system, moved_to="https://new.example/f")
        other = a_source(db, system, "https://new.example/f")
        db.get_one(Source, other).url_key = urls.url_key("https://new.example/f")
        db.flush()
        with pytest.raises(Refused, match="source_known"):
            manage.accept_move(db, source_id, by=None, now=system.clock.now())


def test_deleting_a_source_keeps_its_articles(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        source_id = a_source(db, system)
        article_id = make.article(db, now=now, source_id=source_id, source_name="الساحل")
        manage.delete_source(db, source_id, by=None, now=now)
    with system.db.read() as db:
        article = db.get_one(Article, article_id)
        assert (article.source_id, article.source_name) == (None, "الساحل")


def test_collecting_now_queues_what_is_active(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        one = a_source(db, system)
        a_source(db, system, "https://b.example/", state="paused")
        db.get_one(Source, a_source(db, system, "text")).kind = "text"
        assert manage.collect_now(db, now) == 1
        assert manage.collect_now(db, now, source_id=one) == 0


@pytest.mark.parametrize(
    "act", [manage.pause_source, manage.resume_source, manage.accept_move, manage.delete_source]
)
def test_a_source_that_is_not_there_is_said_to_be_missing(
    system: System, act: Callable[..., None]
) -> None:
    with system.db.write() as db, pytest.raises(NotFound, match="no_such_source"):
        act(db, 99, by=None, now=system.clock.now())


def test_every_act_has_words() -> None:
    for act in ("add", "change", "pause", "resume", "move", "delete"):
        assert f"source.{act}" in ACTIONS


def test_several_sources_are_changed_at_once(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        topic_id = make.topic(db)
        ids = [a_source(db, system, f"https://news.example/{n}") for n in range(3)]
        few = [*ids[:2], 99]

        def do(act: manage.Act, **words: object) -> int:
            return manage.change_many(db, few, act, by=None, now=now, **words)  # type: ignore[arg-type]

        def states() -> list[tuple[str, int | None]]:
            db.flush()
            return [(one.state, one.topic_id) for one in db.scalars(select(Source).order_by(Source.id))]

        assert do(manage.Act.PAUSE) == 2
        assert do(manage.Act.TOPIC, topic_id=topic_id) == 2
        assert states() == [("paused", topic_id), ("paused", topic_id), ("active", None)]
        assert do(manage.Act.RESUME) == 2
        assert do(manage.Act.COLLECT) == 2
        assert db.query(Job).count() == 2
        assert do(manage.Act.DELETE) == 2
        assert states() == [("active", None)]
        assert do(manage.Act.DELETE) == 0


def test_rules_are_kept_and_written_down(system: System) -> None:
    with system.db.write() as db:
        source_id = a_source(db, system)
        manage.set_rules(db, source_id, Rules(cut=(".x",)), by=None, now=system.clock.now())
        assert db.get_one(Source, source_id).rules == {"keep": "", "cut": [".x"], "phrases": []}
        assert acts(db) == ["source.rules"]
        assert "source.rules" in ACTIONS
        with pytest.raises(NotFound, match="no_such_source"):
            manage.set_rules(db, 99, Rules(), by=None, now=system.clock.now())


@pytest.mark.parametrize("kind", ["text", "push"])
def test_what_is_handed_over_or_pushed_is_never_asked(system: System, kind: str) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        source_id = a_source(db, system, next_at=now)
        db.get_one(Source, source_id).kind = kind
        db.flush()
        assert collect.enqueue_due(db, now) == 0
        assert manage.collect_now(db, now) == 0
    assert collect.collect_source(system, source_id).outcome == kind
    with system.db.read() as db:
        assert queries.source(db, source_id, now).source.health == "active"
