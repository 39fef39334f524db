"""The one constructor of mail headers: no value can end its line, cut a letter or grow too long."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator, Sequence
from email.errors import HeaderParseError
from email.header import decode_header

from digest.system.errors import Refused

LINE = 78  # characters; RFC 5322 2.1.1 asks for it
HARD = 998  # characters; longer lines are cut or refused by relays
WORD = 75  # characters of one encoded word, RFC 2047 2
JOINERS = frozenset("\u200d\ufe0f")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
PATH = re.compile(r"[^\x00-\x20\x7f-\xa0<>()\[\],;:\\\"\u2028\u2029]+")
# Controls (NUL, CR, LF, NEL …), line and paragraph separators, halves of surrogate pairs.
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
ENCODED = re.compile(r"=\?[^?\s]+\?[bqBQ]\?[^?]*\?=")


def text_header(name: str, value: str) -> bytes:
    """Return a header whose value is words for people, such as a subject.

    Raises Refused("bad_header", name=…), as do all the others.
    """
    _check(name, value)
    used = len(name) + 2
    words = value.split(" ")
    if _plain(value) and max(map(len, words)) <= LINE - used:
        return _joined(name, words)
    return _joined(name, list(_encoded(value, used=used)))


def mailbox_header(name: str, shown: str, address: str) -> bytes:
    """Return a header with one mailbox; ``address`` may hold letters beyond ASCII (RFC 6532)."""
    _check(name, shown)
    _check(name, address)
    local, _, domain = address.rpartition("@")
    if not (PATH.fullmatch(local) and PATH.fullmatch(domain) and "@" not in local):
        raise Refused("bad_header", name=name)
    return _joined(name, [*_phrase(shown, used=len(name) + 2), f"<{address}>"])


def list_id_header(shown: str, label: str) -> bytes:
    """Return the List-Id of RFC 2919; ``label`` is a host-like name without brackets."""
    _check("List-Id", shown)
    _check("List-Id", label)
    if not PATH.fullmatch(label):
        raise Refused("bad_header", name="List-Id")
    return _joined("List-Id", [*_phrase(shown, used=9), f"<{label}>"])


def uri_header(name: str, *uris: str) -> bytes:
    """Return a header of bracketed addresses of the web or of mail, one a line (RFC 2369)."""
    for uri in uris:
        _check(name, uri)
        if not uri.isascii() or re.search(r"[\s<>]", uri):
            raise Refused("bad_header", name=name)
    return _joined(name, [f"<{uri}>," for uri in uris[:-1]] + [f"<{uris[-1]}>"])


def is_safe(value: str) -> bool:
    """Tell whether a value holds no control or line end, plain or hidden in an encoded word."""
    if UNSAFE.search(value):
        return False
    return not any(UNSAFE.search(_decoded(word)) for word in ENCODED.findall(value))


def _check(name: str, value: str) -> None:
    if not NAME.fullmatch(name) or not is_safe(value):
        raise Refused("bad_header", name=name)


def _decoded(word: str) -> str:
    try:
        return "".join(
            part if isinstance(part, str) else part.decode(charset or "latin-1", "replace")
            for part, charset in decode_header(word)
        )
    except (HeaderParseError, LookupError, ValueError):
        return "\0"  # what we can't read we don't trust


def _phrase(shown: str, *, used: int) -> list[str]:
    """A display name: quoted when it is short ASCII, else encoded words; nothing when empty."""
    if not shown.strip():
        return []
    quoted = '"{}"'.format(shown.replace("\\", "\\\\").replace('"', '\\"'))
    if _plain(shown) and len(quoted) <= LINE - used:
        return [quoted]
    return list(_encoded(shown, used=used))


def _plain(value: str) -> bool:
    """Whether a value may stand as it is: folding at its spaces must not change or hide any."""
    single = value == " ".join(value.split())
    return single and value.isascii() and "=?" not in value


def _encoded(value: str, *, used: int) -> Iterator[str]:
    """Encode as UTF-8 base64 words, each made of whole letters with the marks on them."""
    room = LINE - used
    word = b""
    for letter in _letters(value):
        if word and _size(word + letter) > min(room, WORD):
            yield _word(word)
            word, room = b"", LINE - 1
        word += letter
    yield _word(word)


def _letters(value: str) -> Iterator[bytes]:
    """Cut into letters; marks stay with theirs up to what one word can hold."""
    letter = ""
    for char in value:
        joins = unicodedata.category(char).startswith("M") or char in JOINERS
        if letter and not (joins and len((letter + char).encode()) <= WORD // 2):
            yield letter.encode()
            letter = ""
        letter += char
    if letter:
        yield letter.encode()


def _size(raw: bytes) -> int:
    return len("=?utf-8?B??=") + (len(raw) + 2) // 3 * 4


def _word(raw: bytes) -> str:
    return f"=?utf-8?B?{base64.b64encode(raw).decode()}?="


def _joined(name: str, parts: Sequence[str]) -> bytes:
    """One part after another, a new line where the next would not fit.

    The first part stays on the first line: some programs take a header whose first line holds
    nothing but its name for an empty one.
    """
    lines, line = [], f"{name}:"
    for place, part in enumerate(parts):
        if place and len(line) + 1 + len(part) > LINE and line:
            lines.append(line)
            line = ""
        line += f" {part}"
    return _bytes(name, [*lines, line])


def _bytes(name: str, lines: Sequence[str]) -> bytes:
    raw = "\r\n".join(lines).encode()
    if any(len(line) > HARD or not line.strip() for line in raw.split(b"\r\n")):
        raise Refused("bad_header", name=name)
    return raw + b"\r\n"
