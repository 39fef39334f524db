"""Import and export: nobody twice, nobody back who left, every row accounted for."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import func, select

from digest.audience import imports, preferences, signup
from digest.audience.csvfile import GoodRow, Layout
from digest.audience.models import Consent, Membership, Subscriber
from digest.audience.suppress import Reason, erase, is_suppressed, may_mail, suppress_address
from digest.staff.models import AuditEntry
from digest.system.build import System
from digest.system.errors import NotFound, Refused, Unavailable
from digest.text.address import parse
from tests import make
from tests.audience.conftest import ADDRESS, HOME, Place, ask
from tests.conftest import SettableClock


def write(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "readers.csv"
    path.write_bytes(text.encode(encoding))
    return path


def counts(result: imports.ImportResult) -> tuple[int, int, int, int, int]:
    return (result.added, result.existing, result.left, result.invalid, result.duplicates)


def test_a_file_becomes_active_readers(
    system: System, place: Place, clock: SettableClock, tmp_path: Path
) -> None:
    path = write(tmp_path, "email,name\nrim@example.net,ريم\nOMAR@Example.net,عمر\n")
    result = imports.import_file(system, path, place.list_id)
    assert counts(result) == (2, 0, 0, 0, 0)
    assert result.layout == Layout("utf-8-sig", ",", 0, 1, has_header=True)
    with system.db.read() as db:
        rim = db.scalar(select(Subscriber).where(Subscriber.address == "rim@example.net"))
        assert rim is not None and (rim.name, rim.state) == ("ريم", "active")
        assert may_mail(db, rim.id, place.newsletter_id, now=clock.now())
        assert db.scalars(select(Consent.what)).all() == ["imported", "imported"]
        entry = db.scalars(select(AuditEntry)).one()
        assert entry.action == "subscribers.import"


def test_the_same_file_again_adds_nobody(
    system: System, place: Place, tmp_path: Path
) -> None:
    path = write(tmp_path, "rim@example.net\nomar@example.net\n")
    imports.import_file(system, path, place.list_id)
    assert counts(imports.import_file(system, path, place.list_id)) == (0, 2, 0, 0, 0)
    with system.db.read() as db:
        assert db.scalar(select(func.count()).select_from(Subscriber)) == 2
        assert db.scalar(select(func.count()).select_from(Consent)) == 2


def test_the_counts_add_up_to_the_rows(
    system: System, place: Place, clock: SettableClock, tmp_path: Path
) -> None:
    with system.db.write() as db:
        make.subscriber(db, now=clock.now(), address="on@example.net", list_id=place.list_id)
        suppress_address(db, "left@example.net", Reason.LEFT, now=clock.now())
    path = write(
        tmp_path,
        "email\nnew@example.net\non@example.net\nleft@example.net\nNEW@example.net\nbroken\n\n",
    )
    result = imports.import_file(system, path, place.list_id)
    assert counts(result) == (1, 1, 1, 1, 1)
    assert result.rows == 5
    assert [(row.line, row.reason) for row in result.bad] == [(6, "bad_address")]


@pytest.mark.parametrize("reason", list(Reason))
def test_a_suppressed_address_is_never_brought_back(
    system: System, place: Place, clock: SettableClock, tmp_path: Path, reason: Reason
) -> None:
    with system.db.write() as db:
        suppress_address(db, ADDRESS, reason, now=clock.now())
    path = write(tmp_path, "RIM@example.net\n\u200frim@example.net\n")
    result = imports.import_file(system, path, place.list_id)
    assert (result.added, result.left + result.duplicates) == (0, 2)
    with system.db.read() as db:
        assert db.scalar(select(func.count()).select_from(Subscriber)) == 0
        assert is_suppressed(db, ADDRESS) is reason


def test_who_left_this_list_or_was_erased_stays_out(
    system: System, place: Place, clock: SettableClock, tmp_path: Path
) -> None:
    with system.db.write() as db:
        other = make.mailing_list(db, now=clock.now(), slug="weekly")
        rim = make.subscriber(db, now=clock.now(), address=ADDRESS, list_id=place.list_id)
        db.add(Membership(subscriber_id=rim, list_id=other, state="on", at=clock.now()))
        db.flush()
        preferences.leave_lists(db, rim, [place.list_id], network=HOME, now=clock.now())
        gone = make.subscriber(db, now=clock.now(), address="gone@example.net")
        erase(db, gone, now=clock.now())
    path = write(tmp_path, "rim@example.net\ngone@example.net\n")
    assert counts(imports.import_file(system, path, place.list_id)) == (0, 0, 2, 0, 0)
    with system.db.read() as db:
        assert db.get_one(Membership, (rim, place.list_id)).state == "left"


def test_who_asked_but_did_not_confirm_stays_pending(
    system: System, place: Place, clock: SettableClock, tmp_path: Path
) -> None:
    with system.db.write() as db:
        reader = ask(db, place, clock).subscriber_id or 0
    result = imports.import_file(system, write(tmp_path, ADDRESS), place.list_id)
    assert counts(result) == (0, 1, 0, 0, 0)
    with system.db.read() as db:
        assert not may_mail(db, reader, place.newsletter_id, now=clock.now())


def test_a_second_list_is_joined_by_known_readers(
    system: System, place: Place, clock: SettableClock, tmp_path: Path
) -> None:
    with system.db.write() as db:
        rim = make.subscriber(db, now=clock.now(), address=ADDRESS, list_id=place.list_id)
        other = make.mailing_list(db, now=clock.now(), slug="weekly")
    result = imports.import_file(system, write(tmp_path, ADDRESS), other)
    assert counts(result) == (1, 0, 0, 0, 0)
    with system.db.read() as db:
        assert db.get_one(Membership, (rim, other)).state == "on"


@pytest.mark.parametrize("encoding", ["cp1256", "utf-8-sig"])
def test_five_thousand_rows_of_an_office_arrive_in_short_writes(
    system: System, place: Place, tmp_path: Path, encoding: str
) -> None:
    text = "البريد;الاسم\r\n" + "".join(f"r{n}@example.net;قارئ {n}\r\n" for n in range(5000))
    result = imports.import_file(system, write(tmp_path, text, encoding), place.list_id)
    assert counts(result) == (5000, 0, 0, 0, 0)
    with system.db.read() as db:
        assert db.scalar(select(func.count()).select_from(Membership)) == 5000
        assert db.scalar(select(Subscriber.name).where(Subscriber.address == "r7@example.net")) == (
            "قارئ 7"
        )


def test_of_many_bad_rows_a_thousand_are_shown_and_all_are_counted(
    system: System, place: Place, tmp_path: Path
) -> None:
    result = imports.import_file(system, write(tmp_path, "x@\n" * 1500), place.list_id)
    assert (result.invalid, len(result.bad)) == (1500, imports.MOST_SHOWN)


def test_an_approved_layout_is_used(system: System, place: Place, tmp_path: Path) -> None:
    path = write(tmp_path, "a@example.net,b@example.net\n")
    layout = Layout("utf-8", ",", 1, None, has_header=False)
    imports.import_file(system, path, place.list_id, layout=layout)
    with system.db.read() as db:
        assert db.scalars(select(Subscriber.address)).all() == ["b@example.net"]


def test_no_file_and_no_list_are_named(system: System, place: Place, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no_such_file"):
        imports.import_file(system, tmp_path / "none.csv", place.list_id)
    with pytest.raises(NotFound, match="no_such_list"):
        imports.import_file(system, write(tmp_path, ADDRESS), place.list_id + 9)


def test_an_editor_adds_one_reader(system: System, place: Place, clock: SettableClock) -> None:
    with system.db.write() as db:
        result = imports.add_subscriber(
            db, place.list_id, " Rim@example.net ", name="ريم", now=clock.now()
        )
        assert counts(result) == (1, 0, 0, 0, 0)
        assert db.scalars(select(AuditEntry.action)).all() == ["subscribers.add"]
        with pytest.raises(Refused, match="bad_address"):
            imports.add_subscriber(db, place.list_id, "rim", now=clock.now())
        with pytest.raises(NotFound, match="no_such_list"):
            imports.add_subscriber(db, 99, ADDRESS, now=clock.now())


def test_no_rows_are_no_work(system: System, place: Place, clock: SettableClock) -> None:
    with system.db.write() as db:
        assert imports.add_rows(db, place.list_id, [], now=clock.now()) == imports.ImportResult()


def test_an_export_reads_back_and_holds_no_formula(
    system: System, place: Place, clock: SettableClock, tmp_path: Path
) -> None:
    with system.db.write() as db:
        rows = [
            GoodRow(1, parse("rim@example.net"), "=HYPERLINK(\"http://evil.example\")"),
            GoodRow(2, parse("+omar@example.net"), "عمر، «المحرر»\nسطر"),
        ]
        imports.add_rows(db, place.list_id, rows, now=clock.now())
        gone = make.subscriber(db, now=clock.now(), address="z@example.net", list_id=place.list_id)
        erase(db, gone, now=clock.now())
        other = make.mailing_list(db, now=clock.now(), slug="weekly")
        text = "".join(imports.export_csv(db, place.list_id))
    table = list(csv.reader(io.StringIO(text)))
    assert table[0] == list(imports.HEADER)
    assert [row[0] for row in table[1:]] == ["'+omar@example.net", "rim@example.net"]
    assert not any(cell[:1] in "=+-@\t\r" for row in table for cell in row if cell)
    result = imports.import_file(system, write(tmp_path, text), other)
    assert counts(result) == (2, 0, 0, 0, 0)
    with system.db.read() as db:
        names = db.scalars(select(Subscriber.name).where(Subscriber.state == "active")).all()
        assert "=HYPERLINK(\"http://evil.example\")" in names


def test_an_export_of_no_list_is_refused(system: System) -> None:
    with system.db.read() as db, pytest.raises(NotFound, match="no_such_list"):
        list(imports.export_csv(db, 9))


def test_an_import_does_not_confirm_a_sign_up_of_the_same_moment(
    system: System, place: Place, clock: SettableClock
) -> None:
    with system.db.write() as db:
        asked = ask(db, place, clock)
        imports.add_rows(db, place.list_id, [GoodRow(1, parse(ADDRESS), "")], now=clock.now())
        assert asked.subscriber_id is not None
        member = db.get_one(Membership, (asked.subscriber_id, place.list_id))
        assert member.state == "pending"
        assert signup.confirm(db, asked.subscriber_id, place.list_id, network=HOME,
                              now=clock.now())
