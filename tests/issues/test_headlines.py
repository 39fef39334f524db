"""A headline that was cut still reads as one."""

from __future__ import annotations

import pytest

from digest.issues.headlines import clean_headline, cut_headline, shorten


@pytest.mark.parametrize(("title", "clean"), [
    ("عاجل: البرلمان يقرّ الموازنة!", "البرلمان يقرّ الموازنة"),
    ("بالفيديو.. حريق يلتهم سوقاً في حلب", "حريق يلتهم سوقاً في حلب"),
    ("🔴 افتتاح   المعبر …", "افتتاح المعبر"),
    ("ماذا قال الوزير؟!", "ماذا قال الوزير"),
    ("انتهت المحادثات... والوفود تغادر", "انتهت المحادثات والوفود تغادر"),
    ("الوزير:سنعيد الطريق", "الوزير: سنعيد الطريق"),
    ("«الصحة» تنفي الشائعة:", "«الصحة» تنفي الشائعة"),
    ("المدرب: «سنفوز بالكأس", "المدرب: سنفوز بالكأس"),
    ("المدرب: سنفوز» بالكأس", "المدرب: سنفوز بالكأس"),
    ("!؟…", ""),
])
def test_nothing_shouts(title: str, clean: str) -> None:
    assert clean_headline(title) == clean


@pytest.mark.parametrize(("title", "limit", "cut"), [
    ("ريال مدريد يفتقد مدافعه بسبب الإصابة", 30, "ريال مدريد يفتقد مدافعه"),
    ("مفاوضات المياه تنتهي بلا اتفاق، والوفود تغادر العاصمة مساء", 40,
     "مفاوضات المياه تنتهي بلا اتفاق"),
    ("وفد من المعارضة يزور العاصمة لعقد جولة جديدة من المحادثات", 55,
     "وفد من المعارضة يزور العاصمة لعقد جولة جديدة"),
    ("الوكالة تعلن إطلاق قمر صناعي جديد في الربيع المقبل", 40,
     "الوكالة تعلن إطلاق قمر صناعي جديد"),
])
def test_a_headline_is_cut_before_what_may_be_left_out(title: str, limit: int, cut: str) -> None:
    assert cut_headline(title, limit) == cut


@pytest.mark.parametrize("title", [
    "افتتاح معرض الكتاب الدولي في مدينة حلب القديمة بعد غياب سبع سنوات",
    "مقتل 8 أشخاص في انهيار مبنى من أربعة طوابق وسط العاصمة مساء أمس",
    "المفتي: لا يجوز احتكار الغذاء والدواء في أوقات الأزمات والحروب",
    "رئيس «هيئة المياه العامة» يعرض خطة لإعادة تأهيل شبكات الريف الشمالي",
])
def test_no_cut_leaves_a_word_waiting_for_another(title: str) -> None:
    for limit in range(20, 66):
        cut = cut_headline(title, limit)
        if not cut:
            continue
        assert cut.split()[-1] not in {"في", "من", "مدينة", "8", "أربعة", "بعد", "وسط", "سبع", "رئيس",
                                       "لا", "لإعادة", "خطة", "معرض", "والدواء"}
        assert cut.count("«") == cut.count("»")
        assert not cut.endswith(":")


def test_when_nothing_reads_well_a_headline_is_still_shortened() -> None:
    title = "الفئة التي سلمت أفئدتها وعقولها لقيادات جاهلة تسعى لإضعاف الأمة"
    assert cut_headline(title, 30) == ""
    assert 0 < len(shorten(title, 30)) <= 30
    assert title.startswith(shorten(title, 30))
    assert shorten("ن" * 300, 60) == "ن" * 60
    assert shorten("", 60) == ""
