"""What arrives is cleaned: controls out, HTML down to a short list, HTML to plain text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.clean import ALLOWED, UNWANTED, clean_html, plain_text, strip_controls

HTMLISH = st.text(st.sampled_from(list("<>/=\"'&;# \nabpshref:javscritonلا\u202e\x00")), max_size=80)


def test_controls_overrides_and_terminal_escapes_go_and_joiners_stay() -> None:
    assert strip_controls("\x1b[31mخبر\x1b[0m\u202e \u2066عاجل\x00\ufeff") == "خبر عاجل"
    assert strip_controls("می\u200cخواهم \u200f👩\u200d🚒") == "می\u200cخواهم \u200f👩\u200d🚒"


def test_line_ends_of_every_kind_become_a_newline() -> None:
    assert strip_controls("a\r\nb\rc\u2028d\x0be\tf") == "a\nb\nc\nd\ne\tf"


@given(st.text(st.characters(exclude_categories=[])))
def test_nothing_unwanted_is_left_and_cleaning_again_changes_nothing(text: str) -> None:
    once = strip_controls(text)
    assert not UNWANTED.search(once)
    assert strip_controls(once) == once


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p onclick=x>نص<script>alert(1)</script></p>", "<p>نص</p>"),
        ('<a href="javascript:alert(1)">x</a>', '<a rel="noopener noreferrer">x</a>'),
        (
            '<a href="https://x.example/" style="a">x</a>',
            '<a href="https://x.example/" rel="noopener noreferrer">x</a>',
        ),
        ("<p>غير مغلق <b>نص", "<p>غير مغلق <b>نص</b></p>"),
        ("<!-- c --><style>p{}</style><iframe src=x>y</iframe>نص", "نص"),
        ("<div><h1>عنوان</h1><h2>فرعي</h2></div>", "عنوان<h2>فرعي</h2>"),
    ],
)
def test_html_comes_down_to_what_a_mail_can_hold(html: str, clean: str) -> None:
    assert clean_html(html) == clean


@given(st.one_of(st.text(), HTMLISH))
def test_no_tag_but_the_allowed_and_no_attribute_but_links(html: str) -> None:
    clean = clean_html(html)
    for name, attributes in re.findall(r"<([a-z0-9]+)([^>]*)>", clean):
        assert name in ALLOWED
        assert re.fullmatch(r'(?: href="https?:[^"]*")?(?: rel="noopener noreferrer")?', attributes)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>أول</p><p>ثانٍ<br>سطر</p>", "أول\n\nثانٍ\nسطر"),
        ("قال&nbsp;&laquo;نعم&raquo; &amp; مضى", "قال «نعم» & مضى"),
        ("<ul><li>واحد</li><li>اثنان</li></ul>", "واحد\n\nاثنان"),
        ("<script>x</script><p>نص\n   مكسور</p>", "نص مكسور"),
        ("<table><tr><td>أ</td><td>ب</td></tr></table>", "أ ب"),
        ("بلا وسوم", "بلا وسوم"),
        ("5 &lt; 6", "5 < 6"),
    ],
)
def test_html_becomes_paragraphs_of_words(html: str, text: str) -> None:
    assert re.sub(r"\n+", "\n", plain_text(html)) == re.sub(r"\n+", "\n", text)


@given(st.one_of(st.text(), HTMLISH))
def test_plain_text_has_no_controls_and_no_wide_gaps(html: str) -> None:
    text = plain_text(html)
    assert not UNWANTED.search(text)
    assert "\n\n\n" not in text
    assert text == text.strip()


def test_ten_thousand_nested_boxes_are_no_trouble() -> None:
    assert plain_text("<div>" * 10_000 + "نص") == "نص"
