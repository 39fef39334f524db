"""How many clicks the editor's flows take, counted on the screens themselves (design, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from digest.articles.models import Article
from digest.audience.models import Form, Membership
from digest.issues.models import Issue, Item
from tests import make
from tests.journeys.conftest import SELDOM, Live, sign_in
from tests.journeys.test_import import a_file

TEXT = (
    "افتتحت البلدية سوق السمك الجديد بعد أعمال ترميم استمرت عامين. وبلغت كلفة الترميم 3 ملايين دولار "
    "قدّمها صندوق محلي. واحتج صيادون أمام البوابة على رفع أجور المحال إلى الضعف. وقالت البلدية إنها "
    "ستعيد النظر في الأجور بعد شهر. ويضم السوق 48 محلاً وغرفة تبريد."
)


@dataclass
class Hand:
    """A mouse that counts."""

    page: Any
    clicks: int = 0

    def click(self, what: Any) -> None:
        """Press something that is in sight."""
        self.clicks += 1
        what.click()

    def button(self, name: str) -> None:
        """Press the first button of a name."""
        self.click(self.page.get_by_role("button", name=name).first)


@pytest.fixture
def issue_id(live: Live, page: Any) -> int:
    """A draft for tomorrow with two stories, one of them without an alt text; three in the inbox."""
    now = live.clock.now()
    with live.system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        make.subscriber(db, now=now, list_id=list_id)
        newsletter_id = make.newsletter(db, now=now, rule=SELDOM, list_id=list_id)
        for n in range(3):
            make.article(db, now=now, title=f"خبر الوارد رقم {n}")
        article_id = make.article(db, now=now, title="سوق السمك", text=TEXT, summary=TEXT)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, slot_at=now + timedelta(days=1))
        first, second = db.query(Item).order_by(Item.position)
        first.article_id, first.summary = article_id, TEXT
        first.story_id = db.get_one(Article, article_id).story_id
        second.image, second.image_alt = "https://news.example/a.png", ""
    sign_in(live, page)
    return issue_id


def test_the_editors_flows_take_the_clicks_they_should(
    live: Live, page: Any, issue_id: int
) -> None:
    home = f"{live.url}/admin/issues/{issue_id}"

    opens = Hand(page)
    opens.click(page.get_by_role("link", name="تابع التحرير"))
    page.wait_for_url(f"{home}**")
    assert opens.clicks == 1

    adds = Hand(page)
    adds.button("أضف إلى العدد")
    page.locator(".story.used").first.wait_for()
    assert adds.clicks == 1

    shorter = Hand(page)
    before = page.locator(".item.lead .item-summary").text_content()
    shorter.button("أقصر")
    page.locator(".item.lead .item-summary", has_text=before).wait_for(state="detached")
    shorter.button("تراجع")
    page.locator(".item.lead .item-summary", has_text=before).wait_for(state="attached")
    assert shorter.clicks == 2

    undone = Hand(page)
    card = page.locator(".item").nth(1)
    name = card.get_attribute("id")
    card.locator("details.menu > summary").first.click()
    card.get_by_role("button", name="احذفه من العدد").click()
    page.locator(f"#{name}").wait_for(state="detached")
    undone.button("تراجع")
    page.locator(f"#{name}").wait_for()
    assert undone.clicks == 1

    alt = Hand(page)
    alt.click(page.locator(".side-tabs").get_by_role("link", name="الفحص"))
    row = page.locator(".finding", has_text="نص بديل")
    alt.click(row.locator("a.button"))
    page.locator("input[name=image_alt]:focus").wait_for()
    page.keyboard.type("سوق السمك من الداخل")
    page.locator("#save-state", has_text="حُفظ").wait_for()
    assert alt.clicks == 2

    trial = Hand(page)
    trial.click(page.get_by_role("link", name="إرسال تجريبي"))
    trial.button("أرسل تجربة")
    live.wait_for(lambda: live.mails("salma@example.org"))
    assert trial.clicks == 2

    fixed = Hand(page)
    fixed.click(page.get_by_role("link", name="جدولة الإرسال"))
    fixed.button("ثبّت الموعد")
    page.locator("#sending").get_by_role("button", name="ألغِ الموعد").wait_for()
    assert fixed.clicks == 2
    with live.system.db.read() as db:
        assert db.get_one(Issue, issue_id).state == "scheduled"


def test_seven_stories_take_nine_clicks(live: Live, page: Any) -> None:
    now = live.clock.now()
    with live.system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now, rule=SELDOM, list_id=make.mailing_list(db, now=now))
        topics = [make.topic(db, name=f"موضوع {n}", slug=f"t{n}") for n in range(2)]
        for n in range(7):
            make.article(db, now=now, title=f"خبر {n}", topic_id=topics[n % 2])
        issue = Issue(newsletter_id=newsletter_id, number=1, state="draft", created_at=now)
        db.add(issue)
        db.flush()
        issue_id = issue.id
    sign_in(live, page)
    page.goto(f"{live.url}/admin/issues/{issue_id}")
    hand = Hand(page)
    for n in range(7):
        story = page.locator(".story:not(.used)").first
        if n < 5:
            hand.click(story.get_by_role("button", name="أضف إلى العدد"))
        else:
            hand.click(story.locator("details.menu > summary"))
            hand.click(story.get_by_role("button", name="أضفه باختصار"))
        page.locator(".story.used").nth(n).wait_for()
    assert hand.clicks == 9  # the first of each section leads it unasked
    page.locator(".item").nth(6).wait_for()
    roles = [page.locator(f".item.{role}").count() for role in ("lead", "second", "brief")]
    assert roles == [2, 3, 2]


def test_a_file_takes_five_clicks_and_a_form_three(live: Live, page: Any) -> None:
    now = live.clock.now()
    with live.system.db.write() as db:
        make.newsletter(db, now=now, rule=SELDOM, list_id=make.mailing_list(db, now=now))
    sign_in(live, page)
    hand = Hand(page)
    hand.click(page.locator(".rail").get_by_role("link", name="المشتركون"))
    hand.click(page.get_by_role("link", name="استيراد").first)
    page.locator("input[type=file]").set_input_files(
        {"name": "r.csv", "mimeType": "text/csv", "buffer": a_file().encode()}
    )
    hand.clicks += 1  # choosing the file
    hand.click(page.locator("form", has=page.locator("input[type=file]")).locator("button"))
    page.wait_for_url("**/admin/imports/*")
    hand.click(page.locator("form[action$='/run'] button"))
    assert hand.clicks == 5
    live.wait_for(lambda: members(live) > 4000)

    form = Hand(page)
    form.click(page.locator(".rail").get_by_role("link", name="النماذج"))
    form.click(page.get_by_role("link", name="نموذج جديد").first)
    page.locator("#name").fill("آخر المقال")
    page.locator("#origins").fill("https://news.example")
    form.click(page.get_by_role("button", name="احفظ"))
    page.get_by_text("شيفرة HTML").first.wait_for()
    assert form.clicks == 3
    with live.system.db.read() as db:
        assert db.scalars(select(Form.allowed_origins)).one() == ["https://news.example"]


def members(live: Live) -> int:
    with live.system.db.read() as db:
        return db.scalar(select(func.count()).select_from(Membership)) or 0
