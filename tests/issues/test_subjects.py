"""Subject lines: whole words of the headlines, short, and quiet."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from digest.issues.checks import PREHEADER_AT, SUBJECT_AT
from digest.issues.headlines import clean_headline
from digest.issues.subjects import by_weight, propose

TITLES = (
    "محادثات الفرات تنتهي بلا اتفاق", "معرض يعيد بناء واجهات حلب رقمياً",
    "ارتفاع أسعار القمح للأسبوع الثالث", "منتخب الشباب يتأهل إلى النهائي",
)
LONG = (
    "وزارة النقل تفتتح طريق الساحل السريع بعد خمس سنوات من العمل وبكلفة تجاوزت التقديرات",
    "نقابة الصيادين تطلب تأجيل رسوم المرافئ بسبب ارتفاع أسعار الوقود منذ بداية العام",
    "باحثون يرسمون خريطة لأشجار الزيتون المعمرة في الساحل والجبال المحيطة به",
)
COUNTED = re.compile(r"،? ?و(?:خبر آخر|خبران آخران|[\d٠-٩]+ (?:أخبار أخرى|خبراً آخر|خبر آخر))$")


def test_there_are_three_ways_to_say_it() -> None:
    first, second, third = propose(TITLES)
    assert first.subject == TITLES[0]
    assert first.preheader == f"{TITLES[1]}؛ {TITLES[2]}، وخبر آخر"
    assert second.subject == TITLES[1]
    assert second.preheader.startswith(TITLES[0])
    assert third.subject == f"{TITLES[0]}، و3 أخبار أخرى"
    assert third.preheader == f"{TITLES[1]}؛ {TITLES[2]}"


def test_two_stories_share_a_subject_when_there_is_room() -> None:
    subjects = [one.subject for one in propose(("المجلس يقرّ الموازنة", "المنتخب يبلغ النهائي"))]
    assert "المجلس يقرّ الموازنة؛ المنتخب يبلغ النهائي" in subjects


def test_long_headlines_are_cut_where_they_breathe() -> None:
    for one in propose(LONG):
        assert len(one.subject) <= SUBJECT_AT
        assert len(one.preheader) <= PREHEADER_AT
    assert propose(LONG)[0].subject == "وزارة النقل تفتتح طريق الساحل السريع"


def test_the_count_follows_the_grammar_and_the_numerals() -> None:
    ends = {2: "وخبر آخر", 3: "وخبران آخران", 6: "و٥ أخبار أخرى", 13: "و١٢ خبراً آخر"}
    for count, end in ends.items():
        titles = [f"الخبر الذي رقمه كلمة{place}" for place in range(count)]
        assert propose(titles, numerals="arab")[-1].subject.endswith(end)


def test_leads_come_first_and_briefs_last() -> None:
    stories = [("lead", "أ"), ("second", "ب"), ("brief", "ج"), ("lead", "د"), ("second", "ه")]
    assert by_weight(stories) == ["أ", "د", "ب", "ه", "ج"]


def test_without_a_headline_nothing_is_proposed() -> None:
    assert propose(()) == ()
    assert propose(("", "؟!", " … ")) == ()
    assert len(propose(("خبر وحيد في العدد",))) == 1


headlines = st.lists(
    st.text("ابتةوليمن «»\"()!؟?…:،.؛-٣5🔴", max_size=110), max_size=6
)


@given(headlines)
def test_every_proposal_is_short_quiet_and_made_of_the_headlines(titles: list[str]) -> None:
    words = {word for title in titles for word in pieces(clean_headline(title))}
    for one in propose(titles):
        assert 0 < len(one.subject) <= SUBJECT_AT
        assert len(one.preheader) <= PREHEADER_AT
        for line in (one.subject, one.preheader):
            assert not re.search("[!?؟…🔴]", line)
            assert not line.endswith((":", "،", "؛", "-", "."))
            assert line.count("«") == line.count("»")
            assert line.count("(") == line.count(")")
            assert all(word in words or len(word) >= SUBJECT_AT - 22
                       for word in pieces(COUNTED.sub("", line)))


def pieces(line: str) -> list[str]:
    """The words of a line without the marks around them."""
    return re.findall(r"\w+", line)
