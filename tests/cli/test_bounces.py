"""Bounces by commands."""

from __future__ import annotations

import json

from digest.delivery.models import Delivery, DeliveryState
from digest.system.build import System
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
