"""Postfix's log proves what it took, and what it did not take only when nothing is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.postfixlog import Evidence, read_log

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
# As Postfix 3.7 of Debian 12 wrote them, with other names.
ACCEPTED = """\
Nov 24 05:40:01 mail postfix/smtpd[4101]: connect from localhost[127.0.0.1]
Nov 24 05:40:01 mail postfix/smtpd[4101]: 3F2A81C0A4D: client=localhost[127.0.0.1]
Nov 24 05:40:01 mail postfix/cleanup[4104]: 3F2A81C0A4D: message-id=<i5.rim@mina.example>
Nov 24 05:40:01 mail postfix/qmgr[4099]: 3F2A81C0A4D: from=<bounce+x@mina.example>, size=94813, nrcpt=1 (queue active)
Nov 24 05:40:02 mail postfix/smtp[4110]: 3F2A81C0A4D: to=<rim@example.net>, relay=mx.example.net[192.0.2.7]:25, delay=0.4, delays=0.1/0/0.1/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 8C1)
Nov 24 05:40:02 mail postfix/qmgr[4099]: 3F2A81C0A4D: removed
"""  # noqa: E501
HALF = """\
Nov 24 05:40:02 mail postfix/smtpd[4102]: connect from localhost[127.0.0.1]
Nov 24 05:40:02 mail postfix/smtpd[4102]: 5B11C1C0A51: client=localhost[127.0.0.1]
Nov 24 05:40:02 mail postfix/cleanup[4105]: 5B11C1C0A51: message-id=<i5.salma@mina.example>
"""
LOST = """\
Nov 24 05:40:03 mail postfix/smtpd[4102]: lost connection after DATA (65536 bytes) from localhost[127.0.0.1]
Nov 24 05:40:03 mail postfix/smtpd[4102]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4
"""  # noqa: E501
BYE = """\
Nov 24 05:40:03 mail postfix/smtpd[4101]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5
"""  # noqa: E501
LATER = """\
Nov 24 05:40:50 mail postfix/anvil[4107]: statistics: max connection count 2 for (smtp:127.0.0.1)
"""
SUPPRESSED = """\
Nov 24 05:40:02 mail systemd-journald[9]: Suppressed 812 messages from postfix.service
"""
DROPPED = """\
Nov 24 05:40:02 mail rsyslogd: imuxsock[pid 1]: begin to drop messages due to rate-limiting
"""
SINCE = datetime(2026, 11, 24, 5, 40, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(seconds=10)


def named(message_id: str) -> str | None:
    ours = message_id.startswith("i5.") and message_id.endswith("@mina.example")
    return message_id[3:-13] if ours else None


def read(*parts: str, live: bool = False) -> Evidence:
    lines = "".join(parts).splitlines()
    return read_log(lines, named, since=SINCE, zone=UTC, now=NOW, live=live)


def test_the_queue_proves_acceptance_and_the_message_id_alone_does_not() -> None:
    found = read(ACCEPTED, HALF, LOST, BYE, LATER)
    assert found.accepted == {"rim"}
    assert found.covers(SINCE, UNTIL)


@pytest.mark.parametrize("line", [
    "postfix/qmgr[1]: 5B11C1C0A51: from=<b@mina.example>, size=9, nrcpt=1 (queue active)",
    "postfix/smtp[1]: 5B11C1C0A51: to=<s@example.net>, relay=none, delay=1, status=deferred (x)",
    "postfix/bounce[1]: 5B11C1C0A51: sender non-delivery notification: 6C1",
    "postfix/qmgr[1]: 5B11C1C0A51: removed",
    "postfix-out/smtp[1]: 5B11C1C0A51: to=<s@example.net>, relay=x, status=sent (250 ok)",
    "postfix/relay/smtp[1]: 5B11C1C0A51: to=<s@example.net>, relay=x, status=sent (250 ok)",
])  # fmt: skip
def test_whatever_comes_after_the_queue_took_it_proves_it(line: str) -> None:
    assert read(HALF, f"Nov 24 05:40:03 mail {line}\n").accepted == {"salma"}


def test_a_milters_no_proves_nothing() -> None:
    line = ("Nov 24 05:40:03 mail postfix/cleanup[4105]: 5B11C1C0A51: milter-reject: "
            "END-OF-MESSAGE from localhost[127.0.0.1]: 5.7.1 no; from=<b@mina.example>\n")
    assert read(HALF, line).accepted == set()


def test_a_queue_number_that_is_used_again_belongs_to_the_other_mail() -> None:
    again = ACCEPTED.replace("3F2A81C0A4D", "5B11C1C0A51").replace("i5.rim@", "x.other@")
    assert read(HALF, again).accepted == set()


def test_mails_of_other_issues_and_houses_are_not_ours() -> None:
    assert read(ACCEPTED.replace("<i5.", "<i55.")).accepted == set()
    assert read(ACCEPTED.replace("@mina.example>", "@other.example>")).accepted == set()


def test_mails_of_before_the_issue_are_those_of_a_copy_of_this_house() -> None:
    assert read(ACCEPTED.replace("Nov 24 05:", "Nov 24 04:")).accepted == set()


@pytest.mark.parametrize(("parts", "why"), [
    ((ACCEPTED, HALF, BYE, LATER), "a connection is still open"),
    ((ACCEPTED, HALF, LOST, BYE), "the log ends before the time in question"),
    ((LATER,), "the log begins too late"),
    ((), "there is no log"),
    ((ACCEPTED, DROPPED, BYE, LATER), "lines were lost"),
    ((ACCEPTED, SUPPRESSED, BYE, LATER), "lines were lost"),
])  # fmt: skip
def test_absence_proves_nothing_when(parts: tuple[str, ...], why: str) -> None:
    assert not read(*parts).covers(SINCE, UNTIL), why


def test_a_connection_that_never_ended_is_forgotten_after_an_hour() -> None:
    late = LATER.replace("05:40:50", "06:41:00")
    assert read(ACCEPTED, HALF, BYE, late).covers(SINCE, UNTIL)


def test_a_connection_of_later_does_not_matter() -> None:
    later = "Nov 24 05:40:55 mail postfix/smtpd[4102]: connect from mx[192.0.2.1]\n"
    assert read(ACCEPTED, HALF, LOST, BYE, later).covers(SINCE, UNTIL)


def test_the_log_where_postfix_writes_now_goes_on_to_now() -> None:
    assert read(ACCEPTED, HALF, LOST, BYE, live=True).covers(SINCE, UNTIL)
    assert not read(ACCEPTED, HALF, BYE).covers(SINCE, UNTIL)


@pytest.mark.parametrize(("stamp", "zone", "at"), [
    ("Nov 24 08:40:01", ZoneInfo("Asia/Damascus"), SINCE),
    ("2026-11-24T08:40:01.000000+03:00", UTC, SINCE),
    ("2026-11-24T05:40:01+0000", ZoneInfo("Asia/Damascus"), SINCE),
    ("2026-11-24T05:40:01Z", UTC, SINCE),
    ("2026-11-24T08:40:01", timezone(timedelta(hours=3)), SINCE),
    ("Nov 24 05:40:01.123456", UTC, SINCE),
    ("Dec 31 23:59:59", UTC, datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ("Feb 29 00:00:00", UTC, datetime(2024, 2, 29, tzinfo=UTC)),
    ("Nov  4 05:40:01", UTC, datetime(2026, 11, 4, 5, 40, 1, tzinfo=UTC)),
])  # fmt: skip
def test_times_are_read_in_all_the_ways_logs_write_them(stamp, zone, at) -> None:
    line = f"{stamp} mail postfix/smtpd[1]: connect from localhost[127.0.0.1]"
    assert read_log([line], named, since=SINCE, zone=zone, now=NOW).first == at


@given(st.lists(st.text(max_size=80)))
def test_no_line_breaks_the_reading(lines: list[str]) -> None:
    assert read_log(lines, named, since=SINCE, zone=UTC, now=NOW).accepted == set()


@given(st.text(max_size=60))
def test_no_text_of_postfix_breaks_the_reading(text: str) -> None:
    line = f"Nov 24 05:40:03 mail postfix/cleanup[4105]: 5B11C1C0A51: {text}"
    assert read_log([line], named, since=SINCE, zone=UTC, now=NOW).accepted == set()
