"""What a reply means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.verdict import ATTEMPTS, BACKOFF, LIFE, Outcome, judge, judge_opening, next_try
from digest.system.reply import Reply, Stage

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(("stage", "code", "text", "outcome"), [
    (Stage.DOT, 250, "2.0.0 ok", Outcome.SENT),
    (Stage.DOT, 0, "", Outcome.UNCERTAIN),
    (Stage.DOT, 350, "", Outcome.UNCERTAIN),
    (Stage.DOT, 451, "4.3.0", Outcome.DEFERRED),
    (Stage.DOT, 421, "4.3.2", Outcome.AGAIN),
    (Stage.DOT, 554, "5.6.0 bad", Outcome.FAILED),
    (Stage.DOT, 554, "5.7.1 spam", Outcome.FAULT),
    (Stage.DATA, 0, "", Outcome.AGAIN),
    (Stage.DATA, 554, "no valid recipients", Outcome.FAILED),
    (Stage.RCPT, 450, "4.2.0", Outcome.DEFERRED),
    (Stage.RCPT, 550, "5.1.1", Outcome.FAILED),
    (Stage.RCPT, 550, "", Outcome.FAILED),
    (Stage.RCPT, 552, "5.2.2", Outcome.DEFERRED),
    (Stage.RCPT, 552, "", Outcome.DEFERRED),
    (Stage.RCPT, 550, "5.7.515 access denied", Outcome.FAULT),
    (Stage.RCPT, 550, "5.1.8", Outcome.FAULT),
    (Stage.MAIL, 501, "", Outcome.FAULT),
    (Stage.MAIL, 452, "", Outcome.DEFERRED),
    (Stage.CONNECT, 554, "", Outcome.FAULT),
    (Stage.CONNECT, 0, "", Outcome.AWAY),
])
def test_a_reply_means(stage, code, text, outcome):
    assert judge(Reply(stage, code, text)).outcome is outcome


@pytest.mark.parametrize(("stage", "code", "outcome", "why"), [
    (Stage.TLS, 0, Outcome.FAULT, "relay_tls"),
    (Stage.TLS, 502, Outcome.FAULT, "relay_tls"),
    (Stage.TLS, 454, Outcome.AWAY, ""),
    (Stage.AUTH, 535, Outcome.FAULT, "relay_auth"),
    (Stage.AUTH, 0, Outcome.FAULT, "relay_auth"),
    (Stage.AUTH, 454, Outcome.AWAY, ""),
    (Stage.CONNECT, 421, Outcome.AWAY, ""),
    (Stage.READY, 0, Outcome.AWAY, ""),
])
def test_an_opening_that_failed_means(stage, code, outcome, why):
    verdict = judge_opening(Reply(stage, code, ""))
    assert (verdict.outcome, verdict.code) == (outcome, why)


@given(
    stage=st.sampled_from(list(Stage)), code=st.integers(0, 999), text=st.text(max_size=40)
)
def test_only_the_relays_word_calls_a_mail_sent_and_only_the_lost_word_uncertain(
    stage, code, text
):
    outcome = judge(Reply(stage, code, text)).outcome
    assert (outcome is Outcome.SENT) == (stage is Stage.DOT and 200 <= code < 300)
    if outcome is Outcome.UNCERTAIN:
        assert stage is Stage.DOT
    if stage < Stage.DOT:
        assert outcome not in {Outcome.SENT, Outcome.UNCERTAIN}


def test_a_mail_is_tried_for_five_days_and_no_longer():
    at, tries = NOW, 0
    while at is not None:
        last, tries = at, tries + 1
        at = next_try(tries, frozen_at=NOW, now=at)
    assert LIFE - timedelta(hours=9) < last - NOW <= LIFE
    assert tries <= ATTEMPTS


def test_the_first_new_try_comes_after_five_minutes():
    assert next_try(1, frozen_at=NOW, now=NOW) == NOW + timedelta(seconds=BACKOFF[0])
