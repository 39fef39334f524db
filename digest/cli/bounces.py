"""Bounces and complaints: read the mailbox now, read one mail, count."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass

import click

from digest.cli.session import json_option, opened, print_json
from digest.delivery import hold
from digest.feedback.bounces import hear_mail, read_mailbox
from digest.feedback.door import open_door
from digest.feedback.refusals import note_refusals
from digest.feedback.reported import counts, unheeded
from digest.system.errors import Refused
from digest.system.listener import LARGEST


@dataclass(frozen=True, slots=True)
class Told:
    """What came back in the last 30 days, by kind, and what of it was not believed, by reason."""

    reports: dict[str, int]
    unheeded: dict[str, int]


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def bounces(context: click.Context, as_json: bool) -> None:
    """Count what came back in the last 30 days, and what of it was not believed."""
    if context.invoked_subcommand:
        return
    with opened() as system, system.db.read() as db:
        now = system.clock.now()
        told = Told(counts(db, now), unheeded(db, now))
    if as_json:
        print_json(told)
        return
    for name, n in told.reports.items():
        click.echo(f"{name}\t{n}")
    for name, n in told.unheeded.items():
        click.echo(f"ignored: {name}\t{n}")


@bounces.command()
def read() -> None:
    """Read the mailbox of DIGEST_BOUNCE_MAILBOX now, and what our own relay refused."""
    with opened() as system:
        hold.require(system)
        click.echo(read_mailbox(system) if system.settings.bounce_mailbox else 0)
        with system.db.write() as db:
            while note_refusals(db, system.clock.now()):
                pass


@bounces.command()
def listen() -> None:
    """Take bounces at DIGEST_BOUNCE_LISTEN, where no embedded server does. Ends on Ctrl+C."""
    with opened() as system:
        if not system.settings.bounce_listen:
            raise Refused("bad_settings", names="DIGEST_BOUNCE_LISTEN")
        door = open_door(system)
        if door is None:
            raise SystemExit(1)
        click.echo(f"Bounces are taken at {system.settings.bounce_listen} (Ctrl+C ends it)")
        for kind in (signal.SIGTERM, signal.SIGINT):
            signal.signal(kind, lambda *_: system.stopping.set())
        try:
            system.stopping.wait()
        finally:
            door.stop()


@bounces.command()
@click.option("--to", "envelope_to", default="", help="The envelope's recipient, if known.")
def pipe(envelope_to: str) -> None:
    """Read one mail from standard input, as a mail server pipes it into a program."""
    with opened() as system:
        hold.require(system)
        believed = hear_mail(system, sys.stdin.buffer.read(LARGEST), via="pipe",
                             envelope_to=envelope_to)
    click.echo("believed" if believed else "ignored")
