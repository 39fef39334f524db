"""An editor asks a language model for a summary, compares and chooses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from digest import jobs
from digest.issues import rewording
from digest.issues.models import Item
from digest.system.build import System, build_system
from digest.system.settings import Settings
from digest.web.words import REWORDINGS
from tests.conftest import SettableClock
from tests.servers import http, llm
from tests.web.admin.test_doubts import BAD, BUTTON, draft, shown
from tests.web.conftest import SignIn


@pytest.fixture
def web() -> Iterator[http.Server]:
    with http.running() as server:
        yield server


@pytest.fixture
def system(
    settings: Settings, clock: SettableClock, web: http.Server
) -> Iterator[System]:
    built = build_system(
        replace(settings, llm_url=web.url("/v1"), llm_model="m", llm_timeout=1.0), clock=clock
    )
    yield built
    built.close()


def test_an_editor_asks_compares_and_chooses(
    system: System, sign_in: SignIn, web: http.Server
) -> None:
    item = draft(system)
    editor = sign_in("publisher")
    page = f"/admin/issues/{item.issue_id}"
    assert BUTTON in shown(editor, item)
    llm.says(web, BAD)
    asked = editor.submit(f"{page}/items/{item.id}/rewrite", {"based_on": 1}, page=page)
    assert asked.status_code == 303 and web.asked == []
    assert "يكتب النموذج صياغته" in shown(editor, item)
    jobs.drain(system, {rewording.KIND})
    html = shown(editor, item)
    assert str(REWORDINGS["doubts"]) in html and "<mark>180</mark>" in html
    editor.submit(f"{page}/items/{item.id}/rewrite/use", {"based_on": 1}, page=page)
    with system.db.read() as db:
        assert db.get_one(Item, item.id).summary == BAD


def test_a_failure_is_told_beside_the_item(
    system: System, sign_in: SignIn, web: http.Server
) -> None:
    item = draft(system)
    editor = sign_in("publisher")
    page = f"/admin/issues/{item.issue_id}"
    web.reply(llm.CHAT, 429, headers={"Retry-After": "40"})
    editor.submit(f"{page}/items/{item.id}/rewrite", {"based_on": 1}, page=page)
    jobs.drain(system, {rewording.KIND})
    html = shown(editor, item)
    assert "النموذج مشغول" in html and "40 ثانية" in html


def test_a_viewer_asks_nothing(system: System, sign_in: SignIn) -> None:
    item = draft(system)
    viewer = sign_in("audience")
    assert BUTTON not in shown(viewer, item)
