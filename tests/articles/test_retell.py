"""A story of several sources is told once, and everybody who adds something is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.articles.retell import ARTICLES, StoryText, Told, retell
from digest.text.split import words

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
SAHEL = (
    "افتتحت بلدية اللاذقية صباح الأحد سوق السمك الجديد بعد أعمال ترميم استمرت عامين. "
    "وبلغت كلفة الترميم 3 ملايين دولار قدّمها صندوق محلي للتنمية. "
    "وقال رئيس البلدية إن السوق يضم 120 محلاً للبيع ومخزنين للتبريد."
)
SHAM = (
    "اللاذقية - افتتحت بلدية اللاذقية صباح الأحد سوق السمك الجديد بعد أعمال ترميم استمرت عامين. "
    "واحتج صيادون أمام البوابة على رفع أجور المحال إلى الضعف منذ بداية الشتاء. "
    "وطالب المحتجون بلجنة تراجع العقود مع أصحابها."
)
SINAA = (
    "عاد سوق السمك في اللاذقية إلى العمل بعد عامين من الترميم. "
    "ويعتمد المبنى على ألواح شمسية توفر ثلثي حاجته من الكهرباء."
)


def told(article_id: int, source: str, text: str, *, hours: int = 0, weight: float = 1.0) -> Told:
    return Told(article_id, source, "سوق السمك الجديد", text, AT + timedelta(hours=hours), weight)


STORY = (
    told(1, "وكالة الساحل", SAHEL), told(2, "شام بوست", SHAM, hours=1),
    told(3, "صناعة", SINAA, hours=2),
)


def texts(found: StoryText) -> list[str]:
    return [one.sentence.text for one in found.parts]


def test_the_event_is_told_once_with_what_only_one_source_has() -> None:
    found = retell(STORY, words=120)
    assert texts(found)[0].startswith("افتتحت بلدية اللاذقية")
    assert found.text.count("افتتحت") == 1
    assert "عاد سوق السمك" not in found.text
    assert "3 ملايين دولار" in found.text
    assert "أجور المحال" in found.text
    assert "ألواح شمسية" in found.text


def test_every_sentence_is_its_sources_own() -> None:
    by_id = {one.article_id: one for one in STORY}
    found = retell(STORY, words=120)
    assert {one.source for one in found.parts} == {"وكالة الساحل", "شام بوست", "صناعة"}
    for part in found.parts:
        article = by_id[part.article_id]
        assert article.source == part.source
        assert article.text[part.sentence.start : part.sentence.end] == part.sentence.text
        assert part.sentence.text in found.text


def test_the_sentences_of_an_article_stand_together_in_their_order() -> None:
    found = retell(STORY, words=120)
    ids = [one.article_id for one in found.parts]
    assert ids == sorted(ids, key=ids.index)
    for article_id in set(ids):
        starts = [one.sentence.start for one in found.parts if one.article_id == article_id]
        assert starts == sorted(starts)


def test_copies_of_one_report_are_one() -> None:
    story = [told(n, f"صحيفة {n}", SAHEL, hours=n) for n in range(1, 6)]
    found = retell(story, words=200)
    assert len(texts(found)) == len(set(texts(found))) == 3


def test_what_more_sources_say_comes_first() -> None:
    shared = "اتفق الجانبان على فتح المعبر أمام الشاحنات ابتداء من الخميس المقبل."
    story = [
        told(1, "أ", f"عقد الجانبان جلسة عمل في العاصمة مساء أمس بحضور وفدين موسعين. {shared}"),
        told(2, "ب", f"{shared} وسيعمل المعبر عشر ساعات في اليوم."),
        told(3, "ج", f"{shared} وتنتظر نحو أربعين شاحنة قرب الحدود."),
    ]
    assert texts(retell(story, sentences=1)) == [shared]


def test_another_lead_with_the_same_figure_is_the_same_event() -> None:
    story = [
        told(1, "أ", "أغلق المؤشر العام عند 8654.64 نقطة متراجعاً 136.12 نقطة في ختام الأسبوع. "
                     "وتجاوزت التداولات مليارين وسط حذر بين المتعاملين."),
        told(2, "ب", "تكبدت السوق خسائر حادة بعدما نزف مؤشرها 136 نقطة خلال بيع محموم ومكثف. "
                     "ويترقب المستثمرون نتائج المصارف الكبرى الأربعاء."),
    ]
    found = retell(story, words=100).text
    assert ("تكبدت السوق" in found) != ("أغلق المؤشر" in found)


def test_nothing_hangs_in_the_air() -> None:
    story = [
        told(1, "أ", "وصل وفد طبي إلى المدينة لإجراء عمليات مجانية للأطفال طوال أسبوع."),
        told(2, "ب", "وصل وفد طبي إلى المدينة لإجراء عمليات مجانية. وفتح باب التسجيل في المستشفى. "
                     "من جانبه شكر المحافظ الأطباء على قدومهم من بلاد بعيدة. "
                     "مشيراً إلى أن الحاجة كبيرة في الأرياف المحيطة. هل تكفي هذه الزيارة القصيرة؟"),
    ]
    for part in retell(story, words=15).parts:
        assert not part.sentence.text.startswith(("من جانبه", "مشيراً"))
    assert "؟" not in retell(story, words=200).text


def test_budgets_are_kept_but_the_opening_is_whole() -> None:
    for most in (25, 40, 60, 90):
        assert sum(len(words(one)) for one in texts(retell(STORY, words=most))) <= most
    assert len(texts(retell(STORY, sentences=2))) == 2
    brief = retell(STORY, words=3)
    assert len(brief.parts) == 1
    assert brief.parts[0].sentence.text.endswith(".")


def test_the_order_of_the_articles_does_not_matter() -> None:
    assert retell(STORY) == retell(STORY[::-1]) == retell((STORY[1], STORY[0], STORY[2]))


def test_of_too_many_articles_each_source_has_one() -> None:
    many = [told(n, "أ", f"{SAHEL} تفصيل رقم {n} في ختام التقرير.", hours=n) for n in range(30)]
    other = told(99, "ب", "وأعلنت شركة الكهرباء تقنين التيار في الأحياء الشرقية ثلاث ساعات يومياً.")
    found = retell([*many, other], words=300)
    assert "ب" in {one.source for one in found.parts}
    assert len({one.article_id for one in found.parts}) <= ARTICLES


def test_nothing_to_read_gives_nothing() -> None:
    assert retell([]) == StoryText("", ())
    assert retell([told(1, "أ", ""), told(2, "ب", " … ")]) == StoryText("", ())


def test_poor_texts_still_give_something_whole() -> None:
    for text in ("كلمة", "هل وصل؟", "«قول كامل»", "وأضاف أنه سيعود"):
        assert retell([told(1, "أ", text)]).text


@settings(max_examples=40)
@given(
    st.lists(st.text("اب تمةى\n.،؟!«»\":؛ 12و", max_size=160), max_size=4),
    st.integers(1, 40),
)
def test_any_texts_give_sentences_of_their_own(found: list[str], budget: int) -> None:
    story = [told(n, f"م{n % 2}", text) for n, text in enumerate(found)]
    summary = retell(story, words=budget)
    assert bool(summary.text) == any(words(text) for text in found)
    for part in summary.parts:
        text = story[part.article_id].text
        assert text[part.sentence.start : part.sentence.end] == part.sentence.text
    assert retell(story[::-1], words=budget) == summary
