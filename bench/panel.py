"""The panel over a grown newsroom: server time and weight of every page that answers a GET.

The database (100,000 articles, 1,000 issues, 1,000,000 subscribers, two sends of a million mails)
is made once and kept in the temporary folder; every route of the admin that answers GET is asked
over and over, as an admin who signed in. Weight is what a first visit loads: the page, its style
sheet and script, without fonts.

    python -m bench.panel [--rounds 20] [--scale 1.0] [--only WORD] [--folder FOLDER] [--paint]
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy import Connection, func, select
from werkzeug.routing import Rule

from digest.articles.models import Article, Story, Summary
from digest.audience.models import Consent, Form, MailingList, Membership, Subscriber
from digest.delivery.models import Delivery, DeliveryState
from digest.feedback import counting
from digest.feedback.models import Event, Report, Touch
from digest.issues.models import Edition, Issue, Item, Link, Section
from digest.issues.queries import preview
from digest.migrate import is_current, upgrade
from digest.newsletters.models import Newsletter
from digest.sources.models import FetchAttempt, Source
from digest.staff.models import AuditEntry, User
from digest.system.build import System, build_system
from digest.system.db import table_of
from digest.system.settings import Settings
from tests import make
from tests.conftest import SettableClock
from tests.webapp import build_app

NOW = datetime(2026, 11, 24, 2, 40, tzinfo=UTC)
SLOW = 200.0  # ms that a page may take, 95 times of 100
PAINT = 100.0  # ms from an act on the issue page to the next paint
HEAVY = 300_000  # bytes of a first visit without fonts
SINCE = 400  # days that the newsroom has been at work
PASSWORD = "a long enough password"
EMAIL = "omar@example.org"
WORDS = "أقرّ البرلمان الموازنة بعد جلسة طويلة وصوّت مئة وثلاثون نائباً لصالحها في العاصمة. "
LINKED = re.compile(r'(?:<link[^>]*rel="stylesheet"[^>]*href|<script[^>]*src)="([^"]+)"')
FIELD = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
SHARES = ("on",) * 95 + ("left",) * 3 + ("paused", "pending")


@dataclass(frozen=True, slots=True)
class Measured:
    """A page: its route, the answer's code, times in ms, and bytes of a first visit."""

    rule: str
    status: int
    p50: float
    p95: float
    weight: int


def main() -> None:
    """Print a line for every page, the slow and heavy ones marked; exit 1 when there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--scale", type=float, default=1.0, help="of all that is counted")
    parser.add_argument("--only", default="", help="part of a route")
    parser.add_argument("--paint", action="store_true", help="measure the issue page in Chromium")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()),
                        help="where the database is kept")
    asked = parser.parse_args()
    with newsroom(asked.scale, asked.folder) as system:
        begun = perf_counter()
        counting.count_again(system)  # what the pulse does every half minute, beside the pages
        print(f"counted in the background in {perf_counter() - begun:.1f} s", flush=True)
        app = build_app(system)
        client = sign_in(app)
        pages = [
            one for rule, path in paths(app, system) if asked.only in rule
            for one in [measure(client, rule, path, asked.rounds)]
        ]
    pages.sort(key=lambda one: -one.p95)
    print(f"{'p50 ms':>8} {'p95 ms':>8} {'KB':>6}  page")
    for one in pages:
        mark = (" SLOW" if one.p95 > SLOW else "") + (" HEAVY" if one.weight > HEAVY else "")
        code = "" if one.status == 200 else f" ({one.status})"
        print(f"{one.p50:8.1f} {one.p95:8.1f} {one.weight / 1000:6.0f}  {one.rule}{code}{mark}")
    bad = [one for one in pages if one.p95 > SLOW or one.weight > HEAVY or one.status >= 500]
    print(f"{len(pages)} pages, {len(bad)} of them over {SLOW:.0f} ms or {HEAVY // 1000} KB")
    late = _painted(asked) if asked.paint else 0
    raise SystemExit(bool(bad or late))


def _painted(asked: argparse.Namespace) -> int:
    """Print how soon the issue page answers an editor; returns how many acts are late."""
    from bench.paint import interactions

    with newsroom(asked.scale, asked.folder) as system:
        found = interactions(
            build_app(system), issues(system)["draft"], email=EMAIL, password=PASSWORD,
            rounds=asked.rounds,
        )
    print(f"{'next':>8} {'worst':>8} {'done':>8} {'worst':>8}  act on the issue page, ms to the paint")
    for one in found:
        mark = " LATE" if one.next > PAINT else ""
        print(f"{one.next:8.1f} {one.next_worst:8.1f} {one.done:8.1f} {one.done_worst:8.1f}  "
              f"{one.name}{mark}")
    return sum(one.next > PAINT for one in found)


class newsroom:  # noqa: N801 (reads as a function where it is used)
    """The grown newsroom, made where there is none yet."""

    def __init__(self, scale: float, within: Path) -> None:
        self.scale = scale
        folder = within / f"digest-panel-{scale:g}"
        folder.mkdir(parents=True, exist_ok=True)
        self.made = folder / "made"
        self.settings = Settings(
            data_dir=folder, database_url=f"sqlite:///{folder / 'digest.db'}", smtp_url="capture:",
            base_url="http://127.0.0.1", secret_key="bench" * 8,
        )

    def __enter__(self) -> System:
        """Open the database: migrated, and filled once."""
        self.system = build_system(self.settings, clock=SettableClock(NOW))
        if not is_current(self.system.db):
            upgrade(self.system.db)
        if not self.made.exists():
            begun = perf_counter()
            fill(self.system, self.scale)
            self.made.touch()
            print(f"made the newsroom in {perf_counter() - begun:.0f} s", flush=True)
        return self.system

    def __exit__(self, *_: object) -> None:
        """Close it; the file stays."""
        self.system.close()


def sign_in(app: Flask) -> FlaskClient:
    """Return a client of the admin."""
    client = app.test_client()
    token = FIELD.search(client.get("/admin/login").get_data(as_text=True))
    assert token
    fields = {"csrf_token": token[1], "email": EMAIL, "password": PASSWORD}
    answer = client.post("/admin/login", data=fields)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client


def paths(app: Flask, system: System) -> Iterator[tuple[str, str]]:
    """Yield every route of the admin that answers GET, with an address for each of its values."""
    values = samples(system)
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.endpoint.startswith("admin."):
            continue
        if rule.arguments <= {"issue_id"} and rule.arguments:
            for name, issue_id in issues(system).items():
                yield f"{rule.rule} [{name}]", filled(app, rule, {"issue_id": issue_id})
        elif rule.arguments <= values.keys():
            yield rule.rule, filled(app, rule, values)
    for path in (
        "/admin/subscribers?q=r77", "/admin/subscribers?status=left", "/admin/subscribers?status=paused",
        "/admin/subscribers?page=9000", "/admin/subscribers?list=1", "/admin/issues?state=sent",
        "/admin/inbox?q=البرلمان", "/admin/inbox?tab=used", "/admin/inbox?tab=saved",
        "/admin/audit?page=50", "/admin/lists/1?page=2",
    ):
        yield path, path


def filled(app: Flask, rule: Rule, values: Mapping[str, Any]) -> str:
    """Return the address of a rule."""
    wanted = {name: values[name] for name in rule.arguments}
    with app.test_request_context():
        return app.url_for(rule.endpoint, **wanted)


def samples(system: System) -> dict[str, Any]:
    """A value for every name in a route that has one in the database."""
    found: dict[str, Any] = {}
    with system.db.read() as db:
        for name, model in {
            "newsletter_id": Newsletter, "list_id": MailingList, "form_id": Form, "user_id": User,
            "source_id": Source,
        }.items():
            found[name] = db.scalar(select(func.min(model.id)))
        found["subscriber_id"] = db.scalar(select(func.max(Subscriber.id)))
        found["topic_id"] = db.scalar(select(func.min(Story.topic_id)))
        found["story_id"] = db.scalar(select(func.max(Story.id)))
        found["article_id"] = db.scalar(select(func.max(Article.id)))
        draft = select(func.max(Issue.id)).where(Issue.state == "draft").scalar_subquery()
        item = select(Item).where(Item.issue_id == draft).limit(1)
        for row in db.scalars(item):
            found |= {"issue_id": row.issue_id, "section_id": row.section_id, "item_id": row.id}
    return found


def issues(system: System) -> dict[str, int]:
    """The last issue of each state."""
    with system.db.read() as db:
        rows = db.execute(select(Issue.state, func.max(Issue.id)).group_by(Issue.state))
        return {row[0]: row[1] for row in rows}


def measure(client: FlaskClient, rule: str, path: str, rounds: int) -> Measured:
    """Ask a page once to warm up, then ``rounds`` times."""
    answer = client.get(path)
    text = answer.get_data()
    times = []
    for _ in range(rounds):
        begun = perf_counter()
        client.get(path).get_data()
        times.append((perf_counter() - begun) * 1000)
    times.sort()
    weight = len(text)
    if answer.mimetype == "text/html":
        parts = dict.fromkeys(LINKED.findall(text.decode()))
        weight += sum(len(client.get(part).get_data()) for part in parts)
    at = max(0, -(-len(times) * 95 // 100) - 1)
    return Measured(rule, answer.status_code, times[len(times) // 2], times[at], weight)


def fill(system: System, scale: float) -> None:
    """Write the rows: durable writes are of no use here."""
    people, articles, made = int(1_000_000 * scale), int(100_000 * scale), int(1000 * scale)
    with system.db.write() as db:
        make.user(db, now=NOW, email=EMAIL, role="admin", password=password(system))
        for n in range(20):
            make.user(db, now=NOW, email=f"editor{n}@example.org")
        lists = [make.mailing_list(db, now=NOW, slug=f"list{n}") for n in range(4)]
        letters = [
            make.newsletter(db, now=NOW, slug=f"letter{n}", list_id=lists[n], track_clicks=True,
                            track_opens=True) for n in range(3)
        ]
        topics = [make.topic(db, slug=f"topic{n}", name=f"موضوع {n}") for n in range(8)]
        sources = [
            make.source(db, now=NOW, name=f"مصدر {n}", url=f"https://s{n}.example/feed",
                        last_ok_at=NOW, last_item_at=NOW) for n in range(200)
        ]
        forms = [
            make_form(db, n, lists[0], letters[0]) for n in range(10)
        ]
    with system.db.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        for pragma in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-400000"):
            raw.execute(f"PRAGMA {pragma}")
        fill_articles(connection, articles, sources, topics)
        fill_people(connection, people, lists, forms)
        fill_issues(connection, made, letters[0], people)
        write(connection, AuditEntry, (
            {"id": n, "at": NOW - timedelta(minutes=n), "action": "issue_scheduled",
             "subject": "issue", "subject_id": 1, "user_id": 1} for n in range(1, int(20_000 * scale))
        ))
        connection.commit()
    draft = issues(system)["draft"]
    with system.db.read() as db:
        shown = preview(db, draft, base_url=system.settings.base_url, now=NOW)
        sent = list(db.scalars(select(Issue.id).where(Issue.state.in_(["sent", "sending"]))))
    with system.db.engine.begin() as connection:
        write(connection, Edition, (
            {"issue_id": one, "variant": "latn", "subject": shown.subject, "html": shown.html,
             "text": shown.text, "sha256": "0" * 64, "size": len(shown.html)} for one in sent
        ))
    with system.db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA analysis_limit=1000")
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def password(system: System) -> str:
    """The hash of the admin's password."""
    with build_app(system).app_context():
        return str(hash_password(PASSWORD))


def make_form(db: Any, n: int, list_id: int, newsletter_id: int) -> int:
    """A sign-up form."""
    row = Form(public_key=f"form{n}", name=f"نموذج {n}", list_id=list_id, created_at=NOW,
               newsletter_id=newsletter_id)
    db.add(row)
    db.flush()
    return row.id


def fill_articles(
    connection: Connection, articles: int, sources: list[int], topics: list[int]
) -> None:
    """Articles of 400 days, two of three alone in their story, each with a summary."""
    stories = articles * 2 // 3

    def at(n: int) -> datetime:
        return NOW - timedelta(days=SINCE) * (1 - n / articles)

    write(connection, Story, (
        {"id": n, "label": f"خبر {n}: البرلمان يقرّ الموازنة", "representative_id": n,
         "topic_id": topics[n % len(topics)], "first_at": at(n * 3 // 2), "last_at": at(n * 3 // 2),
         "likeness": 1.0} for n in range(1, stories + 1)
    ))
    text = WORDS * 20
    write(connection, Article, (
        {"id": n, "source_id": sources[n % len(sources)], "source_name": f"مصدر {n % 200}",
         "article_key": f"key{n}", "guid_hash": f"guid{n}", "link": f"https://news.example/{n}",
         "title": f"خبر {n}: البرلمان يقرّ الموازنة بعد جلسة طويلة", "html": f"<p>{text}</p>",
         "text": text, "text_hash": f"h{n}", "words": 260, "published_at": at(n),
         "collected_at": at(n), "state": "ready", "topic_id": topics[n % len(topics)],
         "story_id": max(1, n * 2 // 3), "saved": n % 500 == 0} for n in range(1, articles + 1)
    ))
    write(connection, Summary, (
        {"id": n, "article_id": n, "n": 1, "method": "mix", "text": WORDS * 2, "text_hash": f"h{n}",
         "created_at": at(n)} for n in range(1, articles + 1)
    ))
    write(connection, FetchAttempt, (
        {"source_id": sources[n % len(sources)], "at": NOW - timedelta(minutes=n), "status": 200,
         "outcome": "ok"} for n in range(len(sources) * 100)
    ))


def fill_people(
    connection: Connection, people: int, lists: list[int], forms: list[int]
) -> None:
    """Readers: most on the first list, a tenth of them on the second as well, joined by forms."""

    def at(n: int) -> datetime:
        return NOW - timedelta(days=SINCE) * (1 - n / people)

    write(connection, Subscriber, (
        {"id": n, "token": f"t{n}", "address": f"r{n}@reader{n % 5000}.example",
         "address_key": f"r{n}@reader{n % 5000}.example", "name": f"قارئ {n}",
         "state": "bounced" if n % 400 == 0 else "active", "created_at": at(n), "confirmed_at": at(n)}
        for n in range(1, people + 1)
    ))
    write(connection, Membership, (
        {"subscriber_id": n, "list_id": one, "state": SHARES[n * 7 % 100], "at": at(n),
         "paused_until": NOW + timedelta(days=30) if SHARES[n * 7 % 100] == "paused" else None,
         "form_id": forms[n % len(forms)] if n % 3 else None}
        for n in range(1, people + 1) for one in (lists[:2] if n % 10 == 0 else lists[:1])
    ))
    write(connection, Consent, (
        {"subscriber_id": n, "list_id": lists[0], "what": "confirmed", "wording": "أوافق",
         "network": "192.0.2.0/24", "at": at(n)} for n in range(1, people + 1)
    ))


def fill_issues(connection: Connection, made: int, newsletter_id: int, people: int) -> None:
    """Issues a day apart: a draft, one to be sent, one that is sent now, and all before it."""
    last = made - 3
    states = dict.fromkeys(range(1, made + 1), "sent") | {
        made: "draft", made - 1: "scheduled", made - 2: "sending",
    }

    def day(n: int) -> datetime:
        return NOW + timedelta(days=1) * (n - made + 1)

    write(connection, Issue, (
        {"id": n, "newsletter_id": newsletter_id, "number": n, "state": state,
         "subject": f"العدد {n}: محادثات الفرات تنتهي بلا اتفاق", "preheader": "ومعرض في حلب",
         "slot_at": day(n), "send_at": day(n) if state != "draft" else None,
         "sent_at": day(n) if state == "sent" else None, "created_at": day(n),
         "track_opens": True, "track_clicks": True} for n, state in states.items()
    ))
    write(connection, Section, (
        {"id": 3 * n + part, "issue_id": n, "position": part, "title": f"قسم {part}"}
        for n in states for part in range(3)
    ))
    write(connection, Item, (
        {"issue_id": n, "section_id": 3 * n + place // 3, "position": place, "link":
         f"https://news.example/{n * 9 + place + 1}", "title": f"خبر رقم {place + 1} من العدد {n}",
         "role": "lead" if place % 3 == 0 else "second", "summary": WORDS * 2, "words": 260,
         "story_id": n * 9 + place + 1, "article_id": n * 9 + place + 1, "source_name": "مصدر"}
        for n in states for place in range(9)
    ))
    write(connection, Link, (
        {"issue_id": n, "n": place + 1, "url": f"https://news.example/{n * 9 + place + 1}"}
        for n, state in states.items() if state in {"sent", "sending"} for place in range(9)
    ))
    write(connection, Delivery, mails(states, last, people))
    write(connection, Touch, touches(states, last, people))
    write(connection, Event, (
        {"id": n, "source_key": f"e{n}", "kind": "leave", "issue_id": max(1, last - n % last),
         "subscriber_id": n, "at": NOW - timedelta(minutes=20 * n)}
        for n in range(1, people // 33)
    ))
    write(connection, Report, (
        {"id": n, "source_key": f"r{n}", "kind": "hard" if n % 3 else "soft", "why": "mailbox",
         "via": "mail", "status": "5.1.1", "text": "no such user", "issue_id": max(1, last - n % 99),
         "subscriber_id": n, "at": NOW - timedelta(minutes=20 * n)}
        for n in range(1, people // 200)
    ))


def mails(states: dict[int, str], last: int, people: int) -> Iterator[dict[str, Any]]:
    """A mail to everybody of the last two issues that went out, 300 of each before."""
    for n, state in states.items():
        if state not in {"sent", "sending"}:
            continue
        for reader in range(1, (people if n >= last else 300) + 1):
            place = DeliveryState.SENT
            if reader % 100 == 0:
                place = DeliveryState.FAILED if reader % 200 else DeliveryState.SKIPPED
            elif state == "sending" and reader > people // 2:
                place = DeliveryState.QUEUED
            elif reader % 9999 == 1:
                place = DeliveryState.UNCERTAIN
            yield {"issue_id": n, "subscriber_id": reader, "variant": "latn", "at": NOW,
                   "state": place.value, "attempts": 1, "reply": "550 5.1.1 no such user"
                   if place is DeliveryState.FAILED else ""}


def touches(states: dict[int, str], last: int, people: int) -> Iterator[dict[str, Any]]:
    """A third of the readers of the last two issues opened, a tenth clicked."""
    for n, state in states.items():
        if state not in {"sent", "sending"}:
            continue
        for reader in range(1, (people // 3 if n >= last else 100) + 1):
            for link in (0, 1 + reader % 9) if reader % 3 == 0 else (0,):
                yield {"issue_id": n, "subscriber_id": reader, "n": link, "human": int(link > 0),
                       "proxy": int(link == 0), "scanner": int(reader % 50 == 0), "first_at": NOW,
                       "last_at": NOW}


def write(connection: Connection, model: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows in batches, with the defaults of the model."""
    statement = table_of(model).insert()
    waiting = iter(rows)
    while batch := list(islice(waiting, 20_000)):
        connection.execute(statement, batch)


if __name__ == "__main__":
    main()
