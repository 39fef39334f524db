"""Watching mails go out, and deciding about those of unknown fate."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from digest.cli.session import json_option, opened, print_json
from digest.delivery import flow, hold, uncertain
from digest.delivery.flow import Flow
from digest.delivery.uncertain import Settled
from digest.system.build import System
from digest.system.clock import local_zone
from digest.system.logfiles import read_lines

LOOK = 2.0  # seconds between two looks
WHY = {
    "gaps": "the log has lost lines, so a mail that is not in it may have been accepted",
    "too_short": "the log does not yet cover the whole time; try again when the connections of "
    "that time have ended in it and a later mail has passed the relay",
    "others_missing": "not even all mails known to be sent are in this log: is it this relay's, "
    "and does it reach back far enough?",
}


@click.command()
@click.argument("issue_id", type=int)
@click.option("--watch", is_flag=True, help="Look every two seconds until nothing moves any more.")
@json_option
def outbox(issue_id: int, watch: bool, as_json: bool) -> None:
    """Count the mails of an issue by state, with rate, estimated end and domains."""
    never = threading.Event()
    with opened() as system:
        while True:
            now = flow.watch(system, issue_id)
            _print(issue_id, now, as_json=as_json)
            if not watch or now.over:
                return
            system.clock.wait(never, LOOK)


@click.command("uncertain")
@click.argument("issue_id", type=int)
@click.option("--log", "logs", multiple=True, help="Postfix's log; again for each rotated one, "
              "oldest first.", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--ask", is_flag=True, help="Ask what DIGEST_MAIL_LOG and the provider know.")
@click.option("--count-as-sent", is_flag=True, help="Call those that are left sent.")
@click.option("--send-again", is_flag=True, help="Send those that are left again, under the same "
              "Message-ID.")
@json_option
def uncertain_(
    issue_id: int, logs: Sequence[Path], ask: bool, count_as_sent: bool, send_again: bool,
    as_json: bool,
) -> None:
    """List the mails of an issue whose last reply was lost, or settle them.

    A log or a provider settles by proof: accepted ones are counted as sent, others sent again.
    """
    if count_as_sent and send_again:
        raise click.UsageError("choose one of --count-as-sent and --send-again")
    with opened() as system:
        settled: list[Settled] = []
        if logs:
            settled.append(uncertain.settle_by_log(
                system, issue_id, read_lines(logs), zone=local_zone()
            ))
        if ask:
            settled.append(uncertain.settle(system, issue_id))
        if count_as_sent or send_again:
            choose = uncertain.count_as_sent if count_as_sent else uncertain.send_again
            with system.db.write() as db:
                n = choose(db, issue_id, None, by=None, now=system.clock.now())
            settled.append(Settled(*((n, 0) if count_as_sent else (0, n)), 0))
        _report(system, issue_id, settled, as_json=as_json)


@click.group("instance")
def instance() -> None:
    """Whether mails may leave from here: a copied or restored database waits for a person."""


@instance.command()
@json_option
def status(as_json: bool) -> None:
    """List the places that know this database, those on hold first."""
    with opened() as system:
        hold.may_send(system)
        with system.db.read() as db:
            rows = hold.instances(db)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        held = f"on hold: {row.hold}" if row.hold else "may send"
        click.echo(f"{row.id}\t{row.host}\t{row.seen_at.isoformat()}\t{held}")


@instance.command()
@click.argument("instance_id", required=False)
def confirm(instance_id: str | None) -> None:
    """Let a place send: INSTANCE_ID of "digest instance status", or this very one."""
    with opened() as system:
        if instance_id is None:
            host = hold.confirm_here(system)
        else:
            with system.db.write() as db:
                hold.confirm(db, instance_id, by=None, now=system.clock.now())
            host = instance_id
    click.echo(f"Mails may leave from {host}.")


def _print(issue_id: int, now: Flow, *, as_json: bool) -> None:
    if as_json:
        print_json({"issue": issue_id, "state": now.state, "deliveries": now.counts,
                    "rate": round(now.rate, 1), "ends_at": now.ends_at, "next_try": now.next_try,
                    "domains": now.domains})
        return
    words = ", ".join(f"{name} {n}" for name, n in now.counts.items()) or "no mails"
    line = f"{now.state}: {words}"
    if now.rate:
        line += f"; {now.rate:.1f} a second"
    if now.ends_at:
        line += f"; ends about {now.ends_at.astimezone(local_zone()):%H:%M:%S}"
    if now.next_try and not now.over:
        line += f"; next retry {now.next_try.astimezone(local_zone()):%H:%M:%S}"
    click.echo(line)


def _report(
    system: System, issue_id: int, settled: Sequence[Settled], *, as_json: bool
) -> None:
    with system.db.read() as db:
        domain = uncertain.sender_domain(db, issue_id, base_url=system.settings.base_url)
        left, rows = uncertain.count(db, issue_id), uncertain.doubts(db, issue_id, domain=domain)
    if as_json:
        print_json({"issue": issue_id, "settled": [asdict(one) for one in settled], "left": left,
                    "uncertain": rows})
        return
    for one in settled:
        click.echo(f"counted as sent {one.sent}, to be sent again {one.again}")
        if one.why:
            click.echo(WHY[one.why], err=True)
    for row in rows:
        click.echo(f"{row.subscriber_id}\t{row.address}\t{row.message_id}\t{row.at.isoformat()}")
    click.echo(f"uncertain: {left}")
