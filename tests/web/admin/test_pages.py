"""Pages about sending in a real browser: axe in both colours, and no page wider than a phone."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask_security import hash_password
from werkzeug.serving import make_server

from digest.delivery import hold, keys
from digest.delivery.dkim import KINDS
from digest.delivery.models import Chunk, Delivery, DeliveryState
from digest.system.build import System, build_system
from digest.system.settings import Settings
from tests import browser, make
from tests.conftest import SettableClock
from tests.feedback.touched import send_to
from tests.web.conftest import PASSWORD
from tests.webapp import build_app

WIDTHS = (320, 375, 768, 1440)
NARROW = {"width": 375, "height": 720}
ADDRESS = "admin@example.org"
LONG = "a-very-long-local-part-that-goes-on-and-on@subdomain.of-a-long-domain.example.net"
CSV = "الاسم;البريد الإلكتروني\nريم;rim@example.net\nخطأ;not-an-address\n".encode()


@dataclass(frozen=True, slots=True)
class Panel:
    """The panel behind a real HTTP server, and its pages by name."""

    url: str
    paths: dict[str, str]


@pytest.fixture
def panel(settings: Settings, clock: SettableClock, tmp_path: Path) -> Iterator[Panel]:
    """Serve the panel with something on each of the pages."""
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    system = build_system(dataclasses.replace(settings, base_url=url), clock=clock)
    app = build_app(system)
    with app.app_context(), system.db.write() as db:
        make.user(db, now=clock.now(), email=ADDRESS, role="admin",
                  password=hash_password(PASSWORD))
    paths = _filled(system, clock)
    _copied(system, tmp_path)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Panel(url, paths)
    server.shutdown()
    thread.join(5)
    server.server_close()
    system.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for all of them."""
    with browser.running() as opened:
        yield opened


def _filled(system: System, clock: SettableClock) -> dict[str, str]:
    """Keys of a domain, mails of unknown fate, readers who were measured."""
    now = clock.now()
    sent = send_to(system, clock, readers=3)
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now, slug="other", name="موجز المرفأ")
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, state="sent",
                              frozen_at=now, sent_at=now)
        readers = [make.subscriber(db, now=now, address=one) for one in (LONG, "b@example.net")]
        db.add(Chunk(issue_id=issue_id, n=0, first_id=readers[0], last_id=readers[-1]))
        db.add_all(
            Delivery(issue_id=issue_id, subscriber_id=who, variant="latn", attempts=1, at=now,
                     state=DeliveryState.UNCERTAIN.value) for who in readers
        )
        for algorithm in KINDS["both"]:
            keys.generate(db, "mina.example", algorithm, secret=system.settings.secret_key, now=now)
        make.mailing_list(db, now=now, name="قائمة الميناء", slug="imported")
    return {
        "domain": f"/admin/newsletters/{newsletter_id}/domain",
        "uncertain": f"/admin/issues/{issue_id}/uncertain", "instance": "/admin/instance",
        "measured": f"/admin/issues/{sent.issue_id}", "imports": "/admin/imports",
        "dashboard": "/admin/", "analytics": "/admin/analytics",
        "numbers": f"/admin/analytics/issues/{sent.issue_id}", "work": "/admin/work",
    }


def _copied(system: System, tmp_path: Path) -> None:
    """A copy of the database that waits for a yes."""
    hold.arrive(system)
    copy = build_system(replace(system.settings, data_dir=tmp_path / "copy"), clock=system.clock)
    hold.arrive(copy)
    copy.close()


def _signed_in(chromium: Any, panel: Panel, scheme: str) -> Any:
    context = chromium.new_context(color_scheme=scheme, viewport=NARROW)
    page = context.new_page()
    page.goto(f"{panel.url}/admin/login")
    page.locator("input[name=email]").fill(ADDRESS)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    return page


def _upload(page: Any, panel: Panel) -> None:
    """Bring the imports to their second page, the preview of a file."""
    page.goto(panel.url + panel.paths["imports"])
    page.locator("input[type=file]").set_input_files(
        {"name": "readers.csv", "mimeType": "text/csv", "buffer": CSV})
    page.locator("form").filter(has=page.locator("input[type=file]")).locator("button").click()
    page.wait_for_url("**/admin/imports/*")


def _check(page: Any, name: str) -> list[str]:
    """What is wrong with the page that is open."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 720})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{name}: {wide} px wide at {width}")
    page.set_viewport_size(NARROW)
    return found + [
        f"{name}: {one['id']} {[node['html'][:90] for node in one['nodes']]}"
        for one in Axe().run(page).response["violations"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_about_sending_fit_a_phone_and_satisfy_axe(
    panel: Panel, chromium: Any, scheme: str
) -> None:
    page = _signed_in(chromium, panel, scheme)
    wrong = []
    for name, path in panel.paths.items():
        answer = page.goto(panel.url + path)
        assert answer.status == 200, name
        wrong += _check(page, name)
    _upload(page, panel)
    wrong += _check(page, "preview of an import")
    page.context.close()
    assert wrong == []
