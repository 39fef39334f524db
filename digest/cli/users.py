"""People who sign in."""

from __future__ import annotations

import click
from sqlalchemy import select

from digest.cli.session import opened
from digest.staff import factors, invitations
from digest.staff.models import User
from digest.staff.roles import RIGHTS
from digest.system.errors import NotFound


@click.group()
def users() -> None:
    """People who sign in to the panel."""


@users.command("reset-factors")
@click.argument("email")
def reset_factors(email: str) -> None:
    """Take the second factors of a person who lost them; the password stays."""
    with opened() as system, system.db.write() as db:
        user_id = db.scalar(select(User.id).where(User.email == email.strip().lower()))
        if user_id is None:
            raise NotFound("no_such_user", user=email)
        factors.start_over(db, user_id, by=None, now=system.clock.now())
    click.echo("Done. Signing in asks for the password alone.")


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
