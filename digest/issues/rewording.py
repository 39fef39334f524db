"""An item's summary in a language model's words: asked for, made by a job, told in the trail.

What the model writes enters an issue only when the fidelity check has no doubt about it; otherwise
it is kept beside the item for an editor to compare, and the item stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.articles import lengths
from digest.articles.fidelity.check import Doubt, unsupported
from digest.articles.lengths import Length
from digest.articles.models import Article
from digest.articles.rewrite import Rewritten, rewrite
from digest.articles.versions import Shown
from digest.issues import faith, journal, states, summaries
from digest.issues.models import Issue, Item
from digest.issues.summaries import Written
from digest.staff import audit
from digest.staff.models import AuditEntry
from digest.system import queue
from digest.system.build import System
from digest.system.errors import NotFound, Refused
from digest.text.split import sentences as split_sentences

KIND = "rewrite_item"
METHOD = "llm"
DOUBTS, CHANGED, CLOSED = "doubts", "changed", "issue_closed"
_ACT = "issue.rewrite"
LOOKED_AT = 200  # entries of the trail of one issue


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last rewording of an item ended: ``reason`` is "" when its text was taken.

    ``text`` is what the model wrote where it was not taken, with the doubts about it; ``wait`` the
    seconds after which a busy endpoint may be asked again.
    """

    reason: str
    text: str = ""
    doubts: tuple[Doubt, ...] = ()
    wait: int | None = None


def ask(
    db: Session, issue_id: int, item_id: int, *, is_on: bool, based_on: int, now: datetime,
    by: int | None,
) -> None:
    """Queue the rewording of an item's summary; ``is_on`` tells whether a model is configured.

    Raises Refused("llm_off"), Refused("no_source_text"), Refused("issue_closed"),
    Conflict("stale_issue") or NotFound("no_such_item").
    """
    journal.begin(db, issue_id, based_on=based_on, by=by, now=now)
    if not is_on:
        raise Refused("llm_off")
    if not faith.source_texts(db, _item(db, issue_id, item_id)):
        raise Refused("no_source_text", item=item_id)
    queue.put(db, KIND, key=str(item_id), now=now, issue_id=issue_id, item_id=item_id, by=by)


def rewrite_item(system: System, issue_id: int, item_id: int, by: int | None = None) -> None:
    """Have an item's summary reworded and take it if nothing is doubtful about it.

    An item that is gone or whose issue was closed meanwhile is left alone.
    """
    with system.db.read() as db:
        item = db.get(Item, item_id)
        if item is None or item.issue_id != issue_id:
            return
        before, texts = item.summary, faith.source_texts(db, item)
        length = lengths.sentences(Length.NORMAL, len(split_sentences(item.summary)))
        article = db.get(Article, item.article_id) if item.article_id else None
        title = article.title if article else ""
    made = rewrite(system, texts, title=title, sentences=length)
    now = system.clock.now()
    with system.db.write() as db:
        _take(db, issue_id, item_id, made, before=before, by=by, now=now)


def use(
    db: Session, issue_id: int, item_id: int, *, based_on: int, by: int | None, now: datetime
) -> int:
    """Take the text of the last rewording although it is doubtful; returns the new version.

    Raises Refused("nothing_reworded") where there is none.
    """
    act = journal.begin(db, issue_id, based_on=based_on, by=by, now=now)
    item = _item(db, issue_id, item_id)
    outcome = outcomes(db, issue_id).get(item_id)
    if outcome is None or not outcome.text:
        raise Refused("nothing_reworded", item=item_id)
    summaries.store(db, item, Written(Shown(outcome.text), METHOD), now)
    return act.done("rewrite", item=item_id, reason="", chosen=True)


def outcomes(db: Session, issue_id: int) -> dict[int, Outcome]:
    """Return how the last rewording of each item of an issue ended."""
    rows = db.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.subject == "issue", AuditEntry.subject_id == issue_id,
            AuditEntry.action == _ACT,
        )
        .order_by(AuditEntry.id.desc()).limit(LOOKED_AT)
    )
    found: dict[int, Outcome] = {}
    for row in rows:
        item_id = row.facts.get("item")
        if isinstance(item_id, int) and item_id not in found:
            found[item_id] = _outcome(db, item_id, row.facts)
    return found


def _outcome(db: Session, item_id: int, facts: Mapping[str, object]) -> Outcome:
    text, wait = str(facts.get("text") or ""), facts.get("wait")
    item = db.get(Item, item_id) if text else None
    doubts = unsupported(text, faith.source_texts(db, item)) if item else ()
    return Outcome(
        str(facts.get("reason") or ""), text, doubts, wait if isinstance(wait, int) else None
    )


def _take(
    db: Session, issue_id: int, item_id: int, made: Rewritten, *, before: str, by: int | None,
    now: datetime,
) -> None:
    issue, item = states.get(db, issue_id), db.get(Item, item_id)
    if item is None or item.issue_id != issue_id:
        return
    reason = made.reason or _obstacle(issue, item, made, before)
    if reason:
        # The trail holds no addresses; a text with one is lost to it.
        kept = made.text if made.used == METHOD and "@" not in made.text else ""
        _tell(db, issue, by=by, now=now, item=item_id, reason=reason, text=kept,
              wait=made.retry_after)
        return
    act = journal.begin(db, issue_id, based_on=issue.version, by=by, now=now)
    summaries.store(db, item, Written(Shown(made.text), METHOD), now)
    act.done("rewrite", item=item_id, reason="")


def _obstacle(issue: Issue, item: Item, made: Rewritten, before: str) -> str:
    if issue.state not in states.EDITABLE:
        return CLOSED
    if made.doubts:
        return DOUBTS
    return CHANGED if item.summary != before else ""


def _tell(db: Session, issue: Issue, *, by: int | None, now: datetime, **facts: object) -> None:
    audit.record(db, _ACT, now=now, by=by, subject="issue", subject_id=issue.id, **facts)


def _item(db: Session, issue_id: int, item_id: int) -> Item:
    item = db.get(Item, item_id)
    if item is None or item.issue_id != issue_id:
        raise NotFound("no_such_item", item=item_id)
    return item
