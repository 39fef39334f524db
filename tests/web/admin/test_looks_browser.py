"""The pages of look and template in a browser: axe in both colours, a phone's width, the live check."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask_security import hash_password
from werkzeug.serving import make_server

from digest.issues.proof import first_template
from digest.newsletters import templates
from digest.system.build import build_system
from digest.system.settings import Settings
from tests import browser, make
from tests.conftest import SettableClock
from tests.web.conftest import PASSWORD
from tests.webapp import build_app

ADDRESS = "admin@example.org"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for all of them."""
    with browser.running() as opened:
        yield opened


@pytest.fixture
def site(settings: Settings, clock: SettableClock) -> Iterator[str]:
    """Serve the panel with a newsletter and two versions of its template, one of them broken."""
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    system = build_system(dataclasses.replace(settings, base_url=url), clock=clock)
    app = build_app(system)
    now = clock.now()
    with app.app_context(), system.db.write() as db:
        make.user(db, now=now, email=ADDRESS, role="admin", password=hash_password(PASSWORD))
        newsletter_id = make.newsletter(db, now=now)
        for source in (first_template(), "<mjml>\n{{ config }}\n</mjml>"):
            templates.save_version(db, newsletter_id, source, now=now)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"{url}/admin/newsletters/{newsletter_id}"
    server.shutdown()
    thread.join(5)
    server.server_close()
    system.close()


def signed_in(chromium: Any, site: str, scheme: str) -> Any:
    page = chromium.new_context(
        color_scheme=scheme, viewport={"width": 375, "height": 720}
    ).new_page()
    page.goto(f"{site.partition('/newsletters')[0]}/login")
    page.locator("input[name=email]").fill(ADDRESS)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_read_by_everybody_on_every_screen(
    chromium: Any, site: str, scheme: str
) -> None:
    page = signed_in(chromium, site, scheme)
    for path in ("look", "look?look=1&brand=%23C9A0DC", "mjml", "mjml?n=1&against=2"):
        page.set_viewport_size({"width": 375, "height": 720})
        page.goto(f"{site}/{path}")
        found = Axe().run(page, options={"iframes": False}).response["violations"]
        assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == [], path
        for width in (320, 375, 768, 1440):
            page.set_viewport_size({"width": width, "height": 720})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
    page.context.close()


def test_colours_are_checked_while_they_are_chosen(chromium: Any, site: str) -> None:
    page = signed_in(chromium, site, "light")
    page.goto(f"{site}/look")
    page.wait_for_selector("#look-findings .ok")
    page.locator("#brand").fill("#c9a0dc")
    page.wait_for_selector("#look-findings .danger")
    page.locator("input[value=paper]").check()
    page.wait_for_selector("iframe[src*='design=paper']")
    page.locator("#look-findings a").first.click()
    page.wait_for_selector("#look-findings .ok")
    assert page.locator("input[value=paper]").is_checked()
    page.get_by_role("button", name="احفظ", exact=True).click()
    page.wait_for_selector(".flash.ok >> text=حُفظ شكل النشرة")
    page.context.close()
