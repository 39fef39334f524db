"""What becomes of an issue's stories when an editor merges stories."""

from __future__ import annotations

from digest.articles import curate
from digest.articles.models import Article
from digest.issues.merged import follow_merge
from digest.issues.models import Item
from digest.system.build import System
from tests import make


def test_items_follow_a_merge_once_in_each_issue(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        first, second, third = (
            db.get_one(Article, make.article(db, now=now, title=title)).story_id
            for title in ("أ", "ب", "ج")
        )
        assert first and second and third
        newsletter_id = make.newsletter(db, now=now)
        both = make.issue(db, now=now, newsletter_id=newsletter_id, items=3)
        other = make.issue(db, now=now, newsletter_id=newsletter_id, number=2, items=2)
        for issue_id, told in ((both, (second, first, None)), (other, (third, second))):
            items = db.query(Item).filter_by(issue_id=issue_id).order_by(Item.id).all()
            for item, story_id in zip(items, told, strict=True):
                item.story_id = story_id
        db.flush()
        follow_merge(db, first, [second, third, first])
        curate.merge(db, first, [second, third])
    with system.db.read() as db:
        rows = db.query(Item).order_by(Item.id).all()
        assert [(one.issue_id, one.story_id) for one in rows] == [
            (both, None), (both, first), (both, None), (other, first), (other, None),
        ]
