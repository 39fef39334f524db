"""Newsletters."""

from __future__ import annotations

import click

from digest.audience.lists import add_list, list_lists
from digest.cli.session import json_option, opened, print_json
from digest.newsletters.manage import NewsletterValues, add_newsletter, list_newsletters
from digest.newsletters.models import Policy


@click.group()
def newsletters() -> None:
    """Newsletters: who sends, when, to which list."""


@newsletters.command()
@click.argument("name")
@click.option("--slug", required=True, help="Small Latin letters, digits and hyphens.")
@click.option("--sender", required=True, help="The address that mails come from.")
@click.option("--list", "lists", multiple=True, help="A list's slug; made when missing.")
@click.option("--at", default="06:00", show_default=True, help="Local hour of a daily issue.")
@click.option("--cron", help='Instead of --at: five cron fields, such as "0 6 * * 0".')
@click.option("--zone", default="Asia/Damascus", show_default=True)
@click.option("--policy", type=click.Choice([one.value for one in Policy]), default="review",
              show_default=True)
@click.option("--postal-address", default="", help="Printed in every mail, as laws ask.")
def add(
    name: str, slug: str, sender: str, lists: tuple[str, ...], at: str, cron: str | None,
    zone: str, policy: str, postal_address: str,
) -> None:
    """Add a newsletter; prints its number."""
    rule = {"kind": "cron", "cron": cron} if cron else {"kind": "daily", "at": at}
    with opened() as system, system.db.write() as db:
        now = system.clock.now()
        known = {one.slug: one.id for one in list_lists(db)}
        ids = tuple(known.get(one) or add_list(db, one, one, now=now) for one in lists or (slug,))
        values = NewsletterValues(
            name=name, slug=slug, sender_address=sender, rule=rule, zone=zone, policy=policy,
            postal_address=postal_address, list_ids=ids,
        )
        click.echo(add_newsletter(db, values, now=now))


@newsletters.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the newsletters."""
    with opened() as system, system.db.read() as db:
        rows = list_newsletters(db)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row.id}\t{row.slug}\t{row.policy}\t{row.name}")
