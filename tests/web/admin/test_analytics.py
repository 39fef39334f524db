"""The numbers of sent issues, drawn, in tables and as files."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest

from digest.audience.models import Form
from digest.feedback import touches
from digest.feedback.leave import one_click
from digest.feedback.scanners import Verdict
from digest.issues.models import Issue, Item
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock
from tests.feedback.touched import Sent, send_to
from tests.web.conftest import Browser, SignIn


@pytest.fixture
def sent(system: System, clock: SettableClock) -> Sent:
    made = send_to(system, clock, readers=3)
    with system.db.write() as db:
        touches.record(db, [
            made.touch(0, n=1), made.touch(1, n=1, verdict=Verdict.SCANNER), made.touch(2, n=2),
            made.touch(2, n=0, verdict=Verdict.PROXY),
        ])
    return made


def page(client: Browser, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def table(client: Browser, path: str) -> list[list[str]]:
    answer = client.get(path)
    assert answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))


def charts(text: str) -> list[ET.Element]:
    return [
        ET.fromstring("<svg " + part.partition("</svg>")[0] + "</svg>")
        for part in text.split("<svg ")[1:] if part.startswith('class="chart"')
    ]


def test_before_the_first_send_the_page_says_when_numbers_come(sign_in: SignIn) -> None:
    assert "تظهر الأرقام بعد أول إرسال" in page(sign_in("audience"), "/admin/analytics")


def test_readers_proxies_and_scanners_stand_apart(sign_in: SignIn, sent: Sent) -> None:
    text = page(sign_in("audience"), "/admin/analytics")
    assert "العدد 1: قرّاء 2، وسطاء 0، برامج فحص 1" in text


def test_every_chart_has_a_title_and_a_description(sign_in: SignIn, sent: Sent) -> None:
    found = charts(page(sign_in("audience"), "/admin/analytics"))
    assert len(found) >= 3
    for one in found:
        title, desc = one.find("title"), one.find("desc")
        assert title is not None and title.text and desc is not None and desc.text
        assert one.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"


def test_the_first_issue_stands_right_of_the_second(
    sign_in: SignIn, system: System, clock: SettableClock, sent: Sent
) -> None:
    with system.db.write() as db:
        newsletter = db.get_one(Issue, sent.issue_id).newsletter_id
        make.issue(db, now=clock.now(), newsletter_id=newsletter, number=2, state="sent",
                   track_clicks=True, sent_at=clock.now() + timedelta(days=1))
    client = sign_in("audience")
    arabic = charts(page(client, "/admin/analytics"))[0]
    first, second = [float(group[1].get("x", "")) for group in arabic.findall("g")]
    assert first > second
    client.submit("/admin/language", {"language": "en"}, page="/admin/analytics")
    english = charts(page(client, "/admin/analytics"))[0]
    first, second = [float(group[1].get("x", "")) for group in english.findall("g")]
    assert first < second


def test_clicks_stand_on_the_mail_in_its_order(sign_in: SignIn, sent: Sent) -> None:
    text = page(sign_in("audience"), f"/admin/analytics/issues/{sent.issue_id}")
    picture = text.partition('class="mail-picture"')[2].partition("</svg>")[0]
    one, two = picture.find("خبر رقم 1: قرّاء 1"), picture.find("خبر رقم 2: قرّاء 1")
    assert 0 < one < two


def test_a_file_of_stories_has_no_formula(sign_in: SignIn, system: System, sent: Sent) -> None:
    with system.db.write() as db:
        db.query(Item).filter(Item.link == "https://news.example/1").update({"title": "=1+1"})
    rows = table(sign_in("audience"), f"/admin/analytics/issues/{sent.issue_id}/stories.csv")
    assert [row[1:] for row in rows[1:]] == [["'=1+1", "1", "0", "1"], ["خبر رقم 2", "1", "0", "0"]]


def test_the_file_of_issues_says_what_the_page_says(
    sign_in: SignIn, system: System, clock: SettableClock, sent: Sent
) -> None:
    with system.db.write() as db:
        newsletter = db.get_one(Issue, sent.issue_id).newsletter_id
        one_click(db, sent.readers[0], newsletter, issue_id=sent.issue_id, now=clock.now())
    header, row = table(sign_in("audience"), "/admin/analytics/issues.csv")
    assert dict(zip(header, row, strict=True)) | {
        "سُلّم": "3", "كل الرسائل": "3", "ألغوا الاشتراك": "1", "نقر: قرّاء": "2",
        "نقر: برامج فحص": "1", "فتح مقدَّر: وسطاء": "0",
    } == dict(zip(header, row, strict=True))


def test_growth_is_told_by_form(sign_in: SignIn, system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        daily = make.mailing_list(db, now=clock.now())
        newsletter = make.newsletter(db, now=clock.now(), list_id=daily)
        form = Form(public_key="k", name="نموذج الموقع", list_id=daily, newsletter_id=newsletter,
                    created_at=clock.now())
        db.add(form)
        make.subscriber(db, now=clock.now(), list_id=daily)
    rows = table(sign_in("audience"), "/admin/analytics/growth.csv")
    assert rows[-1][2:] == ["1", "0"] and len(rows) == 13


def test_a_draft_has_no_numbers(sign_in: SignIn, system: System, clock: SettableClock) -> None:
    with system.db.write() as db:
        newsletter = make.newsletter(db, now=clock.now())
        draft = make.issue(db, now=clock.now(), newsletter_id=newsletter)
    assert sign_in("audience").get(f"/admin/analytics/issues/{draft}").status_code == 404
