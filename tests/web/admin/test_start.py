"""The pages of the first run, without scripts."""

from __future__ import annotations

import pytest

from digest import jobs
from digest.audience.lists import count_recipients
from digest.issues import prepare, states
from digest.newsletters.manage import NewsletterRow
from digest.sources.models import Source
from digest.system.build import System
from digest.web.admin.start import first_newsletter
from tests import make
from tests.conftest import SettableClock
from tests.servers import http
from tests.sources.samples import item, rss
from tests.web.conftest import Browser, SignIn

NEWSROOM = {"name": "موجز الميناء", "zone": "Africa/Cairo", "at": "07:30",
            "days": ["0", "1", "2", "3", "4", "5", "6"]}
SENDER = {"sender_name": "موجز الميناء", "sender_address": "news@mina.example",
          "postal_address": "شارع البحر 12"}


def row(system: System) -> NewsletterRow:
    with system.db.read() as db:
        found = first_newsletter(db)
    assert found is not None
    return found


def newsroom(admin: Browser, **changes: object) -> None:
    answer = admin.submit("/admin/start/newsroom", {**NEWSROOM, **changes},
                          page="/admin/start/newsroom")
    assert answer.location == "/admin/start/sender", answer.get_data(as_text=True)


def ready(admin: Browser) -> None:
    newsroom(admin)
    admin.submit("/admin/start/sender", SENDER, page="/admin/start/sender")


def test_the_newsroom_makes_a_newsletter_that_its_editor_reads(
    sign_in: SignIn, system: System
) -> None:
    newsroom(sign_in("admin"))
    made = row(system)
    assert (made.name, made.zone, made.rule) == (
        "موجز الميناء", "Africa/Cairo", {"kind": "daily", "at": "07:30"})
    assert made.editor_address == made.sender_address == "admin@example.org"
    with system.db.read() as db:
        assert count_recipients(db, made.id, system.clock.now()) == 1


def test_going_back_changes_the_same_newsletter(sign_in: SignIn, system: System) -> None:
    admin = sign_in("admin")
    ready(admin)
    page = admin.get("/admin/start/newsroom").get_data(as_text=True)
    assert 'value="موجز الميناء"' in page and 'value="07:30' in page
    newsroom(admin, name="موجز المرفأ", days=["6", "2"])
    changed = row(system)
    assert (changed.name, changed.postal_address) == ("موجز المرفأ", "شارع البحر 12")
    assert changed.rule == {"kind": "weekly", "at": "07:30", "days": [2, 6]}


def test_nothing_is_sent_without_a_postal_address(sign_in: SignIn, system: System) -> None:
    admin = sign_in("admin")
    newsroom(admin)
    answer = admin.submit("/admin/start/sender", {**SENDER, "postal_address": " "},
                          page="/admin/start/sender")
    assert answer.status_code == 422
    assert row(system).postal_address == ""


def test_days_must_be_chosen(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    answer = admin.submit("/admin/start/newsroom", {**NEWSROOM, "days": []},
                          page="/admin/start/newsroom")
    assert answer.status_code == 422


def test_the_start_leads_to_the_first_open_step(sign_in: SignIn, system: System) -> None:
    admin = sign_in("admin")
    seen = [admin.get("/admin/start").location]
    newsroom(admin)
    seen.append(admin.get("/admin/start").location)
    ready(admin)
    seen.append(admin.get("/admin/start").location)
    with system.db.write() as db:
        make.source(db, now=system.clock.now())
    seen.append(admin.get("/admin/start").location)
    assert seen == [f"/admin/start/{name}" for name in ("newsroom", "sender", "source", "issue")]


@pytest.mark.parametrize("name", ["sender", "source", "issue"])
def test_a_later_step_leads_back_to_where_the_newsletter_is_made(
    sign_in: SignIn, name: str
) -> None:
    assert sign_in("admin").get(f"/admin/start/{name}").location == "/admin/start/newsroom"


def test_only_who_may_set_things_runs_it(sign_in: SignIn) -> None:
    assert sign_in("publisher").get("/admin/start/newsroom").status_code == 403


def test_a_source_is_tried_added_collected_and_sent(
    sign_in: SignIn, system: System, clock: SettableClock
) -> None:
    admin = sign_in("admin")
    ready(admin)
    with http.running() as web:
        web.reply("/feed", body=rss([item("افتتاح معرض الكتاب", web.url("/1"))]))
        tried = admin.submit("/admin/start/source/try", {"url": web.url("/feed")},
                             page="/admin/start/source").get_data(as_text=True)
        assert "افتتاح معرض الكتاب" in tried
        with system.db.read() as db:
            assert db.query(Source).count() == 0
        added = admin.submit("/admin/start/source", {"url": web.url("/feed"), "kind": "feed"},
                             page="/admin/start/source")
        assert added.location == "/admin/start/issue"
        assert "جُمع حتى الآن" in admin.get("/admin/start/issue").get_data(as_text=True)
        jobs.drain(system, jobs.OTHERS - {prepare.FIRST})
        clock.forward(seconds=31)
        jobs.drain(system, {prepare.FIRST})
    answer = admin.submit("/admin/start/issue", {"based_on": "1"}, page="/admin/start/issue")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert "يُرسل العدد الآن" in admin.get("/admin/start/issue").get_data(as_text=True)
    with system.db.write() as db:
        states.enqueue_due(db, clock.now())
    jobs.drain(system, jobs.SENDING)
    done = admin.get("/admin/start/issue").get_data(as_text=True)
    assert "/admin/mailbox/" in done


def test_a_source_that_brings_nothing_is_told(
    sign_in: SignIn, system: System, clock: SettableClock
) -> None:
    admin = sign_in("admin")
    ready(admin)
    with http.running() as web:
        web.reply("/feed", body=rss([]))
        admin.submit("/admin/start/source", {"url": web.url("/feed"), "kind": "feed"},
                     page="/admin/start/source")
        jobs.drain(system, jobs.OTHERS - {prepare.FIRST})
    clock.forward(minutes=11)
    jobs.drain(system, {prepare.FIRST})
    assert "لم يأتِ من المصدر خبر" in admin.get("/admin/start/issue").get_data(as_text=True)


def test_an_address_that_leads_nowhere_is_told(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    ready(admin)
    answer = admin.submit("/admin/start/source/try", {"url": "ftp://x"}, page="/admin/start/source")
    assert answer.status_code == 422
