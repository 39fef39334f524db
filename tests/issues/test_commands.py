"""A change and its inverse: there and back leads home, whatever the rows are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.issues.commands import apply, difference, sections_of, words_of

FIELDS = st.fixed_dictionaries({
    "section_id": st.integers(1, 3), "position": st.integers(0, 4),
    "title": st.text(max_size=3), "told": st.lists(st.lists(st.text(max_size=2), max_size=2)),
})
ROWS = st.dictionaries(st.sampled_from([f"item:{n}" for n in range(6)]), FIELDS)


@given(ROWS, ROWS)
def test_there_and_back_leads_home(before: dict[str, dict[str, object]],
                                   after: dict[str, dict[str, object]]) -> None:
    change, inverse = difference(before, after), difference(after, before)
    assert apply(before, change) == after
    assert apply(after, inverse) == before
    assert change.keys() == inverse.keys()
    assert bool(change) == (before != after)


def test_only_what_people_write_counts_as_text() -> None:
    before = {"item:1": {"title": "أ", "position": 0}}
    after = {"item:1": {"title": "ب", "position": 1}}
    assert words_of(difference(before, after), difference(after, before)) == {("item:1", "title")}
    moved = {"item:1": {"title": "أ", "position": 1}}
    assert words_of(difference(before, moved), difference(moved, before)) == frozenset()


def test_a_row_that_came_or_went_is_text_as_a_whole() -> None:
    row = {"item:1": {"title": "أ", "position": 0}}
    assert ("item:1", "summary") in words_of(difference(row, {}), difference({}, row))
    assert ("item:1", "summary") in words_of(difference({}, row), difference(row, {}))


def test_a_change_tells_in_which_sections_it_wrote() -> None:
    before = {
        "issue": {"subject": ""}, "section:1": {"title": "أ", "position": 0},
        "section:2": {"title": "ب", "position": 1}, "item:5": {"section_id": 1, "position": 0},
    }
    moved = before | {"item:5": {"section_id": 2, "position": 0}}
    assert sections_of(difference(before, moved), before, moved) == {1, 2}
    ordered = before | {"section:1": {"title": "أ", "position": 1}}
    assert sections_of(difference(before, ordered), before, ordered) == set()
    named = before | {"section:1": {"title": "ج", "position": 0}, "issue": {"subject": "عنوان"}}
    assert sections_of(difference(before, named), before, named) == {0, 1}
