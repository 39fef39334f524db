"""Sources and collecting."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from digest import jobs
from digest.cli.session import json_option, opened, print_json
from digest.sources import collect as collecting
from digest.sources.queries import sources_with_health


@click.group()
def sources() -> None:
    """Where articles come from."""


@sources.command()
@click.argument("url")
@click.option("--name", default="", help="Shown instead of the feed's own title.")
@click.option("--kind", type=click.Choice(["feed", "page"]), help="Default: found out.")
def add(url: str, name: str, kind: str | None) -> None:
    """Add a feed, a page, or a site whose page names its feeds; prints the source's number."""
    with opened() as system, system.db.write() as db:
        click.echo(
            collecting.add_source(db, url, kind=kind, name=name, now=system.clock.now())
        )


@sources.command()
@click.argument("address")
@json_option
def find(address: str, as_json: bool) -> None:
    """Look for the feeds behind a site's address; prints them with what they hold, adds none."""
    from digest.sources.discover import try_address

    with opened() as system:
        trial = try_address(system, address)
    if as_json:
        print_json(trial.found)
    for one in trial.found if not as_json else ():
        click.echo(f"{one.form}\t{one.entries}\t{one.title}\t{one.url}")
    if not trial.found:
        raise click.ClickException(f"nothing to read at {trial.url}: {trial.outcome}")


@sources.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(file: Path) -> None:
    """Add the feeds of an OPML list; prints what became of each."""
    from digest.sources import exchange, opml

    outlines = opml.read(file.read_bytes())
    with opened() as system, system.db.write() as db:
        for one in exchange.take_list(db, outlines, by=None, now=system.clock.now()):
            click.echo(f"{one.code}\t{one.source_id or ''}\t{one.title}\t{one.url}")


@sources.command()
def export() -> None:
    """Print all feeds as OPML."""
    from digest.sources.exchange import give_list

    with opened() as system, system.db.read() as db:
        click.echo(give_list(db, title="Digest", now=system.clock.now()).decode(), nl=False)


@sources.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the sources with their health."""
    with opened() as system, system.db.read() as db:
        rows = sources_with_health(db, system.clock.now())
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row.id}\t{row.health}\t{row.name}\t{row.url}")


@click.command()
@click.option("--source", "source_id", type=int, help="Only this source, due or not.")
@click.option("--text", "text_file", type=click.Path(exists=True, dir_okay=False, allow_dash=True),
              help="Take one article from a text file, or from standard input with -.")
@json_option
def collect(source_id: int | None, text_file: str | None, as_json: bool) -> None:
    """Collect now: fetch what is due, read the articles, summarise and group them."""
    with opened() as system:
        now = system.clock.now()
        with system.db.write() as db:
            if text_file is not None:
                collecting.add_text(db, _read(text_file), name=_name(text_file), now=now)
            elif source_id is not None:
                collecting.enqueue(db, source_id, now=now)
            else:
                collecting.enqueue_due(db, now, limit=1000)
        jobs.drain(system, jobs.OTHERS)
        with system.db.read() as db:
            rows = sources_with_health(db, system.clock.now())
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row.id}\t{row.health}\t{row.name}")


def _read(name: str) -> str:
    from digest.text.charset import decode

    content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    return decode(content).text


def _name(name: str) -> str:
    return "stdin" if name == "-" else Path(name).name
