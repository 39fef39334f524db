"""Subscriber files as offices make them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.audience import csvfile
from digest.audience.csvfile import BadRow, GoodRow, Layout, Rows, read_rows

ARABIC = "البريد الإلكتروني,الاسم\nrim@example.net,ريم خليل\nomar@example.net,عمر\n"


def addresses(rows: Rows) -> list[str]:
    return [row.address.address for row in rows.good]


@pytest.mark.parametrize(("encoding", "found"), [
    ("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("cp1256", "cp1256"),
    ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"),
])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end_reads_the_same(encoding: str, found: str, ends: str) -> None:
    rows = read_rows(ARABIC.replace("\n", ends).encode(encoding))
    assert rows.layout == Layout(found, ",", 0, 1, has_header=True)
    assert [(row.line, row.address.address, row.name) for row in rows.good] == [
        (2, "rim@example.net", "ريم خليل"), (3, "omar@example.net", "عمر")
    ]
    assert rows.bad == ()


@pytest.mark.parametrize("delimiter", csvfile.DELIMITERS)
def test_every_delimiter_is_found(delimiter: str) -> None:
    rows = read_rows(ARABIC.replace(",", delimiter).encode())
    assert rows.layout.delimiter == delimiter
    assert [row.name for row in rows.good] == ["ريم خليل", "عمر"]


def test_a_spreadsheet_may_name_its_delimiter() -> None:
    rows = read_rows(b"sep=;\r\nemail;name\r\nrim@example.net;Rim\r\n")
    assert [(row.line, row.name) for row in rows.good] == [(3, "Rim")]
    assert rows.bad == ()


@pytest.mark.parametrize(("header", "address", "name"), [
    ("الاسم,البريد", 1, 0), ("E-Mail,Full Name", 0, 1), ("id,name,email", 2, 1),
    ("الإسم,الأيميل", 1, 0), ("EMAIL", 0, None), ("اسم المشترك,بريد المشترك", 1, 0),
])
def test_columns_are_found_by_their_headers(header: str, address: int, name: int | None) -> None:
    width = header.count(",") + 1
    cells = ["x"] * width
    cells[address] = "rim@example.net"
    layout = read_rows(f"{header}\n{','.join(cells)}\n".encode()).layout
    assert (layout.address_column, layout.name_column, layout.has_header) == (address, name, True)


def test_without_a_header_the_addresses_show_their_column() -> None:
    rows = read_rows("1,ريم,rim@example.net\n2,عمر,omar@example.net\n".encode())
    assert not rows.layout.has_header
    assert addresses(rows) == ["rim@example.net", "omar@example.net"]


def test_a_bare_list_of_addresses_is_a_file() -> None:
    assert addresses(read_rows(b"rim@example.net\nomar@example.net")) == [
        "rim@example.net", "omar@example.net"
    ]


def test_bad_rows_are_named_by_line_and_reason() -> None:
    data = (
        "email,name\nrim@example.net,ريم\n,بلا عنوان\nnot an address,س\n\n"
        "a@b.example c@d.example,x\nomar@example.net,عمر\n"
    )
    rows = read_rows(data.encode())
    assert [(row.line, row.reason) for row in rows.bad] == [
        (3, "no_address"), (4, "bad_address"), (6, "bad_address")
    ]
    assert [row.line for row in rows.good] == [2, 7]


def test_an_unclosed_quote_spoils_one_line_only() -> None:
    data = 'email,name\nrim@example.net,"ريم\n' + "".join(
        f"r{n}@example.net,قارئ\n" for n in range(20)
    )
    rows = read_rows(data.encode())
    assert [(row.line, row.reason) for row in rows.bad] == [(2, "open_quote")]
    assert len(rows.good) == 20


def test_a_quoted_cell_may_hold_line_ends_delimiters_and_quotes() -> None:
    rows = read_rows('email,name\nrim@example.net,"خليل، ""ريم""\nالمحررة"\n'.encode())
    assert [(row.line, row.name) for row in rows.good] == [(2, 'خليل، "ريم" المحررة')]


def test_a_quote_inside_a_cell_is_part_of_the_name() -> None:
    rows = read_rows('email,name\nrim@example.net,ريم "المحررة"\n'.encode())
    assert [row.name for row in rows.good] == ['ريم "المحررة"']


def test_a_line_in_another_encoding_is_held_back() -> None:
    data = "email,name\nrim@example.net,ريم\nعمر@example.net,قارئ\n".encode()
    data += b"bad@example.net,\xd1\xed\xe3\n"
    rows = read_rows(data)
    assert [(row.line, row.reason) for row in rows.bad] == [(4, "bad_encoding")]
    assert "\ud800" not in rows.bad[0].text and rows.bad[0].text.encode()


def test_a_nul_byte_makes_no_crash_and_no_address() -> None:
    rows = read_rows(b"email,name\nrim\x00@example.net,x\nomar@example.net,y\n")
    assert addresses(rows) == ["omar@example.net"]


def test_names_lose_controls_and_direction_marks_but_keep_joiners() -> None:
    rows = read_rows("email,name\nrim@example.net,\u202eریم\u200c‌ها\u0007\n".encode())
    assert rows.good[0].name == "ریم\u200c‌ها"


def test_long_names_and_long_bad_lines_are_clipped() -> None:
    rows = read_rows(f"email,name\nrim@example.net,{'م' * 900}\nbad,{'x' * 900}\n".encode())
    assert len(rows.good[0].name) == csvfile.LONGEST_NAME
    assert len(rows.bad[0].text) == csvfile.CLIP


@pytest.mark.parametrize("data", [b"", b"\n\n\n", b"\xef\xbb\xbf", b"\xff\xfe", b"sep=;\n"])
def test_an_empty_file_has_no_rows(data: bytes) -> None:
    rows = read_rows(data)
    assert rows.good == () == rows.bad


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_formulas_are_disarmed_and_come_back(sign: str) -> None:
    cell = f"{sign}cmd|' /C calc'!A0"
    assert csvfile.safe_cell(cell) == f"'{cell}"
    assert csvfile.plain_cell(csvfile.safe_cell(cell)) == cell


@given(st.text())
def test_a_safe_cell_is_no_formula_and_plain_texts_stay(text: str) -> None:
    safe = csvfile.safe_cell(text)
    assert not csvfile.FORMULA.match(safe)
    assert safe in {text, f"'{text}"}
    if not text.startswith("'"):
        assert csvfile.plain_cell(safe) == text


@given(st.binary(max_size=600))
def test_any_bytes_are_read_without_a_crash(data: bytes) -> None:
    rows = read_rows(data)
    for row in rows.good:
        assert "@" in row.address.address and "\n" not in row.name
    for bad in rows.bad:
        assert bad.reason in {"no_address", "bad_address", "bad_encoding", "open_quote"}
        bad.text.encode()


NAMES = st.text(
    st.characters(categories=["L", "N", "Zs", "Po"], exclude_characters="'=+-@＝＋－＠"), max_size=40
)


@given(
    names=st.lists(NAMES, min_size=1, max_size=30),
    delimiter=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_spreadsheet_writes_is_read_back(
    names: list[str], delimiter: str, encoding: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["email", "name"])
    writer.writerows([f"r{n}@example.net", name] for n, name in enumerate(names))
    rows = read_rows(text.getvalue().encode(encoding))
    assert addresses(rows) == [f"r{n}@example.net" for n in range(len(names))]
    assert rows.bad == ()
    for row, name in zip(rows.good, names, strict=True):
        assert row.name == " ".join(name.split())


@given(st.lists(st.sampled_from(
    ["rim@example.net,ريم\n", 'x@example.net,"open\n', "nothing\n", '"a@example.net","b\nc"\n', "\n"]
), max_size=25))
def test_every_line_with_content_is_good_or_bad_and_lines_only_grow(lines: list[str]) -> None:
    layout = Layout("utf-8-sig", ",", 0, 1, has_header=False)
    rows = list(csvfile.stream_rows(io.BytesIO("".join(lines).encode()), layout))
    assert all(isinstance(row, GoodRow | BadRow) for row in rows)
    numbers = [row.line for row in rows]
    assert numbers == sorted(set(numbers))
    good = sum(isinstance(row, GoodRow) for row in rows)
    assert good >= sum(line.startswith("rim") for line in lines)


@given(
    st.text(alphabet=st.characters(exclude_characters='"\r\n', exclude_categories=["Cs"]),
            min_size=1),
    st.sampled_from(csvfile.DELIMITERS),
)
def test_a_line_without_quotes_is_cut_as_the_csv_module_cuts_it(text: str, delimiter: str) -> None:
    assert csvfile._cells(text, delimiter) == next(
        csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    )
