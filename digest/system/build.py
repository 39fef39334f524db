"""The composition root: everything outside, in one value, built in one place."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from digest.system.clock import Clock, SystemClock
from digest.system.db import Database
from digest.system.dns import Dns
from digest.system.fetch import Fetcher
from digest.system.llm import Endpoint
from digest.system.relays import Relays
from digest.system.settings import Settings
from digest.system.tokens import Signer


@dataclass(frozen=True, slots=True)
class System:
    """What commands need of the world.

    ``stopping`` is set when the process is asked to end: long commands look at it between two
    steps and raise ``Stopped``, so that their job goes back to the queue at once. ``memory`` is
    what a process keeps between two jobs to be quicker; it may be lost at any time.
    """

    settings: Settings
    clock: Clock
    db: Database
    fetcher: Fetcher
    relay: Relays
    signer: Signer
    llm: Endpoint
    dns: Dns = field(default_factory=Dns)
    stopping: threading.Event = field(default_factory=threading.Event)
    memory: dict[str, Any] = field(default_factory=dict)

    def close(self) -> None:
        """Release connections, listeners and what is kept in memory."""
        for kept in self.memory.values():
            if callable(close := getattr(kept, "close", None)):
                close()
        self.relay.close()
        self.fetcher.close()
        self.llm.close()
        self.db.close()


def build_system(settings: Settings, *, clock: Clock | None = None) -> System:
    """Build the one System of a process. Nothing is connected until it is used."""
    return System(
        settings=settings,
        clock=clock or SystemClock(),
        db=Database(settings.database_url),
        fetcher=Fetcher(allow=settings.fetch_allow),
        relay=Relays(settings.smtp_url, capture_dir=settings.mailbox_dir,
                     timeout=settings.smtp_timeout),
        signer=Signer(settings.secret_key),
        llm=Endpoint(
            settings.llm_url, settings.llm_model, settings.llm_key, seconds=settings.llm_timeout,
            tokens=settings.llm_tokens,
        ),
    )
