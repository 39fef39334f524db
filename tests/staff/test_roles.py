"""Who may do what."""

from __future__ import annotations

import pytest

from digest.staff.roles import RIGHTS, Action, may

TABLE = {
    # action: (viewer, editor, admin)
    Action.VIEW: (True, True, True),
    Action.EDIT: (False, True, True),
    Action.SEND: (False, True, True),
    Action.READERS: (False, True, True),
    Action.SETTINGS: (False, False, True),
    Action.USERS: (False, False, True),
}


@pytest.mark.parametrize("action", Action)
def test_the_table_of_rights(action: Action) -> None:
    assert tuple(may(role, action) for role in ("viewer", "editor", "admin")) == TABLE[action]


def test_each_role_may_all_that_the_one_below_may() -> None:
    assert RIGHTS["viewer"] < RIGHTS["editor"] < RIGHTS["admin"]


def test_an_unknown_role_may_nothing() -> None:
    assert not any(may(role, action) for role in ("", "Admin", "owner") for action in Action)
