"""What rules would do to an article, before they are saved."""

from __future__ import annotations

import pytest

from digest.articles.cleaning import NO_RULES, Rules
from digest.sources.models import FetchAttempt, Source
from digest.sources.preview import preview_rules
from digest.system.build import System
from digest.system.errors import NotFound
from tests import make
from tests.servers import http
from tests.sources.samples import BODY, TITLE, item, page, rss

FILLER = " ".join([BODY] * 4)
CALL = "هذه الجملة تتكرر في كل خبر من أخبار الموقع ولا تقول شيئاً."


def a_source(system: System, url: str, kind: str = "feed") -> int:
    with system.db.write() as db:
        source_id = make.source(db, now=system.clock.now(), url=url)
        db.get_one(Source, source_id).kind = kind
    return source_id


def odd(pieces: object) -> list[str]:
    return [one.text for one in pieces if one.is_odd]  # type: ignore[attr-defined]


def test_a_page_is_shown_before_and_after(system: System, web: http.Server) -> None:
    web.reply("/f.xml", body=rss([item(TITLE, web.url("/1"), "مقدمة"), item("ثانٍ", web.url("/2"), "مقدمة")]))
    web.reply("/2", body=page("ثانٍ", [FILLER, f"<b class='x'>{CALL}</b>", BODY]))
    source_id = a_source(system, web.url("/f.xml"))
    rules = Rules(cut=(".x", ".none"), phrases=("الدخول مجاني",))
    shown = preview_rules(system, source_id, rules, pick=1)
    assert (shown.outcome, shown.picks, shown.pick, shown.link) == (
        "ok", (TITLE, "ثانٍ"), 1, web.url("/2"),
    )
    gone = " ".join(odd(shown.before))
    assert CALL in gone
    assert "الدخول مجاني" in gone
    assert odd(shown.after) == []
    assert shown.words_after < shown.words_before
    assert dict(shown.hits) == {".x": 1, ".none": 0, "الدخول مجاني": 5}


def test_the_body_of_a_full_feed_is_cut_without_its_page(system: System, web: http.Server) -> None:
    body = f"{FILLER}</p><p class='x'>{CALL}</p><p>{BODY}"
    web.reply("/f.xml", body=rss([item(TITLE, web.url("/1"), body)]))
    shown = preview_rules(system, a_source(system, web.url("/f.xml")), Rules(cut=(".x",)))
    assert odd(shown.before) == [CALL]
    assert web.paths() == ["/f.xml"]


def test_without_rules_nothing_differs_and_nothing_is_stored(system: System, web: http.Server) -> None:
    web.reply("/1", body=page(TITLE, [FILLER]))
    source_id = a_source(system, web.url("/1"), "page")
    shown = preview_rules(system, source_id, NO_RULES, pick=9)
    assert (odd(shown.before), odd(shown.after), shown.pick) == ([], [], 0)
    with system.db.read() as db:
        assert db.query(FetchAttempt).count() == 0


def test_what_was_handed_over_is_shown_from_its_page(system: System, web: http.Server) -> None:
    web.reply("/1", body=page(TITLE, [FILLER]))
    source_id = a_source(system, web.url("/x"), "text")
    with system.db.write() as db:
        make.article(db, now=system.clock.now(), source_id=source_id, link=web.url("/1"), title=TITLE)
    assert preview_rules(system, source_id, NO_RULES).outcome == "ok"


def test_why_nothing_can_be_shown_is_told(system: System, web: http.Server) -> None:
    web.reply("/f.xml", 404)
    assert preview_rules(system, a_source(system, web.url("/f.xml")), NO_RULES).outcome == "http_error"
    web.reply("/g.xml", body=rss([item(TITLE, web.url("/1"), "")]))
    web.reply("/1", 410)
    assert preview_rules(system, a_source(system, web.url("/g.xml")), NO_RULES).outcome == "gone"
    assert preview_rules(system, a_source(system, "text:1", "text"), NO_RULES).outcome == "no_entries"
    with pytest.raises(NotFound, match="no_such_source"):
        preview_rules(system, 99, NO_RULES)
