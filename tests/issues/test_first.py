"""The first issue of a new house drafts itself."""

from __future__ import annotations

from datetime import timedelta

from digest import jobs
from digest.issues import first, prepare
from digest.issues.models import Issue
from digest.issues.queries import get_issue
from digest.system import queue
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock


def a_newsletter(system: System) -> int:
    with system.db.write() as db:
        return make.newsletter(db, now=system.clock.now(), min_items=2)


def ask(system: System, newsletter_id: int) -> bool:
    with system.db.write() as db:
        return first.ask(db, newsletter_id, by=None, now=system.clock.now())


def look(system: System, clock: SettableClock) -> int | None:
    """One look of the job, and its issue."""
    clock.forward(seconds=1)
    jobs.drain(system, {prepare.FIRST})
    with system.db.read() as db:
        return db.query(Issue.id).scalar()


def stories(system: System, n: int, *, age: timedelta = timedelta(hours=2)) -> None:
    with system.db.write() as db:
        for one in range(n):
            make.article(db, now=system.clock.now(), title=f"خبر عن الميناء {one} {age}",
                         published_at=system.clock.now() - age)


def test_it_is_drafted_once_nothing_is_left_to_read(system: System, clock: SettableClock) -> None:
    newsletter_id = a_newsletter(system)
    assert ask(system, newsletter_id)
    with system.db.write() as db:
        queue.put(db, "enrich_article", key="1:1", now=clock.now(), article_id=1, attempt=1)
    stories(system, 2)
    assert look(system, clock) is None
    with system.db.write() as db:
        db.query(queue.Job).filter_by(kind="enrich_article").delete()
    issue_id = look(system, clock)
    assert issue_id is not None
    with system.db.read() as db:
        assert get_issue(db, issue_id).items == 2
        assert not first.progress(db, newsletter_id).waits


def test_after_half_a_minute_what_is_there_is_enough(system: System, clock: SettableClock) -> None:
    ask(system, a_newsletter(system))
    with system.db.write() as db:
        queue.put(db, "enrich_article", key="1:1", now=clock.now(), article_id=1, attempt=1)
    stories(system, 3)
    assert look(system, clock) is None
    clock.forward(seconds=30)
    assert look(system, clock) is not None


def test_a_quiet_site_is_read_further_back(system: System, clock: SettableClock) -> None:
    ask(system, a_newsletter(system))
    stories(system, 3, age=timedelta(days=5))
    issue_id = look(system, clock)
    assert issue_id is not None
    with system.db.read() as db:
        assert get_issue(db, issue_id).items == 3


def test_without_a_story_it_gives_up_and_makes_no_empty_issue(
    system: System, clock: SettableClock
) -> None:
    newsletter_id = a_newsletter(system)
    ask(system, newsletter_id)
    assert look(system, clock) is None
    clock.forward(minutes=11)
    assert look(system, clock) is None
    with system.db.read() as db:
        assert not first.progress(db, newsletter_id).waits


def test_it_is_asked_for_once(system: System, clock: SettableClock) -> None:
    newsletter_id = a_newsletter(system)
    assert ask(system, newsletter_id)
    assert not ask(system, newsletter_id)
    stories(system, 2)
    look(system, clock)
    assert not ask(system, newsletter_id)


def test_the_calendar_waits_for_the_first_draft_and_then_takes_its_slot(
    system: System, clock: SettableClock
) -> None:
    with system.db.write() as db:
        newsletter_id = make.newsletter(
            db, now=clock.now(), rule={"kind": "daily", "at": "06:00"}, lead_minutes=60
        )
        first.ask(db, newsletter_id, by=None, now=clock.now())
        assert prepare.plan(db, clock.now()) == 0  # 05:40: the slot's draft is due
    stories(system, 3)
    assert look(system, clock) is not None
    with system.db.write() as db:
        assert prepare.plan(db, clock.now()) == 1
