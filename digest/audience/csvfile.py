"""Reading subscriber files as offices make them: any encoding, any delimiter, broken lines named.

Lines are read one by one, so that one unclosed quote spoils one line, not the rest of the file.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from digest.text.address import Address, BadAddress, parse

DELIMITERS = (",", ";", "\t", "،", "؛", "|")
BLOCK = 1 << 20  # bytes read at a time while the encoding is found
SAMPLE = 40  # lines that delimiter and columns are judged by
MOST_JOINED = 4  # lines that one quoted cell may span
CLIP = 200  # characters of a bad line that are shown
LONGEST_NAME = 200
LONGEST_CELL = 131_072  # characters; the csv module refuses more
JOINERS = "\u200c\u200d"  # part of the spelling of Persian and other names
UNDECODED = re.compile(r"[\ud800-\udfff\ufffd]")
# What spreadsheets execute (OWASP, CSV injection); full-width forms too, some of them fold those.
FORMULA = re.compile(r"[=+\-@\t\r＝＋－＠]")
_VARIANTS = str.maketrans("أإآىة", "ااايه", "ـًٌٍَُِّْ")
ADDRESS_HEADERS = frozenset({
    "email", "mail", "emailaddress", "address", "البريد", "البريدالالكتروني", "بريد",
    "بريدالكتروني", "بريدالمشترك", "ايميل", "الايميل", "العنوان", "عنوانالبريد",
})
NAME_HEADERS = frozenset({
    "name", "fullname", "firstname", "الاسم", "اسم", "الاسمالكامل", "اسمالمشترك", "الاسمالاول",
})


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written: its encoding, delimiter, and which columns hold what (from 0)."""

    encoding: str
    delimiter: str
    address_column: int
    name_column: int | None
    has_header: bool


@dataclass(frozen=True, slots=True)
class GoodRow:
    """A row with a readable address; ``line`` counts from 1 in the file."""

    line: int
    address: Address
    name: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that stays out; reason "no_address", "bad_address", "bad_encoding", "open_quote"."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rows:
    """A whole file, read."""

    layout: Layout
    good: tuple[GoodRow, ...]
    bad: tuple[BadRow, ...]


def read_rows(data: bytes) -> Rows:
    """Read a whole subscriber file that is already in memory."""
    layout = find_layout(io.BytesIO(data))
    rows = list(stream_rows(io.BytesIO(data), layout))
    return Rows(
        layout,
        tuple(row for row in rows if isinstance(row, GoodRow)),
        tuple(row for row in rows if isinstance(row, BadRow)),
    )


def find_layout(
    file: BinaryIO, *, encoding: str | None = None, delimiter: str | None = None
) -> Layout:
    """Guess encoding, delimiter and columns; an editor may be asked to approve the guess.

    The encoding is read off a byte order mark, off the zero bytes of UTF-16, or by asking which
    lines are valid UTF-8: Windows-1256 Arabic almost never is. Reads the file to its end once.
    """
    encoding = encoding or guess_encoding(file)
    file.seek(0)
    sample = list(islice(_text(file, encoding), SAMPLE))
    file.seek(0)
    if sample and sample[0].lower().startswith("sep="):
        sample = sample[1:]
    delimiter = delimiter or _delimiter(sample)
    table = [_cells(line, delimiter) for line in sample if line.strip()]
    return _columns(encoding, delimiter, table)


def stream_rows(file: BinaryIO, layout: Layout) -> Iterator[GoodRow | BadRow]:
    """Read a file row by row; memory does not grow with its length. Empty lines are passed by."""
    header_seen = not layout.has_header
    for line, text, whole in _logical_lines(_text(file, layout.encoding), layout.delimiter):
        if line == 1 and text.lower().startswith("sep="):
            continue
        if not text.strip():
            continue
        if not header_seen:
            header_seen = True
            continue
        yield _row(line, text, layout) if whole else BadRow(line, _clip(text), "open_quote")


def first_rows(file: BinaryIO, layout: Layout, n: int) -> list[list[str]]:
    """Return the cells of the first ``n`` filled lines as they are written, header included."""
    lines = (
        text for line, text, _whole in _logical_lines(_text(file, layout.encoding), layout.delimiter)
        if text.strip() and not (line == 1 and text.lower().startswith("sep="))
    )
    return [[_clip(cell) for cell in _cells(text, layout.delimiter)] for text in islice(lines, n)]


def guess_encoding(file: BinaryIO) -> str:
    """Return "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be" or "cp1256"."""
    head = file.read(4096)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 8:  # commas, digits and line ends are xx 00 in UTF-16
        return "utf-16-be" if even > odd else "utf-16-le"
    file.seek(0)
    valid = invalid = 0
    for line in file:
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            valid += 1
        except UnicodeDecodeError:
            invalid += 1
    return "cp1256" if invalid > valid else "utf-8-sig"


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; ``plain_cell`` undoes it."""
    return f"'{text}" if FORMULA.match(text) else text


def plain_cell(text: str) -> str:
    """Return a cell without the apostrophe that ``safe_cell`` put before a formula's sign."""
    return text[1:] if text.startswith("'") and FORMULA.match(text, 1) else text


def _text(file: BinaryIO, encoding: str) -> Iterator[str]:
    """Lines without their ends; bytes that do not decode become lone surrogates, found later."""
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    wrapper = io.TextIOWrapper(file, encoding=encoding, errors=errors, newline=None)
    try:
        for line in wrapper:
            yield line.rstrip("\n").lstrip("\ufeff")
    finally:
        wrapper.detach()


def _logical_lines(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, str, bool]]:
    """(number, text, whole): a quoted cell may hold line ends; an unclosed one ends its line."""
    waiting: list[str] = []
    number = 1
    source = iter(lines)
    while (line := waiting.pop(0) if waiting else next(source, None)) is not None:
        if '"' not in line:
            yield number, line, True
            number += 1
            continue
        taken, quotes = [line], _quotes(line, delimiter)
        while quotes == "open" and len(taken) <= MOST_JOINED:
            following = waiting.pop(0) if waiting else next(source, None)
            if following is None:
                break
            taken.append(following)
            quotes = _quotes("\n".join(taken), delimiter)
        whole = quotes == "closed" or (len(taken) == 1 and quotes == "loose")
        if not whole:
            waiting = taken[1:] + waiting
            taken = taken[:1]
        yield number, "\n".join(taken), whole
        number += len(taken)


def _quotes(text: str, delimiter: str) -> str:
    """How the quoted cells of a text end: "closed", "open", or "loose" (marks inside a cell)."""
    try:
        list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "open" if "unexpected end" in str(error) else "loose"
    return "closed"


def _cells(text: str, delimiter: str) -> list[str]:
    """The cells of one logical line; none when it is longer than any spreadsheet writes."""
    if '"' not in text and len(text) < LONGEST_CELL:
        return text.split(delimiter)  # what the reader would find, in a tenth of its time
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _delimiter(sample: list[str]) -> str:
    """The delimiter that gives most lines the same number of cells, above one."""
    best, score = ",", 0
    for delimiter in DELIMITERS:
        widths = Counter(len(_cells(line, delimiter)) for line in sample if line.strip())
        found = max((count for width, count in widths.items() if width > 1), default=0)
        if found > score:
            best, score = delimiter, found
    return best


def _columns(encoding: str, delimiter: str, table: list[list[str]]) -> Layout:
    """Columns by their headers, and by where the addresses are when headers say nothing."""
    first = [_header(cell) for cell in table[0]] if table else []
    named = [n for n, cell in enumerate(first) if cell in ADDRESS_HEADERS]
    names = [n for n, cell in enumerate(first) if cell in NAME_HEADERS]
    has_header = bool(named or names) and not any("@" in cell for cell in table[0])
    votes = Counter(n for row in table for n, cell in enumerate(row) if "@" in cell)
    address = max({*votes, *named}, key=lambda n: (votes[n], n in named, -n), default=0)
    if not has_header:
        names = [n for n in range(len(first)) if n != address]
    name = next((n for n in names if n != address), None)
    return Layout(encoding, delimiter, address, name, has_header)


def _header(cell: str) -> str:
    return re.sub(r"[\W_]+", "", cell.lower().translate(_VARIANTS))


def _row(line: int, text: str, layout: Layout) -> GoodRow | BadRow:
    if not text.isascii() and UNDECODED.search(text):
        return BadRow(line, _clip(text), "bad_encoding")
    cells = _cells(text, layout.delimiter)
    written = _cell(cells, layout.address_column).strip()
    if written.startswith("'"):
        written = plain_cell(written)
    if not written:
        return BadRow(line, _clip(text), "no_address")
    try:
        address = parse(written)
    except BadAddress:
        return BadRow(line, _clip(text), "bad_address")
    return GoodRow(line, address, _name(_cell(cells, layout.name_column)))


def _cell(cells: list[str], column: int | None) -> str:
    return cells[column] if column is not None and column < len(cells) else ""


def _name(cell: str) -> str:
    """A name on one line, without control and direction marks, kept to what the column holds."""
    kept = plain_cell(cell) if cell.startswith("'") else cell
    if not kept.isprintable():
        kept = "".join(
            letter if letter.isprintable() or letter in JOINERS else " " for letter in kept
        )
    return " ".join(kept.split())[:LONGEST_NAME]


def _clip(text: str) -> str:
    shown = text.encode("utf-8", "replace").decode("utf-8")
    return shown[:CLIP]
