from __future__ import annotations

import pytest

from digest.text.fold import fold
from digest.text.names import as_heard


@pytest.mark.parametrize(("one", "other"), [
    ("موراليز", "موراليس"), ("غوغل", "جوجل"), ("گوگل", "قوقل"), ("غوتيريس", "جوتيريز"),
    ("إنجلترا", "إنكلترا"),
])  # fmt: skip
def test_a_name_has_one_key_however_it_was_heard(one: str, other: str) -> None:
    assert as_heard(fold(one)) == as_heard(fold(other))


def test_other_letters_stay_and_twice_is_once() -> None:
    assert as_heard("كتاب") == "كتاب"
    assert as_heard("smith 12") == "smith 12"
    assert as_heard(as_heard("جازان")) == as_heard("جازان")
