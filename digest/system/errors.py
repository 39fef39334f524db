"""The four ways the house says no. Surfaces turn a code into a sentence in the reader's language."""

from __future__ import annotations


class Refused(Exception):
    """A "no" that a person should read: a stable ``code`` and the facts its sentence needs."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        details = ", ".join(f"{key}={value}" for key, value in self.facts.items())
        return f"{self.code} ({details})" if details else self.code


class NotFound(Refused):
    """The thing asked for does not exist, or is not for this reader to see."""


class Conflict(Refused):
    """Somebody else was faster: the caller worked on an older version."""


class Unavailable(Refused):
    """An outside service cannot be reached now; trying later may work."""


class Stopped(Exception):
    """A long command ended early because the process ends; its job is to be done later."""
