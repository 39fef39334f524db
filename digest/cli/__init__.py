"""The ``digest`` command: one module for each group of commands, imported when it is called."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from digest import __version__
from digest.system.errors import Refused

# Each command: its module in this folder, its name there, and what it says of itself. Help prints
# from here and imports none of them: database and web together take a second to import.
COMMANDS = {
    "bounces": ("bounces", "bounces", "What came back: read the mailbox, one mail, count."),
    "classify": ("texts", "classify", "Sort the articles of a JSONL file into topics."),
    "collect": ("sources", "collect", "Collect now and read, summarise and group what came."),
    "db": ("database", "db", "Move the database schema."),
    "dedupe": ("texts", "dedupe", "Find near-duplicates in a JSONL file."),
    "demo": ("demo", "demo", "From a sample news site to mails in a local mailbox."),
    "dkim": ("dkim", "dkim", "Keys that sign mails: make, publish, use, retire."),
    "doctor": ("doctor", "doctor", "Check database, schema, assets, mail relay and settings."),
    "fidelity": ("texts", "fidelity", "Say what in a summary its source does not hold."),
    "group": ("texts", "group", "Group the articles of a JSONL file into stories."),
    "init": ("database", "init", "Make the database and the first administrator's link."),
    "instance": ("watch", "instance", "Let a copied or restored database send, or see that it waits."),
    "issue": ("issues", "issue", "Issues of a newsletter."),
    "newsletters": ("newsletters", "newsletters", "Who sends, when, to which list."),
    "outbox": ("watch", "outbox", "Count the mails of an issue by state, or watch them go out."),
    "serve": ("serve", "serve", "Serve panel and public pages, collect, schedule and send."),
    "sources": ("sources", "sources", "Where articles come from."),
    "stories": ("stories", "stories", "List the collected stories of the inbox."),
    "subscribers": ("readers", "subscribers", "Readers of a list."),
    "summarize": ("texts", "summarize", "Summarise a text, in whole sentences of its own."),
    "topics": ("topics", "topics", "The sections that articles are sorted into."),
    "uncertain": ("watch", "uncertain_", "Mails whose last reply was lost: list or settle them."),
    "users": ("users", "users", "People who sign in to the panel."),
}


class Commands(click.Group):
    """A group that imports a command only when it is called by name."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """Import a command; None when there is none of that name."""
        if name not in COMMANDS:
            return None
        module, attribute, _help = COMMANDS[name]
        found = getattr(import_module(f"digest.cli.{module}"), attribute)
        if not isinstance(found, click.Command):
            raise TypeError(f"digest.cli.{module}.{attribute} is no command")
        return found

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, (_, _, said) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="digest")
def cli() -> None:
    """Digest (نشرة): from news feeds to an Arabic newsletter in the inbox.

    Settings come from the environment: DIGEST_DATABASE_URL, DIGEST_SMTP_URL, DIGEST_BASE_URL,
    DIGEST_SECRET_KEY, DIGEST_DATA_DIR, DIGEST_FETCH_ALLOW. Without any of them it works on SQLite
    in ./digest-data and captures mail to a local mailbox.
    """


def main() -> None:
    """Run the command; a "no" of the house ends with its sentence and status 1."""
    from digest.system import log

    log.configure()
    try:
        cli()
    except Refused as error:
        from digest.cli.session import explain

        click.echo(f"digest: {explain(error)}", err=True)
        sys.exit(1)
