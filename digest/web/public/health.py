"""Whether the application and its database answer, for load balancers and monitors."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import literal, select
from sqlalchemy.exc import SQLAlchemyError

from digest.system import log
from digest.web.guard import system
from digest.web.public import bp


@bp.get("/healthz")
def health() -> ResponseReturnValue:
    """Answer 200 while the database answers, else 503; nothing more is told to strangers."""
    try:
        with system().db.read() as db:
            db.scalar(select(literal(1)))
    except SQLAlchemyError:
        log.get("web").error("unhealthy", exc_info=True)
        return jsonify(ok=False), 503
    return jsonify(ok=True)
