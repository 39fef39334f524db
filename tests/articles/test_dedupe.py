from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.articles.dedupe import near_duplicates
from digest.articles.group import GroupInput
from digest.text.split import sentences
from tests.articles import samples


def rows(*texts: str) -> list[GroupInput]:
    return [GroupInput(id=str(place), title="", text=text) for place, text in enumerate(texts)]


def test_other_spelling_is_a_duplicate() -> None:
    respelled = samples.BRIDGE.translate(str.maketrans("أإةى", "ااهي")).replace("3.5", "٣٫٥")
    assert near_duplicates(rows(samples.BRIDGE, respelled)) == {"0": 0, "1": 0}


def test_a_dateline_and_a_call_do_not_hide_a_duplicate() -> None:
    wrapped = f"دمشق - سانا: {samples.VACCINE}\n\nتابعونا على تويتر وفيسبوك لمزيد من الأخبار"
    assert near_duplicates(rows(samples.VACCINE, wrapped)) == {"0": 0, "1": 0}


def test_a_shortened_or_reordered_report_is_a_duplicate() -> None:
    parts = [sentence.text for sentence in sentences(samples.BRIDGE)][:6]
    half, turned = " ".join(parts[:3]), " ".join(reversed(parts))
    assert set(near_duplicates(rows(samples.BRIDGE, half, turned)).values()) == {0}


def test_two_papers_own_words_about_one_event_are_no_duplicates() -> None:
    assert near_duplicates(rows(samples.BRIDGE, samples.BRIDGE_AGAIN)) == {"0": 0, "1": 1}


def test_different_articles_get_different_clusters_in_order() -> None:
    assert list(near_duplicates(rows(*samples.ALL)).values()) == list(range(len(samples.ALL)))


def test_a_shared_call_makes_no_duplicates_of_short_texts() -> None:
    call = "هل أعجبك المحتوى وتريد المزيد منه يصل إلى صندوق بريدك؟ اشترك بنشرتنا البريدية."
    found = near_duplicates(rows(f"فاز الفريق بالكأس.\n\n{call}", f"هطل المطر أمس.\n\n{call}"))
    assert found == {"0": 0, "1": 1}


def test_without_texts_titles_are_compared() -> None:
    found = near_duplicates([
        GroupInput("a", "إقرار الموازنة", ""), GroupInput("b", "اقرار الموازنه", ""),
        GroupInput("c", "فوز المنتخب", ""), GroupInput("d", "", ""), GroupInput("e", "", ""),
    ])  # fmt: skip
    assert found == {"a": 0, "b": 0, "c": 1, "d": 2, "e": 3}


@given(st.lists(st.sampled_from([*samples.ALL, "", "خبر", "\ud800", "…"]) | st.text(max_size=40)))
def test_every_id_has_a_cluster_and_equal_texts_share_one(texts: list[str]) -> None:
    found = near_duplicates(rows(*texts))
    assert list(found) == [str(place) for place in range(len(texts))]
    for text in samples.ALL:
        assert len({found[str(place)] for place, own in enumerate(texts) if own == text}) <= 1
    assert found == near_duplicates(rows(*texts))
