"""What came back, where an editor looks for it: at the reader, at the issue, at the readers' list."""

from __future__ import annotations

import pytest

from digest.delivery.models import Delivery, DeliveryState
from digest.feedback.bounces import hear_mail
from digest.system.build import System
from digest.system.tokens import BOUNCE
from tests import make
from tests.feedback.mails import complaint, dsn
from tests.web.conftest import SignIn

RIM, SALMA = "rim@example.net", "salma@example.net"


@pytest.fixture
def told(system: System) -> tuple[int, int]:
    """An issue that Rim's server bounced and Salma complained about; its id and Rim's."""
    now = system.clock.now()
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, state="sent", number=7,
                              frozen_at=now, sent_at=now)
        readers = [make.subscriber(db, now=now, address=one, list_id=list_id)
                   for one in (RIM, SALMA)]
        for who in readers:
            db.add(Delivery(issue_id=issue_id, subscriber_id=who, variant="latn", at=now,
                            state=DeliveryState.SENT.value))
    rim, salma = (f"bounce+{system.signer.sign(BOUNCE, issue_id, one)}@x.example" for one in readers)
    words = "550 5.1.1 <rim@example.net>: <script>alert(1)</script> unknown user"
    hear_mail(system, dsn(to=rim, words=words), via="mailbox")
    hear_mail(system, complaint(to=salma), via="mailbox")
    hear_mail(system, dsn(), via="mailbox")
    return issue_id, readers[0]


def test_a_readers_page_says_why_nothing_is_sent_there(
    sign_in: SignIn, told: tuple[int, int]
) -> None:
    text = sign_in("publisher").get(f"/admin/subscribers/{told[1]}").get_data(as_text=True)
    assert "ارتداد دائم" in text and "لا صندوق بريد بهذا العنوان" in text
    assert "العدد 7" in text and f"/admin/issues/{told[0]}" in text
    assert "5.1.1 550 5.1.1 &lt;•••&gt;: &lt;script&gt;" in text and "<script>alert" not in text


def test_an_issues_page_counts_what_came_back(sign_in: SignIn, told: tuple[int, int]) -> None:
    text = sign_in("publisher").get(f"/admin/issues/{told[0]}").get_data(as_text=True)
    assert "ارتداد دائم 1" in text and "شكوى إزعاج 1" in text
    assert RIM in text and SALMA in text


def test_the_list_of_bounced_readers_says_what_was_not_believed(
    sign_in: SignIn, told: tuple[int, int]
) -> None:
    client = sign_in("publisher")
    words = "لا تحمل رمز رسالة من رسائلنا"
    assert words in client.get("/admin/subscribers?status=bounced").get_data(as_text=True)
    assert words not in client.get("/admin/subscribers").get_data(as_text=True)


def test_a_reader_without_reports_has_no_empty_table(sign_in: SignIn, system: System) -> None:
    with system.db.write() as db:
        reader = make.subscriber(db, now=system.clock.now())
    text = sign_in("publisher").get(f"/admin/subscribers/{reader}").get_data(as_text=True)
    assert "ما عاد من رسائله" not in text
