"""Errors become sentences with a status, as pages or as JSON."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from flask import Flask

import digest
from digest.system.errors import Conflict, NotFound, Refused, Unavailable
from digest.web.errors import sentence
from digest.web.sentences import SENTENCES
from tests.web.conftest import Browser, SignIn

PACKAGE = Path(digest.__file__).parent
KINDS = {"Refused", "NotFound", "Conflict", "Unavailable"}
# Codes that only the command line or the start of a process can meet.
ELSEWHERE = {"bad_settings", "old_schema", "no_assets", "port_taken"}


def raised_codes() -> set[str]:
    """Return every literal code of a "no" in the package."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in KINDS and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found


def test_every_code_has_a_sentence() -> None:
    assert sorted(raised_codes() - set(SENTENCES) - ELSEWHERE) == []


def test_every_sentence_can_be_written_with_and_without_its_facts(app: Flask) -> None:
    with app.test_request_context("/admin/"):
        for code in SENTENCES:
            assert "%(" not in sentence(Refused(code))


def test_facts_are_isolated_from_the_sentence(app: Flask) -> None:
    with app.test_request_context("/admin/"):
        text = sentence(Refused("slug_taken", slug="daily-1"))
    assert "\u2068daily-1\u2069" in text


def test_an_unknown_code_is_shown_for_whoever_runs_the_server(app: Flask) -> None:
    with app.test_request_context("/admin/"):
        assert "never_seen" in sentence(Refused("never_seen"))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFound("no_such_issue"), 404),
        (Conflict("stale_issue", version=3), 409),
        (Unavailable("relay_down"), 503),
        (Refused("no_subject"), 422),
    ],
)
def test_each_kind_of_no_has_its_status(app: Flask, error: Refused, code: int) -> None:
    app.add_url_rule("/admin/no", "no", lambda: _raise(error))
    client = app.test_client()
    page = client.get("/admin/no")
    assert page.status_code == code
    assert '<html lang="ar" dir="rtl">' in page.get_data(as_text=True)
    answer = client.get("/admin/no", headers={"Accept": "application/json"})
    assert answer.status_code == code
    assert answer.get_json()["error"] == error.code


def test_a_missing_page_says_so_in_arabic(visitor: Browser) -> None:
    answer = visitor.get("/admin/nothing-here")
    assert answer.status_code == 404
    assert "لا صفحة بهذا العنوان" in answer.get_data(as_text=True)


def test_a_fault_of_ours_shows_no_details(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    app.add_url_rule("/admin/fault", "fault", lambda: str(1 / 0))
    answer = app.test_client().get("/admin/fault")
    assert answer.status_code == 500
    page = answer.get_data(as_text=True)
    assert "ZeroDivisionError" not in page and "Traceback" not in page
    assert "سُجّل" in page


def test_scripts_in_facts_are_text(app: Flask) -> None:
    error = Refused("slug_taken", slug="<script>alert(1)</script>")
    app.add_url_rule("/admin/no", "no", lambda: _raise(error))
    page = app.test_client().get("/admin/no").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_refused_form_gives_back_what_was_typed(sign_in: SignIn) -> None:
    client = sign_in("admin")
    typed = "salma.at.a.long.evening"
    fields = {"email": typed, "role": "author"}
    answer = client.submit("/admin/users", fields, page="/admin/users")
    assert answer.status_code == 422
    assert typed in answer.get_data(as_text=True)


def test_a_password_is_never_given_back(sign_in: SignIn) -> None:
    client = sign_in("admin")
    secret = "this is a very secret password"
    answer = client.submit(
        "/admin/profile",
        {
            "current": secret,
            "password": secret,
            "again": secret,
        },
        page="/admin/profile",
    )
    assert answer.status_code == 422
    assert secret not in answer.get_data(as_text=True)


def _raise(error: Exception) -> str:
    raise error


@pytest.mark.parametrize(
    ("referrer", "shown"),
    [
        ("http://localhost/admin/users?page=2", True),
        ("https://localhost/admin/users?page=2", True),
        ("http://evil.example/admin/users?page=2", False),
        ("http://localhost//evil.example", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_the_way_back_leads_only_to_our_own_pages(
    visitor: Browser, referrer: str, shown: bool
) -> None:
    page = visitor.get("/admin/nothing", headers={"Referer": referrer}).get_data(as_text=True)
    assert ("عد إلى الصفحة السابقة" in page) is shown
    assert "evil" not in page and "javascript:" not in page
    if shown:
        assert 'href="/admin/users?page=2"' in page
