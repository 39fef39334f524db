"""The built style sheet and scripts: there, hashed, small, and without foreign addresses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import digest
from digest.system.errors import Refused
from digest.web.manifest import STATIC, read_manifest

ASSETS = Path(digest.__file__).parent / "web" / "assets"


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    return read_manifest(STATIC)


def test_style_sheet_and_script_are_built(names: dict[str, str]) -> None:
    for plain in ("digest.css", "admin.js"):
        stem, kind = plain.split(".")
        assert re.fullmatch(rf"{stem}-[A-Z0-9]{{8}}\.{kind}", names[plain])
        assert (STATIC / names[plain]).stat().st_size > 500


def test_without_a_build_the_fault_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no_assets"):
        read_manifest(tmp_path)


def test_the_font_comes_from_our_own_server(names: dict[str, str]) -> None:
    sheet = (STATIC / names["digest.css"]).read_text(encoding="utf-8")
    fonts = re.findall(r"url\(([^)]+)\)", sheet)
    assert len(fonts) == 8
    for one in fonts:
        assert one.strip("\"'").startswith("./") and ".woff2" in one
        assert (STATIC / one.strip("\"'").removeprefix("./")).is_file()
    assert "//" not in "".join(fonts)


def test_scripts_stay_small(names: dict[str, str]) -> None:
    for plain, built in names.items():
        if plain.endswith(".js"):
            assert (STATIC / built).stat().st_size < 24 * 1024, plain


def test_packages_are_pinned_and_the_lock_names_no_registry() -> None:
    package = json.loads((ASSETS / "package.json").read_text(encoding="utf-8"))
    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert wanted and all(re.fullmatch(r"\d+\.\d+\.\d+", one) for one in wanted.values())
    lock = json.loads((ASSETS / "package-lock.json").read_text(encoding="utf-8"))
    parts = {path: facts for path, facts in lock["packages"].items() if path}
    assert parts
    for path, facts in parts.items():
        assert "resolved" not in facts, path
        assert facts["integrity"].startswith("sha512-"), path


def test_no_script_writes_markup_or_code() -> None:
    for path in (ASSETS / "js").rglob("*.js"):
        source = path.read_text(encoding="utf-8")
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "eval(",
            "document.write",
            "new Function",
        ):
            assert word not in source, (path.name, word)
