"""Logos: small pictures that mails show from our own address, kept as long as mails lead to them."""

from __future__ import annotations

import secrets
import struct
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.newsletters.looks import set_logo
from digest.newsletters.models import Logo, Newsletter
from digest.staff import audit
from digest.system.errors import NotFound, Refused

LARGEST = 200 * 1024  # bytes; every reader loads it
WIDEST, HIGHEST = 2000, 1000  # pixels
SHOWN_WIDTH, SHOWN_HEIGHT = 280, 72  # pixels in the mail; a picture twice as large stays sharp
PNG, GIF, JPEG = b"\x89PNG\r\n\x1a\n", (b"GIF87a", b"GIF89a"), b"\xff\xd8\xff"
# Markers of a JPEG that carry its size: the frames, but not DHT, JPG and DAC (ITU T.81, B.1.1.3).
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's kind and size, as its own bytes say."""

    mime: str
    width: int
    height: int


def read_picture(data: bytes) -> Picture:
    """Return what a file is, by its bytes and never by its name.

    Raises Refused("logo_empty", "logo_large", "logo_svg", "logo_kind", "logo_size"). An SVG may
    hold scripts, and no mail program shows it.
    """
    if not data:
        raise Refused("logo_empty")
    if len(data) > LARGEST:
        raise Refused("logo_large", most=LARGEST // 1024)
    if b"<svg" in data[:4096].lower():
        raise Refused("logo_svg")
    picture = _read(data)
    if picture is None:
        raise Refused("logo_kind")
    if not (0 < picture.width <= WIDEST and 0 < picture.height <= HIGHEST):
        raise Refused("logo_size", width=WIDEST, height=HIGHEST)
    return picture


def add_logo(
    db: Session, newsletter_id: int, data: bytes, *, now: datetime, by: int | None = None
) -> str:
    """Keep a picture and show it in the newsletter's mails; return its public name."""
    newsletter = db.get(Newsletter, newsletter_id)
    if newsletter is None:
        raise NotFound("no_such_newsletter", newsletter=newsletter_id)
    picture = read_picture(data)
    token = secrets.token_hex(12)
    db.add(Logo(newsletter_id=newsletter_id, token=token, mime=picture.mime, width=picture.width,
                height=picture.height, data=data, created_at=now))
    set_logo(newsletter, token)
    audit.record(db, "newsletter.logo", now=now, by=by, subject="newsletter",
                 subject_id=newsletter_id)
    return token


def remove_logo(
    db: Session, newsletter_id: int, *, now: datetime, by: int | None = None
) -> None:
    """Show the name again. The picture stays where it is: mails that were sent lead to it."""
    newsletter = db.get(Newsletter, newsletter_id)
    if newsletter is None:
        raise NotFound("no_such_newsletter", newsletter=newsletter_id)
    set_logo(newsletter, "")
    audit.record(db, "newsletter.logo_off", now=now, by=by, subject="newsletter",
                 subject_id=newsletter_id)


def get_logo(db: Session, token: str) -> tuple[str, bytes]:
    """Return kind and bytes of a logo; raises NotFound("no_such_logo")."""
    found = db.execute(select(Logo.mime, Logo.data).where(Logo.token == token)).first()
    if found is None:
        raise NotFound("no_such_logo")
    return found.mime, found.data


def shown_width(db: Session, token: str) -> int:
    """Return how wide a logo stands in a mail, within the place it has; 0 when there is none."""
    found = db.execute(select(Logo.width, Logo.height).where(Logo.token == token)).first()
    if found is None:
        return 0
    scale = min(1, SHOWN_WIDTH / found.width, SHOWN_HEIGHT / found.height)
    shown: int = round(found.width * scale)
    return max(1, shown)


def _read(data: bytes) -> Picture | None:
    if data.startswith(PNG) and data[12:16] == b"IHDR" and len(data) >= 33:
        return Picture("image/png", *struct.unpack(">II", data[16:24]))
    if data.startswith(GIF) and len(data) >= 13:
        return Picture("image/gif", *struct.unpack("<HH", data[6:10]))
    if data.startswith(JPEG):
        return _jpeg(data)
    return None


def _jpeg(data: bytes) -> Picture | None:
    """Walk the segments of a JPEG to the frame that says its size."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker in FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return Picture("image/jpeg", width, height)
        at += 2 + length
    return None
