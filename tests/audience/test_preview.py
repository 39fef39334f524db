"""What an import would do, told before it is done."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.audience import csvfile
from digest.audience.csvfile import Layout
from digest.audience.imports import import_file
from digest.audience.models import Subscriber
from digest.audience.preview import BAD_SHOWN, SAMPLE, look_at
from digest.audience.suppress import Reason, suppress_address
from digest.system.build import System
from digest.system.errors import Refused, Unavailable
from tests import make


@pytest.fixture
def daily(system: System) -> int:
    """A list with somebody on it, somebody who left it, and an address that bounced."""
    now = system.clock.now()
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        make.subscriber(db, now=now, address="on@example.net", list_id=list_id)
        make.subscriber(db, now=now, address="left@example.net", list_id=list_id, on="left")
        suppress_address(db, "bounced@example.net", Reason.BOUNCE, now=now)
    return list_id


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "readers.csv"
    path.write_bytes(text.encode())
    return path


def test_the_preview_counts_what_the_import_then_does(
    system: System, daily: int, tmp_path: Path
) -> None:
    path = written(tmp_path, "email,name\nnew@example.net,ريم\nNEW@example.net,\non@example.net,\n"
                             "left@example.net,\nbounced@example.net,\nnobody,\n")
    preview = look_at(system, path, daily)
    assert (preview.fresh, preview.existing, preview.left) == (1, 1, 2)
    assert (preview.duplicates, preview.invalid, preview.rows) == (1, 1, 6)
    result = import_file(system, path, daily, layout=preview.layout)
    assert (result.added, result.existing, result.left) == (1, 1, 2)
    assert (result.duplicates, result.invalid) == (1, 1)


def test_looking_adds_nobody(system: System, daily: int, tmp_path: Path) -> None:
    look_at(system, written(tmp_path, "new@example.net\n"), daily)
    with system.db.read() as db:
        assert db.query(Subscriber).count() == 2


def test_a_long_file_shows_its_first_rows_only(system: System, daily: int, tmp_path: Path) -> None:
    rows = "".join(f"r{n}@example.net,قارئ\n" for n in range(700))
    bad = "".join(f"bad {n},x\n" for n in range(50))
    preview = look_at(system, written(tmp_path, f"email,name\n{rows}{bad}"), daily)
    assert (preview.fresh, preview.invalid) == (700, 50)
    assert len(preview.sample) == SAMPLE
    assert len(preview.bad) == BAD_SHOWN
    assert preview.sample[0] == (2, "r0@example.net", "قارئ")
    assert preview.columns == ("email", "name")


def test_a_given_layout_is_used(system: System, daily: int, tmp_path: Path) -> None:
    path = written(tmp_path, "a@example.net|b@example.net\n")
    preview = look_at(system, path, daily, layout=Layout("utf-8-sig", "|", 1, None, False))
    assert [address for _line, address, _name in preview.sample] == ["b@example.net"]


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "empty_file"), (b"\n\n", "empty_file"), (b"PK\x03\x04x", "not_csv")]
)
def test_what_is_no_list_is_refused(
    system: System, daily: int, tmp_path: Path, data: bytes, code: str
) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(Refused, match=code):
        look_at(system, path, daily)


def test_a_file_that_is_not_there_can_come_later(
    system: System, daily: int, tmp_path: Path
) -> None:
    with pytest.raises(Unavailable, match="no_such_file"):
        look_at(system, tmp_path / "none", daily)


def test_the_excel_line_that_names_the_delimiter_is_no_row() -> None:
    data = "sep=;\nemail;name\nr@example.net;ريم\n".encode()
    layout = csvfile.find_layout(io.BytesIO(data))
    assert csvfile.first_rows(io.BytesIO(data), layout, 1) == [["email", "name"]]


def test_an_editor_may_name_the_encoding_and_the_delimiter() -> None:
    data = "الاسم|a,b@example.net|البريد\n".encode("cp1256")
    layout = csvfile.find_layout(io.BytesIO(data), encoding="cp1256", delimiter="|")
    assert (layout.encoding, layout.delimiter) == ("cp1256", "|")
    assert csvfile.first_rows(io.BytesIO(data), layout, 1)[0][0] == "الاسم"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_any_bytes_are_counted_or_refused(
    system: System, daily: int, tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(data)
    try:
        preview = look_at(system, path, daily)
    except Refused as error:
        code, rows = error.code, 0
    else:
        code, rows = "", preview.rows
    assert code in {"", "empty_file", "not_csv"}
    assert rows <= data.count(b"\n") + data.count(b"\r") + 1
