"""The weight of a mail is in bytes, not letters."""

from __future__ import annotations

from digest.issues.checks import CLIP_AT, LARGE_AT
from digest.issues.document import Variant
from digest.issues.render import render_issue
from digest.issues.weight import weigh
from tests.issues.sample import large_doc


def test_arabic_letters_are_two_bytes_and_white_space_between_tags_is_spare() -> None:
    found = weigh("<p>سد</p>\n  <p>نهر</p>")
    assert (found.size, found.minified) == (27, 24)
    assert (found.large, found.most) == (LARGE_AT, CLIP_AT)


def test_thirty_stories_stay_below_what_gmail_cuts() -> None:
    found = weigh(render_issue(large_doc(30), Variant()).html)
    assert found.minified <= found.size <= LARGE_AT
