"""The guarded HTTP transport to one endpoint that the operator has named."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx2

from digest.system.addresses import parse_allowed
from digest.system.clock import Clock
from digest.system.fetch import trusted
from digest.system.guard import Guard, system_lookup

KEPT_OPEN = 4.0  # seconds; a server that closes an idle connection in the middle of a request hurts


class Wire:
    """Connects to the host that a URL names, which may be inside, and to no other.

    ``connections`` are kept open at most. The deadline of a request is set by ``guard.start``.
    """

    def __init__(self, url: str, clock: Clock, *, connections: int = 10) -> None:
        parts = urlsplit(url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        port = parts.port or (443 if parts.scheme == "https" else 80)
        self.guard = Guard(parse_allowed([f"{host}:{port}"]), system_lookup, clock)
        self.transport = httpx2.HTTPTransport(
            verify=trusted(), trust_env=False,
            limits=httpx2.Limits(
                max_connections=None, max_keepalive_connections=connections,
                keepalive_expiry=KEPT_OPEN,
            ),
        )
        # As in ``fetch``: httpx2 has no public way to set the backend.
        self.transport._pool._network_backend = self.guard

    def limits(self) -> dict[str, float]:
        """Return the time limits of a request; raises a timeout when nothing is left."""
        return dict.fromkeys(("connect", "read", "write", "pool"), self.guard.remaining())

    def close(self) -> None:
        """Close idle connections."""
        self.transport.close()
