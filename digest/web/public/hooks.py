"""Where providers report bounces and complaints; each call is signed, so it needs no other proof."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from digest.feedback.calls import take_call
from digest.system.errors import NotFound, Refused, Unavailable
from digest.web.guard import csrf, system
from digest.web.public import bp

LARGEST = 4 * 1024 * 1024  # bytes; SendGrid puts a thousand events into one call


@bp.post("/hooks/<provider>")
@csrf.exempt
def hook(provider: str) -> ResponseReturnValue:
    """Answer 204 once all is written down, 403 to a forger, 503 so that the provider tries again."""
    request.max_content_length = LARGEST
    try:
        take_call(system(), provider, request.get_data(), dict(request.headers))
    except NotFound:
        return _plain(404)
    except Unavailable:
        return _plain(503)
    except Refused:
        return _plain(403)
    return _plain(204)


def _plain(status: int) -> Response:
    """An answer for a program, without a page."""
    return Response("", status, mimetype="text/plain")
