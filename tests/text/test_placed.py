"""Words and figures with their places, whatever stands between and inside them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.text.fold import fold
from digest.text.placed import bare_forms, placed, word_set

MIXED = st.text(st.sampled_from("ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإآؤئًٌٍَُِّْـ٠١٢٣0123.,٬٫،:/-%«»()\n ‏‎abZ_#"), max_size=60)


def test_words_are_folded_and_keep_their_place() -> None:
    text = "قالَتْ ٢٤ساعة، و«الـوزارة» F-16"
    found = placed(text)
    assert [one.word for one in found] == ["قالت", "24", "ساعه", "و", "الوزاره", "f", "16"]
    assert text[found[0].start : found[0].end] == "قالَتْ"
    assert [one.word for one in found if one.is_figure] == ["24", "16"]


def test_a_figure_keeps_its_separators() -> None:
    words = [one.word for one in placed("1,234,567.5 و٣٫٥ و١٬٢٣٤ و3،650 و1.2.3")]
    assert [word for word in words if word != "و"] == [
        "1,234,567.5", "3\u066b5", "1\u066c234", "3،650", "1.2", "3",
    ]  # fmt: skip


def test_what_is_glued_to_a_word_is_taken_off_in_every_way() -> None:
    assert ("وال", "رئيس") in bare_forms("والرئيس")
    assert ("و", "زير") in bare_forms("وزير")
    assert bare_forms("لم") == (("", "لم"),)
    assert word_set("الوزارة  أكد") == {"الوزاره", "اكد"}


@given(MIXED | st.text(max_size=60))
def test_places_are_in_order_and_apart_and_fold_to_the_word(text: str) -> None:
    end = 0
    for one in placed(text):
        assert end <= one.start < one.end <= len(text)
        assert fold(text[one.start : one.end]) == one.word != ""
        end = one.end
