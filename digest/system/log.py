"""JSON log lines with ids; addresses and secrets never reach them."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ADDRESS = re.compile(r"[^\s<>@\"]+@[^\s<>@\"']+")
SECRET_KEYS = frozenset({"password", "token", "secret", "secret_key", "authorization", "cookie"})


def redact(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace e-mail addresses and secret values in a log event."""
    for key, value in event.items():
        if key in SECRET_KEYS:
            event[key] = "[hidden]"
        elif isinstance(value, str):
            event[key] = ADDRESS.sub("[address]", value)
    return event


def configure(*, level: int = logging.INFO) -> None:
    """Send structured lines to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def get(name: str) -> Any:
    """Return the logger of a room."""
    return structlog.get_logger(name)
