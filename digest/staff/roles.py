"""Who may do what: one table."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What a surface asks leave for."""

    VIEW = "view"
    EDIT = "edit"  # drafts and the inbox
    COLLECT = "collect"  # what is collected and how it is sorted: sources, topics
    SEND = "send"  # whatever leaves the house, so also fixing its time
    READERS = "readers"
    SETTINGS = "settings"
    USERS = "users"


AUTHOR = frozenset({Action.VIEW, Action.EDIT})
EDITOR = AUTHOR | {Action.COLLECT}

RIGHTS: dict[str, frozenset[Action]] = {
    "author": AUTHOR,
    "editor": EDITOR,
    # Whoever sends answers for the mails that did not arrive, and so sees the readers.
    "publisher": EDITOR | {Action.SEND, Action.READERS},
    "audience": frozenset({Action.VIEW, Action.READERS}),
    "admin": frozenset(Action),
}


def may(role: str, action: Action) -> bool:
    """Tell whether a role includes an action; an unknown role may nothing."""
    return action in RIGHTS.get(role, frozenset())
