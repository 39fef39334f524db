"""Names that an issue writes in two ways are found; words that only look alike are not."""

from __future__ import annotations

import pytest

from digest.issues.spelling import two_ways


def pairs(*texts: str) -> list[tuple[str, str]]:
    return [(one.first, one.second) for one in two_ways(list(enumerate(texts)))]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("زار إردوغان حلب", "قال أردوغان", ("إردوغان", "أردوغان")),
        ("انتخابات أمريكا", "سافر إلى أميركا", ("أمريكا", "أميركا")),
        ("كلمة غوتيريش", "دعا جوتيريش إلى الهدنة", ("غوتيريش", "جوتيريش")),
        ("الوزير عبد الله الحربي", "قال عبدالله", ("عبد الله", "عبدالله")),
        ("ميناء أبو ظبي", "في أبوظبي", ("أبو ظبي", "أبوظبي")),
        ("معرض في القاهرة", "سكان القاهره", ("قاهرة", "قاهره")),
        ("إسطنبول", "واسطنبول", ("إسطنبول", "اسطنبول")),
    ],
)
def test_two_spellings_of_one_name(first: str, second: str, found: tuple[str, str]) -> None:
    assert pairs(first, second) == [found]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("مطار الحُديدة", "ميناء الحديدة"),  # harakat need not be written
        ("زار حديدة", "ميناء الحديدة"),  # nor does the article count
        ("قناة السويس", "الرئيس السيسي"),
        ("سورية", "سوريا"),  # the one may be an adjective
        ("على الطاولة", "علي صالح"),
        ("أن يعود", "إن عاد"),
        ("خطة 2027", "٢٠٢٧"),
    ],
)
def test_what_is_no_second_spelling(first: str, second: str) -> None:
    assert pairs(first, second) == []


def test_a_pair_is_told_once_and_at_the_later_story() -> None:
    (one,) = two_ways([(7, "إسطنبول"), (8, "اسطنبول"), (9, "اسطنبول وإسطنبول")])
    assert one.item_id == 8
