"""Who may do what: one table."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What a surface asks leave for."""

    VIEW = "view"
    EDIT = "edit"
    SEND = "send"
    READERS = "readers"
    SETTINGS = "settings"
    USERS = "users"


RIGHTS: dict[str, frozenset[Action]] = {
    "viewer": frozenset({Action.VIEW}),
    "editor": frozenset({Action.VIEW, Action.EDIT, Action.SEND, Action.READERS}),
    "admin": frozenset(Action),
}


def may(role: str, action: Action) -> bool:
    """Tell whether a role includes an action; an unknown role may nothing."""
    return action in RIGHTS.get(role, frozenset())
