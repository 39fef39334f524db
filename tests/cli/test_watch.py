"""Watching a send, and settling mails of unknown fate, by commands."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from digest.delivery import hold
from digest.delivery.models import Chunk, Delivery, DeliveryState
from digest.system.build import System, build_system
from digest.system.errors import Refused
from digest.system.settings import Settings
from tests import make
from tests.cli.conftest import Run


@pytest.fixture
def issue_id(system: System) -> str:
    """An issue of two mails, one of them of unknown fate."""
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, state="sent",
                              frozen_at=now, sent_at=now)
        readers = [make.subscriber(db, now=now, address=f"{one}@example.net") for one in "ab"]
        db.add(Chunk(issue_id=issue_id, n=0, first_id=readers[0], last_id=readers[1]))
        for who, state in zip(readers, (DeliveryState.SENT, DeliveryState.UNCERTAIN), strict=True):
            db.add(Delivery(issue_id=issue_id, subscriber_id=who, variant="latn", attempts=1,
                            state=state.value, at=now))
    return str(issue_id)


def test_watching_ends_when_nothing_moves_any_more(run: Run, issue_id: str) -> None:
    assert run("outbox", issue_id, "--watch").output == "sent: sent 1, uncertain 1\n"
    found = json.loads(run("outbox", issue_id, "--watch", "--json").output)
    assert found["deliveries"] == {"sent": 1, "uncertain": 1}
    assert [row["domain"] for row in found["domains"]] == ["example.net"]


def test_mails_of_unknown_fate_are_listed_and_settled(
    run: Run, issue_id: str, tmp_path: Path
) -> None:
    listed = run("uncertain", issue_id).output
    assert "b@example.net" in listed
    assert "uncertain: 1" in listed
    log = tmp_path / "mail.log"
    log.write_text("", encoding="utf-8")
    told = run("uncertain", issue_id, "--log", str(log))
    assert "is it this relay's" in told.output
    run("uncertain", issue_id, "--count-as-sent", "--send-again", code=2)
    found = json.loads(run("uncertain", issue_id, "--count-as-sent", "--json").output)
    assert (found["left"], found["settled"][0]["sent"]) == (0, 1)
    assert "sent 2" in run("outbox", issue_id).output


def test_a_copied_database_sends_only_after_a_yes(
    run: Run, settings: Settings, system: System, tmp_path: Path
) -> None:
    other = build_system(replace(settings, data_dir=tmp_path / "original"))
    hold.arrive(other)
    other.close()
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        issue = str(make.issue(db, now=now, newsletter_id=newsletter_id, state="frozen",
                               frozen_at=now))
    with pytest.raises(Refused, match="on_hold"):
        run("issue", "send", issue, "--wait")
    rows = json.loads(run("instance", "status", "--json").output)
    assert [row["hold"] for row in rows] == ["copied", ""]
    assert "on hold: copied" in run("instance", "status").output
    bad = json.loads(run("doctor", "--json", code=1).output)
    assert {row["name"]: row["result"] for row in bad}["sending"] == "bad"
    assert "Mails may leave" in run("instance", "confirm").output
    assert "may send" in run("instance", "status").output
