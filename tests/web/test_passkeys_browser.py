"""Passkeys in a real browser with an authenticator of its own, and how the pages read."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask_security import hash_password
from werkzeug.serving import make_server

from digest.staff.models import AuditEntry, Passkey
from digest.system.build import System
from tests import browser, make
from tests.web.conftest import PASSWORD
from tests.webapp import build_app

EMAIL = "rana@example.org"
DEVICE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
          "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}


@dataclass(frozen=True, slots=True)
class Panel:
    """The panel behind a real server, and a page of a browser that is signed out."""

    url: str
    page: Any
    system: System

    def log_in(self) -> None:
        """Give the password."""
        self.page.goto(f"{self.url}/admin/login")
        self.page.locator("#email").fill(EMAIL)
        self.page.locator("#password").fill(PASSWORD)
        self.page.get_by_role("button", name="ادخل", exact=True).click()

    def log_out(self) -> None:
        """Leave."""
        self.page.get_by_role("button", name="تسجيل الخروج").click()
        self.page.wait_for_url("**/admin/login")

    def device(self) -> tuple[Any, str]:
        """Give the browser an authenticator; returns how to talk to it, and its name."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("WebAuthn.enable")
        made = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        return session, made["authenticatorId"]


@pytest.fixture
def panel(system: System) -> Iterator[Panel]:
    """A server at a name, since a passkey belongs to a name and not to a number."""
    app = build_app(system)
    with app.app_context(), system.db.write() as db:
        make.user(db, now=system.clock.now(), email=EMAIL, role="admin",
                  password=hash_password(PASSWORD))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    errors: list[str] = []
    with browser.running() as chromium:
        page = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text)
                if "Content Security Policy" in said.text else None)
        yield Panel(f"http://localhost:{server.server_port}", page, system)
    server.shutdown()
    thread.join(5)
    server.server_close()
    assert errors == []


def check(page: Any) -> None:
    """Readable, named, and not wider than a phone."""
    page.set_viewport_size({"width": 320, "height": 720})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url
    page.set_viewport_size({"width": 1280, "height": 800})
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def add_passkey(page: Any, name: str) -> None:
    page.locator("#passkey-name").fill(name)
    page.get_by_role("button", name="أضف مفتاح مرور").click()


def test_a_passkey_is_added_signs_in_alone_and_is_asked_for_after_the_password(
    panel: Panel,
) -> None:
    page = panel.page
    session, device = panel.device()
    panel.log_in()
    page.wait_for_url("**/admin/")
    page.goto(f"{panel.url}/admin/profile")
    check(page)
    add_passkey(page, "هاتف رنا")
    page.get_by_role("button", name="أزل «هاتف رنا»").wait_for()
    panel.log_out()
    check(page)
    page.get_by_role("button", name="ادخل بمفتاح مرور").click()
    page.wait_for_url("**/admin/")
    with panel.system.db.read() as db:
        assert db.query(Passkey).one().sign_count > 1
        actions = {one.action for one in db.query(AuditEntry)}
        assert {"user.passkey_add", "user.sign_in"} <= actions
    panel.log_out()
    panel.log_in()
    page.wait_for_url(re.compile(r"/admin/passkey\?"))
    check(page)
    page.goto(f"{panel.url}/admin/")
    assert "/admin/login" in page.url
    panel.log_in()
    page.get_by_role("button", name="ادخل بمفتاح مرور").click()
    page.wait_for_url("**/admin/")
    page.goto(f"{panel.url}/admin/profile")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="أزل «هاتف رنا»").click()
    page.get_by_text("أُزيل مفتاح المرور").wait_for()
    with panel.system.db.read() as db:
        assert db.query(Passkey).count() == 0
    panel.log_out()
    page.get_by_role("button", name="ادخل بمفتاح مرور").click()
    page.get_by_text("لم يكتمل الدخول بمفتاح المرور").wait_for()
    assert len(session.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"])


def test_a_name_in_use_is_told_and_a_device_that_knows_nobody_is_refused(panel: Panel) -> None:
    page = panel.page
    session, device = panel.device()
    panel.log_in()
    page.wait_for_url("**/admin/")
    with panel.system.db.write() as db:
        db.add(make.passkey(1, now=panel.system.clock.now(), name="هاتفي"))
    page.goto(f"{panel.url}/admin/profile")
    add_passkey(page, "هاتفي")
    page.get_by_text("لا يصلح هذا الاسم").wait_for()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    add_passkey(page, "حاسوبي")
    page.get_by_text("لم يُضف المفتاح").wait_for()
    with panel.system.db.read() as db:
        assert db.query(Passkey).count() == 1


def test_the_pages_of_the_app_read_well(panel: Panel) -> None:
    page = panel.page
    panel.log_in()
    page.wait_for_url("**/admin/")
    page.goto(f"{panel.url}/admin/profile")
    page.get_by_role("button", name="أضف تطبيق رموز").click()
    page.locator(".factor-picture").wait_for()
    assert page.locator(".factor-picture").evaluate("one => one.naturalWidth") > 100
    check(page)
    page.goto(f"{panel.url}/admin/users")
    check(page)
