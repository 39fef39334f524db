"""People who sign in."""

from __future__ import annotations

import click

from digest.cli.session import opened
from digest.staff import invitations
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
    """Invite a person and print the link by which they set a password (good for seven days)."""
    with opened() as system:
        with system.db.write() as db:
            user_id = invitations.invite(db, email, name=name, role=role, now=system.clock.now())
        with system.db.read() as db:
            user = db.get_one(User, user_id)
            click.echo(invitations.link(user, system.signer, system.settings.base_url))
