"""Cleaning rules: tried on an article, then saved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from digest.sources.models import Source
from digest.system.build import System
from tests import make
from tests.servers import http
from tests.sources.samples import BODY, TITLE, item, page, rss
from tests.web.conftest import SignIn

CALL = "هذه الجملة تتكرر في كل خبر من أخبار الموقع."


@pytest.fixture
def web() -> Iterator[http.Server]:
    with http.running() as server:
        yield server


def made(system: System, url: str = "https://news.example/f") -> int:
    with system.db.write() as db:
        return make.source(db, now=system.clock.now(), url=url)


def rules(system: System) -> dict[str, object]:
    with system.db.read() as db:
        return db.query(Source).one().rules


def test_rules_are_tried_before_they_are_saved(
    sign_in: SignIn, system: System, web: http.Server
) -> None:
    web.reply("/f", body=rss([item(TITLE, web.url("/1"), "قصير"), item("ثانٍ", web.url("/2"), "قصير")]))
    web.reply("/1", body=page(TITLE, [BODY, f"<b class='x'>{CALL}</b>", "وتُختتم الأمسيات بحفل موسيقي مفتوح."]))
    path = f"/admin/sources/{made(system, web.url('/f'))}"
    client = sign_in("publisher")
    typed = {"keep": "", "cut": ".x\n.none", "phrases": ""}
    text = client.submit(f"{path}/rules/try", typed, page=path).get_data(as_text=True)
    assert f"<del>{CALL}</del>" in text
    assert ".none" in text
    assert "ثانٍ" in text
    assert rules(system) == {}
    answer = client.submit(f"{path}/rules", typed, page=path)
    assert answer.headers["Location"] == f"{path}#rules"
    assert rules(system) == {"keep": "", "cut": [".x", ".none"], "phrases": []}
    assert ".x\n.none" in client.get(path).get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"cut": "p::before"}, "ليس محدّد CSS"),
        ({"keep": "["}, "ليس محدّد CSS"),
        ({"phrases": "و"}, "لا تصلح"),
        ({"cut": "\n".join(f".c{n}" for n in range(30))}, "القواعد كثيرة"),
    ],
)
def test_a_wrong_rule_is_told_beside_its_field(
    sign_in: SignIn, system: System, typed: dict[str, str], words: str
) -> None:
    path = f"/admin/sources/{made(system)}"
    client = sign_in("publisher")
    for act in ("rules", "rules/try"):
        answer = client.submit(f"{path}/{act}", typed, page=path)
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)
    assert rules(system) == {}


def test_an_article_that_cannot_be_read_says_why(
    sign_in: SignIn, system: System, web: http.Server
) -> None:
    path = f"/admin/sources/{made(system, web.url('/none'))}"
    answer = sign_in("publisher").submit(f"{path}/rules/try", {"cut": ".x"}, page=path)
    assert "أجاب الموقع برمز خطأ" in answer.get_data(as_text=True)


def test_a_viewer_sees_no_rules(sign_in: SignIn, system: System) -> None:
    path = f"/admin/sources/{made(system)}"
    assert 'id="rules"' not in sign_in("author").get(path).get_data(as_text=True)
