"""Bounces by commands."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from digest.cli.doctor import Check, examine
from digest.delivery.models import Delivery, DeliveryState
from digest.system.build import System
from digest.system.errors import Refused
from digest.system.tokens import BOUNCE
from tests import make
from tests.cli.conftest import Run
from tests.feedback.mails import dsn


def test_a_mail_that_is_piped_in_is_believed_by_its_token(run: Run, system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        reader = make.subscriber(db, now=now)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, state="sent")
        db.add(Delivery(issue_id=issue_id, subscriber_id=reader, variant="latn", at=now,
                        state=DeliveryState.SENT.value))
    to = f"bounce+{system.signer.sign(BOUNCE, issue_id, reader)}@mina.example"
    assert run("bounces", "pipe", "--to", to, given=dsn()).output.endswith("believed\n")
    assert run("bounces", "pipe", given=dsn()).output.endswith("ignored\n")
    assert run("bounces", "read").output == "0\n"
    told = json.loads(run("bounces", "--json").output)
    assert told == {"reports": {"hard": 1}, "unheeded": {"forged": 1}}
    assert "ignored: forged\t1" in run("bounces").output


@pytest.mark.parametrize(("values", "result", "words"), [
    ({"smtp_url": "smtp://127.0.0.1:1"}, "warn", "nobody reads what comes back"),
    ({"bounce_mailbox": "imap://a:hush@127.0.0.1:1"}, "bad", "does not open"),
    ({"bounce_listen": "lmtp://127.0.0.1:8024", "postmark_login": "a:hush"}, "ok",
     "lmtp://127.0.0.1:8024, postmark"),
])
def test_the_doctor_asks_who_reads_what_comes_back(
    system: System, values: dict[str, str], result: str, words: str
) -> None:
    asked = replace(system, settings=replace(system.settings, **values))
    (found,) = [one for one in examine(asked) if one.name == "bounces"]
    assert isinstance(found, Check) and found.result == result
    assert words in found.text and "hush" not in found.text


def test_a_door_needs_an_address(run: Run) -> None:
    with pytest.raises(Refused, match="DIGEST_BOUNCE_LISTEN"):
        run("bounces", "listen")
