"""Sources as shown: health, pace, what is used, the last attempts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.issues.models import Item
from digest.sources.models import FetchAttempt
from digest.sources.queries import source, sources_with_health
from digest.system.build import System
from digest.system.errors import NotFound
from tests import make
from tests.conftest import SettableClock


def test_a_row_says_how_a_source_is_doing(system: System, clock: SettableClock) -> None:
    now = clock.now()
    with system.db.write() as db:
        topic = make.topic(db)
        source_id = make.source(db, now=now, name="ب", topic_id=topic, last_ok_at=now,
                                last_item_at=now, moved_to="https://new.example/")
        make.source(db, now=now, name="أ", url="https://a.example/")
        articles = [
            make.article(db, now=now, title=f"خبر {n}", source_id=source_id,
                         published_at=now - timedelta(days=n * 2))
            for n in range(1, 6)
        ]
        newsletter = make.newsletter(db, now=now)
        issue = make.issue(db, now=now, newsletter_id=newsletter)
        db.query(Item).filter_by(issue_id=issue).first().article_id = articles[0]
        db.add_all(
            FetchAttempt(source_id=source_id, at=now - timedelta(hours=n), outcome=outcome)
            for n, outcome in ((2, "ok"), (1, "timeout"))
        )
    with system.db.read() as db:
        first, second = sources_with_health(db, now)
    assert (first.name, first.health, first.outcome, first.used_share) == ("أ", "new", "", 0.0)
    assert (second.name, second.health, second.outcome) == ("ب", "active", "timeout")
    assert (second.topic_name, second.moved_to) == ("سياسة", "https://new.example/")
    assert second.per_day == pytest.approx(3 / 7)
    assert (second.used_share, second.articles) == (pytest.approx(1 / 5), 5)


def test_a_source_is_shown_with_its_last_five_attempts(
    system: System, clock: SettableClock
) -> None:
    now = clock.now()
    with system.db.write() as db:
        source_id = make.source(db, now=now)
        db.add_all(
            FetchAttempt(source_id=source_id, at=now + timedelta(minutes=n), outcome="ok",
                         status=200, found=n, added=0)
            for n in range(7)
        )
    with system.db.read() as db:
        page = source(db, source_id, now)
        assert [one.found for one in page.attempts] == [6, 5, 4, 3, 2]
        assert page.source.id == source_id
        with pytest.raises(NotFound, match="no_such_source"):
            source(db, 99, now)
