"""Connections grow while more mails go out with them."""

from __future__ import annotations

from digest.delivery.pace import EACH, FIRST, MORE, WINDOW, Pace


def mails(pace: Pace, start: float, rate: int) -> float:
    """Send so many mails a second for a window; return the time after it."""
    count = int(rate * WINDOW) + 1
    for n in range(count):
        pace.sent(start + n / rate)
    return start + count / rate


def test_few_mails_need_one_connection():
    pace = Pace(50, 0.0)
    assert pace.lines(0) == pace.lines(EACH - 1) == 1
    assert pace.lines(EACH) == 2


def test_a_send_begins_with_ten_and_never_passes_the_most():
    assert Pace(50, 0.0).lines(10_000) == FIRST
    assert Pace(3, 0.0).lines(10_000) == 3


def test_connections_grow_while_the_rate_grows():
    pace = Pace(50, 0.0)
    at = mails(pace, 0.0, 100)
    assert pace.lines(10_000) == FIRST + MORE
    at = mails(pace, at, 200)
    assert pace.lines(10_000) == FIRST + 2 * MORE
    mails(pace, at, 200)
    assert pace.lines(10_000) == FIRST + 2 * MORE


def test_a_relay_that_takes_no_more_is_not_asked_again():
    pace = Pace(50, 0.0)
    pace.enough(4)
    mails(pace, 0.0, 100)
    assert pace.lines(10_000) == 4
