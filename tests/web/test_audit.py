"""The trail on screen."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

import digest
from digest.staff import audit
from digest.system.build import System
from digest.web.admin.actions import ACTIONS, SUBJECTS
from digest.web.admin.audit import PAGE, read_trail
from tests.web.conftest import SignIn

PACKAGE = Path(digest.__file__).parent


def recorded() -> tuple[set[str], set[str]]:
    """Return the literal actions and subjects of every call that writes into the trail.

    ``board`` writes through ``_done``, which puts "issue." before its act.
    """
    actions: set[str] = set()
    subjects: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            if name in {"audit.record", "_record"}:
                actions |= _words(node.args[1:2])
                subjects |= _words(one.value for one in node.keywords if one.arg == "subject")
            elif name == "_done" and path.name == "board.py":
                actions |= {f"issue.{act}" for act in _words(node.args[2:3])}
    return actions, subjects


def _words(nodes: Iterable[ast.expr]) -> set[str]:
    return {str(one.value) for one in nodes if isinstance(one, ast.Constant)}


def test_every_recorded_action_and_subject_has_a_name() -> None:
    actions, subjects = recorded()
    assert len(actions) > 20
    assert sorted(actions - set(ACTIONS)) == []
    assert sorted(subjects - set(SUBJECTS)) == []


def test_the_trail_shows_who_did_what_newest_first(sign_in: SignIn, system: System) -> None:
    client = sign_in("admin")
    with system.db.write() as db:
        audit.record(
            db,
            "issue.schedule",
            now=system.clock.now(),
            subject="issue",
            subject_id=7,
            send_at="2026-11-24T06:00",
        )
    text = client.get("/admin/audit").get_data(as_text=True)
    assert text.index("ثبّت موعد عدد") < text.index("سجّل الدخول")
    assert "send_at: 2026-11-24T06:00" in text


def test_the_trail_is_paged(system: System) -> None:
    with system.db.write() as db:
        for _ in range(PAGE + 1):
            audit.record(db, "user.sign_in", now=system.clock.now())
    with system.db.read() as db:
        first, second = read_trail(db, 1), read_trail(db, 2)
    assert (len(first.rows), first.older, first.total) == (PAGE, 2, PAGE + 1)
    assert (len(second.rows), second.older) == (1, None)


def test_a_page_number_that_is_none_shows_the_first(sign_in: SignIn) -> None:
    client = sign_in("admin")
    for number in ("0", "-3", "x", "999999999999999999999999"):
        assert client.get(f"/admin/audit?page={number}").status_code == 200


def test_facts_are_only_text(sign_in: SignIn, system: System) -> None:
    client = sign_in("admin")
    with system.db.write() as db:
        audit.record(db, "issue.pause", now=system.clock.now(), reason="<script>x</script>")
    assert "<script>x" not in client.get("/admin/audit").get_data(as_text=True)
