"""The mail in a real browser, on a phone and a desk, light and dark: where every glyph lands."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from digest.issues.document import Variant
from digest.issues.render import render_issue, render_plain_mail
from digest.newsletters.colours import READABLE
from digest.text import urls
from tests.browser import running
from tests.issues.sample import issue_doc, story

WIDTHS = (375, 600)
HTML = render_issue(issue_doc(), Variant()).html
BARE = re.sub(r"<style.*?</style>", "", HTML, flags=re.S)
CONFIRM, _ = render_plain_mail(
    "confirm", name="موجز الميناء", title="بقيت خطوة واحدة", url="https://mina.example/c",
    valid="48 ساعة", postal_address="اللاذقية",
)
RUNS = ("C++", "+963 11 222 3333", "-5", "6.5%", "Apache 2.0")

# For each text node that shows: its words, its ink and the ground behind it.
TEXTS = """() => {
  const opaque = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/^rgba\\(.*, 0\\)$/.test(colour)) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const box = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !box.checkVisibility()) continue;
    found.push([walker.currentNode.data.trim(), getComputedStyle(box).color, opaque(box)]);
  }
  return found;
}"""
# Where each glyph of the first place of a run of text stands: [left, right, top] by glyph.
GLYPHS = """([scope, run]) => {
  const walker = document.createTreeWalker(
    document.querySelector(scope), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, start = node.data.indexOf(run);
    if (start < 0 || !node.parentElement.checkVisibility()) continue;
    return [...run].map((_, at) => {
      const range = document.createRange();
      range.setStart(node, start + at);
      range.setEnd(node, start + at + 1);
      const box = range.getBoundingClientRect();
      return [box.left, box.right, box.top];
    });
  }
  return null;
}"""
BOX = "(one) => { const box = one.getBoundingClientRect(); return [box.left, box.right, box.top]; }"
WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, without a network: every picture is a grey square."""
    with running() as opened:
        yield opened


class Shown:
    """A mail on the screen, with the addresses it asked for."""

    def __init__(self, browser: Any, html: str, width: int, scheme: str = "light") -> None:
        self.asked: list[str] = []
        self.page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        self.page.route("**/*", self._answer)
        self.page.set_content(html, wait_until="load")

    def _answer(self, route: Any) -> None:
        self.asked.append(route.request.url)
        route.fulfill(body=grey_square(), content_type="image/png")

    def glyphs(self, run: str, scope: str = "body") -> list[list[float]]:
        """Return left, right and top of each glyph of a text."""
        found: list[list[float]] = self.page.evaluate(GLYPHS, [scope, run])
        assert found is not None, run
        return found

    def box(self, selector: str) -> list[float]:
        """Return left, right and top of the first element that a selector finds."""
        found: list[float] = self.page.eval_on_selector(selector, BOX)
        return found


def grey_square(size: int = 120) -> bytes:
    """Return a PNG."""
    rows = b"".join(b"\0" + b"\x90\x90\x90" * size for _ in range(size))

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows))
        + part(b"IEND", b"")
    )


@pytest.fixture(
    scope="module", params=[(width, html) for width in WIDTHS for html in ("styled", "bare")],
    ids=str,
)
def shown(request: pytest.FixtureRequest, browser: Any) -> Iterator[Shown]:
    """The mail at each width, also as it is where a client drops every style sheet."""
    width, kind = request.param
    mail = Shown(browser, HTML if kind == "styled" else BARE, width)
    yield mail
    mail.page.close()


def test_the_mail_never_scrolls_sideways(shown: Shown) -> None:
    assert shown.page.evaluate(WIDTH) <= shown.page.viewport_size["width"]


def test_the_last_full_stop_of_the_note_ends_its_line_at_the_left(shown: Shown) -> None:
    glyphs = shown.glyphs(issue_doc().note)
    stop = glyphs[-1]
    line = [glyph for glyph in glyphs if abs(glyph[2] - stop[2]) < 6]
    assert len(line) > 3 and stop[0] <= min(glyph[0] for glyph in line)


def test_the_thumbnail_stands_right_of_its_title(shown: Shown) -> None:
    picture = shown.box('img[alt="لوحة خط"]')
    title = shown.glyphs("معرض للخط العربي")
    assert picture[0] >= max(glyph[1] for glyph in title)


def test_the_first_bullet_stands_right_of_its_text(shown: Shown) -> None:
    assert shown.glyphs("■")[0][0] >= max(one[1] for one in shown.glyphs("أسعار زيت الزيتون"))


def test_stories_follow_each_other_down_the_page(shown: Shown) -> None:
    tops = shown.page.eval_on_selector_all(
        "h1, h2, h3", "(all) => all.map((one) => one.getBoundingClientRect().top)"
    )
    assert len(tops) == 13 and tops == sorted(tops)


@pytest.mark.parametrize("run", RUNS)
def test_latin_runs_keep_their_order(shown: Shown, run: str) -> None:
    lefts = [glyph[0] for glyph in shown.glyphs(run)]
    assert lefts == sorted(lefts)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("html", [HTML, CONFIRM], ids=["issue", "confirm"])
def test_every_word_is_readable(browser: Any, html: str, width: int, scheme: str) -> None:
    mail = Shown(browser, html, width, scheme)
    texts = mail.page.evaluate(TEXTS)
    mail.page.close()
    faint = [one for one in texts if contrast(one[1], one[2]) < READABLE]
    assert len(texts) > 5 and faint == []
    dark = [one for one in texts if luminance(one[2]) < 0.2]
    assert len(dark) > len(texts) // 2 if scheme == "dark" else len(dark) <= 1  # the button


def test_nothing_is_fetched_but_pictures_of_the_named_hosts(browser: Any) -> None:
    doc = issue_doc()
    mail = Shown(browser, HTML, 600)
    mail.page.close()
    assert sorted(mail.asked) == sorted(item.image for item in doc.items if item.image)
    assert {urls.host(one) for one in mail.asked} <= doc.hosts


def test_buttons_are_large_enough_for_a_thumb(browser: Any) -> None:
    mail = Shown(browser, HTML, 375)
    height = mail.page.eval_on_selector(".k a", "(one) => one.getBoundingClientRect().height")
    mail.page.close()
    assert height >= 44


def test_a_title_of_one_endless_word_does_not_widen_a_phone(browser: Any) -> None:
    doc = issue_doc(
        story(title="x" * 300, source_name="y" * 200), story(2, "lead", summary="z" * 400),
        story(3, title="ن" * 300, image="https://news.example/3.jpg"), story(4, "brief", title="x" * 300),
        note="w" * 300,
    )
    mail = Shown(browser, render_issue(doc, Variant()).html, 375)
    width = mail.page.evaluate(WIDTH)
    mail.page.close()
    assert width <= 375


def contrast(one: str, other: str) -> float:
    """Return the contrast of two computed colours (WCAG 2.2)."""
    first, second = sorted((luminance(one), luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of ``rgb(…)``."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
