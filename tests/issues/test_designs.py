"""Every design with every sample: the same stories, right to left, in the order that was chosen."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import permutations

import pytest

from digest.issues.document import IssueDoc, Slot, Variant
from digest.issues.render import render_issue
from digest.issues.samples import NAMES, sample_issue
from digest.newsletters.looks import BLOCKS, DESIGNS, FONTS
from tests.issues.sample import LOOK, large_doc
from tests.issues.test_render import HOSTILE, LTR_SPAN, Page, rendered

BASE = "https://mina.example"
WORDS = {  # how each block is known in a mail
    "masthead": "<h1", "dates": "24 تشرين الثاني", "note": "صباح الخير",
    "sections": "<h2", "share": "هل أعجبك هذا العدد", "top": "هل يظهر البريد",
}


def sample(design: str, name: str = "seven") -> IssueDoc:
    return sample_issue(name, replace(LOOK, design=design), base_url=BASE)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("design", DESIGNS)
def test_a_design_tells_every_story_of_every_sample_from_the_right(design: str, name: str) -> None:
    doc = sample(design, name)
    mail = rendered(doc)
    page = Page(mail.html)
    assert mail.errors == () and page.wrong == [] and page.open == []
    assert all(item.title in page.text and item.summary in page.text for item in doc.items)
    assert all(f'href="{item.link}"' in mail.html for item in doc.items)
    plain = LTR_SPAN.sub(r"\1", mail.html)
    assert "direction:ltr" not in mail.html and 'dir="ltr"' not in plain
    assert "text-align:left" not in mail.html
    assert mail.html.count("<table") == mail.html.count('<table dir="rtl"')
    assert Slot.LEAVE.value in mail.html and LOOK.postal_address in page.text


@pytest.mark.parametrize("design", DESIGNS)
def test_a_design_takes_hostile_words_and_stays_small(design: str) -> None:
    doc = sample(design)
    section = doc.sections[0]
    for words in HOSTILE:
        items = tuple(replace(one, title=words, summary=words) for one in section.items)
        mail = rendered(replace(doc, sections=(replace(section, items=items),)))
        assert Page(mail.html).wrong == [] and "<script" not in mail.html
    large = large_doc(30)
    assert rendered(replace(large, look=replace(LOOK, design=design))).size < 102 * 1024


@pytest.mark.parametrize("design", DESIGNS)
def test_blocks_stand_in_the_order_chosen_and_those_that_are_off_are_not_there(design: str) -> None:
    doc = sample(design)
    for blocks in (*list(permutations(BLOCKS))[::97], ("sections",), ("note", "sections")):
        mail = rendered(replace(doc, look=replace(doc.look, blocks=blocks)))
        body = mail.html.partition("<body")[2]
        found = {name: body.find(words) for name, words in WORDS.items()}
        assert [name for name, _at in sorted(found.items(), key=lambda one: one[1])
                if found[name] >= 0] == list(blocks)
        assert mail.errors == () and Slot.LEAVE.value in body and Slot.LEAVE.value in mail.text
        assert ("صباح الخير" in mail.text) == ("note" in blocks)
        assert ("اشترك مجاناً" in mail.text) == ("share" in blocks)


@pytest.mark.parametrize("font", FONTS)
def test_a_font_is_named_and_never_loaded(font: str) -> None:
    html = rendered(replace(sample("simple"), look=replace(LOOK, font=font))).html
    assert f"font-family:{FONTS[font]}" in html.replace("&#39;", "'")
    assert re.search(r"@import|@font-face|<link", html) is None


def test_the_name_gives_way_to_the_logo_which_says_it() -> None:
    look = replace(LOOK, logo=f"{BASE}/logo/abc", logo_width=120)
    html = rendered(replace(sample("paper"), look=look)).html
    (name,) = re.findall(r"<h1.*?</h1>", html)
    assert f'src="{BASE}/logo/abc" alt="{LOOK.name}" width="120"' in name and LOOK.name + "<" not in name


def test_colours_of_the_look_are_in_the_mail_and_the_dark_ones_stay() -> None:
    look = replace(LOOK, surface="#FFFDF5", ground="#F0E9DD", ink="#222222")
    html = render_issue(replace(sample("simple"), look=look), Variant()).html
    assert {"#FFFDF5", "#F0E9DD", "#222222"} <= set(re.findall(r"#[0-9A-F]{6}", html))
    assert "prefers-color-scheme:dark" in html and "#12171B" in html
