"""The ``digest`` command: one module for each group of commands."""

from __future__ import annotations

import sys

import click

from digest import __version__
from digest.cli import (
    database,
    demo,
    doctor,
    issues,
    newsletters,
    readers,
    serve,
    sources,
    texts,
    users,
)
from digest.cli.session import explain
from digest.system import log
from digest.system.errors import Refused


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="digest")
def cli() -> None:
    """Digest (نشرة): from news feeds to an Arabic newsletter in the inbox.

    Settings come from the environment: DIGEST_DATABASE_URL, DIGEST_SMTP_URL, DIGEST_BASE_URL,
    DIGEST_SECRET_KEY, DIGEST_DATA_DIR, DIGEST_FETCH_ALLOW. Without any of them it works on SQLite
    in ./digest-data and captures mail to a local mailbox.
    """


for command in (
    demo.demo,
    database.init,
    serve.serve,
    database.db,
    users.users,
    sources.sources,
    sources.collect,
    texts.summarize,
    texts.group,
    texts.dedupe,
    newsletters.newsletters,
    issues.issue,
    issues.outbox,
    readers.subscribers,
    doctor.doctor,
):
    cli.add_command(command)


def main() -> None:
    """Run the command; a "no" of the house ends with its sentence and status 1."""
    log.configure()
    try:
        cli()
    except Refused as error:
        click.echo(f"digest: {explain(error)}", err=True)
        sys.exit(1)
