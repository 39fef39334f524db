"""What becomes of an issue's stories when an editor merges stories in the inbox."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.issues.models import Item


def follow_merge(db: Session, story_id: int, other_ids: Collection[int]) -> None:
    """Let the items of stories that are about to be merged into another stand for that one.

    An issue has a story once: where it stands already, the second item keeps its own copy and its
    article, and no story. Without this the merged story would look unused.
    """
    taken = set(db.scalars(select(Item.issue_id).where(Item.story_id == story_id)))
    others = set(other_ids) - {story_id}
    for item in db.scalars(select(Item).where(Item.story_id.in_(others)).order_by(Item.id)):
        item.story_id = None if item.issue_id in taken else story_id
        taken.add(item.issue_id)
    db.flush()
