"""A published newsletter with a form, served to readers by HTTP and to a real browser."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from digest.audience import forms
from digest.audience.forms import FormValues
from digest.audience.models import Consent, Membership, Subscriber, Suppression
from digest.feedback.models import Event
from digest.issues import queries
from digest.issues.models import Edition, Issue
from digest.system import links
from digest.system.build import System, build_system
from digest.system.queue import Job
from digest.system.settings import Settings
from tests import browser, make
from tests.conftest import SettableClock
from tests.webapp import build_app

ADDRESS = "rim@example.net"


@dataclass(frozen=True, slots=True)
class Place:
    """«موجز الميناء», its list, its form and the key that the form is known by."""

    newsletter_id: int
    list_id: int
    form_id: int
    key: str


@pytest.fixture
def place(system: System, clock: SettableClock) -> Place:
    return a_place(system, clock)


def a_place(system: System, clock: SettableClock, origins: tuple[str, ...] = ()) -> Place:
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=clock.now())
        newsletter_id = make.newsletter(db, now=clock.now(), list_id=list_id,
                                        tagline="خمسة أخبار في خمس دقائق")
        form_id = forms.add_form(db, FormValues(
            name="آخر المقال", list_id=list_id, newsletter_id=newsletter_id,
            heading="موجز الميناء كل صباح", allowed_origins=origins,
            text="أهم خمسة أخبار وخلاصاتها، في قراءة لا تتجاوز 10 دقائق.",
        ), now=clock.now())
        return Place(newsletter_id, list_id, form_id, forms.get_form(db, form_id).public_key)


@pytest.fixture
def reader(system: System, place: Place, clock: SettableClock) -> int:
    """Rim, who receives the newsletter."""
    with system.db.write() as db:
        return make.subscriber(db, now=clock.now(), address=ADDRESS, list_id=place.list_id)


@pytest.fixture
def client(system: System) -> FlaskClient:
    """Somebody on the web, without a cookie."""
    return build_app(system).test_client()


def publish(
    system: System, newsletter_id: int, clock: SettableClock, number: int = 1, **values: Any
) -> str:
    """Freeze and send an issue; its HTML as stored, with the slots in it."""
    with system.db.write() as db:
        issue_id = make.issue(db, now=clock.now(), newsletter_id=newsletter_id, number=number,
                              send_at=clock.now(), sent_at=clock.now(), **values)
        done = queries.preview(db, issue_id, base_url=system.settings.base_url, now=clock.now())
        db.add(Edition(issue_id=issue_id, variant="latn", subject=done.subject, html=done.html,
                       text=done.text, sha256=done.sha256, size=done.size))
        db.get_one(Issue, issue_id).state = values.get("state", "sent")
    return done.html


def leave_path(system: System, reader: int, newsletter_id: int, issue_id: int = 0) -> str:
    return links.leave_url("", system.signer, reader, newsletter_id, issue_id)


def preferences_path(system: System, reader: int) -> str:
    return links.preferences_url("", system.signer, reader)


def confirm_path(system: System, reader: int, place: Place) -> str:
    return links.confirm_url("", system.signer, reader, place.list_id, place.newsletter_id)


def everything(db: Session) -> list[object]:
    """Return all that a request of a reader could change."""
    return [
        sorted(tuple(row) for row in db.execute(select(
            model.__table__.c[*[column.name for column in model.__table__.columns
                                if column.name != "allowed_origins" and column.name != "args"]]
        )))
        for model in (Subscriber, Membership, Consent, Suppression, Event, Job)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Live:
    """The application on a port of its own, and its newsletter."""

    system: System
    place: Place
    url: str


@pytest.fixture
def live(settings: Settings, clock: SettableClock) -> Iterator[Live]:
    """The application behind a real HTTP server, at the address that its mails name."""
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    system = build_system(dataclasses.replace(settings, base_url=url), clock=clock)
    app = build_app(system)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Live(system, a_place(system, clock), url)
    server.shutdown()
    thread.join(5)
    server.server_close()
    system.close()


@pytest.fixture
def other_site() -> Iterator[Any]:
    """A site of somebody else on another port: ``other_site(body)`` returns its address."""
    pages: dict[str, bytes] = {}

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages["/"]
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def serve(body: str) -> str:
        pages["/"] = body.encode()
        return f"http://localhost:{server.server_port}/"

    yield serve
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A real browser; each page that a test opens has cookies and storage of its own."""
    with browser.running() as opened:
        yield opened
