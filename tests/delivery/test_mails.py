"""Single mails: the test mail, the confirmation, the editor's notices; and that all look alike."""

from __future__ import annotations

import email
import re
from email import policy

import pytest
from sqlalchemy import select, update

from digest.audience.models import Subscriber
from digest.delivery.notices import REASONS, send_confirmation, tell_editor
from digest.delivery.trial import send_test
from digest.issues.document import Slot
from digest.issues.models import Edition, Issue, IssueState
from digest.issues.queries import preview
from digest.issues.render import fill_html, fill_text
from digest.newsletters.models import Newsletter
from digest.system.errors import Refused, Unavailable
from digest.system.tokens import CONFIRM
from tests.delivery.conftest import RIM
from tests.servers import smtp

URLS = re.compile(r"https://mina\.example/(?:leave|preferences)/[\w.-]+")


def message(taken):
    """Read an accepted mail."""
    return email.message_from_bytes(taken.message, policy=policy.default)


def bodies(taken):
    """Text and HTML with plain line ends."""
    return [part.get_content().replace("\r\n", "\n") for part in message(taken).iter_parts()]


def neutral(text):
    """A body whose reader's own addresses are all the same."""
    return URLS.sub("https://mina.example/own", text)


def ids(system):
    """The subscriber, list and newsletter of the made issue."""
    with system.db.read() as db:
        who = db.scalars(select(Subscriber.id).where(Subscriber.address == RIM)).one()
        return who, 1, db.scalars(select(Newsletter.id)).one()


def test_preview_test_mail_edition_and_sent_mail_are_the_same_but_for_the_slots(
    system, scheduled, ledger, relay, clock
):
    issue_id = scheduled([RIM])
    with system.db.read() as db:
        shown = preview(db, issue_id, base_url="https://mina.example", now=clock.now())
    send_test(system, issue_id, "salma@example.org")
    ledger.send()
    with system.db.read() as db:
        kept = db.execute(select(Edition.html, Edition.text)).one()
    assert tuple(kept) == (shown.html, shown.text)
    own = dict.fromkeys(Slot, "https://mina.example/own")
    expected = [fill_text(shown.text, own), fill_html(shown.html, own)]
    assert len(relay.accepted) == 2
    for taken in relay.accepted:
        assert [neutral(body) for body in bodies(taken)] == expected
        assert message(taken)["Subject"] == shown.subject


def test_the_test_mail_goes_to_one_address_and_to_no_readers_account(system, scheduled, relay):
    issue_id = scheduled()
    send_test(system, issue_id, "salma@example.org")
    assert relay.recipients() == ["salma@example.org"]
    leave = URLS.search(bodies(relay.accepted[0])[0])
    assert leave
    token = leave[0].rpartition("/")[2]
    purpose = "leave" if "/leave/" in leave[0] else "preferences"
    assert system.signer.read(purpose, token)[0] == 0


def test_a_test_mail_that_is_refused_says_why(system, scheduled, relay):
    issue_id = scheduled()
    relay.on("RCPT", smtp.say("550 5.1.1 unknown"))
    with pytest.raises(Refused) as refused:
        send_test(system, issue_id, "salma@example.org")
    assert refused.value.code == "mail_refused"
    assert "unknown" in str(refused.value.facts["reply"])


@pytest.mark.parametrize("step", ["CONNECT", "RCPT"])
def test_a_mail_that_may_succeed_later_is_left_to_the_queue(system, scheduled, relay, step):
    issue_id = scheduled()
    relay.on(step, smtp.say("451 4.3.0 later"))
    with pytest.raises(Unavailable):
        send_test(system, issue_id, "salma@example.org")


def test_a_single_mail_whose_reply_is_lost_is_not_sent_again(system, scheduled, relay):
    issue_id = scheduled()
    relay.on("DOT", smtp.take_and_hang_up)
    send_test(system, issue_id, "salma@example.org")
    assert len(relay.accepted) == 1


def test_the_confirmation_carries_a_link_that_confirms(system, scheduled, relay):
    scheduled([RIM])
    who, list_id, newsletter_id = ids(system)
    send_confirmation(system, who, list_id, newsletter_id)
    taken = relay.accepted[0]
    assert (taken.envelope_from, taken.recipient) == ("", RIM)
    assert message(taken)["Auto-Submitted"] == "auto-generated"
    assert "أكّد اشتراكك" in message(taken)["Subject"]
    for body in bodies(taken):
        found = re.search(r"https://mina\.example/confirm/([\w.-]+)", body)
        assert found
        assert system.signer.read_timed(CONFIRM, found[1], hours=48) == (
            who, list_id, newsletter_id,
        )
        assert "48 ساعة" in body


@pytest.mark.parametrize("state", ["erased", "bounced", "complained"])
def test_who_must_not_be_mailed_is_not_asked(system, scheduled, relay, state):
    scheduled([RIM])
    who, list_id, newsletter_id = ids(system)
    with system.db.write() as db:
        db.execute(update(Subscriber).values(state=state))
    send_confirmation(system, who, list_id, newsletter_id)
    assert not relay.accepted


@pytest.mark.parametrize(("state", "reason", "said"), [
    (IssueState.DRAFT, "", "تنتظر مراجعتك"),
    (IssueState.SKIPPED, "too_few_stories", "أقل من الحد"),
    (IssueState.FAILED, "no_recipients", "بلا مشتركين"),
    (IssueState.PAUSED, "relay_auth: 535 5.7.8 wrong", "5.7.8 wrong"),
    (IssueState.FAILED, "something_new", "something_new"),
])
def test_the_editor_is_told_what_became_of_an_issue(
    system, scheduled, relay, state, reason, said
):
    issue_id = scheduled(editor_address="salma@example.org")
    with system.db.write() as db:
        db.execute(update(Issue).values(state=state.value, reason=reason, slot_at=None))
    tell_editor(system, issue_id)
    taken = relay.accepted[0]
    assert taken.recipient == "salma@example.org"
    assert said in " ".join([str(message(taken)["Subject"]), *bodies(taken)])
    link = f"https://mina.example/admin/issues/{issue_id}"
    assert all((link in body) == (state is not IssueState.SKIPPED) for body in bodies(taken))


def test_a_draft_says_its_usual_hour_in_the_newsletters_zone(system, scheduled, relay, clock):
    issue_id = scheduled(editor_address="salma@example.org")
    with system.db.write() as db:
        db.execute(update(Issue).values(state="draft", slot_at=clock.now()))
    tell_editor(system, issue_id)
    assert "05:40" in bodies(relay.accepted[0])[0] or "5:40" in bodies(relay.accepted[0])[0]


def test_nobody_is_told_without_an_address_or_news(system, scheduled, relay):
    issue_id = scheduled()
    tell_editor(system, issue_id)
    with system.db.write() as db:
        db.execute(update(Newsletter).values(editor_address="salma@example.org"))
        db.execute(update(Issue).values(state="sent"))
    tell_editor(system, issue_id)
    assert not relay.accepted


def test_every_reason_is_a_whole_sentence():
    assert all(text.endswith(".") for text in REASONS.values())
