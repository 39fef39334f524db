"""A source in two clicks, its cleaning, and a story from anywhere by the bookmarklet."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from digest.articles.models import Article
from digest.sources.models import Source
from tests.journeys.conftest import Live, sign_in
from tests.servers import http
from tests.sources.samples import BODY, TITLE, item, rss
from tests.sources.samples import page as news_page

PASSWORD = "a long enough password"  # noqa: S105
CALL = "هذه الجملة تتكرر في كل خبر من أخبار الموقع."


def a_site(web: http.Server) -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/f">'
    web.reply("/", body=news_page("الأولى", [BODY], head=head))
    web.reply("/f", body=rss([item(TITLE, web.url("/1"), "قصير")]))
    web.reply("/1", body=news_page(TITLE, [BODY, f"<b class='x'>{CALL}</b>", "وتُختتم الأمسيات بحفل مفتوح."]))
    web.reply("/2", body=news_page("الميناء يستقبل سفينة سياحية", [" ".join([BODY] * 4)]),
              headers={"Content-Type": "text/html; charset=utf-8"})


def test_a_source_its_cleaning_and_the_bookmarklet(live: Live, page: Any) -> None:
    with http.running() as web:
        a_site(web)
        sign_in(live, page)
        page.goto(f"{live.url}/admin/sources")
        page.locator("#url").fill(web.url("/"))
        page.locator("#url").press("Enter")  # the same as «جرّب المصدر»
        page.get_by_role("button", name="أضف هذا المصدر").click()
        page.wait_for_url("**/admin/sources/1")
        page.locator("[name=cut]").fill(".x")
        page.get_by_role("button", name="جرّبها على خبر").click()
        assert page.locator(".cut-text del").inner_text() == CALL
        page.get_by_role("button", name="احفظ القواعد").click()
        page.wait_for_url("**/admin/sources/1#rules")
        with live.system.db.read() as db:
            assert db.query(Source).one().rules["cut"] == [".x"]
        by_bookmarklet(live, page, web)


def by_bookmarklet(live: Live, page: Any, web: http.Server) -> None:
    page.goto(f"{live.url}/admin/inbox/add")
    script = page.get_by_role("link", name="أضف إلى الوارد").get_attribute("href")
    page.goto(web.url("/2"))
    with page.expect_popup() as opened:
        page.evaluate(script.removeprefix("javascript:"))
    popup = opened.value
    assert popup.locator("#url").input_value() == web.url("/2")
    popup.get_by_role("button", name="أضف إلى الوارد").click()
    popup.wait_for_url("**/admin/inbox/add?added=1")

    def told() -> bool:
        with live.system.db.read() as db:
            row = db.execute(select(Article.state, Article.story_id, Article.source_name)
                             .where(Article.link == web.url("/2"))).one()
        return row.state == "ready" and row.story_id is not None and row.source_name != ""

    live.wait_for(told)
    popup.goto(f"{live.url}/admin/inbox")
    assert popup.locator(f'.story-title a[href="{web.url("/2")}"]').count() == 1
