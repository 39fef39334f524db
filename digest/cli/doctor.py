"""Is this installation able to do its work?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import click

from digest.cli.session import in_english, json_option, opened, print_json
from digest.delivery import hold
from digest.delivery.keys import domain_of
from digest.migrate import is_current
from digest.newsletters.manage import list_newsletters
from digest.system.build import System
from digest.system.errors import Refused, Unavailable
from digest.system.mailbox import open_mailbox
from digest.system.settings import CAPTURE

UNMARKED = dict.fromkeys(map(ord, "\u2068\u2069"))  # marks of direction, of no use in a terminal


@dataclass(frozen=True, slots=True)
class Check:
    """One question and its answer: ok, warn (works, but not for real readers) or bad."""

    name: str
    result: str
    text: str


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Check database, schema, assets, mail relay and settings; ends 1 when something is bad."""
    with opened(migrated=False) as system:
        checks = list(examine(system))
    if as_json:
        print_json(checks)
    else:
        for check in checks:
            click.echo(f"{check.result:4} {check.name}: {check.text}")
    if any(check.result == "bad" for check in checks):
        raise SystemExit(1)


def examine(system: System) -> Iterator[Check]:
    """Yield the answer to every question."""
    for ask in (_database, _hold, _assets, _relay, _senders, _bounces, _address, _folder, _model):
        yield from ask(system)


def _database(system: System) -> Iterator[Check]:
    kind = system.db.engine.dialect.name
    current = is_current(system.db)
    yield Check("database", "ok" if current else "bad",
                f"{kind}, schema is current" if current else f"{kind}: run 'digest db upgrade'")


def _hold(system: System) -> Iterator[Check]:
    """A copied or restored database sends nothing until a person says so."""
    if not is_current(system.db):
        return
    reason = hold.reason(system)
    yield Check("sending", "bad" if reason else "ok",
                f"on hold: {reason}; if no other copy sends, run 'digest instance confirm'"
                if reason else "allowed from here")


def _assets(_system: System) -> Iterator[Check]:
    from digest.web.manifest import STATIC, read_manifest

    try:
        yield Check("assets", "ok", f"{len(read_manifest(STATIC))} bundles built")
    except Refused:
        yield Check("assets", "bad", "not built: reinstall with Node or network at hand")


def _relay(system: System) -> Iterator[Check]:
    if system.settings.smtp_url == CAPTURE:
        yield Check("mail", "warn", f"captured in {system.settings.mailbox_dir}; nobody gets any. "
                    "Set DIGEST_SMTP_URL to send")
        return
    with system.relay.session() as session:
        reply = session.open()
    host, port = system.relay.address()
    yield Check("mail", "ok" if reply.ready else "bad", f"{host}:{port} " + (
        "answers and lets us in" if reply.ready else f"{reply.stage.name}: {reply.text}"))


def _senders(system: System) -> Iterator[Check]:
    """Whether mails of each sender will be believed; nobody asks while none are sent."""
    from digest.delivery.preflight import examine as look
    from digest.web.findings import in_words

    if system.settings.smtp_url == CAPTURE or not is_current(system.db):
        return
    with system.db.read() as db:
        senders = {domain_of(one.sender_address): one.sender_address
                   for one in list_newsletters(db) if one.active}
    for domain, address in sorted(senders.items()):
        for found in look(system, address):
            said = in_english(partial(in_words, found))
            record = found.record
            paste = f" {record.name} {record.kind} {record.value}" if record else ""
            yield Check(f"{found.subject} {domain}", found.result,
                        said.translate(UNMARKED) + paste)


def _bounces(system: System) -> Iterator[Check]:
    """Whether anybody reads what comes back; providers may tell us by calls instead."""
    settings = system.settings
    if settings.bounce_mailbox:
        try:
            open_mailbox(settings.bounce_mailbox).close()
        except Unavailable as error:
            yield Check("bounces", "bad", f"the mailbox does not open: {error.facts['reply']}")
            return
    if settings.hears or settings.hook_keys:
        ways = [*(["a mailbox"] if settings.bounce_mailbox else []),
                *([settings.bounce_listen] if settings.bounce_listen else []), *settings.hook_keys]
        yield Check("bounces", "ok", f"heard by {', '.join(ways)}")
    elif settings.smtp_url != CAPTURE:
        yield Check("bounces", "warn", "nobody reads what comes back to bounce+…@ your domain. "
                    "Set DIGEST_BOUNCE_MAILBOX or DIGEST_BOUNCE_LISTEN")


def _address(system: System) -> Iterator[Check]:
    base = system.settings.base_url
    public = base.startswith("https://")
    yield Check("address", "ok" if public else "warn",
                base if public else f"{base}: readers and mail programs want https")


def _folder(system: System) -> Iterator[Check]:
    folder = system.settings.data_dir
    writable = os.access(folder, os.W_OK) if folder.exists() else os.access(folder.parent, os.W_OK)
    yield Check("data folder", "ok" if writable else "bad", str(folder))


def _model(system: System) -> Iterator[Check]:
    """A language model is an extra: without one nothing is wrong."""
    if not system.llm.is_on:
        yield Check("language model", "ok", "none; summaries are extracts")
        return
    failure = system.llm.probe().failure
    where = f"{system.llm.model} at {system.llm.address}"
    yield Check("language model", "warn" if failure else "ok",
                f"{where}: {failure.value}" if failure else f"{where} answers")
