"""At 06:30 on a phone: from the mail with a draft to a fixed time, by touch, signed out."""

from __future__ import annotations

from datetime import timedelta
from email import policy
from email.parser import BytesParser
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from digest import jobs
from digest.issues import states
from digest.issues.prepare import prepare_issue
from digest.newsletters.models import Newsletter
from tests import make
from tests.conftest import SettableClock
from tests.web.public.conftest import Live
from tests.web.public.test_browser import SMALL

PHONE = {"width": 375, "height": 720}
MOST = 5  # actions from the mail to a fixed time


class Thumb:
    """Taps, each counted."""

    def __init__(self, page: Any) -> None:
        self.page, self.taps = page, 0

    def open(self, url: str) -> None:
        """Tap a link of the mail."""
        self.taps += 1
        assert self.page.goto(url).status == 200

    def tap(self, name: str) -> None:
        """Tap a button."""
        self.taps += 1
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).tap()


def mailed(live: Live, clock: SettableClock) -> tuple[int, str]:
    """Draft the issue of six o'clock; its id and the text of the mail that went to Salma."""
    with live.system.db.write() as db:
        make.user(db, now=clock.now())
        make.subscriber(db, now=clock.now(), list_id=live.place.list_id)
        db.get_one(Newsletter, live.place.newsletter_id).editor_address = "salma@example.org"
        for title in ("البرلمان يقرّ الموازنة", "الليرة تستعيد قيمتها", "موجة غبار تصل"):
            make.article(db, now=clock.now(), title=title)
    issue_id = prepare_issue(
        live.system, live.place.newsletter_id, clock.now() + timedelta(minutes=20)
    )
    assert issue_id
    jobs.drain(live.system)
    (file,) = (live.system.settings.mailbox_dir / "new").glob("*")
    mail = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
    assert "جاهزة" in str(mail["Subject"])
    body = mail.get_body(("plain",))
    assert body is not None
    return issue_id, body.get_content()


def link(text: str, kind: str) -> str:
    return next(word for line in text.splitlines() for word in line.split() if f"/{kind}/" in word)


def wrong(page: Any) -> list[str]:
    found = [str(one) for one in page.evaluate(SMALL)]
    if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
        found.append("wider than a phone")
    return found + [
        f"{one['id']} {[node['html'][:90] for node in one['nodes']]}"
        for one in Axe().run(page).response["violations"]
    ]


@pytest.fixture
def phone(chromium: Any, request: pytest.FixtureRequest) -> Any:
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True,
                                   color_scheme=getattr(request, "param", "light"))
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("phone", ["light", "dark"], indirect=True)
def test_from_the_mail_to_a_fixed_time_in_two_taps_and_back_in_one(
    live: Live, phone: Any, clock: SettableClock
) -> None:
    issue_id, text = mailed(live, clock)
    thumb = Thumb(phone)
    thumb.open(link(text, "approve"))
    frame = phone.frame_locator("iframe.draft-frame")
    assert frame.get_by_text("البرلمان يقرّ الموازنة").first.is_visible()
    assert wrong(phone) == []
    thumb.tap("اعتمد")
    assert phone.get_by_role("heading", level=1).first.inner_text() == "ثُبّت الموعد"
    with live.system.db.read() as db:
        issue = states.get(db, issue_id)
        assert (issue.state, issue.send_at) == ("scheduled", clock.now() + timedelta(minutes=20))
    assert thumb.taps == 2 <= MOST
    assert wrong(phone) == []
    thumb.tap("أوقف")
    assert phone.get_by_role("heading", level=1).first.inner_text() == "أُوقف الإرسال"
    assert wrong(phone) == []
    with live.system.db.read() as db:
        assert (states.get(db, issue_id).state, states.get(db, issue_id).held) == ("draft", True)
    assert phone.context.cookies() == []


def test_the_link_to_stop_takes_two_taps(live: Live, phone: Any, clock: SettableClock) -> None:
    issue_id, text = mailed(live, clock)
    thumb = Thumb(phone)
    thumb.open(link(text, "stop"))
    assert wrong(phone) == []
    thumb.tap("أوقف")
    with live.system.db.read() as db:
        assert states.get(db, issue_id).held
    assert thumb.taps == 2
