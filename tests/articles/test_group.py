from __future__ import annotations

from dataclasses import replace
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


def test_a_story_is_named_after_the_article_to_show_and_says_how_alike_its_articles_are() -> None:
    story, alone = group_articles(ROWS)[:2]
    assert story.lead_id == "n0"  # as central as the other, fuller and fresher
    assert story.label == "افتتاح جسر الوادي بعد ثلاث سنوات من الإغلاق"
    assert "جسر الوادي" in story.tags
    assert 0.3 < story.likeness < 0.9
    assert alone.likeness == 1.0


def test_a_weighty_source_is_shown_before_others_unless_it_has_no_text() -> None:
    first, second = ROWS[:2]
    assert group_articles([first, replace(second, weight=2.0)])[0].lead_id == "n1"
    empty = replace(second, text="", title=first.title, weight=2.0)
    assert group_articles([first, empty])[0].lead_id == "n0"


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


def test_what_was_told_apart_is_never_together_unless_it_was_put_together_later() -> None:
    assert ids(ROWS, apart=[("n1", "n0")])[:2] == [("n0",), ("n1",)]
    copy = GroupInput("copy", samples.TITLES[0], samples.BRIDGE, NOW)
    found = ids([*ROWS, copy], apart=[("n0", "n1"), ("n0", "nowhere")])
    assert ("n0", "copy") in found
    assert ("n1",) in found
    assert ids(ROWS, pinned=[("n0", "n1")], apart=[("n0", "n1")])[0] == ("n0", "n1")


def test_a_figure_in_the_first_sentence_joins_reports_in_other_words() -> None:
    told = "خسر المؤشر العام {} نقطة أمس مع هبوط أسهم المصارف.", (
        "نزيف في جلسة أمس: فقد المؤشر العام {} نقطة مع هبوط المصارف."
    )

    def stories(first: str, second: str) -> list[tuple[str, ...]]:
        rows = [
            GroupInput("a", "المصارف تجر السوق إلى الخسارة", told[0].format(first)),
            GroupInput("b", "يوم أحمر للمتعاملين", told[1].format(second)),
        ]
        return ids([*rows, *ROWS])[:2]

    assert stories("136", "136")[0] == ("a", "b")
    assert stories("136", "245") == [("a",), ("b",)]


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
    st.lists(st.tuples(st.integers(0, 10).map(str), st.integers(0, 10).map(str)), max_size=6),
)
@settings(deadline=None)
def test_every_id_is_in_one_group_and_editors_are_obeyed(
    found: list[tuple[str, str, datetime | None]],
    pinned: list[set[str]],
    apart: list[tuple[str, str]],
) -> None:
    rows = [GroupInput(str(place), *one) for place, one in enumerate(found)]
    groups = group_articles(rows, pinned=pinned, apart=apart)
    home = {name: place for place, group in enumerate(groups) for name in group.ids}
    owner = {name: place for place, own in reversed([*enumerate(pinned)]) for name in own}
    for one, first in owner.items():
        for other, second in owner.items():
            if one in home and other in home:
                assert (home[one] == home[other]) == (first == second)
    for one, other in apart:
        if one != other and one in home and other in home:
            mine, theirs = owner.get(one), owner.get(other)
            assert home[one] != home[other] or (mine is not None and mine == theirs)
    assert all(0 <= group.likeness <= 1 for group in groups)
    names = [name for group in groups for name in group.ids]
    assert sorted(names) == sorted(row.id for row in rows)
    assert all(group.lead_id in group.ids for group in groups)
    assert groups == group_articles(rows, pinned=pinned, apart=apart)
