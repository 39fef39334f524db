"""The built-in mailbox: mails that were captured because no relay is configured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue

from digest.staff.roles import Action
from digest.web.admin import bp
from digest.web.guard import needs, system
from digest.web.headers import mail_frame

SHOWN = 100
NEW, SEEN = "new", "cur"  # the folders of a Maildir that hold whole mails


@dataclass(frozen=True, slots=True)
class MailRow:
    """A captured mail as the list shows it; ``name`` is its file's name."""

    name: str
    subject: str
    sender: str
    recipient: str
    at: datetime | None
    size: int


def list_mails(folder: Path, limit: int = SHOWN) -> tuple[MailRow, ...]:
    """Return the newest captured mails of a Maildir; none when the folder does not exist."""
    files = [path for part in (NEW, SEEN) for path in (folder / part).glob("*") if path.is_file()]
    files.sort(key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
    return tuple(_row(path) for path in files[:limit])


def find_mail(folder: Path, name: str) -> Path | None:
    """Return the file of a mail by its exact name: no path can leave the folder."""
    for part in (NEW, SEEN):
        for path in (folder / part).glob("*"):
            if path.name == name and path.is_file():
                return path
    return None


@bp.get("/mailbox")
@needs(Action.READERS)
def mailbox() -> ResponseReturnValue:
    """List the captured mails."""
    rows = list_mails(system().settings.mailbox_dir)
    return render_template("admin/mailbox/list.html", rows=rows)


@bp.get("/mailbox/<name>")
@needs(Action.READERS)
def captured_mail(name: str) -> ResponseReturnValue:
    """Show one mail: headers, the HTML in a frame, the text."""
    path = _found(name)
    message = _parse(path)
    return render_template(
        "admin/mailbox/one.html",
        row=_row(path),
        text=_body(message, "plain"),
        headers=tuple(message.items()),
    )


@bp.get("/mailbox/<name>/html")
@needs(Action.READERS)
def captured_html(name: str) -> Response:
    """Answer the mail's HTML alone, for the frame."""
    return mail_frame(_body(_parse(_found(name)), "html"))


def _found(name: str) -> Path:
    path = find_mail(system().settings.mailbox_dir, name)
    if path is None:
        abort(404)
    return path


def _row(path: Path) -> MailRow:
    message = _parse(path)
    return MailRow(
        path.name,
        str(message["subject"] or ""),
        str(message["from"] or ""),
        str(message["to"] or ""),
        _date(message),
        path.stat().st_size,
    )


def _parse(path: Path) -> EmailMessage:
    with path.open("rb") as file:
        return BytesParser(EmailMessage, policy=policy.default).parse(file)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _date(message: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(str(message["date"]))
    except (TypeError, ValueError):
        return None
