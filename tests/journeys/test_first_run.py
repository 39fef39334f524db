"""From the printed link to a mail with stories in the mailbox, every action counted."""

from __future__ import annotations

from email.utils import format_datetime
from typing import Any

from axe_playwright_python.sync_playwright import Axe

from digest.web.admin.setup import setup_url
from tests.journeys.conftest import Live
from tests.servers import http
from tests.sources.samples import item, rss
from tests.sources.samples import page as news_page

ME = "rana@newsroom.example"
PASSWORD = "a long enough password"  # noqa: S105
NEWS = {
    "البرلمان يقرّ موازنة العام المقبل": "أقرّ البرلمان موازنة العام المقبل بعد جلسة استمرت أربع عشرة ساعة. "
    "وصوّت مئة وثلاثون نائباً لصالحها. وتخصص الموازنة ربع الإنفاق للتعليم والصحة.",
    "افتتاح معرض الكتاب في اللاذقية": "افتُتح معرض الكتاب في اللاذقية بمشاركة ستين داراً للنشر. "
    "ويستمر المعرض حتى نهاية الأسبوع المقبل. وقالت إدارته إن الدخول مجاني للطلاب.",
    "المنتخب يتأهل إلى نصف النهائي": "تأهل المنتخب إلى نصف النهائي بعد فوزه بهدف في الدقيقة الأخيرة. "
    "وسجل الهدف لاعب بديل دخل قبل ربع ساعة. ويلتقي المنتخب خصمه يوم الخميس.",
    "موجة غبار تصل إلى دير الزور": "تصل موجة غبار إلى دير الزور مساء الخميس وتستمر يوماً. "
    "ونصحت الأرصاد مرضى الصدر بالبقاء في البيوت. وتنخفض الحرارة بعدها سبع درجات.",
}


class Hand:
    """What a person does, counted: a field filled in, a click."""

    def __init__(self, page: Any) -> None:
        self.page, self.typed, self.clicks = page, 0, 0

    def fill(self, field: str, text: str) -> None:
        self.page.locator(field).fill(text)
        self.typed += 1

    def click(self, name: str, role: str = "button") -> None:
        self.page.get_by_role(role, name=name).first.click()
        self.clicks += 1


def a_site(web: http.Server, live: Live) -> None:
    date = format_datetime(live.clock.now())
    web.reply("/", body=news_page("الأولى", ["أهلاً"], head='<link rel="alternate" '
              'type="application/rss+xml" href="/feed">'))
    web.reply("/feed", body=rss([
        item(title, web.url(f"/{n}"), body, date=date)
        for n, (title, body) in enumerate(NEWS.items())
    ]))
    for n, (title, body) in enumerate(NEWS.items()):
        web.reply(f"/{n}", body=news_page(title, [body]))


def check(page: Any) -> None:
    """The page reads well, and is not wider than a phone."""
    page.set_viewport_size({"width": 320, "height": 720})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url
    page.set_viewport_size({"width": 1280, "height": 720})
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_from_the_link_to_the_first_mail(live: Live, page: Any) -> None:
    with http.running() as web:
        a_site(web, live)
        hand, begun = Hand(page), live.clock.ticks()
        spent = walk(live, page, hand, web)
        seconds = live.clock.ticks() - begun - spent
    print(f"first run: {hand.typed} fields, {hand.clicks} clicks, {seconds:.1f} s")
    assert (hand.typed, hand.clicks) == (7, 7)
    [mail] = [one for one in live.mails(ME) if one["List-Id"]]  # notices to the editor have none
    told = str(mail.get_body(preferencelist=("plain",)).get_content())
    assert all(title in told for title in NEWS)


def walk(live: Live, page: Any, hand: Hand, web: http.Server) -> float:
    """Do it all; returns the seconds that looking at the pages took."""
    clock, spent = live.clock, 0.0

    def looked() -> None:
        nonlocal spent
        before = clock.ticks()
        check(page)
        spent += clock.ticks() - before

    page.goto(setup_url(live.system))
    assert page.get_by_text("خطوة 1 من 4").is_visible()
    looked()
    hand.fill("#name", "رنا")
    hand.fill("#email", ME)
    hand.fill("#password", PASSWORD)
    hand.fill("#again", PASSWORD)
    hand.click("أنشئ الحساب")
    page.wait_for_url("**/start/newsroom")
    looked()
    hand.fill("#name", "موجز الميناء")
    hand.click("التالي")
    page.wait_for_url("**/start/sender")
    looked()
    hand.fill("#postal_address", "شارع البحر 12، اللاذقية")
    hand.click("التالي")
    page.wait_for_url("**/start/source")
    looked()
    hand.fill("#url", web.url("/"))
    hand.click("ابحث عن خلاصاته")
    page.locator(".found").first.wait_for()
    looked()
    hand.click("أضف هذا المصدر")
    page.wait_for_url("**/start/issue")
    looked()
    hand.click("أرسل أول عدد إلى الصندوق")
    page.get_by_role("link", name="افتح الرسالة").wait_for()
    looked()
    hand.click("افتح الرسالة", "link")
    page.wait_for_url("**/admin/mailbox/*")
    frame = page.frame_locator("iframe.preview")
    frame.locator("a", has_text="افتتاح معرض الكتاب").first.wait_for()
    return spent
