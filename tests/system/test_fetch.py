"""The one outgoing client against a real server: limits, redirects, refusals, all as values."""

from __future__ import annotations

import gzip
import ssl
import threading
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from digest.system.clock import SystemClock
from digest.system.fetch import AGENT, Fetcher, FetchRequest, Outcome
from digest.system.guard import Guard
from tests.conftest import SettableClock
from tests.servers import http

MB = 1024 * 1024


def get(fetcher: Fetcher, url: str) -> tuple[Outcome, int | None, bytes]:
    fetched = fetcher.fetch(FetchRequest(url))
    return fetched.outcome, fetched.status, fetched.content


def test_a_page_comes_with_its_validators(fetcher: Fetcher, web: http.Server) -> None:
    web.reply("/feed", body="خبر", headers={
        "Content-Type": "application/rss+xml; charset=utf-8", "ETag": '"v1"',
        "Last-Modified": "Tue, 24 Nov 2026 02:40:00 GMT",
    })
    fetched = fetcher.fetch(FetchRequest(web.url("/feed")))
    assert (fetched.outcome, fetched.status) == (Outcome.OK, 200)
    assert fetched.content.decode() == "خبر"
    assert fetched.content_type == "application/rss+xml; charset=utf-8"
    assert (fetched.etag, fetched.last_modified) == ('"v1"', "Tue, 24 Nov 2026 02:40:00 GMT")
    assert web.asked[0].headers["user-agent"] == AGENT


def test_validators_make_the_request_conditional(fetcher: Fetcher, web: http.Server) -> None:
    web.reply("/feed", 304)
    since = "Tue, 24 Nov 2026 02:40:00 GMT"
    fetched = fetcher.fetch(FetchRequest(web.url("/feed"), etag='"v1"', last_modified=since))
    assert fetched.outcome is Outcome.NOT_MODIFIED
    headers = web.asked[0].headers
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('"v1"', since)


@pytest.mark.parametrize("etag", ["é", '"a\tb"', '"' + "x" * 600 + '"'])
def test_an_odd_validator_is_forgotten(fetcher: Fetcher, web: http.Server, etag: str) -> None:
    web.reply("/feed", body=b"x", headers={"ETag": etag})
    assert fetcher.fetch(FetchRequest(web.url("/feed"))).etag is None


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(404, Outcome.HTTP_ERROR), (500, Outcome.HTTP_ERROR), (403, Outcome.HTTP_ERROR),
     (410, Outcome.GONE), (429, Outcome.BUSY), (503, Outcome.BUSY), (304, Outcome.NOT_MODIFIED),
     (300, Outcome.HTTP_ERROR), (302, Outcome.HTTP_ERROR)],
)
def test_every_status_has_an_outcome(
    fetcher: Fetcher, web: http.Server, status: int, outcome: Outcome
) -> None:
    web.reply("/", status)
    assert get(fetcher, web.url("/"))[:2] == (outcome, status)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("Tue, 24 Nov 2026 02:50:00 GMT", 600), ("Tue, 24 Nov 2026 02:00:00 GMT", 0),
     ("soon", None), ("", None), ("-5", None), ("9" * 30, 9_999_999_999),
     ("Tue, 24 Nov 2026 02:50:00 -0000", 600)],
)
def test_retry_after_is_read_in_both_forms(
    web: http.Server, header: str, seconds: int | None
) -> None:
    web.reply("/", 503, headers={"Retry-After": header})
    clock = SettableClock(datetime(2026, 11, 24, 2, 40, tzinfo=UTC))
    fetcher = Fetcher(allow=("127.0.0.1",), clock=clock)
    assert fetcher.fetch(FetchRequest(web.url("/"))).retry_after == seconds
    fetcher.close()


def test_redirects_are_followed_and_only_permanent_ones_remembered(
    fetcher: Fetcher, web: http.Server
) -> None:
    web.reply("/old", 301, headers={"Location": "/new"})
    web.reply("/new", 308, headers={"Location": web.url("/newer")})
    web.reply("/newer", 302, headers={"Location": "/today"})
    web.reply("/today", 301, headers={"Location": "/here"})
    web.reply("/here", body=b"here")
    fetched = fetcher.fetch(FetchRequest(web.url("/old")))
    assert (fetched.content, fetched.url) == (b"here", web.url("/here"))
    assert fetched.moved_to == web.url("/newer")


def test_a_temporary_redirect_moves_nothing(fetcher: Fetcher, web: http.Server) -> None:
    web.reply("/old", 302, headers={"Location": "/new"})
    web.reply("/new", body=b"x")
    assert fetcher.fetch(FetchRequest(web.url("/old"))).moved_to is None


def test_a_move_to_a_broken_place_is_no_move(fetcher: Fetcher, web: http.Server) -> None:
    web.reply("/old", 301, headers={"Location": "/new"})
    fetched = fetcher.fetch(FetchRequest(web.url("/old")))
    assert (fetched.outcome, fetched.moved_to) == (Outcome.HTTP_ERROR, None)


def test_a_loop_of_redirects_ends(fetcher: Fetcher, web: http.Server) -> None:
    web.reply("/a", 302, headers={"Location": "/b"})
    web.reply("/b", 302, headers={"Location": "/a"})
    assert get(fetcher, web.url("/a"))[0] is Outcome.REDIRECTS
    assert len(web.asked) == 6


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://[::1]/",
     "http://[fe80::1]/", "http://0.0.0.0/", "http://192.168.1.1:8080/"],
)
def test_a_redirect_into_a_private_network_is_refused(
    fetcher: Fetcher, web: http.Server, target: str
) -> None:
    web.reply("/", 302, headers={"Location": target})
    fetched = fetcher.fetch(FetchRequest(web.url("/")))
    assert fetched.outcome is Outcome.REFUSED_ADDRESS
    assert fetched.detail
    assert fetched.moved_to is None


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://127.0.0.1/", "http://u@x.example/"])
def test_a_redirect_to_no_web_address_is_refused(
    fetcher: Fetcher, web: http.Server, target: str
) -> None:
    web.reply("/", 302, headers={"Location": target})
    assert get(fetcher, web.url("/"))[0] is Outcome.BAD_URL


def test_loopback_is_refused_unless_the_settings_name_it(web: http.Server) -> None:
    strict = Fetcher()
    for url in (web.url("/"), f"http://localhost:{web.port}/", f"http://[::1]:{web.port}/"):
        fetched = strict.fetch(FetchRequest(url))
        assert fetched.outcome is Outcome.REFUSED_ADDRESS, url
        assert "127.0.0.1" in fetched.detail or "::1" in fetched.detail
    strict.close()
    assert web.asked == []


def test_an_allowed_port_opens_no_other(web: http.Server) -> None:
    fetcher = Fetcher(allow=(f"127.0.0.1:{web.port + 1}",))
    assert get(fetcher, web.url("/"))[0] is Outcome.REFUSED_ADDRESS
    fetcher.close()


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "http://user@example.org/", "http://2130706433/", "", "x" * 5000]
)
def test_what_is_no_web_address_is_not_asked(fetcher: Fetcher, url: str) -> None:
    assert get(fetcher, url)[0] is Outcome.BAD_URL


def test_a_body_is_unpacked(fetcher: Fetcher, web: http.Server) -> None:
    text = "نص " * 1000
    raw = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": gzip.compress(text.encode()),
        "deflate": zlib.compress(text.encode()),
        "DEFLATE": raw.compress(text.encode()) + raw.flush(),
        "gzip, gzip": gzip.compress(gzip.compress(text.encode())),
    }
    for coding, body in packed.items():
        web.reply("/", body=body, headers={"Content-Encoding": coding})
        assert get(fetcher, web.url("/"))[2].decode() == text, coding
    assert web.asked[0].headers["accept-encoding"] == "gzip, deflate"


def test_a_bomb_is_cut(fetcher: Fetcher, web: http.Server) -> None:
    bomb = gzip.compress(bytes(64 * MB), 9)
    web.reply("/", body=bomb, headers={"Content-Encoding": "gzip"})
    assert get(fetcher, web.url("/"))[0] is Outcome.TOO_BIG


def test_a_body_without_end_is_cut(fetcher: Fetcher, web: http.Server) -> None:
    web.endless("/")
    assert get(fetcher, web.url("/"))[0] is Outcome.TOO_BIG


def test_a_body_that_says_it_is_too_big_is_not_read(web: http.Server) -> None:
    web.reply("/", body=b"x" * 2000)
    small = Fetcher(allow=("127.0.0.1",), max_bytes=1000)
    assert get(small, web.url("/"))[0] is Outcome.TOO_BIG
    web.reply("/", body=b"x" * 1000)
    assert get(small, web.url("/"))[0] is Outcome.OK
    small.close()


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip, gzip", "compress"])
def test_a_coding_we_did_not_ask_for_is_an_error(
    fetcher: Fetcher, web: http.Server, coding: str
) -> None:
    web.reply("/", body=b"x", headers={"Content-Encoding": coding})
    assert get(fetcher, web.url("/"))[0] is Outcome.NETWORK


def test_a_packed_body_cut_short_is_an_error(fetcher: Fetcher, web: http.Server) -> None:
    web.reply("/", body=gzip.compress(b"x" * 5000)[:-12], headers={"Content-Encoding": "gzip"})
    assert get(fetcher, web.url("/"))[0] is Outcome.NETWORK


def test_a_dripping_server_is_given_up_in_time(web: http.Server) -> None:
    web.slowly("/", [b"x"] * 1000, 0.05)
    hasty = Fetcher(allow=("127.0.0.1",), seconds=0.4)
    clock = SystemClock()
    begun = clock.ticks()
    assert get(hasty, web.url("/"))[0] is Outcome.TIMEOUT
    assert clock.ticks() - begun < 2
    hasty.close()


def test_a_name_that_resolves_too_slowly_is_given_up() -> None:
    stop = threading.Event()

    def asleep(_host: str, _port: int) -> Sequence[str]:
        stop.wait(10)
        return ["203.0.113.7"]

    hasty = Fetcher(seconds=0.2, lookup=asleep)
    assert get(hasty, "http://slow.example/")[0] is Outcome.TIMEOUT
    stop.set()
    hasty.close()


def test_an_unknown_name_is_told_as_such() -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    fetcher = Fetcher(lookup=unknown)
    fetched = fetcher.fetch(FetchRequest("http://nowhere.example/"))
    assert fetched.outcome is Outcome.DNS
    assert "nowhere.example" in fetched.detail
    fetcher.close()


def test_nobody_listening_is_a_network_failure(web: http.Server) -> None:
    fetcher = Fetcher(allow=("127.0.0.1",))
    url = web.url("/")
    web.close()
    assert get(fetcher, url)[0] is Outcome.NETWORK
    fetcher.close()


def test_plain_text_in_the_place_of_tls_is_told_as_such(web: http.Server) -> None:
    fetcher = Fetcher(allow=("127.0.0.1",))
    url = web.url("/").replace("http:", "https:")
    assert get(fetcher, url)[0] in {Outcome.TLS, Outcome.NETWORK}
    fetcher.close()


def test_the_guard_is_the_network_that_is_used(fetcher: Fetcher) -> None:
    assert isinstance(fetcher._transport._pool._network_backend, Guard)
    context = fetcher._transport._pool._ssl_context
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_the_answer_that_was_checked_is_the_one_connected_to(web: http.Server) -> None:
    answers: Iterator[list[str]] = iter([["127.0.0.1"], ["10.0.0.1"]])
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    web.reply("/", body=b"x", headers={"Connection": "close"})
    url = f"http://rebind.example:{web.port}/"
    fetcher = Fetcher(allow=("127.0.0.1",), lookup=rebinding)
    assert get(fetcher, url)[0] is Outcome.OK
    assert asked == ["rebind.example"]
    assert get(fetcher, url)[0] is Outcome.REFUSED_ADDRESS
    assert len(web.asked) == 1
    fetcher.close()


def test_one_bad_answer_among_good_ones_refuses_the_name() -> None:
    fetcher = Fetcher(lookup=lambda _host, _port: ["8.8.8.8", "10.1.2.3"])
    fetched = fetcher.fetch(FetchRequest("http://mixed.example/"))
    assert fetched.outcome is Outcome.REFUSED_ADDRESS
    assert "10.1.2.3" in fetched.detail
    fetcher.close()


def test_two_threads_have_a_deadline_each(web: http.Server) -> None:
    web.slowly("/slow", [b"x"] * 100, 0.05)
    web.reply("/quick", body=b"quick")
    fetcher = Fetcher(allow=("127.0.0.1",), seconds=0.5)
    outcomes: list[Outcome] = []
    thread = threading.Thread(
        target=lambda: outcomes.append(get(fetcher, web.url("/slow"))[0])
    )
    thread.start()
    assert all(get(fetcher, web.url("/quick"))[2] == b"quick" for _ in range(20))
    thread.join()
    assert outcomes == [Outcome.TIMEOUT]
    fetcher.close()
