"""From bytes to text: what Arabic feeds and pages are really written in, whatever they say."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

SAMPLE = 200_000  # characters looked at when two readings are compared
MIXED_AT_MOST = 0.2  # share of broken sequences up to which a text still is UTF-8 with accidents
GOOD = 0.7  # share of plausible words from which a reading is believed

_BOMS = (  # UTF-32 before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NULS = (  # "<" or "{" without a mark, as XML 1.0 appendix F tells them
    (re.compile(rb"[<{ \n]\x00\x00\x00"), "utf-32-le"),
    (re.compile(rb"\x00\x00\x00[<{ \n]"), "utf-32-be"),
    (re.compile(rb"[<{ \n]\x00"), "utf-16-le"),
    (re.compile(rb"\x00[<{ \n]"), "utf-16-be"),
)
_ALIASES = {
    "x-mac-arabic": "mac-arabic",
    "macarabic": "mac-arabic",
    "mac_arabic": "mac-arabic",
    "x-macarabic": "mac-arabic",
    "dos-720": "cp720",
    "dos-864": "cp864",
    "asmo-708": "iso-8859-6",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-6-e": "iso-8859-6",
    "x-cp1256": "cp1256",
    # HTML says what these labels mean in practice (WHATWG Encoding).
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
}
_NEVER = frozenset({"idna", "punycode", "undefined", "utf-7", "unicode_escape", "mbcs", "oem",
                    "raw_unicode_escape", "palmos"})
_WORD = re.compile(r"\S*[^\x00-\x7f]\S*")
_EDGES = re.compile(r"^\W+|\W+$")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_JOINED = re.compile(r"[^A-Za-z]*[A-Za-z][\x00-\x7f]*")  # «الـPDF»: one change, plain letters
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_ACCENTED = re.compile(r"[\u00c0-\u00ff]")
# Signs that stand inside a word only by mistake; quotation marks («لـ«رويترز»») are not among them.
_ODD = re.compile(
    r"[\u0080-\u009f\ufffd\u00a1-\u00aa\u00ac-\u00ba\u00bc-\u00bf\u00d7\u00f7"
    r"\u201a\u201e\u2020-\u2022\u2030\u2500-\u25ff]"
)
_MISTAKEN = ("cp1252", "latin-1", "cp1256")  # what UTF-8 is read as by mistake


def _looks(first: int, last: int) -> str:
    """The characters that bytes of a range look like when they are read by mistake."""
    found = {bytes([byte]).decode(name, "ignore")
             for byte in range(first, last + 1) for name in _MISTAKEN}
    return re.escape("".join(sorted(found)))


# ASCII, and what each lead byte with its continuations looks like: quick to rule out, since no
# Arabic word is written so.
_MAYBE_TWICE = re.compile(
    f"(?:[\x21-\x7f]|[{_looks(0xC2, 0xF4)}][{_looks(0x80, 0xBF)}]{{1,3}})+"
)
_FALLBACKS = ("cp1256", "iso8859-6", "cp720", "mac-arabic")
_RUN = re.compile(r"[^\x00-\x7f][^\x00-\x20]*")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text with the encoding it was read in; ``doubtful`` when no reading was plausible."""

    text: str
    encoding: str
    doubtful: bool = False


def decode(content: bytes, labels: Iterable[str] = ()) -> Decoded:
    """Read bytes as text. ``labels`` are the encodings the sender named, the most trusted first.

    A byte order mark wins, then strict UTF-8 (Arabic in another encoding is never valid UTF-8 by
    chance: each letter would have to fall into a lead byte followed by a continuation byte), then
    the most plausible of the named encodings and those that Arabic was written in.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return Decoded(content[len(mark) :].decode(encoding, "replace"), encoding)
    for pattern, encoding in _NULS:
        if pattern.match(content):
            return Decoded(content.decode(encoding, "replace"), encoding)
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass  # not UTF-8 throughout; judged below
    lenient = content.decode("utf-8", "replace")
    if _mostly_valid(lenient):
        return Decoded(lenient, "utf-8")
    return _most_plausible(content, labels)


def codec(label: str) -> str | None:
    """Return Python's name for a charset label, or None for one that is unknown or unsafe."""
    name = label.strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # bytes-to-bytes codecs (zip, base64, …) would unpack; these are no charsets.
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text and found.name not in _NEVER else None


def plausible(text: str) -> float:
    """Rate a reading from 0 to 1: the share of its non-ASCII words that people could have written.

    A word of one script is plausible; letters of two scripts, symbols inside a word, or a Latin
    word made mostly of accented letters are what a wrong encoding gives.
    """
    words = [_EDGES.sub("", word) for word in _WORD.findall(text[:SAMPLE])]
    words = [word for word in words if word and not word.isascii()]
    if not words:
        return 1.0
    return sum(map(_natural, words)) / len(words)


def readable(text: str) -> bool:
    """Tell whether a text can be shown: no replacement characters, no garbled or twice-encoded part."""
    if "\ufffd" in text or re.search(r"[\u0080-\u0084\u0086-\u009f]", text):
        return False
    if any(_twice_encoded(run) for run in _RUN.findall(text[:SAMPLE])):
        return False
    return plausible(text) >= 0.5


def _most_plausible(content: bytes, labels: Iterable[str]) -> Decoded:
    """Compare readings; among equals the sender's own label comes first."""
    named = [name for name in map(codec, labels) if name and not name.startswith("utf")]
    best = Decoded(content.decode("cp1256", "replace"), "cp1256", doubtful=True)
    best_score = 0.0
    for name in dict.fromkeys([*named, *_FALLBACKS]):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if name == "cp864":  # holds the shapes of letters, not the letters
            text = unicodedata.normalize("NFKC", text)
        score = plausible(text)
        if score > best_score + 0.05:
            best, best_score = Decoded(text, name, doubtful=score < GOOD), score
    return best


def _mostly_valid(lenient: str) -> bool:
    """Whether broken sequences are accidents in a text that is UTF-8 otherwise."""
    beyond = len(re.findall(r"[^\x00-\x7f\ufffd]", lenient))
    return lenient.count("\ufffd") <= beyond * MIXED_AT_MOST


def _natural(word: str) -> bool:
    if _ODD.search(word):
        return False
    latin = len(_LATIN.findall(word))
    if latin and _ARABIC.search(word):
        return _JOINED.fullmatch(word) is not None
    if word.strip("\u0640") == "":
        return False
    return latin < 4 or len(_ACCENTED.findall(word)) * 2 <= len(word)


def _twice_encoded(run: str) -> bool:
    """Whether a run of characters is UTF-8 that was read as cp1252, Latin-1 or cp1256."""
    if len(run) < 4 or not _MAYBE_TWICE.fullmatch(run):
        return False
    for name in _MISTAKEN:
        try:
            run.encode(name).decode("utf-8")
        except UnicodeError:
            continue
        return True
    return False
