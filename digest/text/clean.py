"""Cleaning what arrives: control characters out, HTML down to a short list, HTML to plain text.

Parsing HTML is left to html5ever (through nh3): it reads broken mark-up as browsers do, and its
depth is bounded, so a page of ten thousand nested boxes is no trouble.
"""

from __future__ import annotations

import html as entities
import re

# ECMA-48 control sequences: a terminal would obey them in a log line or a command's output.
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
LINE_ENDS = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
# C0 and C1 but newline and tab, DEL, soft hyphen, zero-width space and word joiner, embeddings,
# overrides and isolates (they would reorder what stands next to the text), lone surrogates,
# private use, noncharacters and the tag block. The joiners U+200C and U+200D and the marks U+200E,
# U+200F and U+061C stay: they are part of honest Persian, emoji and mixed-direction text.
_NONCHARACTERS = "".join(chr(plane << 16 | low) for plane in range(15) for low in (0xFFFE, 0xFFFF))
UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u180e\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufeff\ufff0-\ufffb"
    f"\U000e0000-\U000e007f\U000f0000-\U0010ffff{_NONCHARACTERS}]"
)
ALLOWED = {"p", "br", "strong", "b", "em", "a", "ul", "ol", "li", "h2", "h3", "blockquote"}
# Elements whose content is no reading matter. nh3 drops them with all they hold.
SILENT = {
    "script", "style", "template", "noscript", "iframe", "object", "select", "textarea", "title",
    "svg", "math", "button", "audio", "video", "canvas",
}  # fmt: skip
PARAGRAPHS = {
    "p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "figure",
    "figcaption", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table",
    "pre", "hr", "form", "fieldset", "address", "details", "summary",
}  # fmt: skip
LINES = {"br", "li", "tr", "dt", "dd", "caption"}
CELLS = {"td", "th"}
TAG = re.compile(r"</?([a-z][a-z0-9]*)[^<>]*>")


def strip_controls(text: str) -> str:
    """Return the text without what is no letter to a reader.

    Line ends of every kind become a newline; tabs stay. Terminal escapes go as a whole.
    """
    text = LINE_ENDS.sub("\n", ESCAPES.sub("", text))
    return UNWANTED.sub("", text)


def clean_html(html: str) -> str:
    """Return HTML of paragraphs, emphasis, links, lists, two headings and quotations only.

    Links are kept with http or https addresses alone; every other attribute, scripts, styles,
    comments and forms are gone. The result is well formed whatever came in.
    """
    import nh3

    return nh3.clean(
        strip_controls(html),
        tags=ALLOWED,
        clean_content_tags=SILENT,
        attributes={"a": {"href"}},
        attribute_filter=_web_address,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


def _web_address(_tag: str, name: str, value: str) -> str | None:
    """Drop a relative link, which nh3 lets pass: on our pages it would lead to ourselves."""
    return value if name != "href" or value.lower().startswith(("http://", "https://")) else None


def plain_text(html: str) -> str:
    """Return the words of an HTML text: a blank line between paragraphs, a newline for a break.

    Entities are decoded; scripts, styles and forms' insides are gone. Text without any tag comes
    back as it is, its white space aside.
    """
    import nh3

    kept = nh3.clean(
        strip_controls(html),
        tags=PARAGRAPHS | LINES | CELLS,
        clean_content_tags=SILENT,
        attributes={},
        link_rel=None,
        strip_comments=True,
    )
    # White space of the source means nothing; only elements break lines.
    flat = re.sub(r"[ \t\n]+", " ", kept)
    marked = entities.unescape(TAG.sub(_break, flat))
    return _tidy(strip_controls(marked))


def _break(tag: re.Match[str]) -> str:
    name = tag.group(1)
    if name in CELLS:
        return " "
    return "\n" if name in LINES else "\n\n"


def _tidy(text: str) -> str:
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
