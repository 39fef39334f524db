"""A web server that serves feeds, and feeds to serve."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import http


@pytest.fixture
def web() -> Iterator[http.Server]:
    """A scripted web server on loopback."""
    with http.running() as server:
        yield server
