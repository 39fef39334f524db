"""Three numbers on the issue's page, where they were wished, in both languages of the panel."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from digest.feedback import touches
from digest.feedback.scanners import Verdict
from digest.issues.models import Issue
from digest.system.build import System
from tests.conftest import SettableClock
from tests.feedback.touched import Sent, send_to
from tests.web.conftest import SignIn


@pytest.fixture
def sent(system: System, clock: SettableClock) -> Sent:
    made = send_to(system, clock, readers=3)
    with system.db.write() as db:
        touches.record(db, [
            made.touch(0, n=1), made.touch(1, n=1, verdict=Verdict.SCANNER),
            made.touch(2, n=0, verdict=Verdict.PROXY),
        ])
    return made


def test_the_page_tells_readers_proxies_and_scanners_apart(sign_in: SignIn, sent: Sent) -> None:
    page = sign_in().get(f"/admin/issues/{sent.issue_id}").get_data(as_text=True)
    part = page.partition('id="reactions"')[2].partition("</section>")[0]
    assert "من فتحوا خبراً" in part and "من فتحوا الرسالة (تقدير)" in part
    assert part.count("قرّاء 1") == 2 and part.count("برامج فحص 1") == 1
    assert part.count("وسطاء 1") == 1 and "خبر رقم 1" in part


def test_an_issue_that_counts_nothing_shows_nothing(
    sign_in: SignIn, system: System, sent: Sent
) -> None:
    with system.db.write() as db:
        db.execute(update(Issue).values(track_opens=False, track_clicks=False))
    page = sign_in().get(f"/admin/issues/{sent.issue_id}").get_data(as_text=True)
    assert 'id="reactions"' not in page


def test_a_draft_shows_nothing(sign_in: SignIn, system: System, sent: Sent) -> None:
    with system.db.write() as db:
        db.execute(update(Issue).values(state="draft", send_at=sent.at + timedelta(days=1)))
    page = sign_in().get(f"/admin/issues/{sent.issue_id}").get_data(as_text=True)
    assert 'id="reactions"' not in page
