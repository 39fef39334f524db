"""Single values of small forms: read once, checked once, 400 when a page of ours can't have sent it.

A form of many buttons writes what is fixed for one of them into its address, so numbers and words
are looked for there, too.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from flask import abort, request

from digest.text.clean import strip_controls

E = TypeVar("E", bound=StrEnum)
LARGEST = 2**31 - 1  # ids and versions; PostgreSQL refuses larger ones
MOST = 100  # boxes ticked on one page


def number(name: str) -> int:
    """Return a whole number that the form must carry."""
    found = optional_number(name)
    if found is None:
        abort(400)
    return found


def optional_number(name: str) -> int | None:
    """Return a whole number, or None when the field is empty or missing."""
    found = request.form.get(name, request.args.get(name, type=int), type=int)
    if found is not None and abs(found) > LARGEST:
        abort(400)
    return found


def numbers(name: str) -> list[int]:
    """Return the whole numbers that a form carries under one name, each once, in its order."""
    found = list(dict.fromkeys(request.form.getlist(name, type=int)))
    if len(found) > MOST or any(abs(one) > LARGEST for one in found):
        abort(400)
    return found


def asked_number(name: str) -> int | None:
    """Return a whole number of the address line, or None when there is none to be used."""
    found = request.args.get(name, type=int)
    return found if found is not None and 0 < found <= LARGEST else None


def text(name: str) -> str:
    """Return a text without control characters, "" when the field is missing."""
    return strip_controls(request.form.get(name, "")).strip()


def choice(name: str, kind: type[E]) -> E:
    """Return one of the words of ``kind``."""
    try:
        return kind(request.form.get(name, request.args.get(name, "")))
    except ValueError:
        abort(400)
