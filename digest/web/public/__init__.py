"""The public face: what readers and passers-by see, without accounts, cookies or scripts."""

from __future__ import annotations

from flask import Blueprint, Response, request

bp = Blueprint("public", __name__)

LARGEST_BODY = 64 * 1024  # bytes; an address and a few choices, sent by anybody on the web
SHAREABLE = frozenset(
    {"public.home", "public.archive", "public.newsletter", "public.edition", "public.feed", "public.logo"}
)


@bp.before_request
def _keep_it_small() -> None:
    request.max_content_length = LARGEST_BODY


@bp.after_request
def _keep_it_private(response: Response) -> Response:
    """Pages behind a personal link stay out of caches and search engines."""
    if request.endpoint not in SHAREABLE:
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Robots-Tag", "noindex")
    return response


from digest.web.public import (  # noqa: E402  (the pages register their routes on ``bp``)
    approve,
    archive,
    confirm,
    feed,
    health,
    hooks,
    leave,
    logo,
    preferences,
    subscribe,
)

__all__ = [
    "approve", "archive", "bp", "confirm", "feed", "health", "hooks", "leave", "logo",
    "preferences", "subscribe", "track",
]
