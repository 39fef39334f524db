"""Pages with nothing on them yet: each says what will be there, and leads on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import lxml.html
import pytest
from flask import Flask

from digest.issues.models import Issue, IssueState
from digest.system.build import System
from tests import make
from tests.web.conftest import Browser, SignIn
from tests.web.test_guard import routes

TABS = ("/admin/inbox?tab=saved", "/admin/inbox?tab=used", "/admin/inbox?tab=excluded",
        "/admin/inbox?q=x", "/admin/issues?state=sent")


def empties(app: Flask, client: Browser) -> Iterator[tuple[str, lxml.html.HtmlElement, str]]:
    """Yield each empty place with its page and what is wrong with it, if anything."""
    paths = [path for _endpoint, method, path in routes(app) if method == "GET"]
    for path in (*paths, *TABS):
        answer = client.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        page = lxml.html.fromstring(answer.get_data())
        for one in page.xpath('//div[@class="empty"]'):
            yield path, one, wrong(page, one)


def wrong(page: lxml.html.HtmlElement, one: lxml.html.HtmlElement) -> str:
    actions = one.xpath('.//a[contains(@class, "button")] | .//button')
    if not one.xpath('.//p[@class="muted"]'):
        return "teaches nothing"
    if not 1 <= len(actions) <= 2:
        return f"{len(actions)} actions"
    lost = [link.get("href") for link in actions if (link.get("href") or "").startswith("#")
            and not page.xpath(f'//*[@id="{link.get("href")[1:]}"]')]
    return f"leads nowhere: {lost}" if lost else ""


def test_every_empty_place_of_a_fresh_panel_teaches_and_leads_on(
    app: Flask, sign_in: SignIn
) -> None:
    found = list(empties(app, sign_in("admin")))
    assert [(path, one.text_content().strip()[:40], bad) for path, one, bad in found if bad] == []
    pages = {path.partition("?")[0] for path, _one, _bad in found}
    assert pages >= {
        "/admin/", "/admin/issues", "/admin/inbox", "/admin/sources", "/admin/subscribers",
        "/admin/lists", "/admin/imports", "/admin/forms", "/admin/analytics", "/admin/newsletters",
        "/admin/users", "/admin/work", "/admin/mailbox",
    }


def test_a_newsletter_without_anything_teaches_and_leads_on(
    app: Flask, sign_in: SignIn, system: System
) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id)
        db.add(Issue(newsletter_id=newsletter_id, state="draft", created_at=now))
    found = list(empties(app, sign_in("admin")))
    assert [(path, one.text_content().strip()[:40], bad) for path, one, bad in found if bad] == []
    assert "/admin/issues/1" in {path for path, _one, _bad in found}


def test_the_first_issue_is_one_press_away(sign_in: SignIn, system: System) -> None:
    with system.db.write() as db:
        make.newsletter(db, now=system.clock.now())
    editor = sign_in("publisher")
    page = editor.get("/admin/issues").get_data(as_text=True)
    place = page[page.index("ابدأ عددك الأول") :]
    fields = dict(re.findall(r'type="hidden" name="(newsletter_id|how)" value="([^"]*)"', place))
    answer = editor.submit("/admin/issues", fields, page="/admin/issues")
    assert answer.status_code == 303 and "/admin/issues/1" in answer.headers["Location"]


@pytest.mark.parametrize("role", ["author", "audience"])
def test_nobody_is_sent_where_they_may_not_go(
    app: Flask, sign_in: SignIn, role: str
) -> None:
    client = sign_in(role)
    links = {
        link.get("href") for _path, one, _bad in empties(app, client)
        for link in one.xpath(".//a") if (link.get("href") or "").startswith("/")
    }
    assert links
    assert [path for path in links if client.get(path).status_code == 403] == []


def test_a_stopped_send_says_why_in_the_list_and_goes_on_there(
    sign_in: SignIn, system: System
) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, state="paused",
                              reason="relay_auth", frozen_at=now)
    page = sign_in("author").get("/admin/issues").get_data(as_text=True)
    assert "رفض خادم البريد اسم الدخول" in page and "استأنف</span>" not in page
    publisher = sign_in("publisher")
    assert "استأنف</span>" in publisher.get("/admin/issues").get_data(as_text=True)
    publisher.submit(f"/admin/issues/{issue_id}/resume", page="/admin/issues")
    with system.db.read() as db:
        assert db.get_one(Issue, issue_id).state != IssueState.PAUSED


def test_the_sample_file_is_read_by_an_import(sign_in: SignIn) -> None:
    answer = sign_in("audience").get("/admin/imports/sample.csv")
    text = answer.get_data().decode("utf-8-sig")
    assert text.splitlines()[0] == "البريد الإلكتروني,الاسم"
    assert "rim@example.net" in text
