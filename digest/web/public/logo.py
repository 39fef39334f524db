"""The logos that mails show."""

from __future__ import annotations

from flask import Response

from digest.newsletters.logos import get_logo
from digest.web.guard import system
from digest.web.headers import ONE_YEAR
from digest.web.public import bp


@bp.get("/logo/<token>")
def logo(token: str) -> Response:
    """Answer a picture; what a name leads to never changes."""
    with system().db.read() as db:
        mime, data = get_logo(db, token)
    response = Response(data, mimetype=mime)
    response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
