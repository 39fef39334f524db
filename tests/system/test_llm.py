"""A model's endpoint that misbehaves in every way: each is a value, soon, and tells no secret."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest

from digest.system.guard import Guard
from digest.system.llm import Answer, Endpoint, Failure
from tests.servers import http, llm

KEY = "sk-a-secret-for-tests-0123456789"
SOON = 0.3  # seconds


@pytest.fixture
def endpoint(web: http.Server) -> Iterator[Endpoint]:
    built = Endpoint(web.url("/v1"), "small-arabic", KEY, seconds=SOON)
    yield built
    built.close()


def ask(endpoint: Endpoint) -> Answer:
    return endpoint.ask("Summarise.", '{"sources": []}', answer_tokens=100)


def test_the_question_goes_out_as_two_messages_with_the_key_in_one_header(
    endpoint: Endpoint, web: http.Server
) -> None:
    llm.says(web, "أقر البرلمان الموازنة.")
    assert ask(endpoint) == Answer("أقر البرلمان الموازنة.")
    sent = llm.asked(web)
    assert sent["model"] == "small-arabic"
    assert sent["max_tokens"] == 100
    assert [one["role"] for one in sent["messages"]] == ["system", "user"]
    assert web.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY.encode() not in web.asked[0].body


def test_without_an_address_nothing_is_asked() -> None:
    off = Endpoint()
    assert ask(off).failure is Failure.OFF
    assert off.probe().failure is Failure.OFF
    assert not off.is_on
    off.close()


@pytest.mark.parametrize(
    ("status", "failure"),
    [(500, Failure.STATUS), (404, Failure.STATUS), (201, Failure.STATUS), (401, Failure.AUTH),
     (403, Failure.AUTH), (503, Failure.BUSY)],
)
def test_every_status_has_a_reason(
    endpoint: Endpoint, web: http.Server, status: int, failure: Failure
) -> None:
    web.reply(llm.CHAT, status, body=llm.completion("نص"))
    assert ask(endpoint) == Answer(failure=failure, status=status)


def test_a_busy_endpoint_says_when_to_come_back(endpoint: Endpoint, web: http.Server) -> None:
    web.reply(llm.CHAT, 429, headers={"Retry-After": "40"})
    assert ask(endpoint) == Answer(failure=Failure.BUSY, status=429, retry_after=40)


def test_a_redirect_is_not_followed(endpoint: Endpoint, web: http.Server) -> None:
    web.reply(llm.CHAT, 307, headers={"Location": "/elsewhere"})
    assert ask(endpoint).failure is Failure.STATUS
    assert web.paths() == [llm.CHAT]


def test_silence_ends_in_time(endpoint: Endpoint, web: http.Server) -> None:
    web.stall(llm.CHAT)
    assert ask(endpoint).failure is Failure.TIMEOUT


def test_a_dripping_body_ends_in_time(endpoint: Endpoint, web: http.Server) -> None:
    web.slowly(llm.CHAT, [b" "] * 200, 0.02)
    assert ask(endpoint).failure is Failure.TIMEOUT


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"<html><body>Bad gateway</body></html>", b"[]", b"null", b'"text"', b'{"choices": []}',
     b'{"choices": [{"message": {}}]}', b'{"choices": {"0": 1}}', b'{"error": {"message": "no"}}',
     b'{"choices": [{"message": {"content": 5}}]}', b'{"choices": [{"message": {"content": ["a"]}}]}',
     b"\xff\xfe\x00", b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_answer_is_told_as_such(
    endpoint: Endpoint, web: http.Server, body: bytes
) -> None:
    web.reply(llm.CHAT, body=body)
    assert ask(endpoint).failure is Failure.NOT_JSON


@pytest.mark.parametrize("text", ["", "  \n ", None])
def test_an_empty_text_is_none(endpoint: Endpoint, web: http.Server, text: object) -> None:
    llm.says(web, text)
    assert ask(endpoint).failure is Failure.EMPTY


def test_a_text_that_ran_out_of_tokens_is_not_used(endpoint: Endpoint, web: http.Server) -> None:
    llm.says(web, "جملة ناقصة", ended="length")
    assert ask(endpoint).failure is Failure.CUT


def test_a_huge_body_is_left_alone(endpoint: Endpoint, web: http.Server) -> None:
    web.endless(llm.CHAT)
    assert ask(endpoint).failure in {Failure.TOO_BIG, Failure.TIMEOUT}
    small = Endpoint(web.url("/v1"), "m", KEY, max_bytes=1000)
    web.reply(llm.CHAT, body=llm.completion("ا" * 2000))
    assert ask(small).failure is Failure.TOO_BIG
    small.close()


def test_a_connection_closed_midway_is_a_network_failure(
    endpoint: Endpoint, web: http.Server
) -> None:
    half: Callable[[], Iterable[bytes]] = lambda: [b'{"choices": [']  # noqa: E731
    web.reply(llm.CHAT, body=half, headers={"Content-Length": "5000"})
    assert ask(endpoint).failure is Failure.NETWORK


def test_nobody_listening_is_a_network_failure(endpoint: Endpoint, web: http.Server) -> None:
    web.close()
    assert ask(endpoint).failure is Failure.NETWORK


def test_a_question_over_the_budget_is_not_sent(web: http.Server) -> None:
    poor = Endpoint(web.url("/v1"), "m", KEY, tokens=150)
    assert poor.ask("s" * 60, "d" * 60, answer_tokens=100).failure is Failure.OVER_BUDGET
    assert web.asked == []
    llm.says(web, "نص", tokens=151)
    assert poor.ask("s", "d", answer_tokens=100).failure is Failure.OVER_BUDGET
    poor.close()


def test_the_key_is_in_no_value_and_no_description(endpoint: Endpoint, web: http.Server) -> None:
    web.reply(llm.CHAT, 401, body=f"bad key {KEY}")
    assert KEY not in repr(ask(endpoint))
    assert KEY not in repr(endpoint)
    assert KEY not in endpoint.address


def test_the_probe_asks_for_the_models(endpoint: Endpoint, web: http.Server) -> None:
    web.reply("/v1/models", body='{"data": []}', headers=llm.JSON)
    assert endpoint.probe().failure is None
    web.reply("/v1/models", 401)
    assert endpoint.probe().failure is Failure.AUTH


def test_only_the_named_place_may_be_inside_a_private_network(
    endpoint: Endpoint, web: http.Server
) -> None:
    llm.says(web, "نص")
    assert ask(endpoint).text == "نص"
    assert endpoint._wire is not None
    assert isinstance(endpoint._wire.transport._pool._network_backend, Guard)
