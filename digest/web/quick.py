"""The few requests that come by the thousand after a send, answered without Flask.

Counted links, the picture of opens and the one-click button of RFC 8058 need no session, person,
form or page; what Flask does for a page is ten times their work (measured). Whatever is not exactly
such a request goes on to the application, a forged one to its 404 page.

A link leads where the frozen issue says, never where the request says. Nothing of who asks is kept
but what kind of visitor it seems to be.
"""

from __future__ import annotations

import hmac
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from digest.feedback.leave import Click
from digest.feedback.leaver import Leaver
from digest.feedback.recorder import Recorder
from digest.feedback.scanners import HEADERS, by_headers
from digest.feedback.touches import OPEN, Touched
from digest.issues.targets import targets
from digest.system import log
from digest.system.build import System
from digest.system.errors import Refused
from digest.system.links import click_mark
from digest.system.tokens import LEAVE, TRACK

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]

TOKEN = r"([A-Za-z0-9_.-]{1,200})"  # noqa: S105
CLICK = re.compile(rf"/c/{TOKEN}/(([0-9]{{1,4}})-[A-Za-z0-9_-]{{1,40}})")
PICTURE = re.compile(rf"/o/{TOKEN}")
LEAVING = re.compile(rf"/leave/{TOKEN}")
ONE_CLICK = b"List-Unsubscribe=One-Click"  # RFC 8058 3.1: exactly this, and nothing else here
FORM = "application/x-www-form-urlencoded"
LEFT = "أُلغي اشتراكك.\n".encode()
KEPT = 200  # issues whose links a process remembers
GIF = (  # one transparent point
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
PRIVATE = [
    ("Cache-Control", "no-store"), ("X-Robots-Tag", "noindex"),
    ("Referrer-Policy", "same-origin"), ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
]


@dataclass(slots=True)
class Quick:
    """Stands before the application and takes what it knows."""

    application: Application
    system: System
    recorder: Recorder
    leaver: Leaver

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a WSGI request."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        body: list[bytes] | None = None
        if method in {"GET", "HEAD"}:
            if found := CLICK.fullmatch(path):
                body = self._click(environ, start, found)
            elif found := PICTURE.fullmatch(path):
                body = self._picture(environ, start, found[1])
        elif method == "POST" and (found := LEAVING.fullmatch(path)) and _is_one_click(environ):
            body = self._leave(environ, start, found[1])
        return self.application(environ, start) if body is None else body

    def _click(
        self, environ: Mapping[str, Any], start: Start, found: re.Match[str]
    ) -> list[bytes] | None:
        ids = self._ids(TRACK, found[1], 2)
        if ids is None:
            return None
        issue_id, subscriber_id, n = *ids, int(found[3])
        mark = click_mark(self.system.signer, issue_id, n)
        target = self._targets(issue_id).get(n)
        if target is None or not hmac.compare_digest(mark, found[2]):
            return None
        self._note(environ, issue_id, subscriber_id, n)
        start("302 Found", [("Location", target), ("Content-Length", "0"), *PRIVATE])
        return []

    def _picture(self, environ: Mapping[str, Any], start: Start, token: str) -> list[bytes] | None:
        ids = self._ids(TRACK, token, 2)
        if ids is None:
            return None
        self._note(environ, ids[0], ids[1], OPEN)
        start("200 OK", [
            ("Content-Type", "image/gif"), ("Content-Length", str(len(GIF))), *PRIVATE,
        ])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [GIF]

    def _leave(self, environ: Mapping[str, Any], start: Start, token: str) -> list[bytes] | None:
        """A plain 200, never a redirect, however often and however late a mail program asks."""
        ids = self._ids(LEAVE, token, 3)
        if ids is None:
            return None
        click = Click(ids[0], ids[1], ids[2] or None, environ.get("REMOTE_ADDR") or "")
        try:
            self.leaver.leave(click)
        except SQLAlchemyError as error:
            log.get("leave").error("not_written", error=type(error).__name__)
            start("503 Service Unavailable", [("Retry-After", "60"), *PRIVATE])
            return []
        start("200 OK", [
            ("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(LEFT))),
            *PRIVATE,
        ])
        return [LEFT]

    def _ids(self, purpose: str, token: str, count: int) -> tuple[int, ...] | None:
        try:
            ids = self.system.signer.read(purpose, token)
        except Refused:
            return None
        return ids if len(ids) == count else None

    def _targets(self, issue_id: int) -> Mapping[int, str]:
        """An issue's links, asked once: they never change after the first mail has left."""
        kept = self.system.memory.setdefault("link_targets", {})
        found: Mapping[int, str] | None = kept.get(issue_id)
        if found is None:
            with self.system.db.read() as db:
                found = targets(db, issue_id)
            if len(kept) >= KEPT:
                kept.clear()
            if found:
                kept[issue_id] = found
        return found

    def _note(
        self, environ: Mapping[str, Any], issue_id: int, subscriber_id: int, n: int
    ) -> None:
        asked = {name: environ.get(key, "") for name, key in SPELLED.items()}
        verdict, at = by_headers(environ["REQUEST_METHOD"], asked), self.system.clock.now()
        self.recorder.add(Touched(issue_id, subscriber_id, n, verdict, at, at))


SPELLED = {name: "HTTP_" + name.upper().replace("-", "_") for name in HEADERS}  # WSGI's way


def _is_one_click(environ: dict[str, Any]) -> bool:
    """Whether the body is the one of RFC 8058; the application finds it unread."""
    kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if kind != FORM or environ.get("CONTENT_LENGTH") != str(len(ONE_CLICK)):
        return False
    body = environ["wsgi.input"].read(len(ONE_CLICK))
    environ["wsgi.input"] = io.BytesIO(body)
    return bool(body == ONE_CLICK)
