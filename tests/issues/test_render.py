"""From a document to the mail's bytes: direction, hostile text, size, slots, the same every time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.issues.checks import CLIP_AT, LARGE_AT
from digest.issues.document import IssueDoc, Rendered, SectionDoc, Slot, Variant
from digest.issues.plaintext import MARK
from digest.issues.render import (
    closed_subject,
    fill_html,
    fill_text,
    render_issue,
    render_plain_mail,
    without_failing,
)
from digest.text import urls
from tests.issues.sample import HOST, LOOK, SENTENCE, issue_doc, large_doc, story

GOLDEN = Path(__file__).parent.parent / "golden"
RENEW = "DIGEST_RENEW_GOLDEN"  # set it to write the golden files anew, then read the difference
LTR_SPAN = re.compile(r'<span dir="ltr">(.*?)</span>')
ADDRESS = re.compile(r'(?:href|src)="([^"]*)"|url\(([^)]*)\)')
HOSTILE = [
    "<b>غير مغلق", "</td></table>", "a < b & c > d", "\"'`", "&amp;&lt;&#0;", "{{ 7*7 }}",
    "{% raw %}", "<mj-raw></mj-raw>", "]]>", "<![CDATA[", "<!--[if mso]>", "-->", "<script>alert(1)",
    "\x00\x0b\x1b[31m", "\u202e\u2066\u200b\ufeff", "\ud800", "👩‍👩‍👧🏽🇸🇾", "ن" * 300, "x" * 300, "\r\n\t",
    "<mj-include path='/etc/passwd' />", "${7*7}", "%s%(x)s", "\ufffe\uffff", "א" + "١٢٣",
]


class Page(HTMLParser):
    """The words of a mail, and the tags that were left open or closed twice."""

    VOID = frozenset({"meta", "img", "br", "link"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.names: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def rendered(doc: IssueDoc, digits: str = "latn") -> Rendered:
    return render_issue(doc, Variant(digits))


def test_direction_is_written_wherever_a_client_may_look() -> None:
    html = rendered(issue_doc()).html
    plain = LTR_SPAN.sub(r"\1", html)
    assert "direction:ltr" not in html and "text-align:left" not in html and 'dir="ltr"' not in plain
    assert html.count("<table") == html.count('<table dir="rtl"') > 20
    assert '<html lang="ar" dir="rtl"' in html and '<body dir="rtl"' in html
    assert re.search(r'role="article" lang="ar" dir="rtl"', html)
    assert "[if mso" in html and "رسالة بريدية" in html


def test_headings_go_from_newsletter_to_section_to_story() -> None:
    doc = issue_doc()
    names = [one for one in Page(rendered(doc).html).names if one in {"h1", "h2", "h3"}]
    assert " ".join(names) == "h1 h2 h3 h3 h2 h3 h3 h2 h3 h2 h3 h3 h3"


def test_every_image_has_an_alternative_text_attribute() -> None:
    html = rendered(issue_doc(story(1, "lead", image_alt=""))).html
    assert re.findall(r"<img (?![^>]*\balt=)", html) == []


def test_the_mail_leads_nowhere_but_to_the_named_hosts() -> None:
    doc = issue_doc()
    found = [unescape(a or b) for a, b in ADDRESS.findall(rendered(doc).html)]
    web = [one for one in found if one.startswith(("http:", "https:", "//"))]
    assert {urls.host(one) for one in web} <= doc.hosts and len(web) > 10
    others = {one.partition("?")[0].partition("#")[0] for one in found} - set(web)
    assert {one for one in others if one not in set(Slot)} == {"mailto:"}


def test_the_text_part_tells_the_same_stories_in_the_same_words() -> None:
    doc = issue_doc()
    mail = rendered(doc)
    words = Page(mail.html).text
    blocks = mail.text.replace(MARK, "").split("\n\n")
    for item in doc.items:
        (block,) = [one for one in blocks if item.title in one]
        assert item.title in words and item.link in block.split("\n")
        shown = item.role != "brief"
        assert (item.summary in words and item.summary in block) == shown or not item.summary


def test_the_text_part_is_marked_numbered_and_spelled_out() -> None:
    text = rendered(issue_doc()).text
    assert text.startswith(f"{MARK}موجز الميناء، العدد 218\n{MARK}الثلاثاء 24 تشرين الثاني (نوفمبر) 2026\n")
    assert f"{MARK}1. السد القديم يعود إلى العمل بعد إصلاح دام ثلاثة أسابيع (وكالة الساحل، 4 دقائق)\n" in text
    assert f"{MARK}8. موجة غبار تصل مساء الخميس (4 دقائق)\nhttps://news.example/8\n" in text
    assert f"\n{MARK}إلغاء الاشتراك: digest-slot-leave\n" in text
    assert f"\n{MARK}إيقاف مؤقت: digest-slot-preferences#pause\n" in text
    assert text.endswith(f"{MARK}دار الميناء، شارع البحر 12، اللاذقية\n")


def test_the_reading_time_is_not_taken_for_a_third_source() -> None:
    doc = issue_doc()
    first = doc.sections[0]
    told = replace(first.items[0], sources=("وكالة الساحل", "شام بوست"))
    one = replace(first, items=(told, *first.items[1:]))
    text = rendered(replace(doc, sections=(one, *doc.sections[1:]))).text
    assert "(المصادر: وكالة الساحل، شام بوست؛ 4 دقائق)" in text


def test_readers_of_arabic_digits_get_them_in_our_words_and_never_in_the_writers() -> None:
    mail = rendered(issue_doc(), "arab")
    for part in (Page(mail.html).text, mail.text):
        assert "العدد ٢١٨" in part and "٢٤ تشرين الثاني (نوفمبر) ٢٠٢٦" in part and "٤ دقائق" in part
        assert "توسّع 14 حديقة عامة قبل نهاية 2027" in part and "6.5%" in part
    assert "١. السد القديم" in mail.text


def test_latin_runs_are_isolated_in_the_mail() -> None:
    found = LTR_SPAN.findall(rendered(issue_doc()).html)
    for run in ("C++", "+963 11 222 3333", "-5", "6.5%", "Apache 2.0", "The Gulf Ledger", "WhatsApp"):
        assert run in found


def test_what_is_missing_leaves_no_trace() -> None:
    doc = issue_doc(
        story(minutes=0, source_name="", summary=""), view_url=None, archive_url=None,
        subscribe_url=None, note="", note_by="", number=None, preheader="",
        look=replace(LOOK, hijri=False),
    )
    mail = rendered(doc)
    for part in (Page(mail.html).text, mail.text):
        for word in ("العدد", "المتصفح", "الأرشيف", "اشترك مجاناً", "1448", "None", "()"):
            assert word not in part
    assert "display:none" not in mail.html and "mailto:" not in mail.html


def test_a_mail_has_the_way_out_near_its_top_and_at_its_end() -> None:
    html = rendered(issue_doc()).html
    places = [found.start() for found in re.finditer(Slot.LEAVE.value, html)]
    assert len(places) == 2 and places[0] < html.index("<h1") and places[1] > html.rindex("<h3")


def test_a_link_that_is_no_web_address_is_left_out() -> None:
    for link in ("javascript:alert(1)", "", "data:text/html,x", "//news.example/1"):
        mail = rendered(issue_doc(story(link=link, image=link, role="lead")))
        assert "<h3" in mail.html and "<img" not in mail.html
        assert link == "" or link not in mail.html + mail.text


def test_a_brand_changes_the_colours_and_stays_out_of_outside_text() -> None:
    html = rendered(issue_doc(look=replace(LOOK, brand="#7A1FA2"))).html
    assert "#7A1FA2" in html and "#0B5563" not in html


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_are_words(text: str) -> None:
    item = story(title=f"قبل {text} بعد", summary=text, source_name=text)
    lead = story(2, "lead", title="خبر", image_alt=text, summary=f"{text}\n{text}")
    doc = issue_doc(item, lead, subject=text or "س", preheader=text, note=text, note_by=text)
    mail = rendered(replace(doc, look=replace(LOOK, name=text, tagline=text, postal_address=text)))
    page, clean = Page(mail.html), Page(rendered(issue_doc(story(), story(2, "lead"))).html)
    assert page.wrong == [] and page.open == []
    assert set(page.names) <= {*clean.names, "span"}
    assert [one.item_id for one in mail.findings if one.code == "render_failed"] == []
    assert "قبل" in page.text and "بعد" in mail.text and "49" not in page.text
    for part in (mail.html, mail.text, mail.subject):
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", part)
    part = text.strip()
    if part.isascii() and part.isprintable():
        assert part in page.text and part in mail.text


TEXTS = st.text(
    st.one_of(
        st.characters(), st.sampled_from(list("<>&\"'{}%/!-[]=\n\x00\u202e\u200f اب1")),
    ),
    max_size=60,
)  # fmt: skip


@given(TEXTS, TEXTS, TEXTS)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_written_the_mail_stays_well_formed(title: str, words: str, name: str) -> None:
    doc = issue_doc(
        story(title=title, summary=words, source_name=name),
        story(2, "lead", image_alt=words, title=name), story(3, "brief", title=words),
        subject=title, preheader=words, note=words, note_by=name,
        look=replace(LOOK, name=name, postal_address=words),
    )
    mail = rendered(doc)
    page = Page(mail.html)
    assert page.wrong == [] and page.open == []
    assert "script" not in page.names and page.names.count("h3") == 3
    assert mail.html.count("<table") == mail.html.count('<table dir="rtl"')
    assert mail.html.count(Slot.LEAVE.value) == 2
    mail.html.encode()


@given(TEXTS)
@settings(max_examples=40, deadline=None)
def test_whatever_the_link_no_attribute_is_broken_out_of(tail: str) -> None:
    mail = rendered(issue_doc(story(link=f"https://{HOST}/{tail}", image=f"https://{HOST}/i/{tail}")))
    page = Page(mail.html)
    assert page.wrong == [] and page.open == []
    assert mail.html.count(Slot.LEAVE.value) == 2


def test_words_that_look_like_slots_are_not_filled() -> None:
    slot = Slot.LEAVE.value
    doc = issue_doc(
        story(title=slot, summary=f"x{slot}", link=f"https://{HOST}/?next={slot}"),
        note=slot, subject=slot,
    )
    mail = rendered(doc)
    values = {Slot.LEAVE: "https://mina.example/leave/SECRET", Slot.PREFERENCES: "https://p.example/"}
    assert fill_html(mail.html, values).count("SECRET") == 2
    assert fill_text(mail.text, values).count("SECRET") == 2
    assert f"https://{HOST}/?next=digest%2Dslot-leave" in mail.html


def test_slots_are_filled_with_escaping_by_context() -> None:
    values = {Slot.LEAVE: 'https://mina.example/?a=1&b="2"', Slot.PREFERENCES: "#"}
    assert fill_html('<a href="digest-slot-leave">', values) == (
        '<a href="https://mina.example/?a=1&amp;b=&quot;2&quot;">'
    )
    assert fill_text("x: digest-slot-leave", values) == 'x: https://mina.example/?a=1&b="2"'


def test_an_address_with_white_space_is_never_filled_in() -> None:
    with pytest.raises(ValueError, match="white space"):
        fill_text("digest-slot-leave", {Slot.LEAVE: "https://a.example/\r\nBcc: x"})


@pytest.mark.parametrize(
    ("subject", "closed"),
    [
        ("صعدت الليرة.", f"صعدت الليرة.{MARK}"),
        ("  ماذا\nتغيّر؟ ", f"ماذا تغيّر؟{MARK}"),
        ("صعدت الليرة", "صعدت الليرة"),
        (f"تم.{MARK}", f"تم.{MARK}"),
        ("", ""),
    ],
)
def test_a_subject_that_ends_in_punctuation_is_closed_by_a_mark(subject: str, closed: str) -> None:
    assert closed_subject(subject) == closed


def test_an_item_that_cannot_be_rendered_is_named_and_the_rest_stays() -> None:
    def strict(doc: IssueDoc) -> list[int]:
        if any("سم" in item.title for item in doc.items):
            raise ValueError("unable to parse")
        return [item.id for item in doc.items]

    doc = issue_doc(story(1), story(2, title="سم"), story(3), story(4, title="سم آخر"))
    assert without_failing(doc, strict) == ([1, 3], (2, 4))


def test_a_fault_outside_the_items_leaves_nothing_to_render() -> None:
    def broken(doc: IssueDoc) -> str:
        raise ValueError("unable to parse")

    assert without_failing(issue_doc(story(1)), broken) == (None, (1,))


def test_twelve_stories_stay_small_and_thirty_below_the_warning() -> None:
    assert rendered(large_doc(12)).size <= 50 * 1024
    thirty = rendered(large_doc(30))
    assert thirty.size <= LARGE_AT and thirty.findings == ()


def test_a_mail_that_would_be_cut_says_so() -> None:
    mail = rendered(large_doc(30, lines=20))
    assert mail.size > CLIP_AT and [one.code for one in mail.errors] == ["too_large"]


def test_sections_without_stories_are_left_out() -> None:
    doc = issue_doc(sections=(SectionDoc(1, "فارغ", ()), SectionDoc(2, "سياسة", (story(),))))
    assert "فارغ" not in rendered(doc).html + rendered(doc).text


def test_the_same_document_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "from digest.issues.document import Variant; from digest.issues.render import render_issue;"
        "from tests.issues.sample import issue_doc; print(render_issue(issue_doc(), Variant()).sha256)"
    )
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            cwd=GOLDEN.parent.parent, env={**os.environ, "PYTHONHASHSEED": seed},
        )
        assert done.stdout.strip() == rendered(issue_doc()).sha256


def test_the_fingerprint_covers_subject_html_and_text() -> None:
    one = rendered(issue_doc())
    assert one.sha256 != rendered(issue_doc(subject="غيره")).sha256
    assert one.sha256 != rendered(issue_doc(), "arab").sha256
    assert one.size == len(one.html.encode())


@pytest.mark.parametrize("digits", ["latn", "arab"])
def test_the_mail_is_the_golden_one(digits: str) -> None:
    mail = rendered(issue_doc(), digits)
    # One tag a line, so that a difference can be read.
    golden(f"issue-{digits}.html", mail.html.replace("><", ">\n<"))
    golden(f"issue-{digits}.txt", mail.text)


def golden(name: str, content: str) -> None:
    path = GOLDEN / name
    if RENEW in os.environ:
        path.write_text(content, encoding="utf-8")
    assert content == path.read_text(encoding="utf-8"), f"{name}: set {RENEW}=1 if this is meant"


CONFIRM = {
    "name": "موجز <b> الميناء", "title": "بقيت خطوة واحدة", "valid": "48 ساعة",
    "url": "https://mina.example/confirm/TOKEN?a=1&b=2", "postal_address": "شارع البحر 12\nاللاذقية",
}
NOTICE = {
    "name": "موجز الميناء", "title": "العدد ينتظر موافقتك", "action": "افتح العدد",
    "url": "https://mina.example/issues/1", "body": "أُعدّ العدد 218.\nراجعه قبل الساعة 6:00.",
}


@pytest.mark.parametrize(("template", "facts"), [("confirm", CONFIRM), ("notice", NOTICE)])
def test_our_own_mails_are_of_the_same_make(template: str, facts: dict[str, str]) -> None:
    html, text = render_plain_mail(template, **facts)
    page = Page(html)
    assert page.wrong == [] and page.open == []
    assert html.count("<table") == html.count('<table dir="rtl"')
    assert "direction:ltr" not in html and "text-align:left" not in html
    assert facts["name"] in page.text and facts["name"] in text and facts["title"] in page.text
    assert facts["url"].replace("&", "&amp;") in html
    assert facts["url"] in text.split("\n")
    golden(f"{template}.html", html.replace("><", ">\n<"))
    golden(f"{template}.txt", text)


def test_a_notice_without_a_place_to_go_has_no_button() -> None:
    html, text = render_plain_mail("notice", **{**NOTICE, "url": ""})
    assert "افتح العدد" not in html + text


def test_our_own_mails_take_a_brand_and_hostile_facts() -> None:
    html, text = render_plain_mail(
        "notice", **{**NOTICE, "body": "<b>\x00\u202e{{ 7*7 }} digest-slot-leave"}, brand="#7A1FA2"
    )
    assert "#7A1FA2" in html and "&lt;b&gt;{{ 7*7 }}" in html.replace('<span dir="ltr">', "")
    assert Slot.LEAVE.value not in html + text


def test_a_forgotten_fact_is_an_error_and_not_an_empty_place() -> None:
    with pytest.raises(Exception, match="'valid' is undefined"):
        render_plain_mail("confirm", **{key: CONFIRM[key] for key in CONFIRM if key != "valid"})


def test_sentences_of_the_sample_are_shown_whole() -> None:
    assert SENTENCE in Page(rendered(issue_doc()).html).text
