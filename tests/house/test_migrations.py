"""The schema: one line of revisions, down and up again, and the same as the models say."""

from __future__ import annotations

import re

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, inspect, select, text

from digest.articles.models import Article, Story
from digest.issues.models import Item
from digest.migrate import _config, downgrade, is_current, upgrade
from digest.newsletters.models import Newsletter
from digest.system.build import System
from digest.tables import metadata
from tests import make


def tables(system: System) -> set[str]:
    return set(inspect(system.db.engine).get_table_names())


def fill(system: System) -> None:
    """Put rows that point at each other into most tables."""
    now = system.clock.now()
    with system.db.write() as db:
        make.user(db, now=now)
        make.source(db, now=now)
        make.article(db, now=now, topic_id=make.topic(db))
        daily = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=daily)
        make.subscriber(db, now=now, list_id=daily)
        make.issue(db, now=now, newsletter_id=newsletter_id)


def test_there_is_one_newest_revision_and_one_first() -> None:
    revisions = list(ScriptDirectory.from_config(_config()).walk_revisions())
    assert len([one for one in revisions if one.is_head]) == 1
    assert len([one for one in revisions if one.is_base]) == 1
    assert not any(one.is_merge_point or one.is_branch_point for one in revisions)


def test_the_models_are_what_the_revisions_build(system: System) -> None:
    with system.db.engine.connect() as connection:
        here = connection.dialect.name
        opts = {
            "compare_type": True,
            # An index that only one database needs says so.
            "include_object": lambda one, *_: one.info.get("only", here) == here,
        }
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


def test_the_database_checks_what_the_models_check(system: System) -> None:
    """Alembic does not compare CHECK constraints, so their words are compared here."""
    found = inspect(system.db.engine)
    for table in metadata.sorted_tables:
        wanted = {
            str(one.name): words(str(one.sqltext))
            for one in table.constraints if isinstance(one, CheckConstraint)
        }
        kept = {
            str(one["name"]): words(one["sqltext"])
            for one in found.get_check_constraints(table.name)
        }
        assert kept == wanted, table.name


def words(condition: str) -> set[str]:
    """The quoted words of a condition; databases write the rest in their own ways."""
    return set(re.findall(r"'(\w+)'", condition))


def test_down_and_up_again_with_rows_in_it(system: System) -> None:
    full = tables(system)
    fill(system)
    downgrade(system.db, "base")
    assert tables(system) == {"alembic_version"}
    assert not is_current(system.db)
    upgrade(system.db)
    assert is_current(system.db)
    assert tables(system) == full
    fill(system)
    with system.db.read() as db:
        assert db.query(Newsletter).count() == 1


def test_every_revision_goes_one_step_down_and_up(system: System) -> None:
    fill(system)
    revisions = [one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()]
    for _step in revisions:
        downgrade(system.db, "-1")
    assert tables(system) == {"alembic_version"}
    for revision in reversed(revisions):
        upgrade(system.db, revision)
    assert is_current(system.db)


def test_stories_keep_their_articles_and_sent_ones_are_known(system: System) -> None:
    """Changing a table that others point at must not empty what points at it."""
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        story_ids = [
            db.get_one(Article, make.article(db, now=now, title=title)).story_id
            for title in ("خبر أُرسل", "خبر لم يُرسل")
        ]
        make.issue(db, now=now, newsletter_id=newsletter_id, items=1, state="sent", frozen_at=now,
                   sent_at=now)
        db.query(Item).one().story_id = story_ids[0]
    downgrade(system.db, "0002")
    upgrade(system.db)
    with system.db.read() as db:
        assert list(db.scalars(select(Article.story_id).order_by(Article.id))) == story_ids
        assert db.query(Item).one().story_id == story_ids[0]
        assert [db.get_one(Story, one).closed_at for one in story_ids] == [now, None]


def test_upgrading_twice_changes_nothing(system: System) -> None:
    fill(system)
    upgrade(system.db)
    with system.db.read() as db:
        assert db.query(Newsletter).count() == 1


def test_old_roles_become_new_ones_and_nobody_gains_on_the_way_back(system: System) -> None:
    with system.db.write() as db:
        for role in ("author", "editor", "publisher", "audience", "admin"):
            make.user(db, now=system.clock.now(), email=f"{role}@example.org", role=role)
    downgrade(system.db, "0011")
    old = {"author": "viewer", "editor": "viewer", "publisher": "editor", "audience": "viewer",
           "admin": "admin"}
    assert given(system) == old
    upgrade(system.db)
    new = {"viewer": "author", "editor": "publisher", "admin": "admin"}
    assert given(system) == {name: new[role] for name, role in old.items()}


def given(system: System) -> dict[str, str]:
    """The role of each person, by the name of the address."""
    statement = text(
        'SELECT u.email, r.name FROM "user" u JOIN user_role g ON g.user_id = u.id '
        "JOIN role r ON r.id = g.role_id"
    )
    with system.db.read() as db:
        return {str(email).partition("@")[0]: str(name) for email, name in db.execute(statement)}
