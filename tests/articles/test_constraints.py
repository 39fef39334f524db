"""Whatever editors and papers do in whatever order: what was merged or split stays so."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from digest.articles import curate
from digest.articles.models import Article, Story
from digest.articles.stories import regroup
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock

EVENTS = (
    "أقرّ البرلمان موازنة العام المقبل بعد جلسة استمرت أربع عشرة ساعة وصوّت لصالحها مئة نائب",
    "افتُتح معرض الكتاب في اللاذقية بمشاركة ستين داراً للنشر من عشر دول حتى نهاية الأسبوع",
    "أعلنت وزارة المالية أن عجز موازنة العام المقبل سيبقى دون أربعة في المئة بعد تصويت البرلمان",
)
ENDS = ("ونُشر ذلك مساء.", "بحسب مراسلنا.", "كما كان متوقعاً منذ أيام.", "وسط اهتمام واسع.")
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("arrive"), st.integers(0, 2), st.integers(0, 3)),
        st.tuples(st.just("merge"), st.integers(0, 9), st.integers(0, 9)),
        st.tuples(st.just("split"), st.integers(0, 9), st.integers(0, 9)),
        st.tuples(st.just("wait"), st.integers(1, 90), st.just(0)),
        st.tuples(st.just("restart"), st.just(0), st.just(0)),
    ),
    min_size=3, max_size=12,
)


class Newsroom:
    """A database with what editors said so far, as pairs of articles."""

    def __init__(self, system: System, clock: SettableClock) -> None:
        self.system, self.clock = system, clock
        self.together: set[frozenset[int]] = set()
        self.apart: set[frozenset[int]] = set()
        self.count = 0

    def stories(self) -> dict[int, list[int]]:
        """The articles of each story."""
        found: dict[int, list[int]] = {}
        with self.system.db.read() as db:
            for article_id, story_id in db.execute(
                select(Article.id, Article.story_id).order_by(Article.id)
            ):
                found.setdefault(story_id or 0, []).append(article_id)
        return found

    def arrive(self, event: int, end: int) -> None:
        """A paper tells an event."""
        self.count += 1
        now = self.clock.now()
        with self.system.db.write() as db:
            make.article(
                db, now=now, title=EVENTS[event][:45], text=f"{EVENTS[event]} {ENDS[end]}",
                source_name=f"صحيفة {self.count}", with_story=False, published_at=now,
                link=f"https://paper{self.count}.example/{event}",
            )

    def merge(self, one: int, other: int) -> None:
        """An editor joins two stories."""
        stories = self.stories()
        names = sorted(stories)
        if len(names) < 2:
            return
        first, second = names[one % len(names)], names[other % len(names)]
        if first == second:
            return
        with self.system.db.write() as db:
            curate.merge(db, first, [second])
        pairs = {frozenset(pair) for pair in combinations(stories[first] + stories[second], 2)}
        self.together |= pairs
        self.apart -= pairs

    def split(self, story: int, place: int) -> None:
        """An editor takes an article out of a story."""
        several = [(name, ids) for name, ids in sorted(self.stories().items()) if len(ids) > 1]
        if not several:
            return
        name, ids = several[story % len(several)]
        article = ids[place % len(ids)]
        with self.system.db.write() as db:
            curate.split(db, name, article)
        pairs = {frozenset((article, one)) for one in ids if one != article}
        self.apart |= pairs
        self.together -= pairs

    def wait(self, hours: int, _: int) -> None:
        """Time passes, up to days."""
        self.clock.forward(hours=hours)

    def restart(self, _: int, __: int) -> None:
        """The process forgets everything."""
        self.system.memory.clear()

    def check(self) -> None:
        """Group, and compare with what was said."""
        regroup(self.system)
        stories = self.stories()
        assert 0 not in stories
        home = {article: name for name, ids in stories.items() for article in ids}
        for one, other in map(sorted, self.together):
            assert home[one] == home[other]
        for one, other in map(sorted, self.apart):
            assert home[one] != home[other]


@given(ACTS)
@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
def test_what_was_merged_or_split_stays_so(
    system: System, clock: SettableClock, acts: list[tuple[str, int, int]]
) -> None:
    with system.db.write() as db:
        db.execute(delete(Article))
        db.execute(delete(Story))
    clock.forward(days=1)
    newsroom = Newsroom(system, clock)
    newsroom.arrive(0, 0)
    newsroom.arrive(0, 1)
    newsroom.arrive(1, 0)
    newsroom.check()
    for act, one, other in acts:
        getattr(newsroom, act)(one, other)
        newsroom.check()


def test_a_split_holds_when_others_arrive_and_after_the_window(
    system: System, clock: SettableClock
) -> None:
    newsroom = Newsroom(system, clock)
    for end in (0, 1, 2):
        newsroom.arrive(0, end)
    newsroom.check()
    newsroom.split(0, 0)
    for hours in (1, 71, 80):
        newsroom.arrive(0, 3)
        newsroom.check()
        clock.at += timedelta(hours=hours)
    assert len(newsroom.apart) == 2
