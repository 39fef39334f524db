"""Which sentences of a source a summary used."""

from __future__ import annotations

import pytest

from digest.articles.used import stretches

TEXT = (
    "دمشق (وكالات) - افتتحت البلدية سوق السمك الجديد بعد أعمال ترميم استمرت عامين.\n\n"
    "وبلغت كلفة الترميم 3 ملايين دولار قدّمها صندوق محلي. "
    "ويضم المبنى 120 محلاً للبيع ومخزنين للتبريد."
)


def used(summary: str) -> list[str]:
    return [one.text for one in stretches(TEXT, summary) if one.used]


@pytest.mark.parametrize("summary", ["", "لا شيء من هذا في النص أبداً.", TEXT])
def test_the_stretches_together_are_the_text(summary: str) -> None:
    assert "".join(one.text for one in stretches(TEXT, summary)) == TEXT


def test_a_sentence_that_the_summary_took_is_marked() -> None:
    taken = "وبلغت كلفة الترميم 3 ملايين دولار قدّمها صندوق محلي."
    assert used(taken) == [taken]


def test_neighbours_are_marked_as_one() -> None:
    assert len(used(TEXT.partition("\n\n")[2])) == 1


def test_a_sentence_without_its_dateline_is_found() -> None:
    found = used("افتتحت البلدية سوق السمك الجديد بعد أعمال ترميم استمرت عامين.")
    assert len(found) == 1
    assert "وكالات" in found[0]


def test_other_spellings_are_the_same_sentence() -> None:
    assert used("وبلغت كلفه الترميم ٣ ملايين دولار قدمها صندوق محلي")


def test_words_in_common_are_no_sentence() -> None:
    assert used("سوق السمك الجديد. بلغت الكلفة 3 ملايين.") == []
