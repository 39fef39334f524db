"""A real application over the System, and people who sign in the way a browser does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from werkzeug.test import TestResponse

from digest.system.build import System
from tests import make
from tests.webapp import build_app

PASSWORD = "a long enough password"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser(FlaskClient):
    """A client that takes the CSRF token from a page, as a browser's form would carry it."""

    def submit(
        self,
        path: str,
        data: Mapping[str, object] | None = None,
        *,
        page: str = "/admin/login",
        **words: object,
    ) -> TestResponse:
        """POST ``data`` with the token of ``page`` (or of the last page with one)."""
        answer = self.get(page, follow_redirects=True)
        found = TOKEN.search(answer.get_data(as_text=True))
        assert found, f"no form on {page} ({answer.status_code})"
        fields = {"csrf_token": found[1], **(data or {})}
        return self.post(path, data=fields, **words)


SignIn = Callable[..., Browser]


@pytest.fixture
def app(system: System) -> Flask:
    """The application, as ``digest serve`` builds it."""
    app = build_app(system)
    app.test_client_class = Browser
    return app


@pytest.fixture
def visitor(app: Flask) -> Browser:
    """Somebody who has not signed in."""
    client = app.test_client()
    assert isinstance(client, Browser)
    return client


@pytest.fixture
def sign_in(app: Flask, system: System) -> SignIn:
    """Sign a person in with a role and a password, through the login page."""

    def signed_in(role: str = "publisher", email: str = "") -> Browser:
        email = email or f"{role}@example.org"
        with app.app_context(), system.db.write() as db:
            make.user(
                db, now=system.clock.now(), email=email, role=role, password=hash_password(PASSWORD)
            )
        client = app.test_client()
        assert isinstance(client, Browser)
        answer = client.submit("/admin/login", {"email": email, "password": PASSWORD})
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return client

    return signed_in
