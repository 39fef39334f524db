"""The designs in a browser: no sideways scrolling on a phone, everything read, light and dark."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from digest.issues.document import Variant
from digest.issues.render import render_issue
from digest.issues.samples import NAMES, sample_issue
from digest.newsletters.looks import DESIGNS
from tests.browser import running
from tests.issues.sample import LOOK
from tests.web.public.test_browser import CONTRAST


@pytest.fixture(scope="module")
def browser() -> Any:
    with running() as started:
        yield started


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("design", DESIGNS)
def test_a_design_fits_a_phone_and_is_read(browser: Any, design: str, scheme: Any) -> None:
    look = replace(LOOK, design=design, surface="#FFFDF5", ground="#F0E9DD", brand="#7A1FA2")
    page = browser.new_context(
        viewport={"width": 375, "height": 800}, color_scheme=scheme, java_script_enabled=True
    ).new_page()
    page.route("**/*", lambda route: route.abort())
    for name in NAMES:
        page.set_content(render_issue(sample_issue(name, look, base_url="https://a.example"), Variant()).html)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375, name
        assert page.evaluate(CONTRAST) == [], name
    page.context.close()
