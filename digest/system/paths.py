"""Where templates and migrations lie: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def resource(name: str) -> Path:
    """Return the folder ``templates`` or ``migrations`` of this installation."""
    packaged = PACKAGE / "_resources" / name
    return packaged if packaged.is_dir() else PACKAGE.parent / name
