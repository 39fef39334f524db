"""The six ways in which Arabic counts, for every noun that a screen uses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from digest.text import plural
from digest.text.phrases import ARABIC, ENGLISH

NUMBERS = (0, 1, 2, 3, 10, 11, 99, 100, 101, 102, 103, 111, 1000)
# CLDR: zero, one, two, few, few, many, many, other, other, other, few, many, other.
CATEGORIES = (0, 1, 2, 3, 3, 4, 4, 5, 5, 5, 3, 4, 5)
TABLE = {
    "story": (
        "لا أخبار", "خبر واحد", "خبران", "3 أخبار", "10 أخبار", "11 خبراً", "99 خبراً",
        "100 خبر", "101 خبر", "102 خبر", "103 أخبار", "111 خبراً", "1,000 خبر",
    ),
    "subscriber": (
        "لا مشتركين", "مشترك واحد", "مشتركان", "3 مشتركين", "10 مشتركين", "11 مشتركاً",
        "99 مشتركاً", "100 مشترك", "101 مشترك", "102 مشترك", "103 مشتركين", "111 مشتركاً",
        "1,000 مشترك",
    ),
    "other_source": (
        "لا مصادر أخرى", "مصدر آخر", "مصدران آخران", "3 مصادر أخرى", "10 مصادر أخرى",
        "11 مصدراً آخر", "99 مصدراً آخر", "100 مصدر آخر", "101 مصدر آخر", "102 مصدر آخر",
        "103 مصادر أخرى", "111 مصدراً آخر", "1,000 مصدر آخر",
    ),
    "finding": (
        "لا ملاحظات", "ملاحظة واحدة", "ملاحظتان", "3 ملاحظات", "10 ملاحظات", "11 ملاحظة",
        "99 ملاحظة", "100 ملاحظة", "101 ملاحظة", "102 ملاحظة", "103 ملاحظات", "111 ملاحظة",
        "1,000 ملاحظة",
    ),
    "read": (
        "قراءة أقل من دقيقة", "قراءة دقيقة", "قراءة دقيقتين", "قراءة 3 دقائق", "قراءة 10 دقائق",
        "قراءة 11 دقيقة", "قراءة 99 دقيقة", "قراءة 100 دقيقة", "قراءة 101 دقيقة",
        "قراءة 102 دقيقة", "قراءة 103 دقائق", "قراءة 111 دقيقة", "قراءة 1,000 دقيقة",
    ),
    "days_ago": (
        "اليوم", "أمس", "قبل يومين", "قبل 3 أيام", "قبل 10 أيام", "قبل 11 يوماً", "قبل 99 يوماً",
        "قبل 100 يوم", "قبل 101 يوم", "قبل 102 يوم", "قبل 103 أيام", "قبل 111 يوماً",
        "قبل 1,000 يوم",
    ),
}  # fmt: skip
ROOT = Path(__file__).parents[2]
USED = re.compile(r"""\|\s*count\(["'](\w+)["']|\bcount\(["'](\w+)["'],\s\w+,""")


@pytest.mark.parametrize("noun", TABLE)
def test_the_table_of_the_design_holds_for_every_number(noun: str) -> None:
    found = tuple(plural.count(noun, n, lang="ar", numerals="latn") for n in NUMBERS)
    assert found == TABLE[noun]


def test_the_categories_are_those_of_cldr() -> None:
    assert tuple(map(plural.category, NUMBERS)) == CATEGORIES
    assert plural.category(1.5) == plural.category(3.5) == 5


@pytest.mark.parametrize("noun", ARABIC)
def test_every_phrase_from_three_on_shows_its_number(noun: str) -> None:
    zero, one, two, *rest = ARABIC[noun]
    assert all(phrase.count("{n}") == 1 for phrase in rest)
    assert not any("{" in phrase for phrase in (zero, one, two))
    assert len({zero, one, two, rest[0]}) == 4


def test_both_languages_have_the_same_nouns() -> None:
    assert set(ARABIC) == set(ENGLISH)


def test_numbers_are_written_in_the_digits_of_the_newsroom() -> None:
    assert plural.count("story", 11, lang="ar", numerals="arab") == "١١ خبراً"
    assert plural.count("mail", 1250, lang="ar", numerals="arab") == "١٬٢٥٠ رسالة"


@pytest.mark.parametrize(
    ("n", "text"), [(0, "no stories"), (1, "1 story"), (2, "2 stories"), (1000, "1,000 stories")]
)
def test_english_counts_in_two_ways_and_its_own_digits(n: int, text: str) -> None:
    assert plural.count("story", n, lang="en", numerals="arab") == text


def test_every_noun_that_the_screens_use_is_in_the_table() -> None:
    sources = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("templates/**/*.txt"),
               *ROOT.glob("digest/**/*.py")]
    used = {
        first or second
        for path in sources
        for first, second in USED.findall(path.read_text(encoding="utf-8"))
    }
    assert used
    assert used <= set(ARABIC)
