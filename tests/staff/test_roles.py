"""Who may do what."""

from __future__ import annotations

import pytest

from digest.staff.roles import RIGHTS, Action, may

ROLES = ("author", "editor", "publisher", "audience", "admin")
TABLE = {
    Action.VIEW: (True, True, True, True, True),
    Action.EDIT: (True, True, True, False, True),
    Action.COLLECT: (False, True, True, False, True),
    Action.SEND: (False, False, True, False, True),
    Action.READERS: (False, False, True, True, True),
    Action.SETTINGS: (False, False, False, False, True),
    Action.USERS: (False, False, False, False, True),
}


@pytest.mark.parametrize("action", Action)
def test_the_table_of_rights(action: Action) -> None:
    assert tuple(may(role, action) for role in ROLES) == TABLE[action]


def test_each_role_of_the_desk_may_all_that_the_one_below_may() -> None:
    assert RIGHTS["author"] < RIGHTS["editor"] < RIGHTS["publisher"] < RIGHTS["admin"]


def test_an_unknown_role_may_nothing() -> None:
    assert not any(may(role, action) for role in ("", "Admin", "viewer") for action in Action)
