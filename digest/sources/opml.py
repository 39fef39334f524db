"""OPML 2.0, the list of feeds that every reader of feeds can write and read. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any

from digest.sources.xmlfeed import MAX_NAME, title_text
from digest.system.errors import Refused
from digest.text.clean import strip_controls
from digest.text.document import decode_document

MOST = 1000  # feeds of one file
MAX_BYTES = 2_000_000
DEEPEST = 20  # folders inside each other


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list, or one page where ``kind`` is "page"; ``folder`` is the nearest one."""

    url: str
    title: str = ""
    folder: str = ""
    kind: str = "feed"
    site: str = ""


def read(content: bytes) -> tuple[Outline, ...]:
    """Read the feeds of a list, each address once, in their order.

    Raises Refused("bad_opml") for what is no such list or holds no feed, and
    Refused("too_many_feeds", most=…).
    """
    root = _root(content)
    if root is None or _name(root) != "opml":
        raise Refused("bad_opml")
    found: dict[str, Outline] = {}
    for outline in _outlines(root, "", 0):
        found.setdefault(outline.url, outline)
    if not found:
        raise Refused("bad_opml")
    if len(found) > MOST:
        raise Refused("too_many_feeds", most=MOST)
    return tuple(found.values())


def write(title: str, outlines: Sequence[Outline], at: datetime) -> bytes:
    """Write a list of feeds, those of a folder together."""
    folders: dict[str, list[str]] = {}
    for one in outlines:
        folders.setdefault(one.folder, []).append(f"<outline{_attributes(**_facts(one))}/>")
    body = [*folders.pop("", [])]
    for name, lines in folders.items():
        body += [f"<outline{_attributes(text=name, title=name)}>", *lines, "</outline>"]
    head = f"<title>{_safe(title)}</title><dateCreated>{format_datetime(at)}</dateCreated>"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">', f"<head>{head}</head>",
        "<body>", *body, "</body>", "</opml>", "",
    ]  # fmt: skip
    return "\n".join(lines).encode()


def _facts(one: Outline) -> dict[str, str]:
    named = {"text": one.title, "title": one.title}
    if one.kind == "page":
        return {"type": "link", **named, "url": one.url}
    return {"type": "rss", **named, "xmlUrl": one.url, "htmlUrl": one.site}


def _attributes(**values: str) -> str:
    return "".join(f' {name}="{_safe(value)}"' for name, value in values.items() if value)


def _safe(text: str) -> str:
    return escape(strip_controls(text))


def _root(content: bytes) -> Any:
    """The document, forgiving of broken marks; no entity is resolved and nothing is fetched."""
    from lxml import etree

    if len(content) > MAX_BYTES:
        raise Refused("bad_opml")
    text = decode_document(content, "text/xml").text.lstrip("\ufeff \t\r\n")
    start = text.find("<opml")
    if start < 0 or "<!ENTITY" in text[:start]:
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, recover=True, load_dtd=False, huge_tree=False
    )
    return etree.fromstring(text[start:].encode("utf-8", "replace"), parser=parser)


def _outlines(element: Any, folder: str, depth: int) -> Iterator[Outline]:
    for one in element:
        if not isinstance(one.tag, str) or depth > DEEPEST:
            continue
        if _name(one) != "outline":
            yield from _outlines(one, folder, depth + 1)
            continue
        values = {name.lower(): value.strip() for name, value in one.attrib.items()}
        title = title_text(values.get("title") or values.get("text") or "", MAX_NAME)
        if url := values.get("xmlurl"):
            yield Outline(url, title, folder, site=values.get("htmlurl", ""))
        elif values.get("type", "").lower() == "link" and values.get("url"):
            yield Outline(values["url"], title, folder, kind="page")
        yield from _outlines(one, folder if url else title or folder, depth + 1)


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower()
