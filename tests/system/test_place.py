"""A place is told from its copies, and knows itself again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from digest.system.place import COUNTER, IDENTITY, here


def test_the_same_folder_is_the_same_place(tmp_path: Path) -> None:
    assert here(tmp_path) == here(tmp_path)
    assert here(tmp_path).id == here(tmp_path).id
    assert sorted(path.name for path in tmp_path.iterdir()) == [IDENTITY]


def test_a_copied_folder_has_the_key_but_not_the_mark(tmp_path: Path) -> None:
    one = here(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    two = here(tmp_path / "two")
    assert two.key == one.key
    assert two.mark != one.mark
    assert two.id != one.id


def test_changing_owner_or_rights_does_not_change_the_place(tmp_path: Path) -> None:
    before = here(tmp_path)
    (tmp_path / IDENTITY).chmod(0o600)
    assert here(tmp_path) == before


@pytest.mark.parametrize(("machine", "cards", "same"), [
    ("m", {"a", "b"}, True),
    ("m", {"b"}, True),
    ("m", {"a", "b", "c"}, True),
    ("m", set(), True),  # nothing to compare
    ("m", {"c"}, False),  # a cloned machine
    ("n", {"a", "b"}, False),
])  # fmt: skip
def test_a_card_more_or_less_makes_no_other_machine(
    tmp_path: Path, machine: str, cards: set[str], same: bool
) -> None:
    place = replace(here(tmp_path), machine="m", cards=frozenset({"a", "b"}))
    assert place.is_machine(machine, frozenset(cards)) is same


def test_the_count_is_kept_whole(tmp_path: Path) -> None:
    place = here(tmp_path)
    assert place.beats() == 0
    place.remember(12)
    place.remember(13)
    assert here(tmp_path).beats() == 13
    assert sorted(path.name for path in tmp_path.iterdir()) == [IDENTITY, COUNTER]


def test_a_named_place_is_its_name(tmp_path: Path) -> None:
    assert here(tmp_path / "a", "prod").id == here(tmp_path / "b", "prod").id
    assert here(tmp_path, "prod").id != here(tmp_path, "staging").id
    here(tmp_path / "missing", "prod").remember(1)  # no folder, no count
    assert not (tmp_path / "missing").exists()
