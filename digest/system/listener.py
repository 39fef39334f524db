"""A door for bounces on this machine: one's own mail server hands them over by LMTP or SMTP.

    lmtp://127.0.0.1:8024    Postfix: transport ``digest-bounce unix - - n - - lmtp``
    smtp://127.0.0.1:8025
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from digest.system import log

LARGEST = 20 * 1024 * 1024  # bytes of a mail that are taken; of that, a part is read
MINE = re.compile(r"bounce\+[A-Za-z0-9_.-]{8,120}@[A-Za-z0-9.-]{1,253}")
SCHEMES = frozenset({"lmtp", "smtp"})

Take = Callable[[bytes, str], object]


def is_listener(url: str) -> bool:
    """Tell whether an address can be listened at."""
    try:
        parts = urlsplit(url)
        return parts.scheme in SCHEMES and bool(parts.hostname) and bool(parts.port)
    except ValueError:
        return False


class Listener:
    """Takes mails for ``bounce+TOKEN@…`` and nothing else, in a thread of its own.

    ``take`` gets a mail and its recipient; what it raises is answered 451, so that the other
    server keeps the mail and comes again. Nothing is answered 250 before ``take`` has returned.
    """

    def __init__(self, url: str, take: Take) -> None:
        from aiosmtpd.controller import Controller
        from aiosmtpd.lmtp import LMTP
        from aiosmtpd.smtp import SMTP

        parts = urlsplit(url)
        kind = LMTP if parts.scheme == "lmtp" else SMTP

        class Door(Controller):
            def factory(self) -> Any:
                return kind(self.handler, **self.SMTP_kwargs)

        self._door = Door(
            _Handler(take), hostname=parts.hostname or "", port=parts.port or 0,
            data_size_limit=LARGEST, ident="Digest", server_hostname="digest",
        )

    def start(self) -> None:
        """Begin to listen; raises OSError when the address is taken."""
        try:
            self._door.start()
        except OSError:
            if not self._door.loop.is_running():  # aiosmtpd leaves it open
                self._door.loop.close()
            raise

    def stop(self) -> None:
        """Listen no more; a mail in hand was not answered and comes again."""
        self._door.stop(no_assert=True)


class _Handler:
    """What is answered; one recipient a mail, since each has its own token."""

    def __init__(self, take: Take) -> None:
        self._take = take

    async def handle_RCPT(  # noqa: N802  (the names are aiosmtpd's)
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if not MINE.fullmatch(address):
            return "550 5.1.1 No such mailbox"
        if envelope.rcpt_tos:
            return "452 4.5.3 One recipient at a time"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        try:
            await asyncio.to_thread(self._take, bytes(envelope.content), envelope.rcpt_tos[0])
        except Exception as error:
            log.get("listener").error("mail_not_taken", exc_info=error)
            return "451 4.3.0 Later, please"
        return "250 2.0.0 OK"
