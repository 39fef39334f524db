"""Alembic's entry: runs the revisions over the connection that the caller hands in."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from digest.system.db import UTC
from digest.tables import metadata


def render_item(kind: str, item: Any, _autogen: object) -> str | Literal[False]:
    """Write our UTC column type as the plain one, so revisions never import the product."""
    if kind == "type" and isinstance(item, UTC):
        return "sa.DateTime(timezone=True)"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
