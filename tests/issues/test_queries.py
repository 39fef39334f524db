"""Issues as surfaces read them: the document, the preview, lists, the board and the archive."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from digest.articles.models import Article
from digest.audience.models import Form
from digest.issues import queries
from digest.issues.document import Variant
from digest.issues.earlier import used_stories
from digest.issues.models import Edition, Item
from digest.system.build import System
from digest.system.errors import NotFound
from tests import make
from tests.conftest import SettableClock

BASE = "https://mina.example"


def an_issue(system: System, clock: SettableClock, **values: object) -> int:
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=clock.now())
        return make.issue(db, now=clock.now(), newsletter_id=newsletter_id, **values)


def test_a_document_holds_all_that_rendering_needs(system: System, clock: SettableClock) -> None:
    issue_id = an_issue(system, clock, number=7, note="صباح الخير", note_by="رنا")
    with system.db.read() as db:
        doc = queries.load_document(db, issue_id, base_url=BASE, now=clock.now())
    assert (doc.number, doc.version, doc.note, doc.note_by) == (7, 1, "صباح الخير", "رنا")
    assert [item.role for item in doc.items] == ["lead", "second"]
    assert doc.items[0].minutes == 1 and doc.look.name == "موجز الميناء"
    assert doc.view_url == f"{BASE}/archive/mina/7" and doc.archive_url == f"{BASE}/archive/mina"
    assert doc.subscribe_url == f"{BASE}/archive/mina#subscribe"


def test_an_issue_is_dated_by_the_day_it_is_sent_on_where_its_readers_live(
    system: System, clock: SettableClock
) -> None:
    now = clock.now()
    late = now.replace(hour=21, minute=30)  # half past midnight in Damascus
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=clock.now())
        issues = [
            make.issue(db, now=clock.now(), newsletter_id=newsletter_id, number=n, **times)
            for n, times in enumerate(
                ({}, {"slot_at": late}, {"slot_at": now, "send_at": late + timedelta(days=2)})
            )
        ]
        days = [
            queries.load_document(db, one, base_url=BASE, now=clock.now()).day for one in issues
        ]
    assert days == [date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 27)]


def test_a_private_newsletter_links_to_no_archive(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=clock.now(), public=False)
        issue_id = make.issue(db, now=clock.now(), newsletter_id=newsletter_id)
        doc = queries.load_document(db, issue_id, base_url=BASE, now=clock.now())
        assert (doc.view_url, doc.archive_url, doc.subscribe_url) == (None, None, None)


def test_friends_of_readers_subscribe_by_the_newsletter_s_form(
    system: System, clock: SettableClock
) -> None:
    now = clock.now()
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id)
        for key in ("first", "second"):
            db.execute(
                insert(Form).values(
                    public_key=key, name=key, list_id=list_id, newsletter_id=newsletter_id,
                    heading="", text="", consent_text="", allowed_origins=[], created_at=now,
                )
            )
        doc = queries.load_document(db, issue_id, base_url=BASE, now=now)
    assert doc.subscribe_url == f"{BASE}/subscribe/first"


def test_known_hosts_are_ours_and_those_of_the_articles_behind_the_items(
    system: System, clock: SettableClock
) -> None:
    now = clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, items=1)
        article = db.get_one(Article, make.article(
            db, now=now, link="https://Paper.example/1", image="https://cdn.paper.example/1.png"
        ))
        other = make.article(db, now=now, title="غيره", link="https://other.example/1")
        db.get_one(Article, other).story_id = article.story_id
        make.article(db, now=now, title="بعيد", link="https://far.example/1")
        (item,) = db.query(Item).filter_by(issue_id=issue_id)
        item.article_id, item.story_id = article.id, article.story_id
        db.flush()
        doc = queries.load_document(db, issue_id, base_url=BASE, now=now)
        found = queries.preview(db, issue_id, base_url=BASE, now=now).findings
    assert doc.hosts == {"mina.example", "paper.example", "cdn.paper.example", "other.example"}
    assert [one.facts["host"] for one in found if one.code == "foreign_host"] == ["news.example"]


def test_a_preview_is_rendered_in_the_newsletter_s_digits(
    system: System, clock: SettableClock
) -> None:
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=clock.now(), digits="arab")
        issue_id = make.issue(db, now=clock.now(), newsletter_id=newsletter_id, number=218)
        own = queries.preview(db, issue_id, base_url=BASE, now=clock.now())
        asked = queries.preview(
            db, issue_id, base_url=BASE, now=clock.now(), variant=Variant("latn")
        )
    assert "العدد ٢١٨" in own.html and "العدد 218" in asked.html


def test_a_frozen_issue_is_previewed_by_the_bytes_that_are_sent(
    system: System, clock: SettableClock
) -> None:
    issue_id = an_issue(system, clock, state="frozen")
    with system.db.write() as db:
        db.add(edition(issue_id))
        db.flush()
        shown = queries.preview(db, issue_id, base_url=BASE, now=clock.now())
    assert (shown.subject, shown.html, shown.text) == ("كما أُرسل", "<p>digest-slot-leave", "نص")
    assert (shown.size, shown.sha256) == (20, "f" * 64)


def test_issues_are_listed_latest_first_and_by_newsletter_and_state(
    system: System, clock: SettableClock
) -> None:
    now = clock.now()
    with system.db.write() as db:
        one = make.newsletter(db, now=now)
        two = make.newsletter(db, now=now, slug="weekly", name="الأسبوعية")
        ids = [
            make.issue(db, now=now, newsletter_id=one, number=1, state="sent",
                       sent_at=now - timedelta(days=1)),
            make.issue(db, now=now, newsletter_id=one, number=2, state="scheduled",
                       send_at=now + timedelta(hours=1), items=3),
            make.issue(db, now=now, newsletter_id=two, number=1, items=0),
        ]
        rows = queries.list_issues(db)
        assert [row.id for row in rows] == [ids[1], ids[2], ids[0]]
        assert [row.items for row in rows] == [3, 0, 2]
        assert [row.id for row in queries.list_issues(db, newsletter_id=two)] == [ids[2]]
        assert [row.id for row in queries.list_issues(db, state="sent")] == [ids[0]]
        assert len(queries.list_issues(db, limit=1)) == 1
        row = queries.get_issue(db, ids[2])
        assert (row.newsletter_name, row.newsletter_slug) == ("الأسبوعية", "weekly")


def test_the_board_shows_sections_in_order_also_empty_ones(
    system: System, clock: SettableClock
) -> None:
    issue_id = an_issue(system, clock, items=0)
    with system.db.read() as db:
        page = queries.board(db, issue_id)
    assert [(one.title, one.items) for one in page.sections] == [("سياسة", ())]


def test_what_does_not_exist_is_not_found(system: System) -> None:
    with system.db.read() as db:
        for missing in (
            lambda: queries.get_issue(db, 1),
            lambda: queries.board(db, 1),
            lambda: queries.load_document(db, 1, base_url=BASE, now=None),  # type: ignore[arg-type]
            lambda: queries.archive(db, "mina"),
            lambda: queries.archived_edition(db, "mina", 1),
        ):
            with pytest.raises(NotFound):
                missing()


def test_used_stories_are_those_of_issues_that_were_or_may_be_sent(
    system: System, clock: SettableClock
) -> None:
    now = clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        stories = {}
        for number, state in enumerate(("draft", "sent", "cancelled")):
            issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, number=number, items=2,
                                  state=state)
            article = db.get_one(Article, make.article(db, now=now, title=f"خبر {number}"))
            db.query(Item).filter_by(issue_id=issue_id, position=0).one().story_id = article.story_id
            stories[state] = article.story_id
        db.flush()
        assert used_stories(db) == {stories["draft"], stories["sent"]}


def test_the_archive_lists_what_was_sent_twenty_a_page(
    system: System, clock: SettableClock
) -> None:
    now = clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        for number in range(1, 24):
            make.issue(db, now=now, newsletter_id=newsletter_id, number=number, items=0,
                       state="sent", sent_at=now + timedelta(minutes=number))
        make.issue(db, now=now, newsletter_id=newsletter_id, number=24, state="sending", items=0)
        make.issue(db, now=now, newsletter_id=newsletter_id, number=25, items=0)
        first, second = (queries.archive(db, "mina", page=n) for n in (1, 2))
        assert [one.number for one in first.issues] == list(range(24, 4, -1))
        assert [one.number for one in second.issues] == [4, 3, 2, 1]
        assert (first.total, first.pages, second.page) == (24, 2, 2)
        assert queries.archive(db, "mina", page=99).page == 2
        assert queries.archive(db, "mina", page=-1).page == 1


def test_an_empty_archive_has_one_page(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        make.newsletter(db, now=clock.now())
        page = queries.archive(db, "mina")
    assert (page.issues, page.page, page.pages, page.total) == ((), 1, 1, 0)


def test_a_private_newsletter_has_no_archive(system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        make.newsletter(db, now=clock.now(), public=False)
        with pytest.raises(NotFound, match="no_such_newsletter"):
            queries.archive(db, "mina")


def test_an_archived_issue_is_what_was_sent_with_its_neighbours(
    system: System, clock: SettableClock
) -> None:
    now = clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now, digits="arab")
        for number, state in ((1, "sent"), (3, "sent"), (4, "draft"), (7, "paused")):
            issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, number=number,
                                  state=state, sent_at=now if state == "sent" else None, items=0)
            if state != "draft":
                db.add_all([edition(issue_id, "latn", "لاتيني"), edition(issue_id, "arab", "عربي")])
        db.flush()
        middle, last = (queries.archived_edition(db, "mina", n) for n in (3, 7))
        assert (middle.previous, middle.next, middle.subject) == (1, 7, "عربي")
        assert (last.previous, last.next, middle.at) == (3, None, now)
        with pytest.raises(NotFound, match="no_such_issue"):
            queries.archived_edition(db, "mina", 4)


def edition(issue_id: int, variant: str = "latn", subject: str = "كما أُرسل") -> Edition:
    return Edition(issue_id=issue_id, variant=variant, subject=subject, html="<p>digest-slot-leave",
                   text="نص", sha256="f" * 64, size=20)
