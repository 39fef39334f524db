"""Sorting more people than memory takes."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from digest.audience import staging
from digest.audience.staging import Staging


class Small(Staging):
    """Puts every third row away."""

    limit = 3


@given(st.lists(st.text(max_size=6), max_size=40))
def test_people_come_out_by_key_then_line(keys: list[str]) -> None:
    kept = Small(Path("/tmp"))
    rows = [(key, line, key.upper(), "اسم") for line, key in enumerate(keys)]
    for row in rows:
        kept.add(row)
    assert kept.count == len(rows)
    assert list(kept.people()) == sorted(rows)
    assert list(kept.people()) == []


def test_runs_have_no_name_on_the_disk(tmp_path: Path) -> None:
    kept = Small(tmp_path)
    for n in range(10):
        kept.add((f"r{n}@example.net", n, f"r{n}@example.net", ""))
    assert list(tmp_path.iterdir()) == []
    kept.close()
    assert len(list(kept.people())) == 1  # what was in memory
    assert staging.RUN > 10
