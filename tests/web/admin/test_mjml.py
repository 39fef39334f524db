"""A newsletter's own MJML in the panel: versions, faults by line, the trial, use, and the alarm."""

from __future__ import annotations

import pytest

from digest.delivery.launch import launch_issue
from digest.issues.models import Edition
from digest.issues.proof import first_template
from digest.newsletters import looks
from digest.newsletters.models import MailTemplate, Newsletter
from digest.system.build import System
from tests import make
from tests.web.conftest import SignIn

GOOD = first_template()
MARKED = GOOD.replace("{{ design.note() }}", "{{ design.note() }}\n  {{ part.heading(issue.name) }}")


@pytest.fixture
def url(system: System) -> str:
    with system.db.write() as db:
        return f"/admin/newsletters/{make.newsletter(db, now=system.clock.now())}/mjml"


def in_use(system: System) -> int:
    with system.db.read() as db:
        return looks.look_of(db.query(Newsletter).one()).template


def test_faults_are_told_by_line_and_the_version_is_kept_but_cannot_be_used(
    sign_in: SignIn, system: System, url: str
) -> None:
    client = sign_in("admin")
    assert "{{ design.masthead() }}" in client.get(url).get_data(as_text=True)
    bad = "<mjml>\n{{ config }}\n<mj-include path='/etc/passwd'/>\n</mjml>"
    assert client.submit(url, {"source": bad}, page=url).status_code == 303
    text = client.get(url).get_data(as_text=True)
    assert "السطر 2:" in text and "السطر 3:" in text and "استعمل هذه النسخة" not in text
    assert client.submit(f"{url}/use", {"n": 1}, page=url).status_code == 422
    assert client.get(f"{url}/1/preview").status_code == 404
    assert in_use(system) == 0


def test_versions_are_kept_compared_and_restored(
    sign_in: SignIn, system: System, url: str
) -> None:
    client = sign_in("admin")
    for source in (GOOD, GOOD, MARKED.replace("issue.name", "title")):
        client.submit(url, {"source": source.replace("\n", "\r\n")}, page=url)
    text = client.get(url, query_string={"n": 2, "against": 1}).get_data(as_text=True)
    assert "<ins>+  {{ part.heading(title) }}</ins>" in text
    client.submit(f"{url}/restore", {"n": 1}, page=url)
    with system.db.read() as db:
        sources = [one.source for one in db.query(MailTemplate).order_by(MailTemplate.n)]
    assert len(sources) == 3 and sources[2] == sources[0] == GOOD


def test_a_version_that_works_is_used_previewed_and_left_again(
    sign_in: SignIn, system: System, url: str
) -> None:
    client = sign_in("admin")
    client.submit(url, {"source": GOOD}, page=url)
    assert "استعمل هذه النسخة" in client.get(url).get_data(as_text=True)
    assert "هل أعجبك" in client.get(f"{url}/1/preview?kind=dark").get_data(as_text=True)
    assert client.submit(f"{url}/use", {"n": 1}, page=url).status_code == 303
    assert in_use(system) == 1
    assert client.submit(f"{url}/stop", page=url).status_code == 303
    assert in_use(system) == 0


def test_a_template_that_fails_at_the_hour_does_not_stop_the_issue_and_everybody_is_told(
    sign_in: SignIn, system: System
) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        daily = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=daily)
        make.subscriber(db, now=now, list_id=daily)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, items=3, state="scheduled",
                              send_at=now)
        for n, source in ((1, GOOD), (2, "{{ issue.nothing }}")):
            db.add(MailTemplate(newsletter_id=newsletter_id, n=n, source=source, at=now, used_at=now))
        looks.set_template(db.get_one(Newsletter, newsletter_id), 2)
    launch_issue(system, issue_id)
    with system.db.read() as db:
        assert db.query(Edition).count() == 1
        assert db.get_one(MailTemplate, (newsletter_id, 2)).broken_at == now
    text = sign_in("audience").get("/admin/").get_data(as_text=True)
    assert "أخفق قالب" in text
