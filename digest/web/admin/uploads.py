"""Uploaded subscriber files: each kept under a random name, with a note of what became of it.

The file stays until somebody removes it, so an import that was cut off can be run again, and the
rows that stayed out can be looked at; running twice adds nobody twice.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from werkzeug.datastructures import FileStorage

from digest.audience import csvfile
from digest.audience.csvfile import BadRow, Layout
from digest.audience.preview import Preview
from digest.system.errors import NotFound

TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
KEPT = timedelta(days=30)  # addresses of strangers do not lie about for ever
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Note:
    """What is known of an upload; how its import stands is in the database (audience.runs)."""

    token: str
    name: str
    list_id: int
    by: int
    at: datetime
    preview: Preview


def keep(folder: Path, upload: FileStorage) -> str:
    """Write an upload below ``folder``, readable by the server only; return its random name."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    token = secrets.token_urlsafe(16)
    path = folder / f"{token}.csv"
    path.touch(mode=0o600)
    upload.save(path)
    return token


def shown_name(upload: FileStorage) -> str:
    """The name of the file on the editor's machine, kept to one short line."""
    name = (upload.filename or "").replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in name if letter.isprintable())[:LONGEST_NAME]


def write_note(folder: Path, note: Note) -> None:
    """Write the note of an upload in one step, so that a reader never meets half of one."""
    fresh = folder / f"{note.token}.json.new"
    facts = asdict(note) | {"at": note.at.isoformat()}
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    fresh.replace(folder / f"{note.token}.json")


def read_note(folder: Path, token: str) -> Note:
    """Return the note of an upload; raises NotFound("no_such_import")."""
    path = folder / f"{token}.json"
    if not TOKEN.fullmatch(token) or not path.is_file():
        raise NotFound("no_such_import")
    facts = json.loads(path.read_text(encoding="utf-8"))
    found = facts.pop("preview")
    for earlier in ("started", "done"):  # kept here by the first version
        facts.pop(earlier, None)
    preview = Preview(**found | {
        "layout": Layout(**found["layout"]), "columns": tuple(found["columns"]),
        "sample": tuple((line, address, name) for line, address, name in found["sample"]),
        "bad": tuple(BadRow(**row) for row in found["bad"]),
    })
    return Note(**facts | {"at": datetime.fromisoformat(facts["at"]), "preview": preview})


def list_notes(folder: Path) -> tuple[Note, ...]:
    """Return the notes of all kept uploads, newest first."""
    tokens = [path.stem for path in folder.glob("*.json") if TOKEN.fullmatch(path.stem)]
    notes = [read_note(folder, token) for token in tokens]
    return tuple(sorted(notes, key=lambda note: note.at, reverse=True))


def file_of(folder: Path, note: Note) -> Path:
    """Return where the file of an upload lies."""
    return folder / f"{note.token}.csv"


def read_again(path: Path, encoding: str, delimiter: str) -> Layout:
    """Guess the columns of a file whose encoding and delimiter an editor has named."""
    with path.open("rb") as file:
        return csvfile.find_layout(file, encoding=encoding, delimiter=delimiter)


def bad_rows(path: Path, layout: Layout) -> Iterator[BadRow]:
    """Yield every row of a file that stays out, with the reason."""
    with path.open("rb") as file:
        for row in csvfile.stream_rows(file, layout):
            if isinstance(row, BadRow):
                yield row


def remove(folder: Path, token: str) -> None:
    """Remove an upload and its note, the addresses first."""
    for ending in ("csv", "json"):
        (folder / f"{token}.{ending}").unlink(missing_ok=True)


def remove_old(folder: Path, now: datetime) -> None:
    """Remove the uploads that were kept long enough."""
    for note in list_notes(folder):
        if note.at < now - KEPT:
            remove(folder, note.token)
