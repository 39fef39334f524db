"""What every command shares: the System by the environment, JSON output, sentences for a "no"."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any, TypeVar

import click

from digest.migrate import is_current
from digest.system.build import System, build_system
from digest.system.errors import Refused
from digest.system.settings import Settings, from_env

T = TypeVar("T")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


@contextmanager
def opened(settings: Settings | None = None, *, migrated: bool = True) -> Iterator[System]:
    """Give the System of the environment; raises Refused("old_schema") for an old database."""
    system = build_system(settings or from_env())
    try:
        if migrated and not is_current(system.db):
            raise Refused("old_schema")
        yield system
    finally:
        system.close()


def print_json(value: object) -> None:
    """Print a value, dataclasses and times included, as one line of JSON."""
    click.echo(json.dumps(_plain(value), ensure_ascii=False))


def explain(error: Refused) -> str:
    """Return the English sentence for a "no", the same that the panel shows, with its code."""
    from digest.web.errors import sentence

    return f"{in_english(lambda: sentence(error))} [{error}]"


def in_english(say: Callable[[], T]) -> T:
    """Call what makes sentences of the panel, in English."""
    from flask import Flask
    from flask_babel import Babel, force_locale

    from digest.app import WEB

    app = Flask("digest", root_path=str(WEB))
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(WEB / "translations")
    Babel(app)
    with app.app_context(), force_locale("en"):
        return say()


def parse_time(text: str) -> datetime:
    """Read an ISO 8601 time; one without offset is refused, since nobody knows whose clock."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter("write it like 2026-11-24T06:00+03:00") from error
    if at.tzinfo is None:
        raise click.BadParameter("say the offset, too, like 2026-11-24T06:00+03:00")
    return at


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(part) for name, part in asdict(value).items()}
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, datetime) else value
