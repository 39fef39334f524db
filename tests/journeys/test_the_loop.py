"""From signing in to a reader who leaves: the main job through a real browser."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_plus
from urllib.request import Request, urlopen

from sqlalchemy import select

from digest.articles.models import Article, Story
from digest.demo.site import DemoSite
from digest.issues import states
from digest.issues.models import Issue
from digest.newsletters.manage import NewsletterValues, add_newsletter
from digest.web.admin.setup import setup_url
from tests.journeys.conftest import Live

PASSWORD = "a long enough password"
READER = "rim@readers.example"


def test_the_main_job_from_the_first_sign_in_to_leaving(
    live: Live, site: DemoSite, page: Any
) -> None:
    sign_in_for_the_first_time(live, page)
    list_id, newsletter_id = a_newsletter(live, page)
    collect(live, site, page)

    first = draft(live, page, newsletter_id)
    title = reorder(page)
    edit(page, "ملخص كتبه المحرّر بيده.")
    frame = preview(page)
    assert "ملخص كتبه المحرّر بيده." in frame
    assert title in re.sub("<[^>]+>", "", frame)
    add_reader_by_the_panel(live, list_id)
    schedule_in_a_minute(live, page, first)
    mail = live.wait_for(lambda: live.mails("omar@readers.example", subject_of(live, first)))[0]
    assert "ملخص كتبه المحرّر بيده." in html_of(mail)
    live.wait_for(lambda: state_of(live, first) == "sent")

    snippet = form_snippet(live, page)
    with another_site(snippet) as address:
        page.goto(address)
        page.get_by_label("بريدك الإلكتروني").fill(READER)
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="اشترك").click()
        page.get_by_text("بقيت خطوة واحدة").first.wait_for()
    confirm = link_in(live.wait_for(lambda: live.mails(READER))[0], "/confirm/")
    page.goto(confirm)
    assert live.mails(READER, subject_of(live, first)) == []
    page.get_by_role("button").first.click()
    page.wait_for_load_state()

    second = draft(live, page, newsletter_id)
    schedule_in_a_minute(live, page, second)
    got = live.wait_for(lambda: live.mails(READER, subject_of(live, second)))
    assert len(got) == 1
    live.wait_for(lambda: state_of(live, second) == "sent")

    leave(got[0])
    third = draft(live, page, newsletter_id)
    schedule_in_a_minute(live, page, third)
    live.wait_for(lambda: state_of(live, third) == "sent")
    assert live.mails("omar@readers.example", subject_of(live, third))
    assert live.mails(READER, subject_of(live, third)) == []


def sign_in_for_the_first_time(live: Live, page: Any) -> None:
    page.goto(setup_url(live.system))
    page.locator("#name").fill("سلمى")
    page.locator("#email").fill("salma@newsroom.example")
    page.locator("#password").fill(PASSWORD)
    page.locator("#again").fill(PASSWORD)
    page.get_by_role("button", name="أنشئ الحساب").click()
    page.wait_for_url("**/start/newsroom")  # the first run asks on; here the rest is made by hand


def a_newsletter(live: Live, page: Any) -> tuple[int, int]:
    """The settings screens have tests of their own."""
    from digest.audience.lists import add_list

    now = live.clock.now()
    with live.system.db.write() as db:
        list_id = add_list(db, "قرّاء الميناء", "mina", now=now)
        newsletter_id = add_newsletter(db, NewsletterValues(
            name="موجز الميناء", slug="mina", sender_address="news@mina.example",
            postal_address="شارع البحر 12", max_items=6, min_items=1, list_ids=(list_id,),
            rule={"kind": "cron", "cron": "0 6 1 1 *"},
        ), now=now)
    return list_id, newsletter_id


def collect(live: Live, site: DemoSite, page: Any) -> None:
    for feed in site.feeds:
        page.goto(f"{live.url}/admin/sources")
        page.locator("#url").fill(feed.url)
        page.get_by_role("button", name="جرّب المصدر").click()
        page.get_by_role("button", name="أضف هذا المصدر").first.click()
        page.wait_for_load_state()

    def all_told() -> bool:
        with live.system.db.read() as db:
            states_now = db.execute(select(Article.state, Article.story_id)).all()
        return len(states_now) >= 24 and all(one[0] == "ready" and one[1] for one in states_now)

    live.wait_for(all_told, 60)
    page.goto(f"{live.url}/admin/inbox")
    with live.system.db.read() as db:
        assert db.scalars(select(Story.label)).first() is not None


def draft(live: Live, page: Any, newsletter_id: int) -> int:
    page.goto(f"{live.url}/admin/issues")
    page.get_by_role("button", name="من أحدث الأخبار").first.click()
    page.wait_for_url(re.compile(r"/admin/issues/\d+"))
    found = re.search(r"/admin/issues/(\d+)", page.url)
    assert found
    return int(found[1])


def reorder(page: Any) -> str:
    """Move the second story of the first section that has two; return its title."""
    cards = page.locator(".items:has(.item:nth-child(2))").first.locator(".item")
    title = cards.nth(1).locator(".item-title").inner_text()
    cards.nth(1).get_by_role("button", name="ارفعه").click()
    page.wait_for_function(
        "title => [...document.querySelectorAll('.items')].some(one => "
        "one.querySelector('.item .item-title')?.innerText === title)", arg=title,
    )
    return str(title)


def edit(page: Any, text: str) -> None:
    """Type into the lead's summary; it saves itself."""
    card = page.locator(".item").first
    if not card.locator("textarea[name=summary]").is_visible():
        card.get_by_text("حرّر الخبر").click()
    with page.expect_response(lambda answer: "/items/" in answer.url and answer.ok
                              and text in unquote_plus(answer.request.post_data or "")):
        card.locator("textarea[name=summary]").fill(text)


def preview(page: Any) -> str:
    page.reload()
    frame = page.locator("#preview-frame").get_attribute("src")
    address = page.url.partition("/admin")[0] + frame
    return str(page.request.get(address).text())


def add_reader_by_the_panel(live: Live, list_id: int) -> None:
    from digest.audience.imports import add_subscriber

    with live.system.db.write() as db:
        add_subscriber(db, list_id, "omar@readers.example", now=live.clock.now())


def schedule_in_a_minute(live: Live, page: Any, issue_id: int) -> None:
    """Fix the time in the panel, then put the clock forward by more than that minute."""
    page.goto(f"{live.url}/admin/issues/{issue_id}?side=schedule")
    page.get_by_text("الآن. يُرسل بعد دقيقة").click()
    page.get_by_role("button", name="ثبّت الموعد").click()
    live.wait_for(lambda: state_of(live, issue_id) == "scheduled")
    page.wait_for_load_state()
    from datetime import timedelta

    live.clock.ahead += timedelta(seconds=61)


def state_of(live: Live, issue_id: int) -> str:
    with live.system.db.read() as db:
        return states.get(db, issue_id).state


def subject_of(live: Live, issue_id: int) -> str:
    with live.system.db.read() as db:
        return db.get_one(Issue, issue_id).subject


def form_snippet(live: Live, page: Any) -> str:
    """Make a form in the panel and copy its snippet."""
    page.goto(f"{live.url}/admin/forms/new")
    page.locator("#name").fill("آخر المقال")
    page.locator("form:has(#name) button.primary").click()
    page.wait_for_url(re.compile(r"/admin/forms/\d+"))
    return str(page.locator(".snippet textarea").first.input_value())


@contextmanager
def another_site(snippet: str) -> Iterator[str]:
    """A page of another origin into which a developer has pasted the form."""
    body = f"<!doctype html><html><body><h1>News</h1>{snippet}</body></html>".encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}/article"
    server.shutdown()
    server.server_close()


def link_in(mail: EmailMessage, path: str) -> str:
    part = mail.get_body(preferencelist=("plain",))
    assert part is not None
    found = re.search(rf"https?://\S+{path}\S+", part.get_content())
    assert found
    return found[0]


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(preferencelist=("html",))
    assert part is not None
    return str(part.get_content())


def leave(mail: EmailMessage) -> None:
    """What a mail program does when its reader presses "unsubscribe" (RFC 8058)."""
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.search(r"<(http[^>]+)>", str(mail["List-Unsubscribe"]))
    assert found
    asked = Request(found[1], data=b"List-Unsubscribe=One-Click", method="POST")
    with urlopen(asked) as answer:
        assert answer.status == 200
