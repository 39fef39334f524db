"""Help: short pages in both languages that name labels of the panel as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from digest.staff.models import User
from digest.system.build import System
from digest.system.paths import resource
from digest.web.admin.guide import PAGES
from tests.web.conftest import Browser, SignIn
from tests.web.test_translations import english, in_code, in_templates

TEXTS = resource("templates") / "admin" / "help"
UI = re.compile(r'\{\{ ui\("([^"]+)"\) \}\}')
MOST = 300  # words: who needs help reads no book


def files(lang: str) -> dict[str, Path]:
    return {path.stem: path for path in (TEXTS / lang).glob("*.html")}


def text(client: Browser, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def article(page: str) -> str:
    return page[page.index("<article") : page.index("</article>")]


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_each_page_is_there_in_both_languages_and_short(
    sign_in: SignIn, system: System, lang: str
) -> None:
    assert set(files(lang)) == set(PAGES)
    reader = sign_in("audience")
    with system.db.write() as db:
        db.query(User).one().language = lang
    for name in PAGES:
        words = re.sub(r"<[^>]+>", " ", article(text(reader, f"/admin/help/{name}"))).split()
        assert 80 < len(words) <= MOST, (name, len(words))


def test_labels_are_named_as_they_stand_in_the_panel() -> None:
    shown = (in_code() | in_templates()) & set(english())
    for lang in ("ar", "en"):
        for name, path in files(lang).items():
            named = UI.findall(path.read_text(encoding="utf-8"))
            assert set(named) - shown == set(), (lang, name)


def test_both_languages_name_the_same_labels_and_links() -> None:
    link = re.compile(r'url_for\("[^)]*\)|<code[^>]*>[^<]*</code>|<kbd[^>]*>[^<]*</kbd>')
    english_files = files("en")
    for name, path in files("ar").items():
        arabic, other = (one.read_text(encoding="utf-8") for one in (path, english_files[name]))
        assert sorted(UI.findall(arabic)) == sorted(UI.findall(other)), name
        assert sorted(link.findall(arabic)) == sorted(link.findall(other)), name


def test_an_english_page_has_english_labels(sign_in: SignIn, system: System) -> None:
    reader = sign_in("admin")
    with system.db.write() as db:
        db.query(User).one().language = "en"
    for name in PAGES:
        assert not re.search("[\u0621-\u064a]", article(text(reader, f"/admin/help/{name}"))), name


def test_the_rail_leads_to_help_and_another_name_to_nothing(sign_in: SignIn, app: Flask) -> None:
    reader = sign_in("author")
    page = text(reader, "/admin/help")
    assert 'href="/admin/help" aria-current="page"' in page
    assert reader.get("/admin/help/nothing").status_code == 404


def test_every_link_of_help_leads_somewhere(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    for name in PAGES:
        for path in re.findall(r'href="([^"#]+)', article(text(admin, f"/admin/help/{name}"))):
            assert admin.get(path).status_code == 200, (name, path)


def test_the_commands_of_help_are_there() -> None:
    from digest.cli import cli

    source = " ".join(path.read_text(encoding="utf-8") for path in files("en").values())
    named = set(re.findall(r"<code[^>]*>digest ([a-z]+)", source))
    assert named == {"doctor", "serve"}
    assert all(cli.get_command(None, one) for one in named)  # type: ignore[arg-type]
