from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.articles.keyphrases import Vocabulary, keyphrases
from digest.articles.vectors import GroupInput, tokens
from digest.text.fold import display

REST = (
    ("أسعار النفط تتراجع", "تراجعت الأسعار في الأسواق العالمية وقال الخبراء إن الطلب ضعيف."),
    ("أمطار غزيرة في الساحل", "هطلت أمطار غزيرة على مدن الساحل وأغلقت الطرق الجبلية."),
)


def phrases(*articles: tuple[str, str]) -> list[str]:
    rows = [GroupInput(str(place), *one) for place, one in enumerate((*articles, *REST))]
    shown = [(display(title), display(text)) for title, text in articles]
    return list(keyphrases(shown, Vocabulary(map(tokens, rows))))


def test_a_name_is_whole_and_its_parts_are_no_tags() -> None:
    text = "ناقش مجلس الأمن الدولي الأزمة. وطلب مجلس الأمن الدولي تقريراً."
    found = phrases(("مجلس الأمن الدولي يناقش الأزمة", text))
    assert "مجلس الأمن الدولي" in found
    assert not {"مجلس", "الأمن", "مجلس الأمن", "الأمن الدولي"} & set(found)


def test_a_conjunction_parts_and_is_taken_off() -> None:
    text = "زار الوفد جامعة دمشق ووزارة التعليم. وتحدثت وزارة التعليم عن جامعة دمشق."
    found = phrases(("وزارة التعليم وجامعة دمشق", text))
    assert {"وزارة التعليم", "جامعة دمشق"} <= set(found)
    assert not any(phrase.startswith(("ووزارة", "وجامعة")) for phrase in found)


def test_an_office_begins_a_name_of_its_own() -> None:
    text = "افتتح أمير عسير رئيس المجلس البلدي المعرض. وشكر أمير عسير رئيس المجلس البلدي العارضين."
    found = phrases(("أمير عسير رئيس المجلس البلدي يفتتح المعرض", text))
    assert "أمير عسير" in found
    assert not any("عسير رئيس" in phrase for phrase in found)


def test_adverbs_verbs_possessives_and_recited_words_are_no_names() -> None:
    text = (
        "تجمد أنقرة أموالها جرماً عظيماً. ويجمد البنك أموالها جرماً عظيماً، "
        "تُقَطَّعَ أَيْدِيهِمْ، وهبطت أموالها."
    )
    found = phrases(("أنقرة تجمد أموالها جرماً عظيماً", text), ("أنقرة تجمد أموالها", text))
    assert found == ["أنقرة"]


def test_what_is_in_no_headline_must_be_in_half_of_the_articles() -> None:
    figure = "كانت رحلة العمر الطويلة، رحلة العمر الطويلة، نعم رحلة العمر الطويلة."
    plain = ("افتتاح المعرض", "افتتح المعرض في المدينة القديمة.")
    assert "رحلة العمر الطويلة" not in phrases(plain, plain, ("افتتاح المعرض", figure))
    assert "رحلة العمر الطويلة" in phrases(("افتتاح المعرض", figure), plain)


def test_a_vocabulary_forgets_what_it_lets_go() -> None:
    rows = [tokens(GroupInput(str(place), *one)) for place, one in enumerate(REST)]
    vocabulary = Vocabulary(rows)
    vocabulary.drop(rows[1])
    assert vocabulary.articles == 1
    assert vocabulary.seen == Vocabulary(rows[:1]).seen


@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=200)), max_size=4))
def test_any_phrase_is_made_of_what_was_written(articles: list[tuple[str, str]]) -> None:
    found = phrases(*articles)
    assert len(set(found)) == len(found)
    assert all(phrase.strip() == phrase != "" for phrase in found)
