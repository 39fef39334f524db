"""Where a sentence says no, and where it only seems to."""

from __future__ import annotations

import pytest

from digest.articles.fidelity.negations import affirms, denials, holds_denial, still_refuses
from digest.text.placed import placed


def found(text: str) -> list[tuple[str, str]]:
    words = placed(text)
    return [(words[one.cue].word, words[one.scope].word) for one in denials(words)]


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("لم يحضر الوزير", [("لم", "يحضر")]), ("ولن نقبل", [("ولن", "نقبل")]), ("لا يقبل", [("لا", "يقبل")]),
        ("قرار غير قانوني", [("غير", "قانوني")]), ("بدون تصريح", [("بدون", "تصريح")]), ("عدم التزام", [("عدم", "التزام")]),
        ("نفى المتحدث", [("نفي", "المتحدث")]), ("ما حضر أحد", [("ما", "حضر")]), ("وليست كافية", [("وليست", "كافيه")]),
        ("لم يتم تسجيل حالة", [("لم", "تسجيل")]),
    ],
)  # fmt: skip
def test_a_denial_has_its_word(text: str, denied: list[tuple[str, str]]) -> None:
    assert found(text) == denied


@pytest.mark.parametrize(
    "text", ["لا يزال مفتوحاً", "ما زال هنا", "لا سيما اليوم", "لا بد منه", "غير أن الوزير", "وقال ما يعني ذلك", "لم"],
)
def test_these_deny_nothing(text: str) -> None:
    assert found(text) == []


def test_words_with_a_denial_inside_are_known() -> None:
    assert holds_denial(placed("فشلت المحادثات")) and not holds_denial(placed("نجحت المحادثات"))
    assert still_refuses(placed("رفض المجلس")) and not still_refuses(placed("لم يحضر"))
    assert affirms("واكد") and not affirms("رفض")
