"""Keys that sign mails."""

from __future__ import annotations

import click

from digest.cli.session import json_option, opened, print_json
from digest.delivery import keys
from digest.delivery.dkim import KINDS
from digest.delivery.keys import KeyRow


@click.group()
def dkim() -> None:
    """Keys that sign mails (DKIM): make, publish, use, retire."""


@dkim.command()
@click.argument("domain")
@click.option("--kind", type=click.Choice(list(KINDS)), default="rsa", show_default=True,
              help="Every provider checks RSA; Ed25519 is quicker, but not all of them know it.")
@click.option("--selector", default="", help="The key's name in the DNS; made from the date.")
@json_option
def generate(domain: str, kind: str, selector: str, as_json: bool) -> None:
    """Make a key for a sender's DOMAIN and print the record to publish; nothing is signed yet."""
    if selector and kind == "both":
        raise click.UsageError("two keys cannot have one selector")
    with opened() as system:
        with system.db.write() as db:
            ids = {
                keys.generate(db, domain, algorithm, secret=system.settings.secret_key,
                              now=system.clock.now(), selector=selector)
                for algorithm in KINDS[kind]
            }
        with system.db.read() as db:
            rows = [row for row in keys.list_keys(db) if row.id in ids]
    _print(rows, as_json)


@dkim.command("list")
@click.argument("domain", default="")
@json_option
def list_(domain: str, as_json: bool) -> None:
    """List the keys of a DOMAIN, or all, with their records."""
    with opened() as system, system.db.read() as db:
        rows = keys.list_keys(db, domain)
    _print(list(rows), as_json)


@dkim.command()
@click.argument("key", type=int)
def activate(key: int) -> None:
    """Sign with a key whose record is published; the one before is retired."""
    with opened() as system, system.db.write() as db:
        keys.activate(db, key, now=system.clock.now())


@dkim.command()
@click.argument("key", type=int)
def retire(key: int) -> None:
    """Sign with a key no more and erase it; its record should stay for a week."""
    with opened() as system, system.db.write() as db:
        keys.retire(db, key, now=system.clock.now())


@dkim.command()
@click.argument("key", type=int)
def forget(key: int) -> None:
    """Strike a key that is not in use from the list."""
    with opened() as system, system.db.write() as db:
        keys.forget(db, key, now=system.clock.now())


def _print(rows: list[KeyRow], as_json: bool) -> None:
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row.id}\t{row.state}\t{row.algorithm}")
        click.echo(row.zone_line)
