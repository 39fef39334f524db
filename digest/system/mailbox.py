"""The mailbox that bounces come to: IMAP over TLS, or a Maildir on this machine.

    imaps://user:password@mail.example.org/INBOX       TLS from the start, port 993
    imap+starttls://user:password@mail.example.org     TLS before the password, port 143
    imap://user:password@127.0.0.1                     without TLS, for one's own machine
    maildir:/var/mail/bounces                          the folder that holds new/ and cur/
"""

from __future__ import annotations

import imaplib
import os
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from digest.system.errors import Refused, Unavailable

LARGEST = 1024 * 1024  # bytes of a mail that are fetched
SECONDS = 60.0  # for one answer of the server
PORTS = {"imaps": 993, "imap+starttls": 143, "imap": 143}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that nobody has read yet; ``raw`` is its beginning, at most ``LARGEST`` bytes."""

    id: str
    raw: bytes


class Mailbox(Protocol):
    """A place that mails lie in."""

    def letters(self, most: int) -> Iterator[Letter]:
        """Yield up to so many new mails, the oldest first."""

    def done(self, letter: Letter, *, remove: bool) -> None:
        """Take a mail away, or leave it there as seen."""

    def close(self) -> None:
        """Let go of it."""


def is_mailbox(url: str) -> bool:
    """Tell whether an address names a mailbox that can be opened."""
    if url.startswith("maildir:"):
        return url.removeprefix("maildir:").startswith("/")
    try:
        parts = urlsplit(url)
        return parts.scheme in PORTS and bool(parts.hostname and parts.username) and (
            (parts.port or 1) > 0
        )
    except ValueError:
        return False


def open_mailbox(url: str) -> Mailbox:
    """Open a mailbox; raises Refused("bad_mailbox") or Unavailable("mailbox_away", reply=…)."""
    if not is_mailbox(url):
        raise Refused("bad_mailbox")
    if url.startswith("maildir:"):
        return _Maildir(Path(url.removeprefix("maildir:")))
    try:
        return _Imap(urlsplit(url))
    except (OSError, imaplib.IMAP4.error) as error:
        raise Unavailable("mailbox_away", reply=_said(error)) from error


class _Maildir:
    """A Maildir (https://cr.yp.to/proto/maildir.html): new mails in new/, seen ones in cur/."""

    def __init__(self, path: Path) -> None:
        self._new, self._seen = path / "new", path / "cur"
        if not self._new.is_dir():
            raise Unavailable("mailbox_away", reply=str(path))

    def letters(self, most: int) -> Iterator[Letter]:
        names = sorted(name for name in os.listdir(self._new) if not name.startswith("."))
        for name in names[:most]:
            try:
                with (self._new / name).open("rb") as file:
                    raw = file.read(LARGEST)
            except FileNotFoundError:  # a mail program was faster
                continue
            yield Letter(name, raw)

    def done(self, letter: Letter, *, remove: bool) -> None:
        with suppress(FileNotFoundError):
            if remove:
                (self._new / letter.id).unlink()
            else:
                self._seen.mkdir(exist_ok=True)
                (self._new / letter.id).rename(self._seen / f"{letter.id.partition(':')[0]}:2,S")

    def close(self) -> None:
        """Nothing is held open."""


class _Imap:
    """An IMAP folder (RFC 9051); what is removed is expunged alone (UIDPLUS, RFC 4315)."""

    def __init__(self, url: SplitResult) -> None:
        self._box = _connected(url)
        self._removed: list[str] = []
        try:
            self._box.login(unquote(url.username or ""), unquote(url.password or ""))
            # Dovecot says what it can do only to those who are signed in.
            self._can = b" ".join(self._ask(self._box.capability())).upper().split()
            folder = unquote(url.path.strip("/")) or "INBOX"
            self._ask(self._box.select(_quoted(folder)))
        except BaseException:
            _hang_up(self._box)
            raise

    def letters(self, most: int) -> Iterator[Letter]:
        found = self._try("SEARCH", "UNSEEN", "UNDELETED")
        numbers = (found[0] or b"").split()[:most] if found else []
        for number in numbers:
            answer = self._try("FETCH", number.decode("ascii"), f"(BODY.PEEK[]<0.{LARGEST}>)")
            for part in answer:
                if isinstance(part, tuple):
                    yield Letter(number.decode("ascii"), bytes(part[1]))
                    break

    def done(self, letter: Letter, *, remove: bool) -> None:
        flags = r"(\Seen \Deleted)" if remove else r"(\Seen)"
        self._try("STORE", letter.id, "+FLAGS.SILENT", flags)
        if remove:
            self._removed.append(letter.id)

    def close(self) -> None:
        with suppress(OSError, imaplib.IMAP4.error):
            if self._removed and b"UIDPLUS" in self._can:
                self._box.uid("EXPUNGE", ",".join(self._removed))
            self._box.logout()
        _hang_up(self._box)

    def _try(self, command: str, *words: str) -> list[Any]:
        try:
            return self._ask(self._box.uid(command, *words))
        except (OSError, imaplib.IMAP4.error) as error:
            raise Unavailable("mailbox_away", reply=_said(error)) from error

    @staticmethod
    def _ask(answer: tuple[str, list[Any]]) -> list[Any]:
        kind, data = answer
        if kind != "OK":
            raise imaplib.IMAP4.error(b" ".join(part for part in data if isinstance(part, bytes)))
        return data


def _connected(url: SplitResult) -> imaplib.IMAP4:
    """A connection, with a certificate that was checked unless the address asks for none."""
    host, port = url.hostname or "", url.port or PORTS[url.scheme]
    if url.scheme == "imaps":
        return imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(),
                                 timeout=SECONDS)
    box = imaplib.IMAP4(host, port, timeout=SECONDS)
    if url.scheme == "imap+starttls":
        try:
            box.starttls(ssl.create_default_context())
        except BaseException:
            _hang_up(box)
            raise
    return box


def _hang_up(box: imaplib.IMAP4) -> None:
    """Close the socket, if it is still open."""
    with suppress(OSError):
        box.shutdown()


def _quoted(folder: str) -> str:
    """A folder's name as a quoted string (RFC 9051 4.3), which lets no other command in."""
    if not (folder.isascii() and folder.isprintable()):
        raise imaplib.IMAP4.error("folder")
    return '"{}"'.format(folder.replace("\\", "\\\\").replace('"', '\\"'))


def _said(error: Exception) -> str:
    """What went wrong, in one short line; the password is in none of these errors."""
    return " ".join(str(error).split())[:200] or type(error).__name__
