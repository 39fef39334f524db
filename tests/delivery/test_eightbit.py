"""Pages that go unencoded to a relay of one's own, and encoded to any other."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from email import policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.dkim import Algorithm
from digest.delivery.eightbit import ROOM, Plain, in_lines
from digest.issues.document import Slot
from digest.system.settings import Settings
from tests.delivery.test_compose import PIECES
from tests.delivery.test_signed_send import sign_with, verified

LONG = st.builds(lambda word, n: word * n, st.sampled_from(["كلمة ", "<p>x</p>", " .a", "ش"]),
                 st.integers(1, 700))


@given(st.lists(st.one_of(PIECES, LONG), max_size=6).map("".join))
def test_lines_are_short_begin_with_no_dot_and_say_the_same(page: str) -> None:
    lines = in_lines(page)
    if lines is None:
        return
    values = dict.fromkeys(Slot, "h" * (ROOM - 1))
    sent = b"".join(Plain(lines).fill(values))
    assert sent.endswith(b"\r\n")
    assert sent.count(b"\r\n") == sent.count(b"\n") == sent.count(b"\r")
    rows = sent.split(b"\r\n")
    assert max(map(len, rows)) <= 998
    assert not any(row.startswith(b".") for row in rows)
    filled = "".join(values.get(one, one) for one in re.split(f"({'|'.join(Slot)})", page))
    assert collapsed(sent.decode()) == collapsed(filled)


def collapsed(page: str) -> str:
    """A page as HTML reads its white space."""
    return re.sub(r"[ \n\r]+", " ", re.sub(r"(?m)^\.", " .", page)).strip()


def test_a_run_without_a_space_is_not_cut() -> None:
    assert in_lines("ش" * 600) is None
    assert in_lines("<p>bare\rreturn</p>") is None


@pytest.mark.parametrize(("offered", "body"), [(True, "8bit"), (False, "base64")])
def test_a_page_goes_unencoded_where_operator_and_relay_agree(
    settings: Settings, scheduled, ledger, relay, system, offered, body
) -> None:
    if not offered:
        relay.extensions = tuple(one for one in relay.extensions if one != "8BITMIME")
    sign_with(system, Algorithm.RSA, Algorithm.ED25519)
    issue_id = scheduled()
    ledger.send()
    assert ledger.counts(issue_id) == {"sent": 3}
    assert [verified(system, one.message) for one in relay.accepted] == [[True, True]] * 3
    assert sum("BODY=8BITMIME" in one for one in relay.commands) == (3 if offered else 0)
    for taken in relay.accepted:
        message = email.message_from_bytes(taken.message, policy=policy.default)
        text, page = message.iter_parts()
        assert (text["Content-Transfer-Encoding"], page["Content-Transfer-Encoding"]) == (
            "base64", body,
        )
        assert "خبر رقم 1" in page.get_content()
        assert not any(slot in page.get_content() for slot in Slot)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A relay of one's own."""
    return replace(settings, smtp_url=f"{settings.smtp_url}?body=8bit")
