"""The style sheet: logical properties only, nothing that harms Arabic, readable colours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import digest
from digest.system.paths import resource

CSS = Path(digest.__file__).parent / "web" / "assets" / "css"
SHEETS = sorted(CSS.rglob("*.css"))
FORBIDDEN = {
    "physical property": r"(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-)?"
    r"(?:left|right)\b[\w-]*\s*:",
    "physical value": r"(?:text-align|float|clear|justify-\w+)\s*:\s*(?:left|right)\b",
    "letter spacing": r"letter-spacing",
    "capitals": r"text-transform\s*:\s*uppercase",
    "italics": r"font-style\s*:\s*(?:italic|oblique)",
    "justified text": r"text-align\s*:\s*justify",
    "no focus ring": r"outline\s*:\s*(?:0|none)\b",
    "foreign address": r"https?://",
}
# (text, ground): every pair that pages put together.
PAIRS = [
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink", "sunken"),
    ("ink", "brand-tint"),
    ("muted", "ground"),
    ("muted", "surface"),
    ("muted", "sunken"),
    ("brand", "surface"),
    ("brand", "ground"),
    ("brand", "brand-tint"),
    ("on-brand", "brand"),
    ("accent", "accent-tint"),
    ("ok", "ok-tint"),
    ("warn", "warn-tint"),
    ("danger", "danger-tint"),
    ("danger", "surface"),
    ("info", "info-tint"),
    ("brand", "info-tint"),
    ("brand", "warn-tint"),
    ("brand", "danger-tint"),
]


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_sheet_contains_nothing_forbidden(path: Path, what: str) -> None:
    source = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    if what == "no focus ring":
        source = source.replace("main:focus {\n  outline: none;\n}", "")  # a skip link's target
    assert re.findall(FORBIDDEN[what], source) == []


def test_the_patterns_find_what_they_forbid() -> None:
    samples = {
        "physical property": "a { margin-left: 1px } b { left: 0 } c { border-right-color: red }",
        "physical value": "a { text-align: left } b { float: right }",
    }
    assert len(re.findall(FORBIDDEN["physical property"], samples["physical property"])) == 3
    assert len(re.findall(FORBIDDEN["physical value"], samples["physical value"])) == 2


@pytest.mark.parametrize(
    "path", sorted(resource("templates").rglob("*.html")), ids=lambda path: str(path.name)
)
def test_pages_have_no_inline_styles_or_handlers(path: Path) -> None:
    if "mail" in path.relative_to(resource("templates")).parts:
        pytest.skip("mail clients need inline styles")
    source = path.read_text(encoding="utf-8")
    assert re.findall(r"<[^>]*\sstyle\s*=", source) == []
    assert re.findall(r"<[^>]*\son\w+\s*=", source) == []
    assert re.findall(r"<script(?![^>]*\ssrc=)", source) == []
    assert "<style" not in source


def colours(scheme: str) -> dict[str, str]:
    source = (CSS / "parts" / "tokens.css").read_text(encoding="utf-8")
    light, dark = source.split("@media", 1)
    found = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", light))
    return (
        found
        if scheme == "light"
        else {**found, **dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", dark))}
    )


def luminance(colour: str) -> float:
    """Return relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_is_readable(scheme: str, text: str, ground: str) -> None:
    found = colours(scheme)
    assert contrast(found[text], found[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["surface", "ground"])
def test_borders_of_controls_can_be_seen(scheme: str, ground: str) -> None:
    found = colours(scheme)
    assert contrast(found["edge"], found[ground]) >= 3
    assert contrast(found["info"], found[ground]) >= 3  # the focus ring


def test_black_on_white_has_the_contrast_of_the_standard() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21.0
