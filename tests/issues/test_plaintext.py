"""Lines of the text part read from the right; bare addresses stay bare."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.issues.plaintext import MARK, mark_lines


def test_lines_of_words_are_marked() -> None:
    assert mark_lines("سياسة\n\n1. WhatsApp يطلق") == f"{MARK}سياسة\n\n{MARK}1. WhatsApp يطلق\n"


def test_an_address_alone_stays_bare() -> None:
    text = "https://news.example/1\nmailto:a@b.example\ndigest-slot-leave\n"
    assert mark_lines(text) == text


def test_an_address_after_words_is_part_of_their_line() -> None:
    assert mark_lines("الأرشيف: https://x.example") == f"{MARK}الأرشيف: https://x.example\n"


def test_many_empty_lines_become_one() -> None:
    assert mark_lines("\n\nا  \n\n\n \nب\n\n") == f"{MARK}ا\n\n{MARK}ب\n"


@given(st.text())
def test_nothing_is_lost_and_marking_twice_changes_nothing(text: str) -> None:
    marked = mark_lines(text)
    assert mark_lines(marked) == marked
    assert marked.replace(MARK, "").split() == text.replace(MARK, "").split()
