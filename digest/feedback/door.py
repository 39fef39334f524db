"""Bounces that a mail server hands over: each is heard before it is answered."""

from __future__ import annotations

from functools import partial

from digest.delivery import hold
from digest.feedback.bounces import hear_mail
from digest.system import log
from digest.system.build import System
from digest.system.listener import Listener


def open_door(system: System) -> Listener | None:
    """Begin to listen where the settings say; None when they do not, or another process does."""
    url = system.settings.bounce_listen
    if not url:
        return None
    listener = Listener(url, partial(_take_in, system))
    try:
        listener.start()
    except OSError as error:
        log.get("feedback").error("listener_failed", exc_info=error)
        return None
    return listener


def _take_in(system: System, raw: bytes, recipient: str) -> None:
    """Hear a mail; one that comes while we are on hold is not for this copy to judge."""
    hold.require(system)
    hear_mail(system, raw, via="listener", envelope_to=recipient)
