"""What became of an issue at its readers: opens and clicks by people, proxies and scanners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from digest.feedback.models import Touch
from digest.issues.models import Issue, Item, Link
from digest.system import tally
from digest.system.db import table_of
from digest.text import urls

TOUCH = table_of(Touch)


@dataclass(frozen=True, slots=True)
class Reach:
    """How many readers, each counted once under the best that is known of them."""

    human: int
    proxy: int
    scanner: int


@dataclass(frozen=True, slots=True)
class LinkReach:
    """A counted link, with the title of the story it leads to ("" for none), and its readers."""

    n: int
    url: str
    title: str
    reach: Reach


@dataclass(frozen=True, slots=True)
class Reactions:
    """An issue's opens and clicks; None for what its mails do not count."""

    opens: Reach | None
    clicks: Reach | None
    links: tuple[LinkReach, ...]


def reactions(db: Session, issue_id: int) -> Reactions | None:
    """Return what is known of an issue's readers, or None when its mails count nothing.

    A person's click proves an open, also where pictures are not loaded. Where readers are many it
    is what was counted a moment ago.
    """
    counted = db.execute(
        select(Issue.track_opens, Issue.track_clicks).where(Issue.id == issue_id)
    ).first()
    if counted is None or not any(counted):
        return None
    kept = tally.kept(db, name(issue_id))
    facts = kept.facts if kept else count_reactions(db, issue_id)
    return Reactions(
        opens=Reach(**facts["opens"]) if counted.track_opens else None,
        clicks=Reach(**facts["clicks"]) if counted.track_clicks else None,
        links=_links(db, issue_id, facts["links"]) if counted.track_clicks else (),
    )


def name(issue_id: int) -> str:
    """Return the name that an issue's opens and clicks are kept under."""
    return f"reactions:{issue_id}"


def count_reactions(db: Session, issue_id: int) -> dict[str, Any]:
    """Count an issue's opens and clicks, in the form they are kept in; links by their number."""
    opens, clicks = _reaches(db, issue_id)
    return {"opens": asdict(opens), "clicks": asdict(clicks), "links": _followed(db, issue_id)}


def _reaches(db: Session, issue_id: int) -> tuple[Reach, Reach]:
    """Opens and clicks in one pass over the issue's rows, which lie in the order of readers."""
    is_link = TOUCH.c.n > 0
    one = (
        select(
            func.max(TOUCH.c.human).label("person"),
            *(
                func.max(case((which, TOUCH.c[name]), else_=0)).label(f"{kind}_{name}")
                for kind, which in (("open", TOUCH.c.n == 0), ("click", is_link))
                for name in ("human", "proxy", "scanner")
            ),
        )
        .where(TOUCH.c.issue_id == issue_id)
        .group_by(TOUCH.c.subscriber_id)
        .subquery()
        .c
    )
    row = db.execute(select(
        *_split(one.person > 0, one.open_proxy > 0, one.open_scanner > 0),
        *_split(one.click_human > 0, one.click_proxy > 0, one.click_scanner > 0),
    )).one()
    return Reach(row[0], row[1], row[2]), Reach(row[3], row[4], row[5])


def _followed(db: Session, issue_id: int) -> dict[str, list[int]]:
    found = db.execute(
        select(TOUCH.c.n, *_split(TOUCH.c.human > 0, TOUCH.c.proxy > 0, TOUCH.c.scanner > 0))
        .where(TOUCH.c.issue_id == issue_id, TOUCH.c.n > 0).group_by(TOUCH.c.n)
    )
    return {str(row[0]): [int(n) for n in row[1:]] for row in found}


def _links(
    db: Session, issue_id: int, counts: Mapping[str, list[int]]
) -> tuple[LinkReach, ...]:
    """The issue's links, those that most people followed first."""
    titles = _titles(db, issue_id)
    rows = db.execute(select(Link.n, Link.url).where(Link.issue_id == issue_id))
    links = [
        LinkReach(n, url, titles.get(url, ""), Reach(*counts.get(str(n), (0, 0, 0))))
        for n, url in rows
    ]
    return tuple(sorted(links, key=lambda one: (-one.reach.human, one.n)))


def _titles(db: Session, issue_id: int) -> dict[str, str]:
    rows = db.execute(select(Item.link, Item.title).where(Item.issue_id == issue_id))
    return {
        urls.ascii_form(link.strip()): title for link, title in rows if urls.is_http(link.strip())
    }


def _split(*flags: ColumnElement[bool]) -> list[ColumnElement[int]]:
    """Count rows by the first of the flags that is set."""
    place = case(*((flag, n) for n, flag in enumerate(flags)))
    return [func.coalesce(func.sum(case((place == n, 1), else_=0)), 0) for n in range(len(flags))]
