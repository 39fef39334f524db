"""One article by its link: read at once, known if it is known."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from digest import jobs
from digest.articles.models import Article, Story
from digest.sources.links import add_link, known_link
from digest.sources.models import Source
from digest.staff.models import AuditEntry
from digest.system.build import System
from digest.system.errors import Refused
from tests import make
from tests.servers import http
from tests.sources.samples import BODY, TITLE, page

LONG = " ".join([BODY] * 5)


def articles(system: System) -> list[Article]:
    with system.db.read() as db:
        found = list(db.scalars(select(Article).order_by(Article.id)))
        db.expunge_all()
    return found


def test_a_page_becomes_an_article_with_a_story(system: System, web: http.Server) -> None:
    web.reply("/n/1", body=page(TITLE, [LONG]))
    added = add_link(system, web.url("/n/1"), title="عنوان النافذة | موقع", by=None)
    jobs.drain(system, jobs.OTHERS)
    (article,) = articles(system)
    assert (added.article_id, added.outcome, added.known) == (article.id, "ok", False)
    assert (article.title, article.state, article.link) == (TITLE, "ready", web.url("/n/1"))
    with system.db.read() as db:
        source = db.query(Source).one()
        assert (source.kind, source.name) == ("text", "127.0.0.1")
        assert db.query(Story).one().representative_id == article.id
        assert [one.action for one in db.query(AuditEntry)] == ["article.add"]


def test_it_belongs_to_the_source_of_its_site(system: System, web: http.Server) -> None:
    web.reply("/n/1", body=page(TITLE, [f"{LONG}</p><p class='x'>هذه الجملة يقطعها المحرر دائماً."]))
    with system.db.write() as db:
        source_id = make.source(
            db, now=system.clock.now(), name="وكالة الساحل", site_host="127.0.0.1",
            rules={"cut": [".x"]},
        )
    add_link(system, web.url("/n/1"), by=None)
    (article,) = articles(system)
    assert (article.source_id, article.source_name) == (source_id, "وكالة الساحل")
    assert "يقطعها" not in article.html


def test_a_link_is_added_once_however_it_is_tracked(system: System, web: http.Server) -> None:
    web.reply("/n/1", body=page(TITLE, [LONG]))
    first = add_link(system, web.url("/n/1"), by=None)
    again = add_link(system, web.url("/n/1?utm_source=mail&fbclid=7"), by=None)
    assert (again.known, again.article_id) == (True, first.article_id)
    assert len(articles(system)) == 1
    with system.db.read() as db:
        known = known_link(db, web.url("/n/1#top"))
        assert known is not None
        assert known.title == TITLE
        assert known_link(db, "no address") is None


def test_a_page_that_cannot_be_read_keeps_title_and_link(system: System, web: http.Server) -> None:
    web.reply("/n/1", 403)
    added = add_link(system, web.url("/n/1"), title="  عنوان \n من المتصفح ", by=None)
    assert added.outcome == "http_error"
    (article,) = articles(system)
    assert (article.id, article.title) == (added.article_id, "عنوان من المتصفح")


def test_a_site_that_is_busy_is_tried_again(system: System, web: http.Server) -> None:
    web.then("/n/1", 503)
    web.then("/n/1", 200, page(TITLE, [LONG]))
    add_link(system, web.url("/n/1"), by=None)
    jobs.drain(system, jobs.OTHERS)
    (article,) = articles(system)
    assert (article.title, article.state) == (TITLE, "ready")


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_address_without_anything_is_not_stored(
    system: System, web: http.Server, status: int
) -> None:
    web.reply("/n/1", status)
    assert add_link(system, web.url("/n/1"), by=None).article_id is None
    assert articles(system) == []


def test_a_private_address_is_not_stored_even_with_a_title(system: System) -> None:
    added = add_link(system, "http://169.254.169.254/x", title="عنوان", by=None)
    assert (added.article_id, added.outcome) == (None, "refused_address")
    with pytest.raises(Refused, match="bad_url"):
        add_link(system, "javascript:alert(1)", by=None)
