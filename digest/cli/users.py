"""People who sign in."""

from __future__ import annotations

import click

from digest.cli.session import opened
from digest.staff import accounts
from digest.staff.models import User
from digest.staff.roles import RIGHTS


@click.group()
def users() -> None:
    """People who sign in to the panel."""


@users.command()
@click.argument("email")
@click.option("--name", default="", help="The name colleagues see.")
@click.option("--role", type=click.Choice(sorted(RIGHTS)), default="admin", show_default=True)
def add(email: str, name: str, role: str) -> None:
    """Add a person and print the link by which they set a password (good for three days)."""
    from digest.app import create_app
    from digest.web.admin.users import password_link

    with opened() as system:
        with system.db.write() as db:
            user_id = accounts.add_user(
                db, email, name=name, role=role, password_hash=None, now=system.clock.now()
            )
        with create_app(system).app_context(), system.db.read() as db:
            click.echo(password_link(db.get_one(User, user_id)))
