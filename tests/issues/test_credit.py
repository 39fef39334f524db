"""Sources are named for what is still theirs in a summary."""

from __future__ import annotations

from digest.articles.versions import Saying
from digest.issues.credit import marked, sources

A = Saying("الساحل", "وصلت السفينة إلى المرفأ صباحاً.")
A2 = Saying("الساحل", "وكانت محملة بالقمح.")
B = Saying("شام بوست", "واحتج الصيادون على الرسوم الجديدة.")
TEXT = f"{A.text} {A2.text} {B.text}"


def test_every_source_of_a_summary_is_named_once() -> None:
    assert sources("الساحل", TEXT, [A, A2, B]) == ("الساحل", "شام بوست")
    assert sources("صناعة", TEXT, [A, A2, B]) == ("صناعة", "الساحل", "شام بوست")
    assert sources("صناعة", "نص واحد.", []) == ("صناعة",)
    assert sources("", "نص.", []) == ()


def test_a_reworded_sentence_is_still_its_sources_and_a_deleted_one_is_not() -> None:
    assert sources("الساحل", "احتج الصيادون على الرسوم.", [A, B]) == ("الساحل", "شام بوست")
    assert sources("الساحل", A.text, [A, B]) == ("الساحل",)


def test_a_summary_is_cut_where_another_source_speaks() -> None:
    assert marked(TEXT, [A, A2, B]) == (
        Saying("الساحل", f"{A.text} {A2.text}"), Saying("", " "), B,
    )


def test_what_nobody_said_has_no_source() -> None:
    text = f"في المرفأ: {A.text} ثم {B.text} انتهى."
    found = marked(text, [A, B])
    assert "".join(one.text for one in found) == text
    assert [one.source for one in found] == ["", "الساحل", "", "شام بوست", ""]
    assert marked("نص آخر.", [A]) == (Saying("", "نص آخر."),)
    assert marked("", [A]) == ()
