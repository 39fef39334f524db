"""The eight scripts that every sender meets one day, each played by a real relay."""

from __future__ import annotations

import re

import pytest

from digest.delivery.queries import failures
from tests.delivery.conftest import OMAR, RIM, SALMA
from tests.servers.smtp import (
    Connection,
    HangUp,
    reset,
    say,
    say_and_hang_up,
    take_and_hang_up,
)

EVERYBODY = sorted([RIM, SALMA, OMAR])


def store_and_reset(connection: Connection) -> None:
    """Accept the mail, then end the connection with a TCP reset instead of a reply."""
    connection.accept()
    reset(connection)


def test_all_is_accepted_and_sent_once(ledger, scheduled, relay):
    issue_id = scheduled()
    ledger.send()
    assert (ledger.counts(issue_id), sorted(relay.recipients())) == ({"sent": 3}, EVERYBODY)


def test_a_grey_list_defers_then_sends_once(ledger, scheduled, relay, clock):
    relay.on("RCPT", say("450 4.2.0 greylisted, come back in 300 seconds"), match=RIM, times=1)
    issue_id = scheduled()
    ledger.send()
    assert ledger.row(issue_id, RIM)[0] == "deferred"
    clock.forward(minutes=4)
    ledger.send()
    assert RIM not in relay.recipients()
    clock.forward(minutes=2)
    ledger.send()
    assert (ledger.state(issue_id), relay.recipients().count(RIM)) == ("sent", 1)


def test_a_dead_address_fails_and_is_not_tried_again(ledger, scheduled, relay, clock):
    relay.on("RCPT", say("550 5.1.1 no such user"), match=RIM)
    issue_id = scheduled()
    ledger.send()
    clock.forward(days=1)
    ledger.send()
    state, reply, attempts, later = ledger.row(issue_id, RIM)
    assert (state, attempts, later) == ("failed", 1, None)
    assert reply.startswith("550 5.1.1")


def test_a_full_mailbox_is_tried_again_until_it_is_time_to_give_up(
    ledger, scheduled, relay, clock
):
    relay.on("RCPT", say("552 5.2.2 mailbox full"), match=RIM)
    issue_id = scheduled()
    ledger.send()
    assert ledger.row(issue_id, RIM)[0] == "deferred"
    while ledger.state(issue_id) == "sending":
        clock.forward(hours=8)
        ledger.send()
    state, _reply, attempts, _later = ledger.row(issue_id, RIM)
    assert state == "failed"
    assert attempts > 5


def test_a_drop_after_354_sends_again_and_one_copy_at_most_is_accepted(ledger, scheduled, relay):
    relay.on("BODY", reset, match=RIM, times=1)
    issue_id = scheduled()
    ledger.send()
    assert (ledger.counts(issue_id), sorted(relay.recipients())) == ({"sent": 3}, EVERYBODY)


@pytest.mark.parametrize("how", [store_and_reset, take_and_hang_up])
def test_accepted_without_a_reply_is_uncertain_listed_and_not_sent_again(
    ledger, scheduled, relay, system, clock, how
):
    relay.on("DOT", how, match=RIM, times=1)
    issue_id = scheduled()
    ledger.send()
    clock.forward(days=2)
    ledger.send()
    assert ledger.row(issue_id, RIM)[0] == "uncertain"
    assert relay.recipients().count(RIM) == 1
    with system.db.read() as db:
        assert [(one.address, one.state) for one in failures(db, issue_id)] == [(RIM, "uncertain")]
    taken = next(one for one in relay.accepted if one.recipient == RIM)
    # What it would be sent with again: a Message-ID made of issue and reader alone.
    found = re.search(rb"^Message-ID:\s*<i%d\." % issue_id, taken.message, re.IGNORECASE | re.MULTILINE)
    assert found


def test_421_between_two_mails_reconnects_and_sends_the_next_once(ledger, scheduled, relay):
    def say_goodbye(connection: Connection) -> None:
        connection.say("421 4.3.2 too many mails on this connection")
        raise HangUp

    relay.on("MAIL", say_goodbye, times=1)
    relay.on("AFTER", say_and_hang_up("421 4.3.2 and again"), times=1)
    issue_id = scheduled()
    ledger.send()
    assert (ledger.counts(issue_id), sorted(relay.recipients())) == ({"sent": 3}, EVERYBODY)
    assert relay.connections > 1


def test_a_reply_in_arabic_is_kept_and_shown_right(ledger, scheduled, relay, system):
    relay.on("RCPT", say("550 المستلم مجهول"), match=RIM)
    issue_id = scheduled()
    ledger.send()
    with system.db.read() as db:
        assert [one.reply for one in failures(db, issue_id)] == ["550 المستلم مجهول"]
