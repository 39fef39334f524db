from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.articles.boilerplate import is_call_to_act, reading_sentences, strip_boilerplate
from digest.articles.dateline import after_dateline, is_byline, without_source
from digest.text.split import sentences
from tests.articles import samples

BODY = "أقرّ المجلس الموازنة بعد جلسة طويلة. وصوّت لها أكثر من نصف الأعضاء الحاضرين."
pieces = st.sampled_from([
    *"\n .؟!…:،-–#«»\"()", "\n\n", "اشترك بنشرتنا", "اقرأ أيضاً:", "الرياض - واس:", "كتب: سامي",
    "وقال الوزير إن العمل مستمر", "تابعونا على فيسبوك", "3.5", "د. سامي", "#وسم_طويل", "https://x.example",
])  # fmt: skip
texts = st.one_of(st.text(max_size=300), st.lists(pieces, max_size=30).map(" ".join))


@pytest.mark.parametrize("call", [
    "هل أعجبك المحتوى وتريد المزيد منه؟\nانضم إلى قرائنا واشترك بنشرتنا البريدية.",
    "اشترك في نشرتنا البريدية مجاناً",
    "سجّلوا بريدكم ليصلكم جديدنا كل صباح.",
    "تابعونا على تويتر وفيسبوك لمزيد من الأخبار",
    "اقرأ أيضاً: آخر المستجدات على موقعنا",
    "اقرأ أيضاً\nقطار تجريبي بين مدينتين\nموجة غبار تصل مساء الخميس",
    "انضموا إلى قناتنا على تلغرام",
    "للاشتراك في النشرة اضغط هنا",
    "جميع الحقوق محفوظة لصحيفة المدينة 2026",
    "لا تفوّتوا جديدنا: حمّلوا تطبيقنا الآن",
    "Subscribe to our newsletter for more.",
    "(أ ف ب)",
    "المصدر: وكالات",
    "#سوريا #إدلب",
    "سمات الموازنة البرلمان الضرائب",
    "https://news.example/more",
])  # fmt: skip
def test_a_call_at_the_end_is_no_part_of_the_article(call: str) -> None:
    assert strip_boilerplate(f"{BODY}\n\n{call}") == BODY


@pytest.mark.parametrize("tail", ["اشترك بنشرتنا البريدية.", "رابط الخبر بصحيفة المدى: الموازنة"])
def test_a_call_in_the_last_paragraph_goes_by_itself(tail: str) -> None:
    assert strip_boilerplate(f"{BODY} {tail}") == BODY


def test_a_link_to_another_article_inside_the_text_is_left_out() -> None:
    text = strip_boilerplate(samples.OLIVES)
    assert "اقرأ أيضاً" not in text
    assert text.endswith("إلى دول الجوار.")
    assert text.startswith("ارتفع سعر زيت الزيتون")


def test_an_article_about_newsletters_keeps_every_word() -> None:
    assert strip_boilerplate(samples.NEWSLETTERS) == samples.NEWSLETTERS


@pytest.mark.parametrize("ending", [
    "واشترك المنتخب في البطولة بعد غياب طويل.",
    "وقال الوزير: «تابعونا على صفحتنا واشتركوا في نشرتنا».",
    "وانضم اللاعب إلى قائمة المنتخب قبل يومين.",
    "وتابع الرئيس مباراة الفريق على يوتيوب.",
    "وسجل المهاجم هدفين في مرمى ضيفه.",
])  # fmt: skip
def test_news_that_uses_the_same_verbs_stays(ending: str) -> None:
    assert not is_call_to_act(ending)
    assert strip_boilerplate(f"{BODY}\n\n{ending}").endswith(ending)


def test_a_text_that_is_only_a_call_is_returned_rather_than_nothing() -> None:
    assert strip_boilerplate("اشترك بنشرتنا البريدية") == "اشترك بنشرتنا البريدية"


@pytest.mark.parametrize(("dateline", "rest"), [
    ("الرياض - واس: ", "وصلت البعثة أمس إلى العاصمة."),
    ("شقران الرشيدي- سبق- الرياض: ", "أثار العرض ردود فعل كثيرة."),
    ("عمان- الرأي- ", "دعا المعهد إلى المشاركة في المسابقة."),
    ("موسكو (رويترز) - ", "قال مسؤولون إن المحادثات مستمرة."),
    ("أ ف ب ـ ", "أنقذت الدوريات طفلين من الغرق."),
    ("القاهرة – سانا: ", "افتتح المعرض أبوابه صباح اليوم."),
    ("عاجل | ", "استقالة رئيس الوزراء من منصبه."),
    ("دمشق: ", "بدأت أعمال المؤتمر صباح اليوم."),
    ("عمان 26 شوال 1436 هـ الموافق 11 أغسطس 2015 م واس ", "استقبلت العيادات مئات المرضى."),
])  # fmt: skip
def test_a_dateline_moves_the_start_of_the_first_sentence(dateline: str, rest: str) -> None:
    text = f"{dateline}{rest} ثم انتهى الخبر."
    first = reading_sentences(text)[0]
    assert first.text == rest
    assert first.start == len(dateline)
    assert text[first.start : first.end] == rest


@pytest.mark.parametrize("opening", [
    "وزير الصحة: الحادث عمل مدان في كل الأحوال.",
    "قال الوزير - أمس - إن العمل مستمر.",
    "«الضغط النفسي» - كما يعرّفه الأطباء - حالة شائعة.",
    "المنتخب الوطني يفوز: هدف في الدقيقة الأخيرة.",
    "جسر الوادي - جسر العاصي سابقاً - يعود إلى الخدمة.",
    "القاهرة مدينة لا تنام.",
])  # fmt: skip
def test_a_colon_or_dash_inside_a_sentence_is_no_dateline(opening: str) -> None:
    assert after_dateline(opening) == 0


@pytest.mark.parametrize("line", [
    "عين اليوم – بغداد", "محمد السريعي – عين اليوم", "كتب: كنان شاهين – جنيف", "(أ ف ب)", "وكالات",
    "بقلم أحمد علي", "إعداد: سارة منصور", "دمشق - سانا", "«الاقتصادية» من الرياض", "مكة المكرمة / جدة",
])  # fmt: skip
def test_a_line_that_names_only_writer_agency_or_place_is_a_byline(line: str) -> None:
    assert is_byline(line)
    assert strip_boilerplate(f"{line}\n\n{BODY}") == BODY


@pytest.mark.parametrize("line", ["أقرّ المجلس الموازنة.", "أخاف من كل شيء", "", "سوريا والعالم بعد الحرب"])
def test_a_line_of_text_is_no_byline(line: str) -> None:
    assert not is_byline(line)


def test_a_repeated_title_is_left_out() -> None:
    assert strip_boilerplate(f"المجلس يُقرّ الموازنة\n{BODY}", title="المجلس يقر الموازنة") == BODY


def test_a_headline_loses_the_name_of_its_paper() -> None:
    assert without_source("عاجل: سقوط الجسر | شام بوست", "شام بوست") == "سقوط الجسر"
    assert without_source("سقوط الجسر - رويترز") == "سقوط الجسر"
    assert without_source("الأهلي - الزمالك", "شام بوست") == "الأهلي - الزمالك"


@given(texts, st.text(max_size=20))
def test_what_is_kept_lies_in_the_text_in_order_and_is_never_nothing(text: str, title: str) -> None:
    kept = reading_sentences(text, title=title)
    whole = sentences(text)
    assert bool(kept) == bool(whole)
    ends = {sentence.end for sentence in whole}
    for sentence in kept:
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.end in ends
    assert kept == sorted(kept, key=lambda sentence: sentence.start)
