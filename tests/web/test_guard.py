"""Who may open what: every admin route against every role."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from digest.staff.roles import RIGHTS, Action, may
from digest.system.build import System
from tests.web.conftest import SignIn

# Routes that work without signing in; each proves by itself that it may (token or no change).
OPEN = {
    "admin.set_up",
    "admin.do_set_up",
    "admin.invitation",
    "admin.accept_invitation",
    "admin.new_password",
    "admin.set_password",
    "admin.set_language",
}


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Return (endpoint, method, path) of every admin route; ids are 1, words are "x"."""
    found = []
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("admin."):
            continue
        values = {
            name: 1 if type(converter).__name__ == "IntegerConverter" else "x"
            for name, converter in rule._converters.items()
        }
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(
                rule.endpoint, values, method=next(iter(rule.methods or ()))
            )
        found += [
            (rule.endpoint, method, path)
            for method in (rule.methods or set())
            if method in {"GET", "POST"}
        ]
    return found


def rule(app: Flask, endpoint: str) -> Action:
    """Return what a route asks leave for."""
    action = getattr(app.view_functions[endpoint], "needs_action", None)
    assert isinstance(action, Action), endpoint
    return action


def test_every_admin_route_has_a_rule(app: Flask) -> None:
    bare = [
        endpoint
        for endpoint, _method, _path in routes(app)
        if endpoint not in OPEN and not hasattr(app.view_functions[endpoint], "needs_action")
    ]
    assert bare == []


def test_every_open_route_exists(app: Flask) -> None:
    assert {endpoint for endpoint, _method, _path in routes(app)} >= OPEN


def test_no_change_asks_only_for_the_right_to_look(app: Flask) -> None:
    own = {"admin.change_password", "admin.save_ways", "admin.save_keys",
           "admin.start_app", "admin.confirm_app", "admin.remove_app", "admin.make_codes",
           "admin.remove_passkey"}  # one's own account
    weak = [
        endpoint
        for endpoint, method, _path in routes(app)
        if method == "POST" and endpoint not in OPEN | own and rule(app, endpoint) is Action.VIEW
    ]
    assert weak == []


def test_no_route_answers_both_get_and_post(app: Flask) -> None:
    """A view that shows and changes is one forgotten ``if`` away from a GET that changes."""
    methods: dict[str, set[str]] = {}
    for endpoint, method, _path in routes(app):
        methods.setdefault(endpoint, set()).add(method)
    assert [name for name, used in methods.items() if len(used) > 1] == []


def test_strangers_are_sent_to_the_sign_in_page(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    for endpoint, method, path in routes(app):
        if endpoint in OPEN:
            continue
        answer = client.open(path, method=method)
        assert answer.status_code == 303, (endpoint, answer.status_code)
        assert answer.headers["Location"].startswith("/admin/login"), endpoint


def test_strangers_who_ask_for_json_get_401(app: Flask) -> None:
    answer = app.test_client().get("/admin/", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.get_json()["error"] == "http_401"


@pytest.mark.parametrize("role", sorted(set(RIGHTS) - {"admin"}))
def test_a_role_reaches_nothing_beyond_its_rights(app: Flask, sign_in: SignIn, role: str) -> None:
    client = sign_in(role)
    app.config["WTF_CSRF_ENABLED"] = False
    for endpoint, method, path in routes(app):
        if endpoint in OPEN:
            continue
        action: Action = rule(app, endpoint)
        if may(role, action):
            continue
        assert client.open(path, method=method).status_code == 403, (endpoint, method)


def test_the_rights_of_a_stranger_role_are_empty() -> None:
    assert not any(may("nobody", action) for action in Action)
    assert set(RIGHTS) == {"author", "editor", "publisher", "audience", "admin"}


def test_get_never_changes_state(app: Flask, sign_in: SignIn, system: System) -> None:
    client = sign_in("admin")
    before = dump(system)
    for endpoint, method, path in routes(app):
        if method == "GET":
            answer = client.get(path)
            assert answer.status_code < 500, (endpoint, answer.status_code)
            assert dump(system) == before, endpoint


def dump(system: System) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    with system.db.read() as db:
        names = inspect(db.get_bind()).get_table_names()
        return {
            name: sorted(map(tuple, db.execute(text(f'SELECT * FROM "{name}"'))), key=repr)
            for name in names
        }
