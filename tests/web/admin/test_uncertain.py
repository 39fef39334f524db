"""Mails of unknown fate: listed, and decided by ticked boxes or all at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.delivery.models import Chunk, Delivery, DeliveryState
from digest.delivery.queries import outbox
from digest.issues import states
from digest.system.build import System
from digest.system.queue import Job
from digest.system.settings import Settings
from tests import make
from tests.web.conftest import SignIn

ADDRESSES = ("rim@example.net", "salma@example.net", "omar@example.net")


@pytest.fixture
def doubtful(system: System) -> tuple[int, list[int]]:
    """An issue that is sent, but for two mails; returns its id and the readers."""
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, state="sent",
                              frozen_at=now, sent_at=now)
        readers = [make.subscriber(db, now=now, address=one) for one in ADDRESSES]
        db.add(Chunk(issue_id=issue_id, n=0, first_id=readers[0], last_id=readers[-1]))
        db.add_all(
            Delivery(issue_id=issue_id, subscriber_id=who, variant="latn", attempts=1, at=now,
                     state=(DeliveryState.SENT if n == 2 else DeliveryState.UNCERTAIN).value)
            for n, who in enumerate(readers)
        )
    return issue_id, readers


def counts(system: System, issue_id: int) -> dict[str, int]:
    with system.db.read() as db:
        return outbox(db, issue_id)


def test_the_issue_leads_to_them_and_the_page_names_them(
    sign_in: SignIn, doubtful: tuple[int, list[int]]
) -> None:
    client = sign_in("publisher")
    url = f"/admin/issues/{doubtful[0]}/uncertain"
    assert url in client.get(f"/admin/issues/{doubtful[0]}/progress").get_data(as_text=True)
    text = client.get(url).get_data(as_text=True)
    assert "rim@example.net" in text
    assert "salma@example.net" in text
    assert "omar@example.net" not in text
    assert f"i{doubtful[0]}." in text
    assert "DIGEST_MAIL_LOG" in text


def test_the_ticked_ones_count_as_sent(
    sign_in: SignIn, system: System, doubtful: tuple[int, list[int]]
) -> None:
    issue_id, readers = doubtful
    url = f"/admin/issues/{issue_id}/uncertain"
    client = sign_in("publisher")
    answer = client.submit(f"{url}/sent", {"reader": readers[0]}, page=url)
    assert answer.status_code == 303
    assert "حُسبت مسلّمة: رسالة واحدة." in client.get(url).get_data(as_text=True)
    assert counts(system, issue_id) == {"sent": 2, "uncertain": 1}


def test_all_are_sent_again_and_the_issue_is_on_its_way(
    sign_in: SignIn, system: System, doubtful: tuple[int, list[int]]
) -> None:
    issue_id, _ = doubtful
    url = f"/admin/issues/{issue_id}/uncertain"
    client = sign_in("publisher")
    client.submit(f"{url}/again", {"all": "1"}, page=url)
    assert counts(system, issue_id) == {"queued": 2, "sent": 1}
    with system.db.read() as db:
        assert states.get(db, issue_id).state == "sending"
        assert [job.kind for job in db.query(Job)] == ["send_chunk"]
    assert "لا رسائل مجهولة المصير" in client.get(url).get_data(as_text=True)


def test_nothing_chosen_is_said_so(
    sign_in: SignIn, system: System, doubtful: tuple[int, list[int]]
) -> None:
    issue_id, _ = doubtful
    url = f"/admin/issues/{issue_id}/uncertain"
    answer = sign_in("publisher").submit(f"{url}/sent", {}, page=url)
    assert answer.status_code == 422
    assert counts(system, issue_id) == {"sent": 1, "uncertain": 2}


def test_a_viewer_sees_no_addresses_and_decides_nothing(
    sign_in: SignIn, doubtful: tuple[int, list[int]]
) -> None:
    url = f"/admin/issues/{doubtful[0]}/uncertain"
    client = sign_in("author")
    assert client.get(url).status_code == 403
    assert client.submit(f"{url}/again", {"all": "1"}, page="/admin/").status_code == 403


class TestWithALog:
    """The settings name Postfix's log."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """Settings that name a log."""
        return replace(settings, mail_log="/var/log/mail.log")

    def test_the_question_is_queued_not_asked_in_the_request(
        self, sign_in: SignIn, system: System, doubtful: tuple[int, list[int]]
    ) -> None:
        url = f"/admin/issues/{doubtful[0]}/uncertain"
        client = sign_in("publisher")
        assert f"{url}/ask" in client.get(url).get_data(as_text=True)
        client.submit(f"{url}/ask", page=url)
        with system.db.read() as db:
            assert [job.kind for job in db.query(Job)] == ["settle_uncertain"]
        assert f"{url}/ask" not in client.get(url).get_data(as_text=True)
