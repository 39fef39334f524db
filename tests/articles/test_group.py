from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.articles.group import GroupInput, group_articles
from tests.articles import samples

NOW = datetime(2026, 11, 24, 2, 40, tzinfo=UTC)
ROWS = [
    GroupInput(id=f"n{place}", title=title, text=text, at=NOW - timedelta(hours=place))
    for place, (title, text) in enumerate(zip(samples.TITLES, samples.ALL, strict=True))
]


def ids(rows: list[GroupInput], **options: object) -> list[tuple[str, ...]]:
    return [group.ids for group in group_articles(rows, **options)]  # type: ignore[arg-type]


def test_two_papers_on_one_event_are_one_story_and_the_rest_stand_alone() -> None:
    assert ids(ROWS) == [("n0", "n1"), *((f"n{place}",) for place in range(2, 8))]


def test_a_story_is_named_after_its_most_central_article_the_earliest_of_two() -> None:
    story = group_articles(ROWS)[0]
    assert story.lead_id == "n1"
    assert story.label == "جسر الوادي يعود إلى الخدمة"
    assert "جسر الوادي" in story.tags


def test_near_duplicates_are_one_story_whatever_their_titles() -> None:
    copy = GroupInput("copy", "شيء آخر تماماً", f"وكالات\n\n{samples.NOVEL}")
    assert ("n6", "copy") in ids([*ROWS, copy])


def test_articles_more_than_three_days_apart_tell_different_events() -> None:
    late = GroupInput("late", samples.TITLES[1], samples.BRIDGE_AGAIN, NOW + timedelta(hours=80))
    assert ids([ROWS[0], late]) == [("n0",), ("late",)]
    assert ids([ROWS[0], GroupInput("undated", late.title, late.text)]) == [("n0", "undated")]


def test_what_an_editor_put_together_stays_together() -> None:
    assert ids(ROWS, pinned=[("n4", "n6")]).count(("n4", "n6")) == 1


def test_what_an_editor_took_apart_stays_apart_and_others_join_the_nearest() -> None:
    more = GroupInput("more", "عودة جسر الوادي", samples.BRIDGE_AGAIN, NOW)
    found = ids([*ROWS, more], pinned=[("n0",), ("n1",)])
    assert ("n0",) in found
    assert ("n1", "more") in found


def test_names_spelled_by_ear_meet() -> None:
    told = "وقع النادي مع اللاعب الأرجنتيني {} عقداً لثلاثة مواسم بعد اجتياز الفحص الطبي."
    rows = [
        GroupInput("z", "النادي يضم موراليز", told.format("موراليز")),
        GroupInput("s", "موراليس يوقع للنادي", told.format("موراليس")),
        *ROWS,
    ]
    assert ids(rows)[0] == ("z", "s")


def test_a_large_set_is_taken_apart_by_asking_for_more_likeness() -> None:
    chain = [(0, 1, 0.9), (1, 2, 0.24), (2, 3, 0.9)]
    assert [members for members, _ in _components(chain, 0.22, most=4)] == [[0, 1, 2, 3]]
    assert [members for members, _ in _components(chain, 0.22, most=3)] == [[0, 1], [2, 3]]


def test_nothing_gives_no_group_and_an_empty_article_one() -> None:
    assert group_articles([]) == []
    alone = group_articles([GroupInput("a", "", "")])
    assert [(one.ids, one.label, one.tags, one.lead_id) for one in alone] == [(("a",), "", (), "a")]


@given(
    st.lists(
        st.builds(
            lambda title, text, hours: (title, text, None if hours is None else NOW + timedelta(hours=hours)),
            st.sampled_from([*samples.TITLES, ""]) | st.text(max_size=30),
            st.sampled_from([*samples.ALL, ""]) | st.text(max_size=80),
            st.none() | st.integers(-200, 200),
        ),
        max_size=10,
    ),
    st.lists(st.sets(st.integers(0, 10).map(str), max_size=3), max_size=3),
)
@settings(deadline=None)
def test_every_id_is_in_exactly_one_group(
    found: list[tuple[str, str, datetime | None]], pinned: list[set[str]]
) -> None:
    rows = [GroupInput(str(place), *one) for place, one in enumerate(found)]
    groups = group_articles(rows, pinned=pinned)
    names = [name for group in groups for name in group.ids]
    assert sorted(names) == sorted(row.id for row in rows)
    assert all(group.lead_id in group.ids for group in groups)
    assert groups == group_articles(rows, pinned=pinned)
