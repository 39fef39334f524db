"""Five thousand readers from a file, in two encodings, with the page closed meanwhile (18)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from digest.audience.models import Membership, Subscriber
from digest.audience.suppress import Reason, suppress_address
from tests import make
from tests.journeys.conftest import Live, sign_in

ROWS = 5000
LEFT, TWICE, BAD = 40, 30, 20  # of them: left before, twice in the file, no addresses


def a_file() -> str:
    lines = [f"reader{n}@example.net;قارئ {n}" for n in range(ROWS - TWICE - BAD)]
    lines += [f"READER{n}@example.net;مكرر" for n in range(TWICE)]
    lines += [f"not-an-address-{n};خطأ" for n in range(BAD)]
    return "البريد الإلكتروني;الاسم\n" + "\n".join(lines) + "\n"


@pytest.mark.parametrize("encoding", ["cp1256", "utf-8-sig"])
def test_five_thousand_readers_are_imported_while_the_page_is_closed(
    live: Live, page: Any, encoding: str
) -> None:
    now = live.clock.now()
    with live.system.db.write() as db:
        make.mailing_list(db, now=now)
        for n in range(LEFT):
            suppress_address(db, f"reader{n * 50}@example.net", Reason.LEFT, now=now)
    sign_in(live, page)
    page.goto(f"{live.url}/admin/imports")
    page.locator("input[type=file]").set_input_files(
        {"name": "readers.csv", "mimeType": "text/csv", "buffer": a_file().encode(encoding)}
    )
    page.locator("form", has=page.locator("input[type=file]")).locator("button").click()
    page.wait_for_url("**/admin/imports/*")
    place = page.url
    assert page.get_by_text("قارئ 1", exact=True).count()
    page.locator("form[action$='/run'] button").click()
    page.get_by_text("الاستيراد جارٍ").or_(page.get_by_text("النتيجة")).first.wait_for()
    page.goto("about:blank")  # the page is closed, the work goes on
    live.wait_for(lambda: members(live) == ROWS - TWICE - BAD - LEFT)
    page.goto(place)
    page.get_by_text("النتيجة").first.wait_for()
    cells = page.locator("td.number").all_inner_texts()[:5]
    added, existing, left, twice, bad = (int(one.replace(",", "")) for one in cells)
    assert (added, existing, left, twice, bad) == (ROWS - TWICE - BAD - LEFT, 0, LEFT, TWICE, BAD)
    assert added + existing + left + twice + bad == ROWS
    with live.system.db.read() as db:
        found = set(db.scalars(select(Subscriber.address)))
        assert "reader50@example.net" not in found and "reader51@example.net" in found


def members(live: Live) -> int:
    with live.system.db.read() as db:
        return db.scalar(select(func.count()).select_from(Membership)) or 0
