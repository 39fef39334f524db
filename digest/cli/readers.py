"""Subscribers by file and one by one."""

from __future__ import annotations

from pathlib import Path

import click

from digest.audience import imports
from digest.audience.lists import get_list_by_slug
from digest.cli.session import json_option, opened, print_json

list_option = click.option("--list", "slug", required=True, help="The list's slug.")


@click.group()
def subscribers() -> None:
    """Readers of a list."""


@subscribers.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@list_option
@json_option
def import_(file: Path, slug: str, as_json: bool) -> None:
    """Read a CSV file into a list; who left or bounced stays out. Encoding is found out."""
    with opened() as system:
        with system.db.read() as db:
            list_id = get_list_by_slug(db, slug).id
        result = imports.import_file(system, file, list_id)
    _print(result, as_json)


@subscribers.command()
@list_option
def export(slug: str) -> None:
    """Write a list as CSV to standard output."""
    with opened() as system, system.db.read() as db:
        for line in imports.export_csv(db, get_list_by_slug(db, slug).id):
            click.echo(line, nl=False)


@subscribers.command()
@click.argument("address")
@list_option
@click.option("--name", default="")
@json_option
def add(address: str, slug: str, name: str, as_json: bool) -> None:
    """Add one reader whose consent you hold."""
    with opened() as system, system.db.write() as db:
        result = imports.add_subscriber(
            db, get_list_by_slug(db, slug).id, address, name=name, now=system.clock.now()
        )
    _print(result, as_json)


def _print(result: imports.ImportResult, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    click.echo(
        f"added {result.added}, already there {result.existing}, left before {result.left}, "
        f"invalid {result.invalid}, twice in the file {result.duplicates}"
    )
    for row in result.bad:
        click.echo(f"  line {row.line}: {row.reason}", err=True)
