"""Issues: draft, look, schedule, send, watch."""

from __future__ import annotations

import threading
from pathlib import Path

import click

from digest import jobs
from digest.cli.session import json_option, opened, parse_time, print_json
from digest.delivery import hold
from digest.delivery.queries import outbox as counts_of
from digest.delivery.recover import recover
from digest.issues import prepare, queries, states
from digest.issues.document import Slot
from digest.issues.models import IssueState
from digest.issues.render import fill_html, fill_text
from digest.newsletters.manage import get_by_slug
from digest.system.build import System
from digest.system.queue import worker_name

WAITING = frozenset({IssueState.SCHEDULED, IssueState.FROZEN, IssueState.SENDING})
PAUSE = 0.5  # seconds between two looks while waiting


@click.group()
def issue() -> None:
    """Issues of a newsletter."""


@issue.command()
@click.argument("newsletter")
def draft(newsletter: str) -> None:
    """Draft an issue of NEWSLETTER (its slug) from the stories of its period; prints its number."""
    with opened() as system:
        with system.db.read() as db:
            newsletter_id = get_by_slug(db, newsletter).id
        click.echo(prepare.prepare_issue(system, newsletter_id, None))


@issue.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the issues, newest first."""
    with opened() as system, system.db.read() as db:
        rows = queries.list_issues(db)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row.id}\t{row.state}\t{row.newsletter_slug} {row.number or '-'}\t{row.subject}")


@issue.command()
@click.argument("issue_id", type=int)
@json_option
def show(issue_id: int, as_json: bool) -> None:
    """Show an issue as it would be sent, in plain text."""
    with opened() as system, system.db.read() as db:
        base_url, now = system.settings.base_url, system.clock.now()
        doc = queries.load_document(db, issue_id, base_url=base_url, now=now)
        rendered = queries.preview(db, issue_id, base_url=base_url, now=now)
        row = queries.get_issue(db, issue_id)
    if as_json:
        print_json({"issue": row, "sections": doc.sections, "findings": rendered.findings})
        return
    click.echo(f"{row.state}: {rendered.subject}\n")
    click.echo(fill_text(rendered.text, _neutral(base_url)))
    for finding in rendered.findings:
        click.echo(f"{finding.level}: {finding.code} {dict(finding.facts)}", err=True)


@issue.command()
@click.argument("issue_id", type=int)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
def preview(issue_id: int, out: Path) -> None:
    """Write the mail's HTML and text into the folder OUT: the bytes that would be sent."""
    with opened() as system, system.db.read() as db:
        base_url = system.settings.base_url
        rendered = queries.preview(db, issue_id, base_url=base_url, now=system.clock.now())
    out.mkdir(parents=True, exist_ok=True)
    slots = _neutral(base_url)
    (out / "issue.html").write_text(fill_html(rendered.html, slots), encoding="utf-8")
    (out / "issue.txt").write_text(fill_text(rendered.text, slots), encoding="utf-8")
    click.echo(f"{out}/issue.html {rendered.size} bytes, findings: {len(rendered.findings)}")


@issue.command()
@click.argument("issue_id", type=int)
@click.option("--at", required=True, help="Such as 2026-11-24T06:00+03:00.")
def schedule(issue_id: int, at: str) -> None:
    """Fix the time of sending."""
    with opened() as system, system.db.write() as db:
        states.schedule(db, issue_id, parse_time(at), by=None, now=system.clock.now())
    click.echo(f"Issue {issue_id} is scheduled at {at}.")


@issue.command()
@click.argument("issue_id", type=int)
@click.option("--wait", is_flag=True, help="Send in this process and return when it is done.")
@json_option
def send(issue_id: int, wait: bool, as_json: bool) -> None:
    """Send an issue now. After a crash the same command goes on where it stopped.

    Without --wait a running "digest serve" does the work.
    """
    with opened() as system:
        release(system, issue_id)
        if wait:
            finish(system, issue_id)
        with system.db.read() as db:
            state, counts = states.get(db, issue_id).state, counts_of(db, issue_id)
    if as_json:
        print_json({"issue": issue_id, "state": state, "deliveries": counts})
    else:
        click.echo(f"Issue {issue_id} is {state}: {_words(counts)}")


def release(system: System, issue_id: int) -> None:
    """Schedule a draft for this moment; an issue that is on its way already goes on."""
    now = system.clock.now()
    with system.db.write() as db:
        if states.get(db, issue_id).state not in WAITING | {IssueState.SENT}:
            states.schedule(db, issue_id, now, by=None, now=now)
        states.enqueue_due(db, now)


def finish(system: System, issue_id: int) -> None:
    """Work on the sending jobs until the issue is no longer on its way."""
    hold.require(system)
    recover(system)
    never = threading.Event()
    while _on_its_way(system, issue_id):
        if not jobs.drain(system, jobs.SENDING, worker=worker_name(1)):
            system.clock.wait(never, PAUSE)


def _on_its_way(system: System, issue_id: int) -> bool:
    with system.db.read() as db:
        return states.get(db, issue_id).state in WAITING


def _neutral(base_url: str) -> dict[Slot, str]:
    return dict.fromkeys(Slot, base_url)


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "no mails"
