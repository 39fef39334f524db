"""The ways out for mail, in the order in which they are preferred. The next one stands in while
one is away, and the first that has rested long enough is tried again.

``DIGEST_SMTP_URL`` names them, with spaces between: relays by SMTP and accounts with providers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit
from weakref import WeakKeyDictionary

from digest.system import log
from digest.system.clock import Clock, SystemClock
from digest.system.errors import Refused
from digest.system.lane import Lane
from digest.system.line import Line
from digest.system.providers.api import Api, option
from digest.system.providers.courier import Courier
from digest.system.providers.mailgun import Mailgun
from digest.system.providers.postmark import Postmark
from digest.system.providers.provider import Provider, ProviderSession
from digest.system.providers.ses import Ses
from digest.system.rates import Rate, parse_rate
from digest.system.reply import Reply
from digest.system.rest import Rest
from digest.system.smtp import Relay, SmtpSession

APIS: dict[str, Callable[[SplitResult], Api]] = {
    "ses": Ses, "mailgun": Mailgun, "postmark": Postmark,
}
AnySession = SmtpSession | ProviderSession


@dataclass(slots=True)
class Way:
    """One relay or provider; ``name`` is what people are shown, never a password."""

    name: str
    relay: Relay | Provider
    rate: Rate | None  # mails in a time, at most
    rest: Rest = field(default_factory=Rest)


class Relays:
    """All ways out. It stands where one relay stood: what is asked of it, the chosen one does.

    ``timeout`` in seconds bounds the wait for an answer. Raises Refused("bad_settings") for an
    address that is none.
    """

    def __init__(
        self, urls: str, *, capture_dir: Path, timeout: float, clock: Clock | None = None
    ) -> None:
        self.clock = clock or SystemClock()
        self.timeout = timeout
        self.ways = tuple(
            _way(url, capture_dir=capture_dir, timeout=timeout, clock=self.clock)
            for url in urls.split()
        )
        if not self.ways:
            raise Refused("bad_settings", names="DIGEST_SMTP_URL")
        self._lock = threading.Lock()
        self._homes: WeakKeyDictionary[AnySession, Relay | Provider] = WeakKeyDictionary()

    @property
    def chosen(self) -> Way:
        """The first that does not rest; when all do, the one that is preferred."""
        now = self.clock.ticks()
        with self._lock:
            return next((way for way in self.ways if way.rest.is_over(now)), self.ways[0])

    @property
    def captures(self) -> bool:
        """Whether the chosen one is the built-in mailbox."""
        return self.chosen.relay.captures

    def fail_over(self, failed: Way) -> bool:
        """Let a way that failed rest; True when another one is there to go on with.

        With a single way nothing rests: there is nothing better to do than to try it again.
        """
        if len(self.ways) == 1:
            return False
        now = self.clock.ticks()
        with self._lock:
            failed.rest.begin(now)
            others = any(way.rest.is_over(now) for way in self.ways)
        log.get("relays").warning("relay_rests", relay=failed.name, others=others)
        return others

    def address(self) -> tuple[str, int]:
        """Return host and port of the chosen one."""
        return self.chosen.relay.address()

    @contextmanager
    def session(self) -> Iterator[AnySession]:
        """Lend a session of the chosen one; it is opened by its first use."""
        with self.chosen.relay.session() as session:
            yield session

    def lend(self) -> AnySession:
        """Return a session of the chosen one, for keeps."""
        relay = self.chosen.relay
        session: AnySession = relay.lend()
        with self._lock:
            self._homes[session] = relay
        return session

    def give_back(self, session: Any) -> None:
        """Take a session back that was lent, for the next one who needs it."""
        with self._lock:
            home = self._homes.pop(session, None)
        if home is None:
            session.close()
        else:
            home.give_back(session)

    def greet(self) -> list[tuple[str, Reply]]:
        """Ask each way whether it lets us in; the names with their answers."""
        return [(way.name, _greeted(way.relay)) for way in self.ways]

    @property
    def remembers(self) -> bool:
        """Whether one of the ways can tell what became of a mail."""
        return any(isinstance(way.relay, Provider) for way in self.ways)

    def lookup(self, message_id: str, at: datetime) -> bool | None:
        """Tell whether a mail that was handed over at ``at`` was accepted; None when none knows.

        True when one way has it, False only when every way surely has not.
        """
        known = [
            way.relay.lookup(message_id, at) if isinstance(way.relay, Provider) else None
            for way in self.ways
        ]
        if True in known:
            return True
        return None if None in known else False

    def close(self) -> None:
        """Hang up everywhere."""
        for way in self.ways:
            way.relay.close()


def lane_on(session: AnySession) -> Lane[Any]:
    """Return a way to hand many mails over on an open session without ever waiting."""
    if isinstance(session, ProviderSession):
        return Courier[Any](session)
    return Line[Any](session)


def _way(url: str, *, capture_dir: Path, timeout: float, clock: Clock) -> Way:
    try:
        parts = urlsplit(url)
        rate = parse_rate(option(parts, "rate")) if option(parts, "rate") else None
        port = parts.port
    except ValueError as error:
        raise Refused("bad_settings", names="DIGEST_SMTP_URL") from error
    name = f"{parts.scheme}://{parts.hostname or ''}" + (f":{port}" if port else "")
    relay: Relay | Provider
    if make := APIS.get(parts.scheme):
        relay = Provider(make(parts), timeout=timeout, clock=clock)
    else:
        relay = Relay(url, capture_dir=capture_dir, timeout=timeout, clock=clock)
    return Way(name, relay, rate)


def _greeted(relay: Relay | Provider) -> Reply:
    if isinstance(relay, Provider):
        return relay.greet()
    with relay.session() as session:
        return session.open()
