"""Three numbers for opens and three for clicks: each reader once, under the best that is known."""

from __future__ import annotations

from sqlalchemy import update

from digest.feedback import touches
from digest.feedback.reactions import Reach, Reactions, reactions
from digest.feedback.scanners import Verdict
from digest.issues.models import Issue
from digest.system.build import System
from tests.feedback.touched import Sent


def found(system: System, sent: Sent) -> Reactions | None:
    with system.db.read() as db:
        return reactions(db, sent.issue_id)


def test_an_issue_nobody_touched_has_zeroes(system: System, sent: Sent) -> None:
    nobody = Reach(0, 0, 0)
    one = found(system, sent)
    assert one is not None and (one.opens, one.clicks) == (nobody, nobody)
    assert [link.reach for link in one.links] == [nobody] * 3


def test_a_reader_is_counted_once_and_a_click_is_an_open(system: System, sent: Sent) -> None:
    with system.db.write() as db:
        touches.record(db, [
            sent.touch(0, n=0, verdict=Verdict.PROXY), sent.touch(0, n=1), sent.touch(0, n=2),
            sent.touch(1, n=0, verdict=Verdict.PROXY), sent.touch(1, n=1, verdict=Verdict.SCANNER),
            sent.touch(2, n=0, verdict=Verdict.SCANNER),
        ])
    one = found(system, sent)
    assert one is not None
    assert one.opens == Reach(human=1, proxy=1, scanner=1)
    assert one.clicks == Reach(human=1, proxy=0, scanner=1)


def test_links_are_told_by_their_stories_the_most_followed_first(
    system: System, sent: Sent
) -> None:
    with system.db.write() as db:
        touches.record(db, [sent.touch(0, n=2), sent.touch(1, n=2, times=5), sent.touch(2, n=1)])
    one = found(system, sent)
    assert one is not None
    assert [(link.n, link.title, link.reach.human) for link in one.links] == [
        (2, "خبر رقم 2", 2), (1, "خبر رقم 1", 1), (3, "", 0),
    ]


def test_what_an_issue_does_not_count_is_not_shown(system: System, sent: Sent) -> None:
    with system.db.write() as db:
        db.execute(update(Issue).values(track_opens=False))
    one = found(system, sent)
    assert one is not None and one.opens is None and one.clicks is not None
    with system.db.write() as db:
        db.execute(update(Issue).values(track_clicks=False))
    assert found(system, sent) is None
