"""Hashtags are names inside a text, written as words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.hashtags import hashtags, open_hashtags


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("أعلنت #وزارة_الدفاع_التركية، اليوم", ("وزارة الدفاع التركية",)),
        ("في #إدلب و#إدلب", ("إدلب", "إدلب")),
        ("خسائر#إدلب", ("إدلب",)),
        ("المركز #1", ()),
        ("https://x.example/a#part", ()),
        ("لغة C# ونص&#39;", ()),
        ("#__", ()),
        ("＃حلب ##درعا", ("حلب", "درعا")),
    ],
)
def test_tags_are_found_as_words(text: str, names: tuple[str, ...]) -> None:
    assert hashtags(text) == names


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ("في #إدلب، و#ريف_حلب.", "في إدلب، وريف حلب."),
        ("184 عنصرا# من", "184 عنصرا من"),
        ("خسائر#إدلب", "خسائر إدلب"),
        ("خسائر\u200f#ريف_إدلب", "خسائر\u200f ريف إدلب"),
        ("\ufefb\u200f#وسم", "\ufefb\u200f وسم"),
        ("المركز #1", "المركز #1"),
        ("لغة C# و https://x.example/a#b", "لغة C# و https://x.example/a#b"),
        ("بلا وسم", "بلا وسم"),
    ],
)
def test_a_text_reads_on_without_its_marks(text: str, opened: str) -> None:
    assert open_hashtags(text) == opened


@given(st.text(st.sampled_from(list("#＃_ابa1 /&.،"))))
def test_no_tag_is_left_when_a_text_was_opened(text: str) -> None:
    assert all(not name for name in hashtags(open_hashtags(open_hashtags(text))))


def test_a_stray_mark_before_a_direction_mark_does_not_join_two_words() -> None:
    assert open_hashtags("عنصرا#\u200fأعلنت") == "عنصرا \u200fأعلنت"
