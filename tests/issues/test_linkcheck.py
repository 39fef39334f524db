"""Links are asked in the background; what came of it is kept and told as findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from digest.issues import linkcheck
from digest.issues.models import Issue, Item, LinkCheck
from digest.issues.queries import preview
from digest.jobs import drain
from digest.system.build import System
from digest.system.errors import Refused
from digest.system.fetch import Fetcher
from digest.system.queue import Job
from tests import make
from tests.servers import http

PAGE = "<html><title>خبر</title><body><article>{}</article></body></html>"
SENTENCES = [
    f"<p>أعلنت البلدية المرحلة {n} من خطة توسيع الحدائق العامة في أحياء المدينة القديمة.</p>"
    for n in ("الأولى", "الثانية", "الثالثة", "الرابعة", "الخامسة", "السادسة")
]
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def web() -> Iterator[http.Server]:
    """The sites of the issue's sources."""
    with http.running() as server:
        yield server


@pytest.fixture
def reaching(system: System, web: http.Server) -> Iterator[System]:
    """A system that may ask the test's server."""
    fetcher = Fetcher(allow=(f"127.0.0.1:{web.port}",), seconds=5)
    yield replace(system, fetcher=fetcher)
    fetcher.close()


def an_issue(system: System, *links: str) -> int:
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, items=len(links))
        items = db.query(Item).order_by(Item.id).all()
        for item, link in zip(items, links, strict=True):
            item.link = link
        return issue_id


def found(system: System, issue_id: int) -> dict[str, str]:
    """The findings about links and sources: code to level."""
    with system.db.read() as db:
        rendered = preview(db, issue_id, base_url="https://mina.example", now=system.clock.now())
    return {
        one.code: one.level.value for one in rendered.findings
        if one.code.startswith(("link_", "source_"))
    }


def test_a_page_that_is_gone_blocks_and_a_refusal_does_not(
    reaching: System, web: http.Server
) -> None:
    web.reply("/here", body=PAGE.format("".join(SENTENCES)), headers=HTML)
    web.reply("/shy", status=403)
    issue_id = an_issue(reaching, web.url("/here"), web.url("/gone"), web.url("/shy"))
    assert found(reaching, issue_id) == {}
    linkcheck.check_links(reaching, issue_id)
    assert found(reaching, issue_id) == {"link_dead": "error", "link_broken": "warning"}


def test_a_name_that_is_not_there_blocks_only_when_some_site_answers(
    reaching: System, web: http.Server
) -> None:
    web.reply("/here", body=PAGE.format("".join(SENTENCES)), headers=HTML)
    lost = "http://no-such-site.invalid/1"
    alone = an_issue(reaching, lost)
    linkcheck.check_links(reaching, alone)
    assert found(reaching, alone) == {}
    with reaching.db.write() as db:
        db.query(Item).delete()
        db.query(Issue).delete()
        both = make.issue(db, now=reaching.clock.now(), newsletter_id=1, items=2)
        first, second = db.query(Item).order_by(Item.id)
        first.link, second.link = lost, web.url("/here")
    linkcheck.check_links(reaching, both)
    assert found(reaching, both) == {"link_dead": "error"}


def test_head_comes_first_and_get_decides(reaching: System, web: http.Server) -> None:
    web.reply("/only-get", status=405)
    web.then("/only-get", body="نص", Content_Type="text/plain")
    issue_id = an_issue(reaching, web.url("/only-get"))
    linkcheck.check_links(reaching, issue_id)
    assert [(one.method, one.path) for one in web.asked] == [
        ("HEAD", "/only-get"), ("GET", "/only-get"),
    ]
    assert found(reaching, issue_id) == {}


def test_a_story_that_leads_to_the_front_page(reaching: System, web: http.Server) -> None:
    web.reply("/old", status=302, headers={"Location": "/"})
    web.reply("/", body="الأولى", headers={"Content-Type": "text/plain"})
    issue_id = an_issue(reaching, web.url("/old"))
    linkcheck.check_links(reaching, issue_id)
    assert found(reaching, issue_id) == {"link_moved_home": "warning"}
    with reaching.db.read() as db:
        assert db.query(LinkCheck).one().lands_on == web.url("/")


def test_an_article_that_says_something_else_now(reaching: System, web: http.Server) -> None:
    web.reply("/a", body=PAGE.format("".join(SENTENCES)), headers=HTML)
    issue_id = an_issue(reaching, web.url("/a"))
    linkcheck.check_links(reaching, issue_id)
    web.reply("/a", body=PAGE.format("".join([*SENTENCES[1:], "<p>وأضيف سطر.</p>"])), headers=HTML)
    linkcheck.check_links(reaching, issue_id, anew=True)
    assert found(reaching, issue_id) == {}, "one sentence of six is a correction"
    web.reply("/a", body=PAGE.format("".join(SENTENCES[3:])), headers=HTML)
    linkcheck.check_links(reaching, issue_id, anew=True)
    assert found(reaching, issue_id) == {"source_changed": "warning"}


def test_open_issues_are_queued_once_until_their_answers_age(
    reaching: System, web: http.Server
) -> None:
    web.reply("/here", body="نص", headers={"Content-Type": "text/plain"})
    issue_id = an_issue(reaching, web.url("/here"))
    now = reaching.clock.now()
    with reaching.db.write() as db:
        assert [linkcheck.queue_due(db, now), linkcheck.queue_due(db, now)] == [1, 0]
        assert linkcheck.checking(db, issue_id)
    drain(reaching, {linkcheck.KIND})
    with reaching.db.write() as db:
        assert not linkcheck.checking(db, issue_id)
        assert linkcheck.queue_due(db, now + linkcheck.FRESH / 2) == 0
        assert linkcheck.queue_due(db, now + linkcheck.FRESH + timedelta(minutes=1)) == 1
        assert linkcheck.queue_due(db, now + linkcheck.LIVE + timedelta(days=1)) == 0


def test_an_editor_may_have_them_asked_again(reaching: System, web: http.Server) -> None:
    issue_id = an_issue(reaching, web.url("/late"))
    linkcheck.check_links(reaching, issue_id)
    web.reply("/late", body="نص", headers={"Content-Type": "text/plain"})
    with reaching.db.write() as db:
        linkcheck.ask_again(db, issue_id, now=reaching.clock.now())
    drain(reaching, {linkcheck.KIND})
    assert found(reaching, issue_id) == {}
    with reaching.db.write() as db:
        db.get_one(Issue, issue_id).state = "sent"
        with pytest.raises(Refused, match="issue_closed"):
            linkcheck.ask_again(db, issue_id, now=reaching.clock.now())
        assert db.query(Job).count() == 0
