"""What every answer of a relay does to a mail, its reader and the run."""

from __future__ import annotations

import email
import threading
from datetime import timedelta
from email import policy

import pytest
from sqlalchemy import inspect, select, text, update

from digest import jobs
from digest.articles.models import Article, Story
from digest.audience import preferences
from digest.audience.models import MailingList, Subscriber
from digest.delivery import control, leases
from digest.delivery.marks import Marks
from digest.delivery.models import Chunk, Delivery, DeliveryState
from digest.delivery.queries import failures
from digest.delivery.send import send_chunk
from digest.issues import states
from digest.issues.models import Item
from digest.newsletters.models import Newsletter
from digest.system import queue
from digest.system.build import build_system
from digest.system.errors import Stopped
from tests import make
from tests.conftest import SettableClock
from tests.delivery.conftest import OMAR, RIM, SALMA
from tests.servers.smtp import (
    first,
    hang_up,
    reset,
    say,
    say_and_hang_up,
    take_and_hang_up,
)


def test_each_reader_gets_one_mail_and_the_issue_is_sent(ledger, scheduled, relay):
    issue_id = scheduled()
    ledger.send()
    assert ledger.state(issue_id) == "sent"
    assert ledger.counts(issue_id) == {"sent": 3}
    assert sorted(relay.recipients()) == sorted([RIM, SALMA, OMAR])
    assert relay.connections == 1


def test_the_first_mail_closes_the_stories_of_the_issue(ledger, scheduled, system):
    issue_id = scheduled()
    now = system.clock.now()
    with system.db.write() as db:
        articles = [db.get_one(Article, make.article(db, now=now, title=one)) for one in "أبج"]
        stories = [one.story_id for one in articles]
        items = db.query(Item).filter_by(issue_id=issue_id).order_by(Item.id).all()
        items[0].story_id, items[1].article_id = stories[0], articles[1].id
    ledger.send()
    with system.db.read() as db:
        assert [db.get_one(Story, one).closed_at for one in stories] == [now, now, None]


def test_running_everything_again_sends_nothing(ledger, scheduled, relay, system):
    issue_id = scheduled()
    ledger.send()
    with system.db.write() as db:
        for n in range(2):
            leases.again(db, issue_id, n, run_at=system.clock.now(), now=system.clock.now())
    ledger.send()
    assert len(relay.accepted) == 3


def test_a_greylisted_reader_gets_the_mail_later(ledger, scheduled, relay, clock):
    issue_id = scheduled()
    relay.on("RCPT", say("450 4.2.0 come back later"), match=RIM, times=1)
    ledger.send()
    state, reply, attempts, next_at = ledger.row(issue_id, RIM)
    assert (state, attempts) == ("deferred", 1)
    assert "come back later" in reply
    assert next_at == clock.now() + timedelta(minutes=5)
    assert ledger.state(issue_id) == "sending"
    assert ledger.send() == 0
    clock.forward(minutes=5)
    ledger.send()
    assert ledger.counts(issue_id) == {"sent": 3}
    assert ledger.state(issue_id) == "sent"
    assert not relay.duplicates()


def test_a_reader_who_is_deferred_for_five_days_fails(ledger, scheduled, relay, clock):
    issue_id = scheduled()
    relay.on("RCPT", say("452 4.2.2 full"), match=RIM)
    for _ in range(30):
        ledger.send()
        clock.forward(hours=8)
    state, reply, attempts, _ = ledger.row(issue_id, RIM)
    assert (state, "full" in reply) == ("failed", True)
    assert attempts > 5
    assert ledger.state(issue_id) == "sent"


@pytest.mark.parametrize(("reply", "state"), [
    ("550 5.1.1 no such user", "failed"),
    ("550 المستلم مجهول", "failed"),
    ("552 5.2.2 mailbox full", "deferred"),
    ("552 full", "deferred"),
])
def test_a_refused_recipient_stops_nobody_else(ledger, scheduled, relay, reply, state):
    issue_id = scheduled()
    relay.on("RCPT", say(reply), match=RIM)
    ledger.send()
    assert ledger.row(issue_id, RIM)[0] == state
    assert ledger.row(issue_id, RIM)[1] == reply
    assert sorted(relay.recipients()) == sorted([SALMA, OMAR])


@pytest.mark.parametrize(("step", "reply", "code"), [
    ("CONNECT", "554 5.7.1 you are listed", "relay_refused"),
    ("EHLO", "550 not you", "relay_refused"),
    ("MAIL", "553 5.1.8 unknown domain", "sender_refused"),
    ("MAIL", "535 5.7.8 sign in", "relay_auth"),
    ("RCPT", "550 5.7.26 unauthenticated", "sender_refused"),
    ("RCPT", "530 5.7.0 authentication required", "relay_auth"),
    ("RCPT", "550 5.1.7 bad sender", "sender_refused"),
    ("DOT", "554 5.7.1 spam", "content_refused"),
])
def test_the_senders_fault_pauses_the_run_and_harms_no_reader(
    ledger, scheduled, relay, clock, system, step, reply, code
):
    issue_id = scheduled()
    relay.on(step, say(reply))
    ledger.send()
    assert ledger.state(issue_id) == "paused"
    assert ledger.reason(issue_id).startswith(f"{code}: ")
    assert ledger.counts(issue_id) == {"queued": 3}
    assert ledger.send() == 0
    with system.db.read() as db:
        kinds = db.scalars(select(queue.Job.kind)).all()
    assert kinds == ["tell_editor"]
    relay.rules.clear()
    with system.db.write() as db:
        control.resume(db, issue_id, by=None, now=clock.now())
    ledger.send()
    assert ledger.counts(issue_id) == {"sent": 3}
    assert not relay.duplicates()


def test_ten_contents_refused_in_a_row_pause_the_run(ledger, scheduled, relay, system):
    issue_id = scheduled([f"r{n}@example.net" for n in range(15)])
    relay.on("DOT", say("554 transaction failed"))
    ledger.send()
    assert ledger.state(issue_id) == "paused"
    counts = ledger.counts(issue_id)
    assert 10 <= counts["failed"] < 10 + system.settings.connections  # what was on its way
    assert sum(counts.values()) == counts["failed"] + counts["queued"] == 15


@pytest.mark.parametrize("how", [hang_up, reset, say_and_hang_up("421 4.3.2 going down")])
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_connection_lost_before_the_dot_sends_the_mail_again(
    ledger, scheduled, relay, step, how
):
    issue_id = scheduled()
    relay.on(step, how, times=1)
    ledger.send()
    assert ledger.counts(issue_id) == {"sent": 3}
    assert len(relay.accepted) == 3
    assert relay.connections == 2


@pytest.mark.parametrize("how", [hang_up, reset])
def test_a_connection_lost_in_the_body_loses_nobody(ledger, scheduled, relay, how):
    issue_id = scheduled()
    relay.on("BODY", how, times=1)
    ledger.send()
    counts = ledger.counts(issue_id)
    # A small body lies in the kernel's buffers: the dot may have left before the news came.
    assert counts["sent"] + counts.get("uncertain", 0) == 3
    assert counts["sent"] == len(relay.accepted)
    assert not relay.duplicates()


def test_the_dot_that_is_answered_421_sends_the_mail_again(ledger, scheduled, relay):
    issue_id = scheduled()
    relay.on("DOT", say_and_hang_up("421 4.3.2 not now"), times=1)
    ledger.send()
    assert ledger.counts(issue_id) == {"sent": 3}
    assert not relay.duplicates()


@pytest.mark.parametrize("how", [take_and_hang_up, hang_up, reset, say_and_hang_up("garbage")])
def test_a_reply_lost_after_the_dot_is_uncertain_for_ever(ledger, scheduled, relay, clock, how):
    issue_id = scheduled()
    relay.on("DOT", how, match=SALMA)
    ledger.send()
    clock.forward(days=1)
    ledger.send()
    assert ledger.counts(issue_id) == {"sent": 2, "uncertain": 1}
    assert ledger.row(issue_id, SALMA)[0] == "uncertain"
    assert not relay.duplicates()
    assert ledger.state(issue_id) == "sent"


def test_every_mail_that_did_not_surely_arrive_is_listed(ledger, scheduled, relay, system):
    issue_id = scheduled()
    relay.on("DOT", take_and_hang_up, match=SALMA)
    relay.on("RCPT", say("550 5.1.1 unknown"), match=RIM)
    ledger.send()
    with system.db.read() as db:
        listed = failures(db, issue_id)
    assert [(one.address, one.state) for one in listed] == [(SALMA, "uncertain"), (RIM, "failed")]


def test_a_relay_that_always_hangs_up_is_tried_again_in_a_minute(
    ledger, scheduled, relay, clock
):
    issue_id = scheduled()
    relay.on("DATA", hang_up)
    ledger.send()
    assert relay.connections == 3
    assert not relay.accepted
    relay.rules.clear()
    clock.forward(seconds=60)
    ledger.send()
    clock.forward(minutes=30)
    ledger.send()
    assert ledger.counts(issue_id) == {"sent": 3}


def test_a_relay_that_is_away_for_hours_pauses_the_run(ledger, scheduled, relay, clock):
    issue_id = scheduled()
    relay.on("CONNECT", hang_up)
    ledger.send()
    assert (ledger.state(issue_id), ledger.counts(issue_id)) == ("sending", {"queued": 3})
    clock.forward(hours=7)
    ledger.send()
    assert ledger.state(issue_id) == "paused"
    assert ledger.reason(issue_id).startswith("relay_away: ")
    assert ledger.counts(issue_id) == {"queued": 3}


def test_a_reader_who_leaves_before_the_dot_is_not_mailed(ledger, scheduled, relay, system):
    issue_id = scheduled()

    def omar_leaves(_connection: object) -> None:
        now = system.clock.now()
        with system.db.write() as db:
            omar = db.scalars(select(Subscriber.id).where(Subscriber.address == OMAR)).one()
            lists = list(db.scalars(select(MailingList.id)))
            preferences.leave_lists(db, omar, lists, network="", now=now)

    relay.on("DOT", first(omar_leaves), match=RIM, times=1)
    ledger.send()
    assert OMAR not in relay.recipients()
    assert ledger.row(issue_id, OMAR)[:2] == ("skipped", "left")


def test_an_arabic_address_needs_a_relay_that_offers_smtputf8(ledger, scheduled, relay):
    issue_id = scheduled([RIM, "ريم@example.net"])
    relay.extensions = ("8BITMIME",)
    ledger.send()
    assert ledger.row(issue_id, "ريم@example.net")[:2] == ("skipped", "no_smtputf8")
    assert relay.recipients() == [RIM]


def test_an_arabic_address_is_mailed_with_smtputf8(ledger, scheduled, relay):
    issue_id = scheduled(["ريم@example.net"])
    ledger.send()
    assert ledger.counts(issue_id) == {"sent": 1}
    assert any(line.endswith("BODY=8BITMIME SMTPUTF8") for line in relay.commands)
    assert "To: <ريم@example.net>\r\n".encode() in relay.accepted[0].message


def test_an_address_no_conversation_can_hold_fails_alone(ledger, scheduled, relay):
    issue_id = scheduled([RIM, "a b>@example.net"])
    ledger.send()
    assert ledger.row(issue_id, "a b>@example.net")[:2] == ("failed", "bad_address")
    assert relay.recipients() == [RIM]


@pytest.mark.parametrize("act", [control.pause, control.stop])
def test_pausing_and_stopping_end_after_the_mail_in_hand(ledger, scheduled, relay, system, act):
    issue_id = scheduled()

    def halt(_connection: object) -> None:
        with system.db.write() as db:
            act(db, issue_id, by=None, now=system.clock.now())

    relay.on("DOT", first(halt), times=1)
    ledger.send()
    assert len(relay.accepted) == 1
    rest = "queued" if act is control.pause else "skipped"
    assert ledger.counts(issue_id) == {"sent": 1, rest: 2}
    if act is control.pause:
        with system.db.write() as db:
            control.resume(db, issue_id, by=None, now=system.clock.now())
        ledger.send()
        assert ledger.counts(issue_id) == {"sent": 3}
        assert not relay.duplicates()


def test_pausing_and_resuming_while_a_mail_is_in_hand_loses_nobody(
    ledger, scheduled, relay, system, clock
):
    issue_id = scheduled()

    def halt_and_go_on(_connection: object) -> None:
        with system.db.write() as db:
            control.pause(db, issue_id, by=None, now=system.clock.now())
            control.resume(db, issue_id, by=None, now=system.clock.now())

    relay.on("DOT", first(halt_and_go_on), times=1)
    ledger.send()
    clock.forward(minutes=1)
    ledger.send()
    assert ledger.counts(issue_id) == {"sent": 3}
    assert not relay.duplicates()


def test_a_process_that_is_asked_to_end_gives_the_rest_back(ledger, scheduled, relay, system):
    issue_id = scheduled()
    relay.on("DOT", first(lambda _: system.stopping.set()), times=1)
    with system.db.write() as db:
        launch = queue.claim(db, "w:1:1", kinds=["launch_issue"], now=system.clock.now())[0]
    jobs.run_job(system, launch)
    with pytest.raises(Stopped):
        send_chunk(system, issue_id, 0)
    assert ledger.counts(issue_id) == {"queued": 2, "sent": 1}
    system.stopping.clear()
    ledger.send()
    assert ledger.counts(issue_id) == {"sent": 3}
    assert not relay.duplicates()


def test_two_workers_on_one_chunk_send_each_mail_once(ledger, scheduled, relay, system):
    issue_id = scheduled([f"r{n}@example.net" for n in range(40)])
    jobs.drain(system, {"launch_issue"})
    start = threading.Barrier(4)
    errors: list[Exception] = []

    def work() -> None:
        start.wait()
        try:
            send_chunk(system, issue_id, 0)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(relay.accepted) == 40
    assert not relay.duplicates()
    assert relay.connections <= system.settings.connections
    assert ledger.counts(issue_id) == {"sent": 40}


def test_a_worker_that_lost_its_lease_stops_and_only_proves_what_it_sent(
    ledger, scheduled, relay, system, clock
):
    issue_id = scheduled()
    jobs.drain(system, {"launch_issue"})

    def another_takes_over(_connection: object) -> None:
        with system.db.write() as db:
            db.execute(update(Chunk).values(lease_until=clock.now() - timedelta(seconds=1)))
        send_chunk(system, issue_id, 0)

    relay.on("DOT", first(another_takes_over), match=RIM, times=1)
    send_chunk(system, issue_id, 0)
    assert ledger.counts(issue_id) == {"sent": 3}
    assert len(relay.accepted) == 3
    assert not relay.duplicates()


def test_a_lease_left_by_a_dead_machine_is_taken_when_it_ends(
    ledger, scheduled, relay, system, clock
):
    issue_id = scheduled()
    jobs.drain(system, {"launch_issue"})
    with system.db.write() as db:
        leases.take(db, issue_id, 0, now=clock.now(), smtp_timeout=10)
        victim = db.scalars(select(Delivery.subscriber_id)).first()
        db.execute(
            update(Delivery).where(Delivery.subscriber_id == victim)
            .values(state=DeliveryState.SENDING.value)
        )
    ledger.send()
    assert not relay.accepted
    for _ in range(12):
        clock.forward(seconds=15)
        ledger.send()
    assert ledger.counts(issue_id) == {"sent": 2, "uncertain": 1}
    assert ledger.state(issue_id) == "sent"


def test_the_mails_differ_only_in_what_is_the_readers_own(ledger, scheduled, relay):
    scheduled()
    ledger.send()
    own = {"To", "Message-ID", "List-Unsubscribe", "List-Help"}
    headers = []
    for taken in relay.accepted:
        message = email.message_from_bytes(taken.message)
        headers.append([(name, value) for name, value in message.items() if name not in own])
    assert headers[0] == headers[1] == headers[2]
    assert len({taken.envelope_from for taken in relay.accepted}) == 3


def test_nothing_due_for_a_paused_issue_is_sent_by_an_old_job(ledger, scheduled, relay, system):
    issue_id = scheduled()
    jobs.drain(system, {"launch_issue"})
    with system.db.write() as db:
        states.change(db, issue_id, states.IssueState.FROZEN, states.IssueState.SENDING)
        states.pause(db, issue_id, by=None, now=system.clock.now())
    send_chunk(system, issue_id, 0)
    assert not relay.accepted


def test_a_name_that_would_turn_the_line_around_is_set_right(ledger, scheduled, relay):
    scheduled([RIM], sender_name="إعلان\u202e هام")
    ledger.send()
    message = email.message_from_bytes(relay.accepted[0].message, policy=policy.default)
    assert message["From"].addresses[0].display_name == "إعلان هام"


class HealingClock(SettableClock):
    """A clock that mends something when somebody waits."""

    mend = staticmethod(lambda: None)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Mend, and move on."""
        self.mend()
        return super().wait(event, seconds)


def test_a_database_that_is_away_for_a_while_costs_nobody_a_mail(
    settings, clock, scheduled, ledger, relay
):
    issue_id = scheduled()
    healing = HealingClock(clock.now())
    system = build_system(settings, clock=healing)
    if system.db.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite calls a missing table an operational error")

    def rename(source: str, target: str) -> None:
        with system.db.write() as db:
            if target not in inspect(db.connection()).get_table_names():
                db.execute(text(f"ALTER TABLE {source} RENAME TO {target}"))

    relay.on("DOT", first(lambda _: rename("chunk", "away")), times=1)
    HealingClock.mend = staticmethod(lambda: rename("away", "chunk"))
    jobs.drain(system, jobs.SENDING)
    system.close()
    assert ledger.counts(issue_id) == {"sent": 3}
    assert len(relay.accepted) == 3
    assert healing.now() > clock.now()


def test_a_mail_taken_by_a_write_that_was_called_failed_is_taken_again(
    system, scheduled, ledger, clock
):
    issue_id = scheduled([RIM])
    jobs.drain(system, {"launch_issue"})
    with system.db.write() as db:
        lease = leases.take(db, issue_id, 0, now=clock.now(), smtp_timeout=10)
        marks = Marks(lease, system.db.engine.dialect)
        rows = marks.fetch(db, after=0, now=clock.now())
        once = marks.step(db, [], rows, now=clock.now())
    with system.db.write() as db:
        again = marks.step(db, [], rows, now=clock.now())
    assert once == again
    assert set(once.taken) == {rows[0].subscriber_id}
    assert ledger.row(issue_id, RIM)[0] == "sending"


def test_a_sender_that_no_mail_may_have_pauses_the_run(system, scheduled, ledger, relay):
    issue_id = scheduled()
    jobs.drain(system, {"launch_issue"})
    with system.db.write() as db:
        db.execute(update(Newsletter).values(sender_address="nobody"))
    ledger.send()
    assert (ledger.state(issue_id), ledger.reason(issue_id)) == ("paused", "bad_sender: ")
    assert ledger.counts(issue_id) == {"queued": 3}
    assert not relay.accepted
