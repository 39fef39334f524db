"""The pasted form with its script, on a hostile page of another origin (acceptance 16)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from digest.audience import forms
from digest.audience.models import Subscriber
from digest.system.queue import Job
from digest.web.public.embed import embed_html, embed_script
from tests.web.public.conftest import Live

HOSTILE = """<!doctype html><html lang="en" dir="ltr"><head><meta charset="utf-8"><title>x</title>
<style>* {{ direction: ltr !important; color: red !important; letter-spacing: 3px !important;
font-style: italic; text-transform: uppercase; line-height: 1 }} body {{ font-family: serif }}
input {{ display: none }} button {{ position: fixed; inset-block-start: -99px }}</style></head>
<body><main><h1>Article</h1>{}</main></body></html>"""


@pytest.fixture
def page(chromium: Any, live: Live, other_site: Any) -> Iterator[Any]:
    """The form on the other site; no error of a script, nothing loaded from a third place."""
    errors: list[str] = []
    opened = chromium.new_page(viewport={"width": 800, "height": 700})
    opened.on("pageerror", lambda error: errors.append(str(error)))
    with live.system.db.read() as db:
        pasted = embed_html(forms.get_form(db, live.place.form_id), live.url)
    opened.goto(other_site(HOSTILE.format(pasted + embed_script(live.url))))
    opened.locator(".box").wait_for()
    yield opened
    opened.close()
    assert errors == []


def style(page: Any, selector: str, name: str) -> str:
    return page.locator(selector).first.evaluate(f"one => getComputedStyle(one).{name}")


def test_no_style_of_the_page_reaches_the_form(page: Any) -> None:
    for part in (".box", "label", "button", ".box p"):
        assert style(page, part, "letterSpacing") == "normal"
        assert style(page, part, "textTransform") == "none"
        assert style(page, part, "fontStyle") == "normal"
        assert style(page, part, "color") != "rgb(255, 0, 0)"
    assert style(page, ".box", "direction") == "rtl"
    assert style(page, ".box", "fontFamily") == "serif"  # of the page around it
    box, field = (page.locator(one).bounding_box() for one in (".box", "input[type=email]"))
    assert field["height"] >= 44 and field["width"] > box["width"] / 2
    button = page.get_by_role("button", name="اشترك").bounding_box()
    assert button["x"] + button["width"] == pytest.approx(field["x"] + field["width"], abs=1)


@pytest.mark.parametrize("width", [320, 375, 768, 1440])
def test_it_fits_each_width_and_satisfies_axe(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.get_by_role("button", name="اشترك").click()
    page.locator(".error").first.wait_for()
    box = page.locator(".box").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    inside = [one for one in found.response["violations"]
              if any(len(node["target"]) and isinstance(node["target"][0], list)
                     for node in one["nodes"])]
    assert inside == []


def test_errors_and_answer_show_where_the_form_stands(page: Any, live: Live) -> None:
    address = page.url
    page.keyboard.press("Tab")
    page.keyboard.type("reader@")
    page.keyboard.press("Enter")
    page.locator(".error").nth(1).wait_for()
    field = page.get_by_label("بريدك الإلكتروني")
    assert field.get_attribute("aria-invalid") == "true"
    named = field.get_attribute("aria-describedby")
    assert page.locator(f"#{named}").inner_text()
    assert field.evaluate("one => one.getRootNode().activeElement === one")
    field.fill("reader@gmial.com")
    page.get_by_role("checkbox").press("Space")
    page.get_by_role("button", name="اشترك").press("Enter")
    page.get_by_text("بقيت خطوة واحدة").wait_for()
    assert page.locator("form").is_hidden()
    page.get_by_role("button", name="نعم، أرسل إليه").click()
    page.get_by_text("reader@gmail.com").wait_for()
    assert page.url == address
    with live.system.db.read() as db:
        assert {one.address for one in db.query(Subscriber)} == {
            "reader@gmial.com", "reader@gmail.com"
        }
        assert db.query(Job).filter_by(kind="send_confirmation").count() == 2


def test_a_site_that_may_not_post_is_told_so_on_our_own_page(page: Any, live: Live) -> None:
    with live.system.db.write() as db:
        db.query(forms.Form).update({"allowed_origins": ["https://news.example"]})
    page.get_by_label("بريدك الإلكتروني").fill("reader@gmail.com")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="اشترك").click()
    page.wait_for_url(f"{live.url}/subscribe/**")


def test_the_script_is_small_and_may_be_kept_for_an_hour(page: Any, live: Live) -> None:
    answer = page.request.get(f"{live.url}/embed.js")
    assert len(answer.body()) < 12_000
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert "javascript" in answer.headers["content-type"]


def test_without_an_answer_the_form_goes_the_ordinary_way_with_what_was_filled_in(
    page: Any, live: Live
) -> None:
    page.route("**/subscribe/**", lambda route: (
        route.abort() if route.request.resource_type == "fetch" else route.continue_()
    ))
    page.get_by_label("بريدك الإلكتروني").fill("reader@gmail.com")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="اشترك").click()
    page.get_by_role("heading", name="بقيت خطوة واحدة").wait_for()
    assert page.url == f"{live.url}/subscribe/{live.place.key}"
