"""A source is tried before it is saved: what would come, and where its text is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from digest.sources.models import Source
from digest.system.build import System
from tests import make
from tests.servers import http
from tests.sources.samples import BODY, TITLE, item, page, rss
from tests.web.conftest import SignIn

FORM = {"kind": "feed", "topic_id": "0"}


@pytest.fixture
def web() -> Iterator[http.Server]:
    with http.running() as server:
        yield server


def a_site(web: http.Server) -> None:
    web.reply("/", body=page("الأولى", [BODY], head='<link rel="alternate" type="application/rss+xml" href="/f">'))
    web.reply("/f", body=rss([item(TITLE, web.url("/1"), " ".join([BODY] * 5)), item("ثانٍ", web.url("/2"), "قصير")]))
    web.reply("/2", 403)


def test_a_site_is_tried_and_then_added_with_two_clicks(
    sign_in: SignIn, system: System, web: http.Server
) -> None:
    a_site(web)
    with system.db.write() as db:
        topic_id = make.topic(db)
    client = sign_in("publisher")
    answer = client.submit("/admin/sources/try", {**FORM, "url": web.url("/")}, page="/admin/sources")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    for words in ("وكالة الساحل", TITLE, "النص في الخلاصة", "مقدمة قصيرة فقط", "أجاب الموقع برمز خطأ"):
        assert words in text
    with system.db.read() as db:
        assert db.query(Source).count() == 0
    fields = dict(re.findall(r'<input type="hidden" name="(url|kind)" value="([^"]+)"', text))
    assert fields == {"url": web.url("/f"), "kind": "feed"}
    client.submit("/admin/sources", {**fields, "name": "الساحل", "topic_id": topic_id}, page="/admin/sources")
    with system.db.read() as db:
        source = db.query(Source).one()
        assert (source.url, source.name, source.topic_id) == (web.url("/f"), "الساحل", topic_id)
        source_id = source.id
    answer = client.submit("/admin/sources/try", {**FORM, "url": web.url("/")}, page="/admin/sources")
    assert f'href="/admin/sources/{source_id}"' in answer.get_data(as_text=True)
    assert "مضاف من قبل" in answer.get_data(as_text=True)


def test_where_nothing_is_the_page_says_why_and_keeps_the_address(
    sign_in: SignIn, web: http.Server
) -> None:
    text = sign_in("publisher").submit(
        "/admin/sources/try", {**FORM, "url": web.url("/gone")}, page="/admin/sources"
    ).get_data(as_text=True)
    assert "لم نجد ما نقرؤه عند هذا العنوان" in text
    assert "لا شيء في الموقع بهذا الرابط" in text
    assert ">404<" in text
    assert f'value="{web.url("/gone")}"' in text


@pytest.mark.parametrize("url", ["", "ftp://news.example/", "javascript:alert(1)"])
def test_what_is_no_address_is_told_beside_the_field(sign_in: SignIn, url: str) -> None:
    answer = sign_in("publisher").submit("/admin/sources/try", {**FORM, "url": url}, page="/admin/sources")
    assert answer.status_code == 422
    assert "aria-invalid" in answer.get_data(as_text=True)


def test_a_known_feed_is_added_without_a_scheme_and_without_a_trial(
    sign_in: SignIn, system: System
) -> None:
    sign_in("publisher").submit("/admin/sources", {**FORM, "url": "news.example/rss"}, page="/admin/sources")
    with system.db.read() as db:
        assert db.query(Source).one().url == "https://news.example/rss"
