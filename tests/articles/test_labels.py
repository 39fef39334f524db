from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.articles.keyphrases import Vocabulary
from digest.articles.labels import LABEL, TAGS, label_of, tags_of
from digest.articles.vectors import GroupInput, cleaned, tokens
from tests.articles import samples

ROWS = list(cleaned(
    GroupInput(str(place), title, text, source="شام بوست")
    for place, (title, text) in enumerate(zip(samples.TITLES, samples.ALL, strict=True))
))  # fmt: skip
VOCABULARY = Vocabulary(map(tokens, ROWS))


def tags(*places: int) -> tuple[str, ...]:
    return tags_of([ROWS[place] for place in places], VOCABULARY)


@pytest.mark.parametrize(("title", "label"), [
    ("عاجل: سقوط الجسر القديم | شام بوست", "سقوط الجسر القديم"),
    ("بالصور.. افتتاح المعرض.", "بالصور.. افتتاح المعرض"),
    ('قال: "لن نتراجع"', "قال: «لن نتراجع»"),
    ("  موازنة  #الدولة_2027 ", "موازنة الدولة 2027"),
    ("هل ينتهي الجفاف؟", "هل ينتهي الجفاف؟"),
])  # fmt: skip
def test_a_label_is_the_headline_fit_to_show(title: str, label: str) -> None:
    assert label_of(GroupInput("a", title, "نص", source="شام بوست")) == label


def test_without_a_headline_the_first_sentence_is_the_label() -> None:
    label = label_of(GroupInput("a", "", samples.OLIVES))
    assert label.startswith("ارتفع سعر زيت الزيتون")


def test_a_long_headline_is_cut_after_a_word() -> None:
    label = label_of(GroupInput("a", "كلمة طويلة، " * 40, ""))
    assert len(label) <= LABEL + 1
    assert label.endswith(("كلمة…", "طويلة…"))


def test_hashtags_are_the_first_tags_in_their_own_words() -> None:
    assert tags(0)[:2] == ("جسر الوادي", "الوادي")


def test_tags_are_phrases_that_set_the_story_apart_in_the_spelling_people_use() -> None:
    assert "زيت الزيتون" in tags(2)
    assert "ليل الميناء" in tags(6)
    assert "النشرات البريدية" in tags(7)


def test_tags_say_nothing_twice_and_hold_no_marks_and_no_verbs_of_speech() -> None:
    for place in range(len(ROWS)):
        found = tags(place)
        assert len(set(found)) == len(found) <= TAGS
        for tag in found:
            assert not set(tag) & set("،.:«»()#_")
            assert not {"قال", "أعلنت", "وقال", "في", "من"} & set(tag.split())


@example([(":\n\x1b", "")])
@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=200)), min_size=1, max_size=5))
def test_any_text_gets_a_label_and_tags_and_twice_the_same(found: list[tuple[str, str]]) -> None:
    rows = list(cleaned(GroupInput(str(place), *one) for place, one in enumerate(found)))
    vocabulary = Vocabulary(map(tokens, rows))
    labels = [label_of(row) for row in rows]
    assert all("\n" not in label and len(label) <= LABEL + 1 for label in labels)
    assert tags_of(rows, vocabulary) == tags_of(rows, Vocabulary(map(tokens, rows)))
    assert len(tags_of(rows, vocabulary)) <= TAGS
