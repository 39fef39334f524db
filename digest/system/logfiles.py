"""Log files of other programs: those that were rotated away first, packed ones unpacked."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path


def rotated(path: Path, since: datetime) -> list[Path]:
    """Return a log and its rotated forerunners (``.1``, ``.2.gz``, ``-20261124``), oldest first.

    One that was last written before ``since`` is left out.
    """
    if not path.exists():
        return []
    files = [one for one in path.parent.glob(f"{path.name}[.-]*") if one.is_file()]
    recent = [one for one in files if one.stat().st_mtime >= since.timestamp()]
    # The last one left out tells that the log reaches back far enough.
    older = sorted(set(files) - set(recent), key=_written)[-1:]
    return [*older, *sorted(recent, key=_written), path]


def read_lines(paths: Iterable[Path]) -> Iterator[str]:
    """Yield the lines of files one after another; bytes that are no text are shown as such.

    Raises OSError for a file that can't be read.
    """
    for path in paths:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8", errors="replace") as file:
            for line in file:
                yield line.rstrip("\n")


def _written(path: Path) -> tuple[float, str]:
    return path.stat().st_mtime, path.name
