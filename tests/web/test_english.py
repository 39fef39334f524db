"""The panel in English: no page, empty or full, shows an Arabic word that nobody wrote."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, String, select, update

from digest.audience.models import Form
from digest.delivery import hold, keys
from digest.delivery.dkim import KINDS
from digest.delivery.models import Chunk, Delivery, DeliveryState
from digest.staff import audit
from digest.staff.models import User
from digest.system.build import System
from digest.system.db import Base
from tests import make
from tests.conftest import SettableClock
from tests.feedback.touched import send_to
from tests.web.conftest import Browser, SignIn
from tests.web.test_guard import routes

ARABIC = re.compile("[\u0621-\u064a]+(?:[\\s،]+[\u0621-\u064a]+)*")
SWITCH = "العربية"  # a language is always named in itself
# What goes to readers speaks the language of the newsletter.
MAILS = {"admin.issue_preview", "admin.look_preview", "admin.mjml_preview"}
# Arabic month names as they will be written, texts for readers, quoted examples.
CONTENT = re.compile(
    r'<select[^>]*name="months".*?</select>|<textarea.*?</textarea>|«[^»]{1,80}»'
    r'|<input[^>]*name="consent_text"[^>]*>', re.S
)


@pytest.fixture
def english(sign_in: SignIn, system: System) -> Browser:
    """An administrator who reads English."""
    client = sign_in("admin")
    with system.db.write() as db:
        db.query(User).one().language = "en"
    return client


def arabic(app: Flask, client: Browser, least: int) -> dict[str, list[str]]:
    """The Arabic words of every page that answers, by its path; ``least`` of them are there."""
    found, shown = {}, 0
    for endpoint, method, path in routes(app):
        if method != "GET" or endpoint in MAILS:
            continue
        answer = client.get(path, follow_redirects=True)
        shown += answer.status_code == 200
        if answer.mimetype.startswith(("text/", "application/json")):
            text = CONTENT.sub("", answer.get_data(as_text=True)).replace(SWITCH, "")
            if words := ARABIC.findall(unescape(text)):
                found[f"{path} ({answer.status_code})"] = sorted(set(words))
    assert shown >= least
    return found


def everything(system: System, clock: SettableClock) -> None:
    """Something on each page."""
    now = clock.now()
    send_to(system, clock, readers=3)
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now, slug="other", list_id=1)
        make.issue(db, now=now, newsletter_id=newsletter_id)
        for n, state in enumerate(("scheduled", "sending", "paused", "skipped", "failed"), 2):
            make.issue(db, now=now, newsletter_id=newsletter_id, number=n, state=state,
                       reason="relay_auth" if state == "paused" else "", send_at=now)
        for code in ("bounced", "complained", "pending"):
            make.subscriber(db, now=now, address=f"{code}@example.net", state=code, list_id=1)
        make.subscriber(db, now=now, address="left@example.net", on="left", list_id=1)
        db.add(Form(public_key="k", name="x", list_id=1, newsletter_id=1, created_at=now))
        db.add(Chunk(issue_id=2, n=0, first_id=1, last_id=3))
        db.add(Delivery(issue_id=2, subscriber_id=1, variant="latn", attempts=1, at=now,
                        state=DeliveryState.UNCERTAIN.value))
        keys.generate(db, "mina.example", KINDS["both"][0], secret=system.settings.secret_key, now=now)
        make.topic(db)
        make.source(db, now=now, failures=4)
        for n in range(3):
            make.article(db, now=now - timedelta(hours=n), title=f"t {n}", topic_id=n % 2 or None)
        audit.record(db, "issue.schedule", now=now, by=1, subject="issue", subject_id=1)
    hold.arrive(system)
    latin(system)


def latin(system: System) -> None:
    """Turn every Arabic letter that people or sources wrote into an x."""
    with system.db.write() as db:
        for table in Base.metadata.sorted_tables:
            texts = [one for one in table.columns if isinstance(one.type, String | JSON)]
            key = list(table.primary_key)
            for row in db.execute(select(*key, *texts)).all() if texts and key else ():
                ids, values = row[: len(key)], row[len(key) :]
                new = {one.name: x(value) for one, value in zip(texts, values, strict=True)}
                here = [one == value for one, value in zip(key, ids, strict=True)]
                db.execute(update(table).where(*here).values(new))


def x(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: x(one) for name, one in value.items()}
    if isinstance(value, list):
        return [x(one) for one in value]
    return re.sub("[\u0621-\u064a]", "x", value) if isinstance(value, str) else value


def test_a_fresh_panel_is_english_throughout(app: Flask, english: Browser) -> None:
    assert arabic(app, english, 25) == {}


def test_a_panel_full_of_work_is_english_throughout(
    app: Flask, english: Browser, system: System, clock: SettableClock
) -> None:
    everything(system, clock)
    assert arabic(app, english, 40) == {}
