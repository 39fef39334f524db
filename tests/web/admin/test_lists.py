"""Lists: counts, adding, renaming, taking one away as a file."""

from __future__ import annotations

import csv
import io

import pytest

from digest.audience.csvfile import read_rows
from digest.audience.models import MailingList
from digest.staff.models import AuditEntry
from digest.system.build import System
from tests import make
from tests.web.conftest import SignIn

URL = "/admin/lists"


@pytest.fixture
def daily(system: System) -> int:
    """A list with one reader in each state, sent a newsletter."""
    now = system.clock.now()
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        make.newsletter(db, now=now, list_id=list_id)
        for state in ("on", "paused", "pending", "left"):
            make.subscriber(db, now=now, address=f"{state}@example.net", list_id=list_id, on=state,
                            name="ريم")
    return list_id


def test_a_list_shows_its_counts_and_newsletters(sign_in: SignIn, daily: int) -> None:
    client = sign_in("publisher")
    assert "القائمة اليومية" in client.get(URL).get_data(as_text=True)
    one = client.get(f"{URL}/{daily}").get_data(as_text=True)
    assert one.count('figure-value">1<') == 4
    assert "موجز الميناء" in one


def test_a_list_is_added(sign_in: SignIn, system: System) -> None:
    answer = sign_in("publisher").submit(URL, {"name": "الأسبوعية", "slug": "weekly"}, page=URL,
                                      follow_redirects=True)
    assert "أُضيفت القائمة" in answer.get_data(as_text=True)
    with system.db.read() as db:
        assert db.query(MailingList).one().slug == "weekly"
        assert db.query(AuditEntry).filter_by(action="list.add").count() == 1


@pytest.mark.parametrize(
    ("name", "slug", "words"),
    [("أخرى", "daily", "مستعمل"), ("أخرى", "يومية", "حروفاً لاتينية"), (" ", "other", "اكتب اسماً"),
     ("أخرى", "", "aria-invalid")],
)
def test_a_wrong_list_is_explained_beside_its_field(
    sign_in: SignIn, daily: int, name: str, slug: str, words: str
) -> None:
    answer = sign_in("publisher").submit(URL, {"name": name, "slug": slug}, page=URL)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in text
    assert 'aria-invalid="true"' in text


def test_a_list_is_renamed(sign_in: SignIn, system: System, daily: int) -> None:
    client = sign_in("publisher")
    client.submit(f"{URL}/{daily}/rename", {"name": "الصباحية"}, page=f"{URL}/{daily}")
    refused = client.submit(f"{URL}/{daily}/rename", {"name": " "}, page=f"{URL}/{daily}")
    assert refused.status_code == 422
    with system.db.read() as db:
        assert db.query(MailingList).one().name == "الصباحية"


def test_a_list_leaves_as_a_file_that_can_be_read_back(
    sign_in: SignIn, system: System, daily: int
) -> None:
    answer = sign_in("publisher").submit(f"{URL}/{daily}/export", page=f"{URL}/{daily}")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="daily.csv"'
    assert answer.content_type.startswith("text/csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = read_rows(answer.data)
    assert {row.address.address for row in rows.good} == {
        "on@example.net", "paused@example.net", "pending@example.net", "left@example.net"
    }
    assert {row.name for row in rows.good} == {"ريم"}
    assert rows.bad == ()
    with system.db.read() as db:
        assert db.query(AuditEntry).filter_by(action="subscribers.export").count() == 1


def test_no_cell_of_the_file_is_a_formula(sign_in: SignIn, system: System, daily: int) -> None:
    with system.db.write() as db:
        make.subscriber(db, now=system.clock.now(), address="x@example.net", list_id=daily,
                        name="=HYPERLINK(1)")
    answer = sign_in("publisher").submit(f"{URL}/{daily}/export", page=f"{URL}/{daily}")
    cells = [cell for row in csv.reader(io.StringIO(answer.get_data(as_text=True)[1:]))
             for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_list_that_is_not_there_is_not_found(sign_in: SignIn, daily: int) -> None:
    client = sign_in("publisher")
    assert client.get(f"{URL}/99").status_code == 404
    assert client.submit(f"{URL}/99/export", page=URL).status_code == 404
    assert client.submit(f"{URL}/99/rename", {"name": "x"}, page=URL).status_code == 404


def test_a_get_never_takes_a_list_away(sign_in: SignIn, daily: int) -> None:
    assert sign_in("publisher").get(f"{URL}/{daily}/export").status_code == 405
