"""What mail programs lack of what a mail uses."""

from __future__ import annotations

from digest.issues.clients import support
from digest.issues.document import Variant
from digest.issues.render import render_issue
from tests.issues.sample import issue_doc


def test_a_mail_is_told_what_programs_lack_of_it() -> None:
    found = support('<div style="display:flex;padding:4px">')
    assert "display: flex" in [one.name for one in found.lacking]
    assert all(one.without or one.partly for one in found.lacking)
    assert (found.source, len(found.date)) == ("https://www.caniemail.com", 10)
    assert support("").lacking == ()


def test_our_own_mail_uses_no_layout_that_outlook_lacks() -> None:
    html = render_issue(issue_doc(), Variant()).html
    names = {one.name for one in support(html).lacking}
    assert names.isdisjoint({"display: flex", "display: grid", "position", "float", "var()"})
    assert "@media" in names
