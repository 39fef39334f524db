"""The names of the built assets: each carries a hash of its content."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask, url_for

from digest.system.errors import Refused

STATIC = Path(__file__).parent / "static"


def init_assets(app: Flask) -> None:
    """Give templates ``asset("digest.css")``; raises Refused("no_assets") when none were built."""
    names = read_manifest(STATIC)

    def asset(name: str) -> str:
        return url_for("static", filename=names[name])

    app.jinja_env.globals["asset"] = asset


def read_manifest(folder: Path) -> dict[str, str]:
    """Return plain name → built name; raises Refused("no_assets")."""
    path = folder / "manifest.json"
    if not path.is_file():
        raise Refused("no_assets", folder=str(folder))
    names: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return names
