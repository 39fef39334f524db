"""From slots to drafts: the best stories, each sent once, and nothing sent for too few of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from digest.articles.models import Article
from digest.articles.queries import Candidate
from digest.issues import prepare, states
from digest.issues.models import Issue, Role
from digest.issues.queries import Board, board
from digest.newsletters.models import Newsletter
from digest.staff.models import AuditEntry
from digest.system.build import System
from digest.system.errors import NotFound
from digest.system.queue import Job
from tests import make
from tests.conftest import SettableClock

SINCE = datetime(2026, 11, 23, 6, tzinfo=UTC)
UNTIL = datetime(2026, 11, 24, 6, tzinfo=UTC)
SIX = datetime(2026, 11, 24, 3, tzinfo=UTC)  # six in the morning in Damascus
TITLES = (
    "البرلمان يقرّ الموازنة", "الليرة تستعيد بعض قيمتها", "معرض للخط في حلب القديمة",
    "المنتخب يتأهل إلى الدور الثاني", "موجة غبار تصل مساء الخميس",
)


def candidate(story_id: int, **values: object) -> Candidate:
    facts: dict[str, object] = {
        "story_id": story_id, "article_id": story_id, "topic_id": None, "topic_name": "",
        "last_at": UNTIL - timedelta(hours=2), "sources": 1, "words": 300, "weight": 1.0,
        "summary": "جملة.",
    }
    return Candidate(**(facts | values))  # type: ignore[arg-type]


def score(one: Candidate) -> float:
    return prepare.score(one, since=SINCE, until=UNTIL)


def choose(*found: Candidate, most: int = 12) -> list[prepare.Placement]:
    return prepare.choose_stories(found, since=SINCE, until=UNTIL, most=most)


@pytest.mark.parametrize(
    "better",
    [{"sources": 3}, {"last_at": UNTIL}, {"words": 400}, {"weight": 1.5}],
    ids=["more sources", "fresher", "longer", "saved"],
)
def test_a_better_story_scores_higher(better: dict[str, object]) -> None:
    assert score(candidate(1, **better)) > score(candidate(1))


def test_how_many_sources_tell_a_story_counts_most() -> None:
    told = candidate(1, sources=6, last_at=SINCE, words=0)
    assert score(told) > score(candidate(2, sources=1, last_at=UNTIL, words=400))


def test_topics_come_by_their_best_story_and_the_first_two_have_leads() -> None:
    placed = choose(
        candidate(1, topic_id=1, topic_name="سياسة"),
        candidate(2, topic_id=2, topic_name="اقتصاد", sources=5),
        candidate(3, topic_id=1, topic_name="سياسة", sources=3), candidate(4),
    )
    assert [(one.section, one.candidate.story_id, one.role) for one in placed] == [
        ("اقتصاد", 2, Role.LEAD), ("سياسة", 3, Role.LEAD), ("سياسة", 1, Role.SECOND),
        ("متفرقات", 4, Role.SECOND),
    ]


def test_the_weakest_third_of_a_full_issue_is_told_in_brief() -> None:
    placed = choose(*(candidate(n, sources=20 - n) for n in range(15)), most=9)
    briefs = [one.candidate.story_id for one in placed if one.role is Role.BRIEF]
    assert briefs == [6, 7, 8] and {one.section for one in placed[-3:]} == {prepare.BRIEFS}


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(1, 9), st.integers(0, 900), st.floats(-30, 90)),
        max_size=30,
    ),
    st.integers(1, 20),
)
def test_no_story_is_placed_twice_and_the_order_never_depends_on_the_input_s(
    rows: list[tuple[int, int, int, float]], most: int
) -> None:
    found = [
        candidate(n, topic_id=topic or None, sources=sources, words=words,
                  last_at=UNTIL - timedelta(hours=age))
        for n, (topic, sources, words, age) in enumerate(rows)
    ]
    placed = choose(*found, most=most)
    ids = [one.candidate.story_id for one in placed]
    assert len(set(ids)) == len(ids) == min(most, len(found))
    assert placed == choose(*reversed(found), most=most)


class Room:
    """A newsletter, and the five stories of the last hours."""

    def __init__(self, system: System, clock: SettableClock, **values: object) -> None:
        self.system, self.clock = system, clock
        with system.db.write() as db:
            topic_id = make.topic(db)
            self.newsletter_id = make.newsletter(db, now=clock.now(), **values)
            self.articles = [
                make.article(db, now=clock.now(), title=title, topic_id=topic_id if n < 2 else None)
                for n, title in enumerate(TITLES)
            ]

    def prepare(self, slot_at: datetime | None = SIX) -> int | None:
        return prepare.prepare_issue(self.system, self.newsletter_id, slot_at)

    def issue(self, issue_id: int | None) -> tuple[Issue, Board]:
        assert issue_id is not None
        with self.system.db.read() as db:
            issue = states.get(db, issue_id)
            page = board(db, issue_id)
            db.expunge(issue)
            return issue, page

    def jobs(self) -> list[tuple[str, str]]:
        with self.system.db.read() as db:
            return [(kind, key) for kind, key in db.execute(select(Job.kind, Job.key))]

    def plan(self) -> int:
        with self.system.db.write() as db:
            return prepare.plan(db, self.clock.now())

    def missed(self) -> list[int]:
        with self.system.db.read() as db:
            found = select(AuditEntry.facts).where(AuditEntry.action == "slot.missed")
            return [facts["count"] for facts in db.scalars(found)]


Open = Callable[..., Room]


@pytest.fixture
def room(system: System, clock: SettableClock) -> Open:
    """Opens a room whose newsletter has the given settings."""

    def opened(**values: object) -> Room:
        return Room(system, clock, **values)

    return opened


def test_a_draft_holds_the_stories_with_words_of_its_own(room: Open) -> None:
    here = room()
    issue, page = here.issue(here.prepare())
    items = [item for section in page.sections for item in section.items]
    assert (issue.state, issue.number, issue.slot_at) == ("draft", 1, SIX)
    assert sorted(item.title for item in items) == sorted(TITLES)
    first, second = [item.title for item in items if item.role == "lead"][:2]
    assert issue.subject == first and issue.preheader.startswith(second)
    assert all(item.summary for item in items)
    assert [section.title for section in page.sections][-1] == prepare.BRIEFS


def test_a_slot_has_one_issue_however_often_it_is_prepared(room: Open) -> None:
    here = room()
    assert here.prepare() == here.prepare()
    with here.system.db.read() as db:
        assert len(db.scalars(select(Issue.id)).all()) == 1


def test_a_newsletter_in_review_asks_its_editor(room: Open) -> None:
    here = room()
    issue_id = here.prepare()
    assert here.jobs() == [("tell_editor", f"draft:{issue_id}")]


def test_an_automatic_newsletter_schedules_itself_for_its_hour(room: Open) -> None:
    here = room(policy="auto")
    issue, _page = here.issue(here.prepare())
    assert (issue.state, issue.send_at) == ("scheduled", SIX) and here.jobs() == []


def test_a_late_automatic_issue_goes_out_now(room: Open) -> None:
    here = room(policy="auto")
    here.clock.forward(hours=1)
    issue, _page = here.issue(here.prepare())
    assert issue.send_at == here.clock.now()


def test_too_few_stories_skip_the_issue_and_tell_the_editor(room: Open) -> None:
    here = room(min_items=6)
    assert here.prepare() is None and here.prepare() is None
    with here.system.db.read() as db:
        (row,) = db.execute(select(Issue.id, Issue.state, Issue.reason, Issue.number)).all()
    assert row[1:] == ("skipped", "too_few_stories", None)
    assert here.jobs() == [("tell_editor", f"skipped:{row.id}")]


def test_an_editor_gets_a_draft_from_whatever_there_is(room: Open) -> None:
    here = room(min_items=6)
    issue, page = here.issue(here.prepare(None))
    assert issue.state == "draft" and page.sections and here.jobs() == []


def test_old_stories_are_not_news(room: Open) -> None:
    here = room()
    here.clock.forward(hours=30)
    _issue, page = here.issue(here.prepare(None))
    assert page.sections == ()


def test_a_story_that_was_sent_is_never_sent_again(room: Open) -> None:
    here = room()
    issue_id = here.prepare()
    with here.system.db.write() as db:
        db.execute(update(Issue).where(Issue.id == issue_id).values(state="sent"))
    _issue, page = here.issue(here.prepare(None))
    assert page.sections == ()


def test_a_sent_article_is_known_even_after_regrouping(room: Open) -> None:
    here = room(max_items=1)
    issue_id = here.prepare()
    assert issue_id is not None
    with here.system.db.write() as db:
        db.execute(update(Issue).where(Issue.id == issue_id).values(state="sent"))
        sent = board(db, issue_id).sections[0].items[0]
        others = [db.get_one(Article, one) for one in here.articles if one != sent.article_id]
        db.get_one(Article, sent.article_id).story_id = others[0].story_id
        db.flush()
        fresh = prepare.fresh_candidates(
            db, here.newsletter_id, since=here.clock.now() - timedelta(hours=24),
            until=here.clock.now(),
        )
        told = {sent.story_id, others[0].story_id}
        assert {one.story_id for one in fresh} == {one.story_id for one in others} - told


def test_another_newsletter_may_tell_the_same_story(room: Open) -> None:
    here = room(policy="auto")
    here.prepare()
    with here.system.db.write() as db:
        here.newsletter_id = make.newsletter(db, now=here.clock.now(), slug="weekly")
    _issue, page = here.issue(here.prepare(None))
    assert sum(len(section.items) for section in page.sections) == len(TITLES)


def test_an_empty_draft_takes_the_next_number(room: Open) -> None:
    here = room()
    here.prepare()
    with here.system.db.write() as db:
        issue_id = prepare.new_draft(db, here.newsletter_id, by=None, now=here.clock.now())
    issue, page = here.issue(issue_id)
    assert (issue.number, issue.slot_at, page.sections) == (2, None, ())


def test_a_newsletter_that_does_not_exist_gets_no_issue(system: System, clock: SettableClock) -> None:
    with pytest.raises(NotFound, match="no_such_newsletter"):
        prepare.prepare_issue(system, 99, None)
    with system.db.write() as db, pytest.raises(NotFound, match="no_such_newsletter"):
        prepare.new_draft(db, 99, by=None, now=clock.now())


def test_a_slot_is_planned_once_when_its_lead_time_begins(room: Open) -> None:
    here = room(lead_minutes=10)
    assert here.plan() == 0  # 05:40, the slot is at 06:00
    here.clock.forward(minutes=10)
    assert (here.plan(), here.plan()) == (1, 0)
    assert here.jobs() == [("prepare_issue", f"{here.newsletter_id}:{SIX.isoformat()}")]


def test_a_resting_newsletter_plans_nothing(room: Open) -> None:
    assert room(active=False).plan() == 0


def test_an_overdue_slot_is_still_sent_within_its_grace_time(room: Open) -> None:
    here = room(grace_minutes=120)
    here.clock.forward(hours=2)
    assert here.plan() == 1 and here.missed() == []


@pytest.mark.parametrize("values", [{"grace_minutes": 30}, {"late": "skip"}], ids=str)
def test_a_slot_too_old_is_written_down_and_never_sent(
    room: Open, values: dict[str, object]
) -> None:
    here = room(**values)
    here.clock.forward(hours=2)
    assert here.plan() == 0 and here.missed() == [1]


def test_of_many_overdue_slots_only_the_newest_is_sent(room: Open) -> None:
    here = room()
    here.clock.forward(days=3, hours=1)
    assert here.plan() == 1 and here.missed() == [3]
    assert [key[-25:] for _kind, key in here.jobs()] == [(SIX + timedelta(days=3)).isoformat()]


def test_an_overdue_slot_within_grace_is_sent_beside_the_coming_one(room: Open) -> None:
    rule = {"kind": "cron", "cron": "0 * * * *"}
    here = room(rule=rule, lead_minutes=50, grace_minutes=30)
    here.clock.forward(minutes=35)  # 06:15: six o'clock is overdue, seven has begun
    assert here.plan() == 2 and here.missed() == []


def test_planning_remembers_how_far_it_came(room: Open) -> None:
    here = room()
    here.plan()
    with here.system.db.read() as db:
        assert db.get_one(Newsletter, here.newsletter_id).planned_until == SIX
