"""A web server to fetch from, and a fetcher that may."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from digest.system.fetch import Fetcher
from tests.servers import http


@pytest.fixture
def web() -> Iterator[http.Server]:
    """A scripted web server on loopback."""
    with http.running() as server:
        yield server


@pytest.fixture
def fetcher(web: http.Server) -> Iterator[Fetcher]:
    """A fetcher that may reach the test's server and nothing else on loopback."""
    built = Fetcher(allow=(f"127.0.0.1:{web.port}",), seconds=10)
    yield built
    built.close()
