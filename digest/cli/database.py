"""Making and changing the database."""

from __future__ import annotations

import click

from digest.articles.topics import ensure_topics
from digest.cli.session import opened
from digest.migrate import downgrade, upgrade
from digest.staff.accounts import is_set_up
from digest.system.build import System


@click.command()
def init() -> None:
    """Make the database, the default topics, and print the link for the first administrator."""
    with opened(migrated=False) as system:
        prepare(system)
        click.echo(f"Database ready: {_place(system)}")
        print_setup_link(system)


@click.group()
def db() -> None:
    """Move the database schema."""


@db.command("upgrade")
@click.argument("revision", default="head")
def up(revision: str) -> None:
    """Bring the schema up to REVISION (default: the newest)."""
    with opened(migrated=False) as system:
        upgrade(system.db, revision)
        click.echo(f"Schema is at {revision}.")


@db.command("downgrade")
@click.argument("revision")
def down(revision: str) -> None:
    """Take the schema down to REVISION ("base" empties the database)."""
    with opened(migrated=False) as system:
        downgrade(system.db, revision)
        click.echo(f"Schema is at {revision}.")


def prepare(system: System) -> None:
    """Bring the schema up and see that there are topics."""
    upgrade(system.db)
    with system.db.write() as session:
        ensure_topics(session)


def print_setup_link(system: System) -> None:
    """Print the one-time link while nobody can sign in."""
    from digest.web.admin.setup import setup_url

    with system.db.read() as session:
        done = is_set_up(session)
    if not done:
        click.echo("Nobody can sign in yet. Open this link once to make the first administrator:")
        click.echo(f"  {setup_url(system)}")


def _place(system: System) -> str:
    return system.db.engine.url.render_as_string(hide_password=True)
