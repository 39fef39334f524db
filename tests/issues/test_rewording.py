"""Doubts about the summaries of an issue, and a model's rewording: asked for, made, told, chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from digest import jobs
from digest.articles.models import Article, Summary
from digest.issues import faith, rewording
from digest.issues.models import Issue, Item
from digest.issues.queries import load_document, preview
from digest.system.build import System, build_system
from digest.system.errors import Conflict, NotFound, Refused
from digest.system.queue import Job
from digest.system.settings import Settings
from tests import make
from tests.conftest import SettableClock
from tests.servers import http, llm

TEXT = (
    "أقر البرلمان يوم الاثنين الموازنة العامة بعد جلسة طويلة. وصوت 130 نائباً لصالحها ولم يعترض أحد. وقالت وزيرة "
    "المالية إن الإنفاق على التعليم سيرتفع."
)
BEFORE = "أقر البرلمان يوم الاثنين الموازنة العامة بعد جلسة طويلة."
GOOD = "وافق البرلمان الاثنين على الموازنة العامة بأصوات 130 نائباً."
BAD = "وافق البرلمان الاثنين على الموازنة العامة بأصوات 180 نائباً."
BASE = "http://127.0.0.1:8000"


@pytest.fixture
def web() -> Iterator[http.Server]:
    with http.running() as server:
        yield server


@pytest.fixture
def modelled(settings: Settings, clock: SettableClock, web: http.Server) -> Iterator[System]:
    """A System with a model."""
    built = build_system(
        replace(settings, llm_url=web.url("/v1"), llm_model="m", llm_timeout=0.3), clock=clock
    )
    yield built
    built.close()


@pytest.fixture
def item(modelled: System) -> Item:
    """The only item of a draft, with its article's text."""
    now = modelled.clock.now()
    with modelled.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id)
        found = db.query(Item).filter_by(issue_id=issue_id).order_by(Item.id).first()
        assert found is not None
        found.article_id = make.article(db, now=now, title="البرلمان يقر الموازنة", text=TEXT, summary=BEFORE)
        found.summary = BEFORE
        db.flush()
        db.expunge(found)
        return found


def ask(system: System, item: Item, **values: object) -> None:
    with system.db.write() as db:
        version = db.get_one(Issue, item.issue_id).version
        told = {"is_on": system.llm.is_on, "based_on": version, **values}
        rewording.ask(db, item.issue_id, item.id, now=system.clock.now(), by=None, **told)  # type: ignore[arg-type]


def reworded(system: System, item: Item) -> tuple[str, rewording.Outcome]:
    """Run the job; return the item's summary and how it ended."""
    ask(system, item)
    assert jobs.drain(system, {rewording.KIND}) == 1
    with system.db.read() as db:
        return db.get_one(Item, item.id).summary, rewording.outcomes(db, item.issue_id)[item.id]


def test_a_faithful_text_becomes_the_summary_and_a_version(
    modelled: System, item: Item, web: http.Server
) -> None:
    llm.says(web, GOOD)
    assert reworded(modelled, item) == (GOOD, rewording.Outcome(""))
    with modelled.db.read() as db:
        newest = db.query(Summary).filter_by(article_id=item.article_id).order_by(Summary.n.desc()).first()
        assert newest is not None and (newest.method, newest.text) == ("llm", GOOD)
        assert db.get_one(Issue, item.issue_id).version == 2


def test_a_doubtful_text_is_kept_beside_the_item_until_an_editor_takes_it(
    modelled: System, item: Item, web: http.Server
) -> None:
    llm.says(web, BAD)
    summary, outcome = reworded(modelled, item)
    assert (summary, outcome.reason, outcome.text) == (BEFORE, "doubts", BAD)
    assert [(one.kind.value, one.text) for one in outcome.doubts] == [("number", "180")]
    with modelled.db.write() as db:
        version = rewording.use(
            db, item.issue_id, item.id, based_on=1, by=None, now=modelled.clock.now()
        )
        assert (version, db.get_one(Item, item.id).summary) == (2, BAD)
        assert rewording.outcomes(db, item.issue_id)[item.id].reason == ""
        with pytest.raises(Refused, match="nothing_reworded"):
            rewording.use(db, item.issue_id, item.id, based_on=2, by=None, now=modelled.clock.now())


def test_a_failing_model_changes_nothing_and_says_why(
    modelled: System, item: Item, web: http.Server
) -> None:
    web.reply(llm.CHAT, 429, headers={"Retry-After": "40"})
    assert reworded(modelled, item) == (BEFORE, rewording.Outcome("llm_busy", wait=40))
    llm.says(web, f"{GOOD} https://evil.example/")
    assert reworded(modelled, item)[1] == rewording.Outcome("llm_foreign_link")


def test_what_an_editor_changed_meanwhile_stays(
    modelled: System, item: Item, web: http.Server
) -> None:
    ask(modelled, item)
    with modelled.db.write() as db:
        db.get_one(Item, item.id).summary = BEFORE
    llm.says(web, GOOD)

    def edit() -> list[bytes]:
        with modelled.db.write() as db:
            db.get_one(Item, item.id).summary = "كتب المحرر غيره."
        return [llm.completion(GOOD).encode()]

    web.reply(llm.CHAT, body=edit)
    jobs.drain(modelled, {rewording.KIND})
    with modelled.db.read() as db:
        assert db.get_one(Item, item.id).summary == "كتب المحرر غيره."
        outcome = rewording.outcomes(db, item.issue_id)[item.id]
    assert (outcome.reason, outcome.text) == ("changed", GOOD)


def test_an_issue_closed_meanwhile_is_left_alone(
    modelled: System, item: Item, web: http.Server
) -> None:
    ask(modelled, item)
    llm.says(web, GOOD)
    with modelled.db.write() as db:
        db.get_one(Issue, item.issue_id).state = "cancelled"
    jobs.drain(modelled, {rewording.KIND})
    with modelled.db.read() as db:
        assert db.get_one(Item, item.id).summary == BEFORE
        assert rewording.outcomes(db, item.issue_id)[item.id].reason == "issue_closed"


def test_an_item_that_is_gone_is_no_error(modelled: System, item: Item) -> None:
    rewording.rewrite_item(modelled, item.issue_id, 999_999)
    ask(modelled, item)
    with modelled.db.write() as db:
        db.delete(db.get_one(Item, item.id))
    assert jobs.drain(modelled, {rewording.KIND}) == 1


def test_asking_is_refused_where_it_makes_no_sense(modelled: System, item: Item) -> None:
    with pytest.raises(Refused, match="llm_off"):
        ask(modelled, item, is_on=False)
    with pytest.raises(Conflict, match="stale_issue"):
        ask(modelled, item, based_on=7)
    with modelled.db.write() as db, pytest.raises(NotFound, match="no_such_item"):
        rewording.ask(db, item.issue_id, 999_999, is_on=True, based_on=1, now=modelled.clock.now(), by=None)
    with modelled.db.write() as db:
        db.get_one(Article, item.article_id).text = ""
    with pytest.raises(Refused, match="no_source_text"):
        ask(modelled, item)


def test_asking_twice_makes_one_job(modelled: System, item: Item) -> None:
    ask(modelled, item)
    ask(modelled, item)
    with modelled.db.read() as db:
        assert db.query(Job).filter_by(kind=rewording.KIND).count() == 1


def test_an_unfaithful_summary_is_a_warning_that_names_what_is_doubtful(
    modelled: System, item: Item
) -> None:
    with modelled.db.write() as db:
        db.get_one(Item, item.id).summary = BAD
    with modelled.db.read() as db:
        now = modelled.clock.now()
        doc = load_document(db, item.issue_id, base_url=BASE, now=now)
        assert [one.text for one in next(one for one in doc.items if one.id == item.id).doubts] == ["180"]
        found = preview(db, item.issue_id, base_url=BASE, now=now).findings
    (finding,) = [one for one in found if one.code == "unfaithful" and one.item_id == item.id]
    assert (finding.level.value, finding.facts["what"]) == ("warning", "«180»")


def test_what_can_no_longer_be_changed_is_not_checked_again(modelled: System, item: Item) -> None:
    with modelled.db.write() as db:
        db.get_one(Item, item.id).summary = BAD
        db.get_one(Issue, item.issue_id).state = "sent"
    with modelled.db.read() as db:
        doc = load_document(db, item.issue_id, base_url=BASE, now=modelled.clock.now())
    assert all(one.doubts == () for one in doc.items)


def test_a_summary_without_sources_is_held_against_nothing(modelled: System, item: Item) -> None:
    with modelled.db.write() as db:
        db.get_one(Item, item.id).summary = BAD
        for article in db.query(Article):
            article.text = ""
    with modelled.db.read() as db:
        assert faith.doubts(db, item.issue_id) == {}


def test_the_pieces_of_a_summary_are_the_summary() -> None:
    from digest.articles.fidelity.check import unsupported

    found = unsupported(BAD, TEXT)
    cut = list(faith.pieces(BAD, found))
    assert "".join(one.text for one in cut) == BAD
    assert [one.text for one in cut if one.kind] == ["180"]
    assert list(faith.pieces("", ())) == []
