"""Where bars and words stand, from the right and from the left."""

from __future__ import annotations

import pytest

from digest.feedback.numbers import StoryClicks
from digest.feedback.reactions import Reach
from digest.web.charts import HEIGHT, WIDTH, Group, axis_step, bars
from digest.web.outline import outline, shortened


def groups(*values: int) -> list[Group]:
    return [Group(str(n), f"{n}: {value}", (value,)) for n, value in enumerate(values)]


def test_time_runs_from_the_right_on_an_arabic_page() -> None:
    rtl = bars(groups(1, 2, 3), rtl=True, written=str)
    ltr = bars(groups(1, 2, 3), rtl=False, written=str)
    first, last = rtl.places[0].bars[0], rtl.places[-1].bars[0]
    assert first.x > last.x
    assert ltr.places[0].bars[0].x < ltr.places[-1].bars[0].x
    assert rtl.ticks[0].word.x > rtl.end and ltr.ticks[0].word.x < ltr.start
    for one, other in zip(rtl.places, ltr.places, strict=True):
        bar, mirror = one.bars[0], other.bars[0]
        assert bar.x + bar.width == pytest.approx(WIDTH - mirror.x, abs=0.2)


def test_the_series_of_a_group_stand_in_reading_order() -> None:
    chart = bars([Group("1", "", (5, 3, 1))], rtl=True, written=str)
    places = [bar.x for bar in chart.places[0].bars]
    assert places == sorted(places, reverse=True)


def test_heights_are_in_proportion_and_stay_inside() -> None:
    chart = bars(groups(10, 20, 0), rtl=True, written=str)
    one, two, none = (place.bars[0].height for place in chart.places)
    assert two == pytest.approx(2 * one) and none == 0
    assert all(0 <= bar.y <= HEIGHT for place in chart.places for bar in place.bars)


@pytest.mark.parametrize(
    ("highest", "step"), [(0, 1), (1, 1), (4, 1), (5, 2), (9, 5), (40, 10), (41, 20), (900_000, 500_000)]
)
def test_the_axis_has_round_steps(highest: int, step: int) -> None:
    assert axis_step(highest) == step


def test_an_empty_chart_has_an_axis() -> None:
    assert [tick.word.text for tick in bars([], rtl=True, written=str).ticks] == ["0", "1"]


def test_many_groups_have_few_words_and_the_last_is_among_them() -> None:
    chart = bars(groups(*range(30)), rtl=True, written=str)
    assert len(chart.words) <= 6 and chart.words[-1].text == "29"


def story(n: int, section: str, role: str, human: int) -> StoryClicks:
    return StoryClicks(n, section, role, f"خبر {n}", Reach(human, 0, 0))


def test_stories_keep_their_order_and_a_section_is_named_once() -> None:
    picture = outline([
        story(1, "سياسة", "lead", 4), story(2, "سياسة", "brief", 2), story(3, "علوم", "second", 0),
    ])
    assert [one.title for one in picture.blocks] == ["خبر 1", "خبر 2", "خبر 3"]
    assert [one.text for one in picture.headings] == ["سياسة", "علوم"]
    tops = [one.y for one in picture.blocks]
    assert tops == sorted(tops) and tops[-1] + picture.blocks[-1].height < picture.height
    full, half, none = (one.heat for one in picture.blocks)
    assert half == pytest.approx(full / 2) and none == 0


def test_a_long_title_ends_after_a_word() -> None:
    assert shortened("البرلمان يقرّ الموازنة بعد جلسة طويلة") == "البرلمان يقرّ الموازنة بعد…"
    assert shortened("قصير") == "قصير"
