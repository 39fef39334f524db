"""Reader pages in a real browser: without scripts, from another origin, on narrow screens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from digest.audience import forms
from digest.audience.forms import FormValues
from digest.audience.models import Subscriber
from digest.audience.suppress import may_mail
from digest.system.build import System
from digest.system.queue import Job
from digest.web.public.embed import embed_html
from tests import make
from tests.conftest import SettableClock
from tests.web.public.conftest import (
    ADDRESS,
    Live,
    confirm_path,
    leave_path,
    preferences_path,
    publish,
)

HOSTILE = """<!doctype html><html lang="en" dir="ltr"><head><meta charset="utf-8"><title>x</title>
<style>* {{ direction: ltr; letter-spacing: 3px }} body {{ font: 16px serif }}</style></head>
<body><p>Article</p>{}</body></html>"""
# Every element that holds text of its own: its colour against the first opaque ground behind it.
CONTRAST = """() => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const lum = ([r, g, b]) => [r, g, b].map((v) => { v /= 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; })
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const worst = [];
  for (const one of document.querySelectorAll('body *')) {
    const own = [...one.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !one.getClientRects().length || one.closest('.skip')) continue;
    let ground = one, shade = [0, 0, 0, 0];
    while (ground) {
      shade = parse(getComputedStyle(ground).backgroundColor);
      if (shade.length === 3 || shade[3] === 1) break;
      ground = ground.parentElement;
    }
    if (!ground) shade = [255, 255, 255];
    const pair = [lum(parse(getComputedStyle(one).color)), lum(shade)].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (ratio < 4.5) worst.push([one.textContent.trim().slice(0, 30), ratio]);
  }
  return worst;
}"""
# What a thumb must hit; links inside a sentence are excepted (WCAG 2.5.8).
SMALL = """() => [...document.querySelectorAll('button, input:not([type=hidden]), a, .choice')]
  .filter((one) => one.getClientRects().length && !one.closest('.skip'))
  .filter((one) => !(one.matches('input[type=radio], input[type=checkbox]')))
  .filter((one) => one.getBoundingClientRect().height < 43.5)
  .map((one) => one.outerHTML.slice(0, 90))"""


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page without scripts; whatever the page tries to break of its policy is noted."""
    context = chromium.new_context(java_script_enabled=False)
    opened = context.new_page()
    refused: list[str] = []
    opened.on("console", lambda line: refused.append(line.text) if line.type == "error" else None)
    yield opened
    context.close()
    assert [one for one in refused if "Content Security Policy" in one] == []


def reader_of(system: System) -> int:
    with system.db.read() as db:
        return db.query(Subscriber.id).one()[0]


def receives(live: Live, clock: SettableClock) -> bool:
    with live.system.db.read() as db:
        reader = db.query(Subscriber.id).one()[0]
        return may_mail(db, reader, live.place.newsletter_id, now=clock.now())


def test_a_reader_comes_and_goes_without_scripts_from_another_origin(
    live: Live, page: Any, other_site: Any, clock: SettableClock
) -> None:
    with live.system.db.read() as db:
        snippet = embed_html(forms.get_form(db, live.place.form_id), live.url)
    page.goto(other_site(HOSTILE.format(snippet)))
    form = page.locator("form")
    assert form.get_attribute("dir") == "rtl"
    assert not page.get_by_label("اترك هذا الحقل فارغاً").is_visible()
    page.get_by_label("بريدك الإلكتروني").fill(ADDRESS)
    page.get_by_role("checkbox", name="أوافق على استلام النشرة").check()
    page.get_by_role("button", name="اشترك").click()
    assert page.url == f"{live.url}/subscribe/{live.place.key}"
    assert page.get_by_role("heading", level=1).inner_text() == "بقيت خطوة واحدة"
    assert page.context.cookies() == []
    with live.system.db.read() as db:
        assert db.query(Job.kind).one()[0] == "send_confirmation"

    reader = reader_of(live.system)
    page.goto(live.url + confirm_path(live.system, reader, live.place))
    assert not receives(live, clock)
    page.get_by_role("button", name="أكّد اشتراكي").click()
    assert "تم الاشتراك" in page.get_by_role("heading", level=1).inner_text()
    assert receives(live, clock)

    page.get_by_role("link", name="اختر تفضيلاتك").click()
    page.get_by_label("١٢٣").check()
    page.get_by_role("button", name="احفظ").click()
    assert "حُفظت تفضيلاتك" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="شهر").click()
    assert not receives(live, clock)
    page.get_by_role("button", name="استأنف الآن").click()
    assert receives(live, clock)
    page.get_by_label("حتى تاريخ").fill("2026-12-05")
    page.get_by_role("button", name="أوقف مؤقتاً").click()
    assert "٥ كانون الأول" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="استأنف الآن").click()

    page.goto(live.url + leave_path(live.system, reader, live.place.newsletter_id))
    assert receives(live, clock)
    page.get_by_role("button", name="ألغِ اشتراكي").click()
    assert page.get_by_role("heading", level=1).inner_text() == "أُلغي اشتراكك"
    assert not receives(live, clock)
    page.get_by_label("الرسائل كثيرة").check()
    page.get_by_role("button", name="أرسل السبب").click()
    page.get_by_role("button", name="أعد اشتراكي").click()
    assert receives(live, clock)
    assert page.context.cookies() == []


def test_a_page_with_a_policy_of_its_own_may_post_the_form(
    live: Live, page: Any, other_site: Any
) -> None:
    """Our answer's ``form-action`` speaks of our pages' forms, not of forms that lead to us."""
    with live.system.db.read() as db:
        snippet = embed_html(forms.get_form(db, live.place.form_id), live.url)
    policy = f"default-src 'none'; form-action {live.url}"
    page.goto(other_site(
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">{snippet}'
    ))
    assert not page.get_by_label("اترك هذا الحقل فارغاً").is_visible()
    page.get_by_label("بريدك الإلكتروني").fill(ADDRESS)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="اشترك").click()
    page.get_by_text("بقيت خطوة واحدة").first.wait_for()


def test_only_named_sites_frame_the_form_and_nobody_frames_the_rest(
    live: Live, chromium: Any, other_site: Any, clock: SettableClock
) -> None:
    place, page = live.place, chromium.new_page()
    with live.system.db.write() as db:
        named_id = forms.add_form(db, FormValues(
            "المقال", place.list_id, place.newsletter_id,
            allowed_origins=("https://elsewhere.example",),
        ), now=clock.now())
        named = forms.get_form(db, named_id).public_key
        rim = make.subscriber(db, now=clock.now(), address=ADDRESS, list_id=place.list_id)
    paths = [f"/subscribe/{place.key}", f"/subscribe/{named}", "/archive", "/admin/login",
             preferences_path(live.system, rim)]
    page.goto(other_site("".join(f'<iframe title="{n}" src="{live.url}{path}"></iframe>'
                                 for n, path in enumerate(paths))))
    shown = [frame.url for frame in page.frames[1:] if frame.url.startswith(live.url)
             and "html" in frame.content() and "stylesheet" in frame.content()]
    assert shown == [f"{live.url}/subscribe/{place.key}"]


def pages_of(live: Live, clock: SettableClock) -> dict[str, str]:
    place = live.place
    publish(live.system, place.newsletter_id, clock,
            subject="محادثات الفرات تنتهي بلا اتفاق، والليرة تستعيد 6.5% من قيمتها خلال أسبوع")
    with live.system.db.write() as db:
        rim = make.subscriber(db, now=clock.now(), list_id=place.list_id,
                              address="a-very-long-local-part-that-goes-on@subdomain.example.net")
    token = leave_path(live.system, rim, place.newsletter_id)
    return {
        "subscribe": f"/subscribe/{place.key}", "confirm": confirm_path(live.system, rim, place),
        "preferences": preferences_path(live.system, rim), "leave": token, "archive": "/archive",
        "newsletter": "/archive/mina", "edition": "/archive/mina/1", "wrong": "/leave/none",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_and_reads_in_both_colours(
    live: Live, chromium: Any, clock: SettableClock, scheme: str
) -> None:
    paths = pages_of(live, clock)
    context = chromium.new_context(color_scheme=scheme)
    page = context.new_page()
    for name, path in paths.items():
        page.goto(live.url + path)
        root = page.locator("html")
        assert (root.get_attribute("lang"), root.get_attribute("dir")) == ("ar", "rtl"), name
        for width in (320, 375, 768, 1280, 1440):
            page.set_viewport_size({"width": width, "height": 720})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (name, width, wide)
        assert page.evaluate(CONTRAST) == [], name
        if name not in {"edition", "wrong"}:
            assert page.evaluate(SMALL) == [], name
            assert page.locator("h1").count() == 1, name
    context.close()


def test_pages_are_walked_by_the_keyboard_with_a_visible_focus(live: Live, chromium: Any) -> None:
    page = chromium.new_page()
    page.goto(f"{live.url}/subscribe/{live.place.key}")
    names = []
    for _ in range(6):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.name || document.activeElement.innerText"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert [one for one in names if one] == [
        "تجاوز إلى المحتوى", "موجز الميناء", "email", "consent", "اشترك", "أعداد موجز الميناء"
    ]


def test_an_issue_prints_and_reads_in_order(
    live: Live, page: Any, clock: SettableClock
) -> None:
    publish(live.system, live.place.newsletter_id, clock)
    page.goto(f"{live.url}/archive/mina/1")
    page.emulate_media(media="print")
    text = page.locator("body").inner_text()
    wanted = ["موجز الميناء", "سياسة", "خبر رقم 1", "جملة تلخّص الخبر كاملاً.", "خبر رقم 2"]
    places = [text.index(one) for one in wanted]
    assert places == sorted(places)
    assert page.pdf()[:4] == b"%PDF"
    levels = [int(one.evaluate("node => node.tagName[1]")) for one in
              page.locator("h1, h2, h3").element_handles()]
    assert levels == [1, 2, 3, 3]
    assert page.get_by_role("link", name="خبر رقم 1").get_attribute("href") == (
        "https://news.example/1"
    )


def test_links_of_an_issue_lead_on(live: Live, page: Any, clock: SettableClock) -> None:
    publish(live.system, live.place.newsletter_id, clock)
    page.goto(f"{live.url}/archive/mina/1")
    with page.expect_popup() as opened:  # links of a mail leave the mail open
        page.get_by_role("link", name="تعديل التفضيلات").click()
    assert opened.value.url == f"{live.url}/archive/mina"
    opened.value.get_by_text("روابطك الخاصة").first.wait_for()
    page.goto(f"{live.url}/archive/mina")
    page.get_by_label("بريدك الإلكتروني").fill(ADDRESS)
    page.get_by_role("checkbox").check()
    clock.forward(seconds=5)
    page.locator("#subscribe").get_by_role("button", name="اشترك").click()
    page.get_by_text("بقيت خطوة واحدة").first.wait_for()


def test_the_browser_points_at_what_is_missing_before_it_asks(live: Live, chromium: Any) -> None:
    page = chromium.new_page()
    page.goto(f"{live.url}/subscribe/{live.place.key}")
    page.get_by_role("button", name="اشترك").click()
    assert page.url.endswith(live.place.key) and page.locator("#email:invalid").count() == 1
