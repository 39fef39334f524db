"""Ways of writing in a browser: axe in both colours, a phone's width, the day drawn while choosing."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask_security import hash_password
from werkzeug.serving import make_server

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
    """Serve a fresh panel with one administrator."""
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    system = build_system(dataclasses.replace(settings, base_url=url), clock=clock)
    app = build_app(system)
    with app.app_context(), system.db.write() as db:
        make.user(db, now=clock.now(), email=ADDRESS, role="admin",
                  password=hash_password(PASSWORD))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"{url}/admin"
    server.shutdown()
    thread.join(5)
    server.server_close()
    system.close()


def signed_in(chromium: Any, site: str, scheme: str = "light") -> Any:
    page = chromium.new_context(
        color_scheme=scheme, viewport={"width": 375, "height": 720}
    ).new_page()
    page.goto(f"{site}/login")
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
    for path in ("settings", "profile", "profile/ways"):
        page.set_viewport_size({"width": 375, "height": 720})
        page.goto(f"{site}/{path}")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == [], path
        for width in (320, 768, 1440):
            page.set_viewport_size({"width": width, "height": 720})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
    page.context.close()


@pytest.mark.parametrize("path", ["settings", "profile"])
def test_today_is_drawn_while_one_chooses(chromium: Any, site: str, path: str) -> None:
    page = signed_in(chromium, site)
    page.goto(f"{site}/{path}")
    page.wait_for_selector("#ways-sample >> text=24 تشرين الثاني 2026 · 1,250 مشتركاً")
    page.select_option("#digits", "arab")
    page.select_option("#months", "both")
    page.wait_for_selector("#ways-sample >> text=٢٤ تشرين الثاني (نوفمبر) ٢٠٢٦ · ١٬٢٥٠ مشتركاً")
    page.reload()
    page.wait_for_selector("#ways-sample >> text=24 تشرين الثاني 2026")
    page.context.close()
