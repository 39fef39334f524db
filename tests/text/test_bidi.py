"""What runs from left to right inside Arabic is marked, and everything is escaped."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.bidi import isolate
from digest.text.clean import strip_controls


def marked(text: str) -> list[str]:
    """Return the runs that got a direction."""
    runs = re.findall(r'<bdi dir="ltr">(.*?)</bdi>', isolate(text), re.DOTALL)
    return [html.unescape(run) for run in runs]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("لغة C++ سريعة", ["C++"]),
        ("لغتا C# و.NET معاً", ["C#", ".NET"]),
        ("برخصة Apache 2.0.", ["Apache 2.0"]),
        ("اتصل على +963 11 222 3333 الآن", ["+963 11 222 3333"]),
        ("اتصل على +963112223333", ["+963112223333"]),
        ("الهاتف 011 222 3333", ["011 222 3333"]),
        ("بلغت الحرارة -5 درجات", ["-5"]),
        ("تستعيد 6.5% من قيمتها", ["6.5%"]),
        ("بين 10% و18% و -3.2%", ["10%", "18%", "-3.2%"]),
        ("راسل rim+news@sham.example.", ["rim+news@sham.example"]),
        ("انظر https://x.example/a?b=1&c=2.", ["https://x.example/a?b=1&c=2"]),
        ("شركة Nahda Solar تفتتح", ["Nahda Solar"]),
        ("منظمة World Health Organization (WHO) قالت", ["World Health Organization", "WHO"]),
        ("قال (BBC) إن", ["BBC"]),
        ("بين The Quick, Brown Fox والأرنب", ["The Quick, Brown Fox"]),
        ("تقنية 5G وطائرة F-16 وشركة AT&T", ["5G", "F-16", "AT&T"]),
        ("بنظام TCP/IP وNode.js", ["TCP/IP", "Node.js"]),
        ("أطلقت OpenAI، Google", ["OpenAI", "Google"]),
        ("سعره $6.5 أو 30€", ["$6.5", "30€"]),
        ("وسم #Gaza وحساب @user", ["#Gaza", "@user"]),
    ],
)
def test_runs_from_left_to_right_are_marked(text: str, runs: list[str]) -> None:
    assert marked(text) == runs


@pytest.mark.parametrize(
    "text",
    [
        "فاز 2-1 في الدقيقة 90+4",
        "من 2020-2026",
        "في 24/11/2026",
        "بلغ 1,200 ليرة و3.5 أمتار",
        "نسبة ٦٫٥٪ و١٨٪",
        "خبر عربي، بلا شيء.",
        "",
    ],
)
def test_scores_ranges_dates_and_plain_arabic_stay_as_they_are(text: str) -> None:
    assert isolate(text) == text


def test_a_text_without_arabic_is_one_run_with_its_full_stop() -> None:
    assert marked("The Gulf Ledger, est. 1978.") == ["The Gulf Ledger, est. 1978."]


def test_mail_gets_spans() -> None:
    assert isolate("لغة C++", "span") == 'لغة <span dir="ltr">C++</span>'


def test_mark_up_is_escaped_inside_and_outside_of_runs() -> None:
    assert isolate("خبر <b>\"x\" & 'y'") == (
        'خبر &lt;<bdi dir="ltr">b</bdi>&gt;&quot;<bdi dir="ltr">x</bdi>&quot; &amp; '
        '&#x27;<bdi dir="ltr">y</bdi>&#x27;'
    )


def test_overrides_and_control_characters_are_gone() -> None:
    assert isolate("خبر\u202e عا\x00جل\x0b\u2066") == "خبر عاجل\n"


MIXED = st.text(
    st.sampled_from(list("ابةى٣٫ ABcz012.,:+-–%$€#@/&<>\"'()[]«»_\n\u0301\u202e\u200fé")),
    max_size=60,
)


@given(st.one_of(st.text(), MIXED))
def test_everything_is_escaped_and_nothing_is_lost(text: str) -> None:
    for tag in ("bdi", "span"):
        out = isolate(text, tag)
        bare = out.replace(f'<{tag} dir="ltr">', "").replace(f"</{tag}>", "")
        assert not set(bare) & set("<>\"'")
        assert html.unescape(bare) == html.unescape(html.escape(strip_controls(text)))
        assert out.count(f"<{tag} ") == out.count(f"</{tag}>")


@given(MIXED)
def test_no_arabic_letter_is_inside_a_run_but_in_addresses(text: str) -> None:
    runs = [run for run in marked(text) if "@" not in run]
    assert not any(re.search("[ابةى]", run) for run in runs)


@pytest.mark.parametrize("part", ["a ", "+1 ", "(a ", "5% ", "a@", "www.", "a (b ", "0 1 "])
def test_long_and_odd_texts_are_read_once(part: str) -> None:
    text = "ا" + part * 20_000  # quadratic reading would take minutes
    assert len(isolate(text)) >= len(text)
