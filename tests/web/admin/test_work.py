"""The pill in the header and its page."""

from __future__ import annotations

from digest.audience import runs
from digest.audience.csvfile import Layout
from digest.audience.models import ImportRun
from digest.delivery.models import Delivery, DeliveryState
from digest.system import queue
from digest.system.build import System
from tests import make
from tests.web.conftest import SignIn

LAYOUT = Layout(encoding="utf-8-sig", delimiter=",", address_column=0, has_header=True,
                name_column=None)


def start_import(system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        daily = make.mailing_list(db, now=now)
        runs.start(db, "token", daily, LAYOUT, by=None, now=now)
        run = db.query(ImportRun).one()
        run.rows, run.total, run.state = 30, 120, "running"


def test_without_work_no_page_has_a_pill(sign_in: SignIn) -> None:
    client = sign_in()
    text = client.get("/admin/sources").get_data(as_text=True)
    assert 'class="button quiet pill"' not in text and 'data-poll="/admin/work"' not in text
    assert "لا عمل جارٍ" in client.get("/admin/work").get_data(as_text=True)


def test_an_import_is_told_on_every_page_without_scripts(
    sign_in: SignIn, system: System
) -> None:
    start_import(system)
    client = sign_in()
    pill = client.get("/admin/sources").get_data(as_text=True).partition('id="work-pill"')[2]
    assert "استيراد إلى «القائمة اليومية» · 25٪" in pill.partition("</div>")[0]
    assert "تم 30 من 120" in client.get("/admin/work").get_data(as_text=True)


def test_who_may_not_see_readers_sees_no_import(sign_in: SignIn, system: System) -> None:
    start_import(system)
    assert "استيراد إلى" not in sign_in("author").get("/admin/work").get_data(as_text=True)


def test_a_send_is_counted_on_the_page(sign_in: SignIn, system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        newsletter = make.newsletter(db, now=now)
        issue = make.issue(db, now=now, newsletter_id=newsletter, state="sending", send_at=now)
        for n, state in enumerate((DeliveryState.SENT, DeliveryState.QUEUED)):
            reader = make.subscriber(db, now=now, address=f"r{n}@example.net")
            db.add(Delivery(issue_id=issue, subscriber_id=reader, variant="latn", state=state,
                            at=now))
    assert "تم 1 من 2" in sign_in("audience").get("/admin/work").get_data(as_text=True)


def test_an_unchanged_answer_has_no_body(sign_in: SignIn, system: System) -> None:
    start_import(system)
    client = sign_in()
    tag = client.get("/admin/work").headers["ETag"]
    again = client.get("/admin/work", headers={"If-None-Match": tag})
    assert (again.status_code, again.get_data()) == (304, b"")
    with system.db.write() as db:
        db.query(ImportRun).update({"rows": 60})
    assert client.get("/admin/work", headers={"If-None-Match": tag}).status_code == 200


def test_many_sources_that_wait_are_one_piece_of_work(sign_in: SignIn, system: System) -> None:
    with system.db.write() as db:
        for n in range(5):
            queue.put(db, "collect_source", key=str(n), now=system.clock.now(), source_id=n)
    assert "مصادر تنتظر 5" in sign_in("audience").get("/admin/work").get_data(as_text=True)
