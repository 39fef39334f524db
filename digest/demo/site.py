"""A small news site of four invented newsrooms on 127.0.0.1, to try everything without the web."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Thread
from typing import cast

from digest.demo import feeds, pages
from digest.demo.content import MADAR, SAHEL, SHAM, SINAA, SOURCES, DemoSource, articles_of

_WRITERS = {
    SAHEL.slug: feeds.sahel_rss,
    SHAM.slug: feeds.sham_atom,
    SINAA.slug: feeds.sinaa_rss,
    MADAR.slug: feeds.madar_json,
}


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of the site; ``topic_slug`` is the topic of all it says, None when it says of many."""

    name: str
    url: str
    topic_slug: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """What one path answers."""

    body: bytes
    content_type: str

    @property
    def etag(self) -> str:
        """Return the entity tag, quoted as RFC 9110 8.8.3 has it."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:24]}"'


class DemoSite:
    """The site; everything it serves is made when it starts, so it answers the same to the end."""

    def __init__(self) -> None:
        self._server: _Server | None = None

    def start(self, now: datetime, port: int = 0) -> None:
        """Serve in a thread of its own; articles come out in the 20 hours before ``now`` (aware).

        Port 0 takes a free one. Raises OSError when the port is taken.
        """
        server = _Server(("127.0.0.1", port), _Handler)
        base_url = f"http://127.0.0.1:{server.server_address[1]}"
        server.documents = build(base_url, now)
        Thread(target=server.serve_forever, args=(0.05,), name="demo-site", daemon=True).start()
        self._server = server

    def stop(self) -> None:
        """Stop serving and free the port; nothing happens when it does not run."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def base_url(self) -> str:
        """Return the address without a slash at its end. Raises RuntimeError before ``start``."""
        if self._server is None:
            raise RuntimeError("the demo site is not running")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """Return the four feeds. Raises RuntimeError before ``start``."""
        return tuple(
            Feed(source.name, f"{self.base_url}/{pages.FEEDS[source.slug][0]}", source.topic_slug)
            for source in SOURCES
        )


def build(base_url: str, now: datetime) -> dict[str, Document]:
    """Return everything the site answers, by path."""
    documents = {"/": Document(pages.site_page(SOURCES).encode(), "text/html; charset=utf-8")}
    for source in SOURCES:
        documents |= _build_source(source, base_url, now)
    return documents


def _build_source(source: DemoSource, base_url: str, now: datetime) -> dict[str, Document]:
    articles = articles_of(source)
    path, kind = pages.FEEDS[source.slug]
    if source.charset != "utf-8":
        kind = "text/xml"  # says no charset: the XML declaration alone does
    found = {f"/{path}": Document(_WRITERS[source.slug](articles, base_url, now), kind)}
    found[f"/{source.slug}/"] = _html(source, pages.index_page(source, articles))
    for article in articles:
        at = feeds.published(article, now)
        page = pages.article_page(source, article, at, base_url)
        found[f"/{source.slug}/{article.slug}"] = _html(source, page)
        if article.image:
            image = Document(pages.picture(article.slug), "image/png")
            found[f"/images/{article.slug}.png"] = image
    return found


def _html(source: DemoSource, page: str) -> Document:
    body = page.encode(source.charset, "xmlcharrefreplace")
    return Document(body, f"text/html; charset={source.charset}")


class _Server(ThreadingTCPServer):
    allow_reuse_address = True  # a second run soon after the first gets the same port
    daemon_threads = True
    documents: dict[str, Document]


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # noqa: N802 (the name that http.server calls)
        self._answer(with_body=True)

    def do_HEAD(self) -> None:  # noqa: N802
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal belongs to the demo."""

    def _answer(self, *, with_body: bool) -> None:
        documents = cast(_Server, self.server).documents
        document = documents.get(self.path.partition("?")[0])
        if document is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        if self._is_known(document):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.send_header("ETag", document.etag)
            self.end_headers()
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", document.content_type)
        self.send_header("Content-Length", str(len(document.body)))
        self.send_header("ETag", document.etag)
        self.end_headers()
        if with_body:
            self.wfile.write(document.body)

    def _is_known(self, document: Document) -> bool:
        """Whether the asker holds this very document (RFC 9110 13.1.2, weak comparison)."""
        held = self.headers.get("If-None-Match", "")
        tags = (tag.strip().removeprefix("W/") for tag in held.split(","))
        return held.strip() == "*" or document.etag in tags
