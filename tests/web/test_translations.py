"""Every Arabic string of the surfaces has an English one, with the same placeholders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

import digest
from digest.system.paths import resource

WEB = Path(digest.__file__).parent / "web"
CATALOGUE = WEB / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"_": None, "_l": None}
ARABIC = re.compile(r"[\u0621-\u064a]")
PLACEHOLDER = re.compile(r"%\(\w+\)s")
# Mails and reader pages speak the newsletter's language, which is Arabic; help has a file for each.
ONE_LANGUAGE = {("mail",), ("public",), ("admin", "help", "ar"), ("admin", "help", "en")}
SWITCH = "العربية"  # a language is always named in itself


def in_code() -> set[str]:
    """Return the strings marked in Python files."""
    found = set()
    for path in WEB.rglob("*.py"):
        if "public" in path.parts:
            continue
        with path.open("rb") as file:
            found |= {_text(one[1]) for one in extract("python", file, keywords=KEYWORDS)}
    return found


def in_templates() -> set[str]:
    """Return the strings marked in templates."""
    found = set()
    for path in template_files():
        with path.open("rb") as file:
            found |= {_text(one[2]) for one in babel_extract(file, ["_"], [], {})}
    return found


def template_files() -> list[Path]:
    root = resource("templates")
    return [path for path in root.rglob("*.html") if not _has_one_language(path.relative_to(root))]


def _has_one_language(path: Path) -> bool:
    return any(path.parts[: len(one)] == one for one in ONE_LANGUAGE)


def english() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="en", abort_invalid=True)
    return {_text(one.id): str(one.string) for one in catalogue if one.id}


def test_every_marked_string_has_an_english_one() -> None:
    translated = english()
    missing = sorted(one for one in in_code() | in_templates() if not translated.get(one))
    assert missing == []


def test_there_are_strings_to_translate() -> None:
    assert len(in_code()) > 50 and len(in_templates()) > 50


def test_no_translation_lost_a_placeholder() -> None:
    wrong = [
        arabic
        for arabic, text in english().items()
        if sorted(PLACEHOLDER.findall(arabic)) != sorted(PLACEHOLDER.findall(text))
    ]
    assert wrong == []


def test_no_english_string_is_left_without_its_arabic() -> None:
    assert sorted(set(english()) - in_code() - in_templates()) == []


@pytest.mark.parametrize("path", template_files(), ids=lambda path: path.name)
def test_no_arabic_in_a_template_is_unmarked(path: Path) -> None:
    source = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S)
    with path.open("rb") as file:
        marked = [_text(one[2]) for one in babel_extract(file, ["_"], [], {})]
    for one in sorted([*marked, SWITCH], key=len, reverse=True):
        source = source.replace(one, "")
    assert ARABIC.findall(source) == []


def _text(message: object) -> str:
    first = message[0] if isinstance(message, list | tuple) else message
    return str(first or "")
