"""What became of an issue at its readers: opens and clicks by people, proxies and scanners."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from digest.feedback.models import Touch
from digest.issues.models import Issue, Item, Link
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

    A person's click proves an open, also where pictures are not loaded.
    """
    counted = db.execute(
        select(Issue.track_opens, Issue.track_clicks).where(Issue.id == issue_id)
    ).first()
    if counted is None or not any(counted):
        return None
    opens, clicks = _reaches(db, issue_id)
    return Reactions(
        opens=opens if counted.track_opens else None,
        clicks=clicks if counted.track_clicks else None,
        links=_links(db, issue_id) if counted.track_clicks else (),
    )


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


def _links(db: Session, issue_id: int) -> tuple[LinkReach, ...]:
    """The issue's links, those that most people followed first."""
    found = db.execute(
        select(TOUCH.c.n, *_split(TOUCH.c.human > 0, TOUCH.c.proxy > 0, TOUCH.c.scanner > 0))
        .where(TOUCH.c.issue_id == issue_id, TOUCH.c.n > 0).group_by(TOUCH.c.n)
    )
    counts = {row[0]: Reach(row[1], row[2], row[3]) for row in found}
    titles = _titles(db, issue_id)
    rows = db.execute(select(Link.n, Link.url).where(Link.issue_id == issue_id))
    links = [
        LinkReach(n, url, titles.get(url, ""), counts.get(n, Reach(0, 0, 0))) for n, url in rows
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
