"""The network below the client: every answer of a name is checked before any is connected to."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import httpcore2
import pytest

from digest.system.addresses import parse_allowed
from digest.system.clock import SystemClock
from digest.system.guard import Guard, NoSuchHost, RefusedAddress, system_lookup
from tests.servers import http


def guard(*answers: str, allow: Sequence[str] = (), seconds: float = 5.0) -> Guard:
    built = Guard(parse_allowed(allow), lambda _host, _port: answers, SystemClock())
    built.start(seconds)
    return built


def test_all_public_answers_are_returned_in_order() -> None:
    found = guard("8.8.8.8", "2606:4700::1111").addresses("news.example", 443)
    assert [str(one) for one in found] == ["8.8.8.8", "2606:4700::1111"]


@pytest.mark.parametrize(
    "answers", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"], ["fe80::1%1"]]
)
def test_one_private_answer_refuses_the_host(answers: list[str]) -> None:
    with pytest.raises(RefusedAddress, match=r"news\.example → "):
        guard(*answers).addresses("news.example", 443)


def test_a_written_address_is_not_looked_up() -> None:
    with pytest.raises(RefusedAddress, match=r"^169\.254\.169\.254$"):
        guard("8.8.8.8").addresses("169.254.169.254", 80)


def test_a_name_without_answers_does_not_exist() -> None:
    with pytest.raises(NoSuchHost):
        guard().addresses("news.example", 80)


@pytest.mark.parametrize("error", [OSError("no such name"), UnicodeError("label too long")])
def test_a_failed_lookup_is_a_missing_host(error: Exception) -> None:
    def failing(_host: str, _port: int) -> Sequence[str]:
        raise error

    broken = Guard((), failing, SystemClock())
    broken.start(5)
    with pytest.raises(NoSuchHost, match=r"news\.example"):
        broken.addresses("news.example", 80)


def test_the_next_address_is_tried_when_one_does_not_answer(web: http.Server) -> None:
    opened = guard("127.0.0.9", "127.0.0.1", allow=["127.0.0.0/8"])
    stream = opened.connect_tcp("news.example", web.port)
    stream.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert stream.read(100).startswith(b"HTTP/1.1 404")
    stream.close()


def test_when_none_answers_the_last_failure_is_raised() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(httpcore2.ConnectError):
        guard("127.0.0.1", allow=["127.0.0.1"]).connect_tcp("news.example", port)


def test_time_that_is_over_stops_everything() -> None:
    late = guard("8.8.8.8", seconds=-1)
    with pytest.raises(httpcore2.ReadTimeout):
        late.remaining()
    with pytest.raises(httpcore2.ReadTimeout):
        late.connect_tcp("8.8.8.8", 80)


def test_a_read_ends_at_the_deadline(web: http.Server) -> None:
    web.slowly("/", [b"x"] * 100, 1.0)
    opened = guard(allow=["127.0.0.1"], seconds=0.3)
    stream = opened.connect_tcp("127.0.0.1", web.port)
    stream.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", timeout=60)
    assert stream.read(1000, timeout=60).startswith(b"HTTP/1.1 200")
    with pytest.raises(httpcore2.ReadTimeout):
        stream.read(1000, timeout=60)
    stream.close()


def test_the_system_knows_this_machine() -> None:
    assert "127.0.0.1" in system_lookup("127.0.0.1", 80)
