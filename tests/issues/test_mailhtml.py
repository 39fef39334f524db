"""What MRML leaves wrong in a right-to-left mail is repaired, and nothing else is touched."""

from __future__ import annotations

from mjml import mjml2html

from digest.issues.mailhtml import ROLE, repair_direction

MJML = (
    '<mjml lang="ar" dir="rtl"><mj-head><mj-title>عنوان</mj-title>'
    "<mj-preview>تمهيد</mj-preview></mj-head><mj-body><mj-section><mj-column>"
    '<mj-text align="left">نص &lt;table style=&#34;text-align:left&#34;&gt; '
    '<span dir="ltr" style="direction:ltr;text-align:left">C++</span></mj-text>'
    '<mj-image src="https://news.example/1.png" alt="&lt;table&gt;" /></mj-column></mj-section>'
    "</mj-body></mjml>"
)


def repaired() -> str:
    return repair_direction(mjml2html(MJML, fonts={}, disable_comments=True))


def test_every_table_says_its_direction_also_in_comments_for_outlook() -> None:
    html = repaired()
    assert html.count("<table") == html.count('<table dir="rtl"')
    assert '<!--[if mso | IE]><table dir="rtl"' in html


def test_a_table_that_has_a_direction_keeps_it() -> None:
    assert repair_direction('<table border="0" dir="rtl">') == '<table border="0" dir="rtl">'


def test_nothing_runs_to_the_left_but_isolated_spans() -> None:
    html = repaired().replace('<span dir="ltr" style="direction:ltr;text-align:left">', "")
    assert "direction:ltr" not in html
    assert "text-align:left" not in html.replace("text-align:left&#34;&gt;", "")


def test_an_isolated_span_keeps_its_style() -> None:
    assert '<span dir="ltr" style="direction:ltr;text-align:left">C++</span>' in repaired()


def test_what_a_text_says_about_styles_stays_as_it_is() -> None:
    assert "نص &lt;table style=&#34;text-align:left&#34;&gt;" in repaired()
    assert 'alt="&lt;table&gt;"' in repaired()


def test_body_and_preheader_say_their_direction() -> None:
    html = repaired()
    assert '<body dir="rtl" style="direction:rtl;' in html
    assert '<div dir="rtl" style="mso-hide:all;display:none;' in html


def test_the_role_is_named_in_arabic_and_outlook_gets_tahoma() -> None:
    html = repaired()
    assert f'aria-roledescription="{ROLE}"' in html
    assert html.count("Tahoma,sans-serif !important") == 1
    assert html.index("Tahoma,sans-serif !important") < html.index("</head>")


def test_other_properties_with_similar_names_stay() -> None:
    html = '<td style="flex-direction:ltr;x-text-align:left;padding-left:4px">'
    assert repair_direction(html) == html


def test_repairing_twice_changes_nothing() -> None:
    assert repair_direction(repaired()) == repaired()


def test_harakat_of_an_attribute_are_letters_again() -> None:
    html = repair_direction('<img alt="يقر\\u{651} مصنعا\\u{64b}"><p>\\u{651}</p>')
    assert '<img alt="يقرّ مصنعاً">' in html
    assert "<p>\\u{651}</p>" in html


def test_no_quotation_mark_comes_out_of_an_escape() -> None:
    for alt in ("a\\u{22} onerror=1", "a\\\\u{651}", "a\\u{0}", "a\\u{zz}"):
        assert f'<img alt="{alt}">' in repair_direction(f'<img alt="{alt}">')
