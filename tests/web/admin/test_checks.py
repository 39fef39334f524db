"""The checks beside an issue: rows lead to their cause; weight, links and mail programs."""

from __future__ import annotations

import re

import pytest

from digest.issues.linkcheck import link_key
from digest.issues.models import Item, LinkCheck
from digest.system.build import System
from digest.system.queue import Job
from tests import make
from tests.web.conftest import Browser, SignIn


@pytest.fixture
def issue_id(system: System) -> int:
    """A draft with two items and one reader."""
    now = system.clock.now()
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id)
        make.subscriber(db, now=now, list_id=list_id)
        return make.issue(db, now=now, newsletter_id=newsletter_id)


def checks(client: Browser, issue_id: int) -> str:
    answer = client.get(f"/admin/issues/{issue_id}?side=checks")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def answered(system: System, url: str, outcome: str, status: int | None) -> None:
    with system.db.write() as db:
        db.add(LinkCheck(
            url_key=link_key(url), url=url, checked_at=system.clock.now(), outcome=outcome,
            status=status, lands_on="", seconds=0.1, said=[],
        ))


def test_the_meter_tells_bytes_and_the_limit(sign_in: SignIn, issue_id: int) -> None:
    text = checks(sign_in("publisher"), issue_id)
    found = re.search(r'<meter id="clip-meter"[^>]* high="87040" max="104448" value="(\d+)"', text)
    assert found
    assert 10_000 < int(found[1]) < 87_040
    assert "caniemail.com" in text


def test_a_dead_link_blocks_and_its_row_leads_to_the_field(
    sign_in: SignIn, system: System, issue_id: int
) -> None:
    client = sign_in("publisher")
    assert "لم تُفحص بعد" in checks(client, issue_id)
    answered(system, "https://news.example/1", "http_error", 404)
    answered(system, "https://news.example/2", "ok", 200)
    text = checks(client, issue_id)
    with system.db.read() as db:
        item_id = db.query(Item.id).filter(Item.link.endswith("/1")).scalar()
    assert "أخطاء تمنع الإرسال" in text
    assert f"#link-{item_id}" in text
    schedule = client.get(f"/admin/issues/{issue_id}?side=schedule").get_data(as_text=True)
    assert re.search(r"<button class=\"button primary\" data-first disabled>", schedule)


def test_links_are_asked_again_in_the_background(
    sign_in: SignIn, system: System, issue_id: int
) -> None:
    client = sign_in("publisher")
    page = f"/admin/issues/{issue_id}?side=checks"
    answer = client.submit(f"/admin/issues/{issue_id}/links", page=page)
    assert answer.status_code == 302
    assert answer.location.endswith("#links")
    with system.db.read() as db:
        assert db.query(Job).filter_by(kind="check_links").count() == 1
    assert "يجري فحص الروابط الآن" in checks(client, issue_id)


def test_who_only_reads_sees_no_button(sign_in: SignIn, issue_id: int) -> None:
    assert "أعد فحص الروابط" not in checks(sign_in("audience"), issue_id)
