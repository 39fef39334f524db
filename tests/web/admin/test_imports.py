"""Importing a file: nobody is added before the editor has looked, and nothing is lost."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from digest import jobs
from digest.audience import runs
from digest.audience.models import ImportRun, Membership, Subscriber
from digest.audience.suppress import Reason, suppress_address
from digest.staff.models import AuditEntry
from digest.system.build import System
from digest.system.queue import Job
from tests import make
from tests.conftest import SettableClock
from tests.web.conftest import Browser, SignIn

URL = "/admin/imports"
GOOD = """الاسم;البريد الإلكتروني
ريم;rim@example.net
عمر;omar@example.net
ريم ثانية;RIM@example.net
موجود;on@example.net
غادر;left@example.net
بلا;
خطأ;not-an-address
"""


@pytest.fixture
def daily(system: System) -> int:
    """A list with one reader, and one address that left."""
    now = system.clock.now()
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        make.subscriber(db, now=now, address="on@example.net", list_id=list_id)
        suppress_address(db, "left@example.net", Reason.LEFT, now=now)
    return list_id


def upload(
    client: Browser, list_id: int, data: bytes, name: str = "قرّاء.csv", **words: object
) -> TestResponse:
    return client.submit(
        URL, {"list_id": list_id, "file": (io.BytesIO(data), name)}, page=URL,
        content_type="multipart/form-data", **words,
    )


def kept(system: System) -> list[Path]:
    return sorted((system.settings.data_dir / "imports").glob("*"))


def run(client: Browser, system: System, place: str) -> str:
    """Start an import, let a worker do it, and return the page."""
    client.submit(f"{place}/run", page=place)
    jobs.drain(system, {runs.KIND})
    return client.get(place).get_data(as_text=True)


def counts(text: str) -> list[int]:
    """The five numbers of the table, in their order."""
    return [int(n) for n in re.findall(r'<td class="shrink number[^"]*">(\d+)</td></tr>', text)][:5]


def test_a_file_is_shown_before_anybody_is_added(
    sign_in: SignIn, system: System, daily: int
) -> None:
    answer = upload(sign_in("publisher"), daily, GOOD.encode("cp1256"), follow_redirects=True)
    text = answer.get_data(as_text=True)
    assert "قرّاء.csv" in text
    assert "عمر" in text
    assert "omar@example.net" in text
    assert re.search(r'selected value="cp1256"', text)
    assert re.search(r'selected value=";"', text)
    assert re.search(r'name="address_column".*?selected value="1"', text, re.S)
    assert re.search(r'name="name_column".*?selected value="0"', text, re.S)
    assert counts(text) == [2, 1, 1, 1, 2]
    assert "عنوان غير صالح" in text
    assert "not-an-address" in text
    with system.db.read() as db:
        assert db.query(Subscriber).count() == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1256", "utf-16"])
def test_every_usual_encoding_is_guessed(sign_in: SignIn, daily: int, encoding: str) -> None:
    answer = upload(sign_in("publisher"), daily, GOOD.encode(encoding), follow_redirects=True)
    text = answer.get_data(as_text=True)
    assert "عمر" in text
    assert counts(text) == [2, 1, 1, 1, 2]


def test_the_run_does_what_the_preview_said(sign_in: SignIn, system: System, daily: int) -> None:
    client = sign_in("publisher")
    place = upload(client, daily, GOOD.encode()).headers["Location"]
    text = run(client, system, place)
    assert "النتيجة" in text
    assert counts(text) == [2, 1, 1, 1, 2]
    with system.db.read() as db:
        assert {row.address for row in db.query(Subscriber)} == {
            "on@example.net", "rim@example.net", "omar@example.net"
        }
        assert db.query(AuditEntry).filter_by(action="subscribers.import").count() == 1


def test_running_twice_adds_nobody_twice(sign_in: SignIn, system: System, daily: int) -> None:
    client = sign_in("publisher")
    place = upload(client, daily, GOOD.encode()).headers["Location"]
    run(client, system, place)
    assert counts(run(client, system, place)) == [0, 3, 1, 1, 2]
    with system.db.read() as db:
        assert db.query(Membership).count() == 3


def test_a_run_that_was_cut_off_can_be_run_again(
    sign_in: SignIn, system: System, daily: int
) -> None:
    """Nobody works on it any more: the page says so, and the file is still there."""
    client = sign_in("publisher")
    place = upload(client, daily, GOOD.encode()).headers["Location"]
    client.submit(f"{place}/run", page=place)
    with system.db.write() as db:
        db.query(Job).filter_by(kind=runs.KIND).delete()
    assert "ولم يكتمل" in client.get(place).get_data(as_text=True)
    assert counts(run(client, system, place)) == [2, 1, 1, 1, 2]


def test_while_it_runs_the_page_shows_how_far_and_starts_no_second_one(
    sign_in: SignIn, system: System, daily: int
) -> None:
    client = sign_in("publisher")
    place = upload(client, daily, GOOD.encode()).headers["Location"]
    client.submit(f"{place}/run", page=place)
    assert "نقرأ الملف أولاً" in client.get(place).get_data(as_text=True)
    token = place.rpartition("/")[2]
    with system.db.write() as db:
        db.query(ImportRun).filter_by(token=token).update(
            {"state": "running", "rows": 3, "total": 7, "added": 2}
        )
    text = client.get(place).get_data(as_text=True)
    assert '<progress max="7" value="3"' in text
    assert f'data-poll="{URL}/{token}"' in text
    assert "جارٍ" in client.get(URL).get_data(as_text=True)
    again = client.submit(f"{place}/run", page=place)
    assert again.status_code == 422
    assert "استيراد هذا الملف جارٍ" in again.get_data(as_text=True)
    assert client.submit(f"{place}/remove", page=place).status_code == 422
    assert len(kept(system)) == 2


def test_another_reading_changes_the_columns(sign_in: SignIn, system: System, daily: int) -> None:
    client = sign_in("publisher")
    data = "a@example.net,b@example.net\nc@example.net,d@example.net\n"
    place = upload(client, daily, data.encode()).headers["Location"]
    layout = {"encoding": "utf-8-sig", "delimiter": ",", "address_column": 1, "name_column": -1}
    client.submit(f"{place}/layout", layout, page=place)
    run(client, system, place)
    with system.db.read() as db:
        found = {row.address for row in db.query(Subscriber)} - {"on@example.net"}
    assert found == {"b@example.net", "d@example.net"}


def test_another_delimiter_finds_its_own_columns(sign_in: SignIn, daily: int) -> None:
    client = sign_in("publisher")
    place = upload(client, daily, "ريم|a,b|rim@example.net\n".encode()).headers["Location"]
    layout = {"encoding": "utf-8-sig", "delimiter": "|", "address_column": 0, "name_column": -1}
    text = client.submit(
        f"{place}/layout", layout, page=place, follow_redirects=True
    ).get_data(as_text=True)
    assert "rim@example.net" in text
    assert counts(text)[0] == 1


@pytest.mark.parametrize(
    "changes", [{"encoding": "ebcdic"}, {"delimiter": "x"}, {"address_column": 99},
                {"name_column": "x"}]
)
def test_a_reading_nobody_offered_is_refused(
    sign_in: SignIn, daily: int, changes: dict[str, object]
) -> None:
    client = sign_in("publisher")
    place = upload(client, daily, GOOD.encode()).headers["Location"]
    layout = {"encoding": "utf-8-sig", "delimiter": ",", "address_column": 0, "name_column": -1}
    answer = client.submit(f"{place}/layout", layout | changes, page=place)
    assert answer.status_code == 422


def test_the_rows_that_stayed_out_can_be_downloaded(sign_in: SignIn, daily: int) -> None:
    client = sign_in("publisher")
    bad = "".join(f"x{n};=cmd{n}\n" for n in range(30))
    place = upload(client, daily, (GOOD + bad).encode()).headers["Location"]
    answer = client.get(f"{place}/rejected.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="rejected.csv"'
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True)[1:])))
    assert rows[0] == ["السطر", "السبب", "النص"]
    assert rows[1] == ["7", "لا عنوان في هذا السطر", "بلا;"]
    assert len(rows) == 1 + 2 + 30


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "فارغ"), (b"\r\n \n", "فارغ"), (b"PK\x03\x04" + b"\x00" * 40, "CSV")],
)
def test_a_file_of_another_kind_is_refused_and_not_kept(
    sign_in: SignIn, system: System, daily: int, data: bytes, words: str
) -> None:
    answer = upload(sign_in("publisher"), daily, data)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert kept(system) == []


def test_no_file_at_all_is_told(sign_in: SignIn, daily: int) -> None:
    answer = sign_in("publisher").submit(URL, {"list_id": daily}, page=URL)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)


def test_files_lie_under_random_names_that_only_the_server_reads(
    sign_in: SignIn, system: System, daily: int
) -> None:
    upload(sign_in("publisher"), daily, GOOD.encode(), name="../../evil.csv", follow_redirects=True)
    files = kept(system)
    assert [path.suffix for path in files] == [".csv", ".json"]
    assert all(re.fullmatch(r"[\w-]{22}", path.stem) for path in files)
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    assert not list(system.settings.data_dir.parent.glob("evil*"))


@pytest.mark.parametrize("token", ["x", "..", "A" * 22, "..%2F..%2Fsecret_key", "a" * 21 + "%00"])
def test_a_file_that_is_not_there_is_not_found(sign_in: SignIn, token: str) -> None:
    client = sign_in("publisher")
    assert client.get(f"{URL}/{token}").status_code == 404
    assert client.get(f"{URL}/{token}/rejected.csv").status_code == 404


def test_an_editor_removes_a_file_and_the_people_stay(
    sign_in: SignIn, system: System, daily: int
) -> None:
    client = sign_in("publisher")
    place = upload(client, daily, GOOD.encode()).headers["Location"]
    run(client, system, place)
    client.submit(f"{place}/remove", page=place)
    assert kept(system) == []
    assert client.get(place).status_code == 404
    with system.db.read() as db:
        assert db.query(Subscriber).count() == 3


def test_old_files_go_when_a_new_one_comes(
    sign_in: SignIn, system: System, daily: int, clock: SettableClock
) -> None:
    client = sign_in("publisher")
    old = upload(client, daily, GOOD.encode()).headers["Location"]
    clock.at += timedelta(days=31)
    new = upload(client, daily, GOOD.encode()).headers["Location"]
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200
    assert len(kept(system)) == 2


def test_without_a_list_the_page_leads_to_one(sign_in: SignIn) -> None:
    text = sign_in("publisher").get(URL).get_data(as_text=True)
    assert "أنشئ قائمة أولاً" in text
    assert 'type="file"' not in text


def test_cells_of_a_file_are_only_text(sign_in: SignIn, daily: int) -> None:
    data = "<script>alert(1)</script>,<b>x</b>\n<i>n</i>,rim@example.net\n"
    text = upload(sign_in("publisher"), daily, data.encode(), follow_redirects=True).get_data(
        as_text=True
    )
    assert "<script>alert" not in text
    assert "<b>x</b>" not in text
    assert "<i>n</i>" not in text
