from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.articles.space import alike, space
from digest.articles.vectors import (
    NEAR,
    GroupInput,
    Rarity,
    Weighed,
    cleaned,
    cosine,
    likeness,
    profile,
    tokens,
)
from tests.articles import samples

NOW = datetime(2026, 11, 24, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROWS = [
    GroupInput(str(place), title, text)
    for place, (title, text) in enumerate(zip(samples.TITLES, samples.ALL, strict=True))
]


def weighed(rows: list[GroupInput]) -> list[Weighed]:
    profiles = [profile(tokens(row)) for row in rows]
    rarity = Rarity.of(profiles)
    return [rarity.weighed(one) for one in profiles]


def test_an_article_is_like_itself_and_unlike_one_without_a_word_in_common() -> None:
    one, other, empty = weighed([ROWS[0], ROWS[5], GroupInput("e", "", "")])
    assert likeness(one, one) == pytest.approx(1.0)
    assert likeness(one, other) == likeness(one, empty) == likeness(empty, empty) == 0.0


def test_a_lead_told_elsewhere_makes_articles_more_alike_than_their_words() -> None:
    one, other, *_ = weighed(ROWS)
    assert likeness(one, other) > cosine(one.vector, other.vector)


def test_a_number_weighs_more_than_a_word_as_rare_and_a_digit_does_not() -> None:
    rarity = Rarity(9, {"جسر": 1, "136": 1, "7": 1})
    assert rarity.worth("136") == 2 * rarity.worth("جسر")
    assert rarity.worth("7") == rarity.worth("جسر")
    assert rarity.worth("غير معروف") > rarity.worth("جسر")


def test_names_spelled_by_ear_are_one_term() -> None:
    assert profile(tokens(GroupInput("a", "موراليز", ""))).lead == (
        profile(tokens(GroupInput("b", "موراليس", ""))).lead
    )


@given(
    st.lists(
        st.builds(
            lambda title, text, hours: GroupInput(
                "", title, text, None if hours is None else NOW + hours * HOUR
            ),
            st.sampled_from([*samples.TITLES, ""]),
            st.sampled_from([*samples.ALL, ""]) | st.text(max_size=60),
            st.none() | st.integers(-200, 200),
        ),
        max_size=12,
    )
)
@settings(deadline=None, max_examples=60)
def test_matrices_find_the_pairs_that_single_comparisons_find(rows: list[GroupInput]) -> None:
    rows = list(cleaned(rows))
    one_by_one = weighed(rows)
    expected = {}
    for j, late in enumerate(rows):
        for i, early in enumerate(rows[:j]):
            far = late.at and early.at and abs(late.at - early.at) > 72 * HOUR
            found = likeness(one_by_one[i], one_by_one[j])
            if found >= NEAR and not far:
                expected[i, j] = found
    matrices = space(profile(tokens(row)) for row in rows)
    pairs = list(alike(matrices, rows, window=72 * HOUR))
    assert {(i, j) for i, j, _ in pairs} == expected.keys()
    assert len(pairs) == len(expected)
    for i, j, found in pairs:
        assert found == pytest.approx(expected[i, j], abs=2e-6)
