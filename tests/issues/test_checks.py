"""Each check finds its fault, names the place, and is silent about a good issue."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.issues.checks import CHECKS, CLIP_AT, LARGE_AT, findings, letters
from digest.issues.document import IssueDoc, Level, SectionDoc
from digest.web.words import FINDINGS
from tests.issues.sample import LOOK, issue_doc, reach, story

HTML = "<a href='digest-slot-leave'>"


def codes(doc: IssueDoc, html: str = HTML, **facts: tuple[int, ...]) -> list[str]:
    return [one.code for one in findings(doc, html, **facts)]


def test_a_good_issue_has_no_findings() -> None:
    assert codes(issue_doc()) == []


@pytest.mark.parametrize(
    ("code", "doc"),
    [
        ("no_subject", issue_doc(subject="  \u202e")),
        ("no_items", issue_doc(sections=())),
        ("no_postal_address", issue_doc(look=replace(LOOK, postal_address=" "))),
        ("no_title", issue_doc(story(title=" "))),
        ("bad_link", issue_doc(story(link=""))),
        ("bad_link", issue_doc(story(link="javascript:alert(1)"))),
        ("bad_link", issue_doc(story(link="https://user@news.example/"))),
    ],
)
def test_an_error_blocks(code: str, doc: IssueDoc) -> None:
    found = [one for one in findings(doc, HTML) if one.code == code]
    assert [one.level for one in found] == [Level.ERROR]


@pytest.mark.parametrize(
    ("code", "doc"),
    [
        ("subject_long", issue_doc(subject="كلمة " * 13)),
        ("subject_latin_first", issue_doc(subject="«WhatsApp» يتيح إخفاء رقم الهاتف")),
        ("no_preheader", issue_doc(preheader="")),
        ("preheader_long", issue_doc(preheader="نص " * 40)),
        ("preheader_repeats_subject", issue_doc(preheader="السدّ القديم يعود إلى العمل")),
        ("empty_section", issue_doc(sections=(SectionDoc(1, "أ", (story(),)), SectionDoc(2, "ب", ())))),
        ("lead_without_image", issue_doc(story(1, "lead", image=None))),
        ("missing_alt", issue_doc(story(1, "lead", image_alt=""))),
        ("bad_image", issue_doc(story(1, "lead", image="data:image/png;base64,AAAA"))),
        ("no_summary", issue_doc(story(summary=" "))),
        ("duplicate_link", issue_doc(story(1), story(2, link=story(1).link))),
        ("foreign_host", issue_doc(story(link="https://elsewhere.example/1"))),
        ("link_slow", issue_doc(story(reached=(reach(seconds=6.2),)))),
        ("link_broken", issue_doc(story(reached=(reach(outcome="timeout", status=None),)))),
        ("source_changed", issue_doc(story(reached=(reach(kept=0.5),)))),
        ("told_before", issue_doc(story(told_in=217))),
        ("told_before_news", issue_doc(story(told_in=217, told_news=2))),
        ("two_spellings", issue_doc(story(1, title="قمة في إسطنبول"), story(2, title="زار اسطنبول"))),
    ],
)
def test_a_warning_does_not_block(code: str, doc: IssueDoc) -> None:
    found = [(one.code, one.level) for one in findings(doc, HTML)]
    assert found == [(code, Level.WARNING)]


def test_findings_name_their_item_and_section() -> None:
    doc = issue_doc(sections=(SectionDoc(7, "سياسة", (story(5, link="x"),)), SectionDoc(8, "ب", ())))
    link, empty = findings(doc, HTML)
    assert (link.item_id, link.section_id, link.facts) == (5, None, {"title": story(5).title})
    assert (empty.item_id, empty.section_id, empty.facts) == (None, 8, {"title": "ب"})


def test_errors_come_before_warnings() -> None:
    doc = issue_doc(story(1, link="x", summary=""), subject="Latin", preheader="")
    assert codes(doc) == ["bad_link", "subject_latin_first", "no_preheader", "no_summary"]


def test_a_mail_that_gmail_would_cut_is_an_error_and_a_large_one_a_warning() -> None:
    html = HTML.ljust(CLIP_AT)
    assert codes(issue_doc(), html) == ["large"]
    (cut,) = findings(issue_doc(), html + " ")
    assert (cut.code, cut.level, cut.facts) == ("too_large", Level.ERROR, {"size": 103, "most": 102})
    assert codes(issue_doc(), HTML.ljust(LARGE_AT)) == []


def test_arabic_letters_count_as_bytes() -> None:
    assert codes(issue_doc(), HTML + "ن" * (CLIP_AT // 2)) == ["too_large"]


def test_a_mail_without_a_way_to_leave_is_an_error() -> None:
    assert codes(issue_doc(), "<p>") == ["no_unsubscribe"]


def test_a_foreign_image_is_named_by_its_host() -> None:
    doc = issue_doc(story(1, "lead", image="https://cdn.elsewhere.example/1.png"))
    (found,) = findings(doc, HTML)
    assert (found.code, found.facts["host"]) == ("foreign_host", "cdn.elsewhere.example")


def test_a_brief_needs_neither_summary_nor_alt_text() -> None:
    assert codes(issue_doc(story(1, "brief", image="https://news.example/1.png"))) == []


def test_items_that_could_not_be_rendered_are_named() -> None:
    found = findings(issue_doc(story(1), story(2)), HTML, failed=(2,))
    assert [(one.code, one.item_id) for one in found] == [("render_failed", 2)]


def test_an_issue_without_any_html_is_an_error_of_its_own() -> None:
    (found,) = findings(issue_doc(), "")
    assert (found.code, found.item_id) == ("render_failed", None)


@pytest.mark.parametrize(
    ("text", "count"),
    [("سلام", 4), ("سَلَامٌ", 4), ("👩‍👩‍👧", 1), ("👍🏽", 1), ("🇸🇾🇱🇧", 2), ("e\u0301", 1), ("", 0), ("أ ب", 3)],
)
def test_letters_are_counted_as_readers_see_them(text: str, count: int) -> None:
    assert letters(text) == count


def test_every_code_has_its_sentence_and_every_sentence_its_code() -> None:
    known = {check.__name__ for check in CHECKS} | {"large", "told_before_news", "template_broken"}
    assert set(FINDINGS) == known
