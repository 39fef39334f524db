"""A story by its link: from the inbox, and from anywhere by the bookmarklet."""

from __future__ import annotations

import html
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from digest.articles.models import Article
from digest.system.build import System
from tests import make
from tests.servers import http
from tests.sources.samples import BODY, TITLE, page
from tests.web.conftest import Browser, SignIn


@pytest.fixture
def web() -> Iterator[http.Server]:
    with http.running() as server:
        yield server


def count(system: System) -> int:
    with system.db.read() as db:
        return db.query(Article).count()


def test_the_bookmarklet_opens_our_page_and_nothing_else(sign_in: SignIn) -> None:
    text = html.unescape(sign_in("publisher").get("/admin/inbox/add").get_data(as_text=True))
    assert "javascript:(()=>{" in text
    assert "window.open('http://127.0.0.1:8000/admin/inbox/add?url='" in text


def test_what_it_brings_is_confirmed_by_a_button(
    sign_in: SignIn, system: System, web: http.Server
) -> None:
    web.reply("/1", body=page(TITLE, [BODY]))
    client = sign_in("publisher")
    path = f"/admin/inbox/add?url={quote(web.url('/1'))}&title={quote('عنوان <b>من</b> المتصفح')}"
    text = client.get(path).get_data(as_text=True)
    assert f'value="{web.url("/1")}"' in text
    assert "<b>من" not in text
    assert (count(system), web.asked) == (0, [])
    answer = client.submit("/admin/inbox/link", {"url": web.url("/1")}, page=path)
    assert answer.headers["Location"] == "/admin/inbox/add?added=1"
    assert count(system) == 1
    assert "هذا الخبر عندنا من قبل" in client.get(path).get_data(as_text=True)
    client.submit("/admin/inbox/link", {"url": web.url("/1")}, page="/admin/inbox/add")
    assert count(system) == 1


def test_somebody_who_is_not_signed_in_comes_back_to_it(visitor: Browser) -> None:
    answer = visitor.get("/admin/inbox/add?url=https://news.example/1")
    assert answer.status_code == 303
    assert quote("/admin/inbox/add?url=https://news.example/1", safe="") in answer.headers["Location"] or (
        "next=" in answer.headers["Location"]
    )


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "http://169.254.169.254/x"])
def test_a_bad_link_is_told_beside_its_field(sign_in: SignIn, system: System, url: str) -> None:
    answer = sign_in("publisher").submit("/admin/inbox/link", {"url": url, "title": "عنوان"}, page="/admin/inbox")
    assert answer.status_code == 422
    assert "aria-invalid" in answer.get_data(as_text=True)
    assert count(system) == 0


def test_a_page_that_is_not_there_is_told(sign_in: SignIn, web: http.Server) -> None:
    answer = sign_in("publisher").submit("/admin/inbox/link", {"url": web.url("/1")}, page="/admin/inbox")
    assert "لم يُضف شيء" in answer.get_data(as_text=True)


def test_readers_of_the_panel_add_nothing(sign_in: SignIn, system: System) -> None:
    with system.db.write() as db:
        make.topic(db)
    assert sign_in("audience").get("/admin/inbox/add").status_code == 403
