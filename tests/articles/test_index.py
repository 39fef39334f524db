from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.articles.group import Group, GroupInput, group_articles
from digest.articles.index import StoryIndex
from tests.articles import samples

NOW = datetime(2026, 11, 24, 2, 40, tzinfo=UTC)
ROWS = [
    GroupInput(f"n{place}", title, text, NOW - timedelta(hours=place))
    for place, (title, text) in enumerate(zip(samples.TITLES, samples.ALL, strict=True))
]
COPY = GroupInput("copy", "شيء آخر تماماً", f"وكالات\n\n{samples.NOVEL}", NOW)


def ids(groups: list[Group]) -> list[tuple[str, ...]]:
    return [group.ids for group in groups]


def one_by_one(rows: list[GroupInput]) -> StoryIndex:
    index = StoryIndex()
    for row in rows:
        index.place([row])
    return index


def test_an_article_finds_its_story_and_only_that_story_is_returned() -> None:
    index = one_by_one([ROWS[0], *ROWS[2:]])
    assert ids(index.place([ROWS[1]])) == [("n0", "n1")]
    assert ids(index.place([COPY])) == [("n6", "copy")]
    assert len(index) == 9


def test_one_by_one_comes_to_what_all_at_once_comes_to() -> None:
    rows = [*ROWS, COPY]
    at_once = group_articles(rows)
    index = one_by_one(rows)
    index.fill(rows)
    assert index.recut([row.id for row in rows]) == at_once
    assert set(ids(one_by_one(rows[::-1]).recut([row.id for row in rows]))) == {
        group.ids if len(group.ids) == 1 else group.ids[::-1] for group in at_once
    }


def test_editors_are_obeyed_and_what_they_decide_links_components() -> None:
    index = one_by_one(ROWS)
    assert ids(index.recut(["n4"], pinned=[("n4", "n6", "nowhere")])) == [("n4", "n6")]
    assert ids(index.recut(["n0"], apart=[("n1", "n0")])) == [("n0",), ("n1",)]
    assert ids(index.recut(["n0"])) == [("n0", "n1")]


def test_what_is_dropped_is_in_no_story_and_comes_back_as_it_then_is() -> None:
    index = one_by_one(ROWS)
    index.drop(["n1", "nowhere"])
    assert ids(index.recut(["n0", "n1"])) == [("n0",)]
    changed = replace(ROWS[1], title="عودة الجسر")
    assert ids(index.place([changed])) == [("n0", "n1")]
    assert index.drop_before(NOW - timedelta(hours=5, minutes=30)) == ["n6", "n7"]
    assert list(index.ids) == ["n0", "n2", "n3", "n4", "n5", "n1"]


def test_an_article_that_is_replaced_gives_its_story_its_new_headline() -> None:
    index = one_by_one(ROWS[:3])
    assert index.recut(["n2"])[0].label == "زيت الزيتون يرتفع 18%"
    assert index.place([replace(ROWS[2], title="قفزة في سعر زيت الزيتون")])[0].label == (
        "قفزة في سعر زيت الزيتون"
    )


def test_articles_further_apart_than_the_window_do_not_meet() -> None:
    late = replace(ROWS[1], id="late", at=NOW + timedelta(hours=80))
    assert ids(one_by_one([ROWS[0]]).place([late])) == [("late",)]
    index = StoryIndex(window=timedelta(days=14))
    index.fill([ROWS[0]])
    assert ids(index.place([late])) == [("n0", "late")]


def test_it_tells_how_alike_articles_are_and_what_is_near_one_that_it_does_not_hold() -> None:
    index = one_by_one(ROWS)
    story = index.recut(["n0"])[0]
    assert index.likeness(["n0", "n1"]) == story.likeness
    assert index.likeness(["n0"]) == index.likeness([]) == 1.0
    index.drop(["n1"])
    assert [name for name, _ in index.near(ROWS[1])] == ["n0"]
    assert index.near(GroupInput("x", "", "")) == []


def test_copies_are_known_as_such() -> None:
    index = one_by_one([*ROWS, COPY])
    assert index.same("copy", ["n0", "n6"])
    assert not index.same("n1", ["n0"])
    index.drop(["n6"])
    assert not index.same("copy", ["n6"])


texts = st.sampled_from([*samples.ALL, ""]) | st.text(max_size=60)
articles = st.builds(
    lambda number, title, text, hours: GroupInput(
        str(number), title, text, None if hours is None else NOW + timedelta(hours=hours)
    ),
    st.integers(0, 9), st.sampled_from([*samples.TITLES, ""]), texts,
    st.none() | st.integers(-100, 100),
)  # fmt: skip


@given(
    st.lists(articles, max_size=14), st.sets(st.integers(0, 9).map(str)),
    st.lists(st.sets(st.integers(0, 9).map(str), max_size=3), max_size=2),
    st.lists(st.tuples(st.integers(0, 9).map(str), st.integers(0, 9).map(str)), max_size=4),
)  # fmt: skip
@settings(deadline=None, max_examples=30)
def test_after_any_history_it_holds_what_was_put_in_and_groups_it_as_at_once(
    rows: list[GroupInput], dropped: set[str],
    pinned: list[set[str]], apart: list[tuple[str, str]],
) -> None:  # fmt: skip
    index = one_by_one(rows)
    index.drop(dropped)
    last = {row.id: row for row in rows}
    held = [last[name] for name in index.ids]
    assert set(index.ids) == last.keys() - dropped
    index.fill(held)
    found = index.recut(index.ids, pinned=pinned, apart=apart)
    assert ids(found) == ids(group_articles(held, pinned=pinned, apart=apart))
