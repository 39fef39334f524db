"""A newsletter's own MJML cannot reach, load, or use up anything; its mistakes are told by line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.issues.document import Level, Slot, Variant
from digest.issues.proof import first_template, prove
from digest.issues.render import broken_templates, own_parts, render_issue
from digest.issues.samples import NAMES, sample_issue
from digest.issues.sandbox import CHAIN, LARGEST, BadTemplate, Fault, OwnTemplate, faults
from tests.issues.sample import LOOK

BASE = "https://mina.example"
GOOD = first_template()
DOC = sample_issue("seven", LOOK, base_url=BASE)
LOOP = "{% for a in title %}"


def fault(source: str) -> Fault:
    with pytest.raises(BadTemplate) as caught:
        own_parts(DOC, Variant(), source)
    return caught.value.fault


def in_body(piece: str) -> str:
    """The good template with a piece on its third line."""
    lines = GOOD.split("\n")
    return "\n".join([*lines[:2], lines[2] + "\n" + piece, *lines[3:]])


def test_the_template_to_begin_with_makes_every_sample() -> None:
    assert faults(GOOD) == ()
    trials = prove(GOOD, LOOK, base_url=BASE)
    assert [one.name for one in trials] == list(NAMES)
    assert all(one.fault is None and one.size > 10_000 for one in trials)


@pytest.mark.parametrize(("piece", "code"), [
    ("{{ config }}", "template_name"),
    ("{{ issue.__class__.__mro__ }}", "template_name"),
    ("{{ part.paragraph.__globals__ }}", "template_name"),
    ("{{ self }}", "template_name"),
    ("{{ range(9) }}", "template_call"),
    ("{{ lipsum() }}", "template_call"),
    ("{% for part in issue.sections %}{% endfor %}", "template_name"),
    ("{{ issue.name.format(issue) }}", "template_call"),
    ("{{ issue.name.upper() }}", "template_call"),
    ("{% set a = 1 %}", "template_statement"),
    ("{% include '_head.mjml' %}", "template_statement"),
    ("{% import '/etc/passwd' as p %}", "template_statement"),
    ("{% extends 'issue.mjml' %}", "template_statement"),
    ("{% macro a() %}{{ a() }}{% endmacro %}", "template_statement"),
    ("{% filter upper %}{% endfilter %}", "template_statement"),
    ("{{ 9 ** 99999 }}", "template_statement"),
    ("{{ 'a' * 99999999 }}", "template_statement"),
    ("{{ title ~ title }}", "template_statement"),
    ("{{ [title, title] }}", "template_statement"),
    ("{{ issue.note|join }}", "template_filter"),
    ("{{ issue.name|safe }}", "template_filter"),
    ("{{ issue.name|attr('x') }}", "template_filter"),
    ("{{ issue.name" + "|e" * (CHAIN + 1) + " }}", "template_filter"),
    ("{% if %}", "template_syntax"),
    ("{{ issue.nothing }}", "template_fails"),
    ("{{ issue['__class__'] }}", "template_fails"),
    ("<mj-include path='/etc/passwd' />", "template_forbidden"),
    ("<SCRIPT>alert(1)</SCRIPT>", "template_forbidden"),
    ("<mj-font name='x' href='https://x.example/f.css' />", "template_forbidden"),
    ("<!-- <div> -->", "template_forbidden"),
    ("<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>", "template_forbidden"),
    ("<mj-text><p onclick='x()'>a</p></mj-text>", "template_forbidden"),
    ("<mj-text><a href='JavaScript:x()'>a</a></mj-text>", "template_forbidden"),
    ("<mj-image src='https://spy.example/a.png' />", "template_loads"),
    ("<mj-text><p style='background:url(//spy.example)'>a</p></mj-text>", "template_loads"),
    ("<mj-carousel></mj-carousel>", "template_tag"),
])
def test_what_a_template_may_not_is_refused_with_its_line(piece: str, code: str) -> None:
    found = fault(in_body(piece))
    assert (found.code, found.line) == (code, 4)


def test_an_element_that_is_not_closed_is_named_where_the_next_one_closes() -> None:
    found = fault(in_body("<mj-section>"))
    assert (found.code, found.what) == ("template_unclosed", "</mj-body>")
    assert found.line == in_body("<mj-section>").split("\n").index("</mj-body>") + 1


def test_a_forbidden_tag_put_together_while_filling_is_found_too() -> None:
    assert fault(in_body("<{{ 'script' }}>")).code == "template_forbidden"
    assert fault(in_body("<mj-raw><d{{ '' }}iv></mj-raw>")).code in {
        "template_unclosed", "template_forbidden", "template_mjml"
    }


@pytest.mark.parametrize("bomb", [
    LOOP * 6 + "x" + "{% endfor %}" * 6,
    LOOP * 6 + "{% if true %}{% endif %}" + "{% endfor %}" * 6,
    LOOP * 2 + "x" * 20_000 + "{% endfor %}" * 2,
    "<div>" * 12_000,
    LOOP + "<div>" * 3_000 + "{% endfor %}",
    "<div title='</div>'>" * 3_000,
    "<div><mj-style></div>" * 2_000,
    "(" * 5_000, "{{ " + "(" * 5_000, "<" * 60_000, "{{" * 30_000, "<!--" * 16_000,
    "x" * (LARGEST + 1),
    "{{ issue" + ".name" * 9_000 + " }}",
    "{{ " + "not " * 9_000 + "title }}",
])
def test_a_bomb_goes_off_nowhere(bomb: str) -> None:
    assert fault(bomb).code.startswith("template_")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from([
    "{{", "}}", "{%", "%}", "{#", "for a in issue.sections", "endfor", "if title", "endif", "issue",
    ".name", "|e", "<mj-text>", "</mj-text>", "<mj-section>", "</mj-section>", "<", ">", "\"", "'",
    "part.heading(title)", "[0]", "[title]", "\x00", "نص", "digest-slot-leave", "loop.index", " ",
]), max_size=30))
def test_any_text_makes_a_mail_or_has_a_fault(pieces: list[str]) -> None:
    source = in_body("".join(pieces))
    try:
        html, _text = own_parts(DOC, Variant(), source)
    except BadTemplate as error:
        code = error.fault.code
    else:
        code = "template_"
        assert Slot.LEAVE.value in html
    assert code.startswith("template_")


@pytest.mark.parametrize("without", ["{{ design.footer() }}", "{{ part.briefs(block.stories, loop.first) }}"])
def test_a_mail_that_lacks_the_way_to_leave_or_a_story_is_not_made(without: str) -> None:
    assert fault(GOOD.replace(without, "")).code == "template_misses"


def test_stories_stay_escaped_in_a_template_of_one_s_own() -> None:
    item = replace(DOC.sections[0].items[0], title="<script>alert(1)</script> {{ 7*7 }}")
    doc = replace(DOC, sections=(replace(DOC.sections[0], items=(item,)),))
    html, _text = own_parts(doc, Variant(), GOOD)
    assert "<script>" not in html and "{{ 7" in html


def test_a_broken_template_gives_way_to_the_one_before_and_then_to_the_design() -> None:
    good, bad = OwnTemplate(1, GOOD), OwnTemplate(2, "{{ issue.nothing }}")
    plain = render_issue(DOC, Variant())
    before = render_issue(replace(DOC, look=replace(LOOK, own=(bad, good))), Variant())
    assert before.html == own_parts(DOC, Variant(), GOOD)[0] and before.errors == ()
    assert broken_templates([before]) == {2}
    last = render_issue(replace(DOC, look=replace(LOOK, own=(bad,))), Variant())
    assert (last.html, last.sha256) == (plain.html, plain.sha256)
    (told,) = [one for one in last.findings if one.code == "template_broken"]
    assert told.level is Level.WARNING and broken_templates([plain]) == frozenset()
