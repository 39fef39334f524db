"""The reader behind a link of a mail: the signed token is all the proof there is.

The change routes below such a link carry no CSRF token. None is needed: a forger would have to
know the token of the link itself, and without cookies there is no session to ride on.
"""

from __future__ import annotations

from flask import request, url_for

from digest.system.errors import NotFound, Refused
from digest.system.tokens import PREFERENCES
from digest.web.guard import system

GONE = 410  # RFC 9110: it was there, and is not coming back
TOO_MANY = (429, {"Retry-After": "3600"})  # seconds; the limits of sign-ups count hours


def read_token(purpose: str, token: str) -> tuple[int, ...]:
    """Return the ids of a token without expiry.

    Raises NotFound("bad_token"): a forged token, one of another purpose and one cut short by a
    mail program get the same 404.
    """
    try:
        return system().signer.read(purpose, token)
    except Refused as error:
        raise NotFound("bad_token") from error


def asker() -> str:
    """Return the IP address that asks; the rules keep its network only."""
    return request.remote_addr or ""


def preferences_path(subscriber_id: int) -> str:
    """Return the way to a reader's preferences, for pages reached by another link of the reader.

    A mail carries all its reader's links, so the holder of one held the others already.
    """
    return url_for(
        "public.preferences", token=system().signer.sign(PREFERENCES, subscriber_id)
    )
