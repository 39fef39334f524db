"""Log lines: JSON with ids, never an address or a secret."""

from __future__ import annotations

import json
import logging

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.system import log

ADDRESSES = st.emails()


@settings(deadline=None)
@given(address=ADDRESSES, before=st.text(" :<(", max_size=3), after=st.text(" >,)", max_size=3))
def test_no_address_is_ever_written(address: str, before: str, after: str) -> None:
    event = log.redact(None, "info", {"event": f"to {before}{address}{after}"})
    assert address not in event["event"]


@pytest.mark.parametrize(
    "text",
    ["أحمد@مثال.شبكة", "rim@example.net", "<rim@example.net>", "o'neil@example.net", "rim+news@xn--mgbh0fb.xn--ngbc5azd",
     '"rim@example.net"', "smtp://user:pass@mail.example"],
)
def test_addresses_of_every_kind_are_hidden(text: str) -> None:
    event = log.redact(None, "info", {"event": "sent", "note": f"({text})"})
    assert "example" not in event["note"]
    assert "neil" not in event["note"]
    assert "مثال" not in event["note"]
    assert "[address]" in event["note"]


@pytest.mark.parametrize("key", sorted(log.SECRET_KEYS))
def test_secret_values_are_hidden_whatever_they_hold(key: str) -> None:
    assert log.redact(None, "info", {key: 12345})[key] == "[hidden]"


def test_numbers_and_plain_texts_stay() -> None:
    event = {"event": "sent", "issue": 7, "took": 1.5, "ok": True, "title": "موجز الميناء"}
    assert log.redact(None, "info", dict(event)) == event


def test_a_line_is_json_with_level_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    try:
        log.get("test").info("sent", issue=7, to="rim@example.net")
        log.get("test").debug("too quiet to be written")
    finally:
        structlog.reset_defaults()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    line = json.loads(lines[0])
    assert (line["event"], line["issue"], line["to"], line["level"]) == (
        "sent", 7, "[address]", "info"
    )
    assert line["timestamp"].endswith("Z")


def test_an_error_with_an_address_in_its_trace_is_hidden_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.configure(level=logging.ERROR)
    try:
        raise ValueError("550 rim@example.net unknown")
    except ValueError as error:
        log.get("test").error("failed", exc_info=error)
    finally:
        structlog.reset_defaults()
    err = capsys.readouterr().err
    assert "ValueError" in err
    assert "rim@example.net" not in err
