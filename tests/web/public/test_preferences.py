"""The preferences page, without account, cookie or script."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from digest.audience.models import Membership, Subscriber
from digest.audience.suppress import Reason, erase, is_suppressed, may_mail, suppress_address
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock
from tests.web.public.conftest import (
    ADDRESS,
    Place,
    confirm_path,
    everything,
    leave_path,
    preferences_path,
)


@pytest.fixture
def path(system: System, reader: int) -> str:
    return preferences_path(system, reader)


def do(client: FlaskClient, path: str, act: str, **fields: object) -> tuple[int, str]:
    answer = client.post(path, data={"do": act, **fields})
    assert "Set-Cookie" not in answer.headers
    return answer.status_code, answer.get_data(as_text=True)


def member(system: System, reader: int, place: Place) -> Membership:
    with system.db.read() as db:
        found = db.get_one(Membership, (reader, place.list_id))
        db.expunge(found)
        return found


def test_the_page_masks_the_address_and_changes_nothing(
    client: FlaskClient, system: System, path: str
) -> None:
    with system.db.read() as db:
        before = everything(db)
    answer = client.get(f"{path}?do=leave_all")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "تفضيلاتك" in page
    assert ADDRESS not in page and "r•••••m@example.net" in page
    client.head(path)
    with system.db.read() as db:
        assert everything(db) == before


@pytest.mark.parametrize(("sent", "kept"), [("arab", "arab"), ("latn", "latn"), ("", None)])
def test_digits_are_saved(
    client: FlaskClient, system: System, reader: int, path: str, sent: str, kept: str | None
) -> None:
    code, page = do(client, path, "save", digits=sent)
    assert code == 200 and "حُفظت تفضيلاتك" in page and 'role="status"' in page
    with system.db.read() as db:
        assert db.get_one(Subscriber, reader).digits == kept
    assert f'value="{sent}" checked' in client.get(path).get_data(as_text=True)


@pytest.mark.parametrize(("fields", "days"), [({"for": "week"}, 7), ({"for": "month"}, 30)])
def test_a_pause_of_a_week_or_a_month(
    client: FlaskClient, system: System, place: Place, reader: int, path: str,
    clock: SettableClock, fields: dict[str, str], days: int,
) -> None:
    code, page = do(client, path, "pause", **fields)
    assert code == 200 and "أوقفنا الرسائل حتى" in page and "استأنف الآن" in page
    found = member(system, reader, place)
    assert (found.state, found.paused_until) == ("paused", clock.now() + timedelta(days=days))


def test_a_pause_until_a_day_ends_as_the_day_begins_in_the_newsroom(
    client: FlaskClient, system: System, place: Place, reader: int, path: str
) -> None:
    code, page = do(client, path, "pause", until="2026-12-01")
    assert code == 200 and "1 كانون الأول" in page
    until = member(system, reader, place).paused_until
    assert until is not None and until.isoformat() == "2026-11-30T21:00:00+00:00"  # Damascus


def test_days_are_written_in_the_digits_that_the_reader_chose(
    client: FlaskClient, path: str
) -> None:
    do(client, path, "save", digits="arab")
    _code, page = do(client, path, "pause", until="2026-12-01")
    assert page.count("١ كانون الأول") >= 2  # what was done, and how it stands
    assert "1 كانون الأول" not in page


@pytest.mark.parametrize("until", ["", "2026-11-24", "2020-01-01", "2028-01-01", "غداً",
                                   "9999-12-31", "0001-01-01", "2026-02-30"])
def test_a_pause_that_makes_no_sense_is_refused_in_words(
    client: FlaskClient, system: System, place: Place, reader: int, path: str, until: str
) -> None:
    code, page = do(client, path, "pause", until=until)
    assert code == 422 and "مدة التوقف غير معروفة" in page
    assert member(system, reader, place).state == "on"


def test_a_pause_is_ended(
    client: FlaskClient, system: System, place: Place, reader: int, path: str
) -> None:
    do(client, path, "pause", **{"for": "month"})
    code, _ = do(client, path, "resume")
    assert code == 200 and member(system, reader, place).state == "on"


def test_one_list_is_left_and_joined_again(
    client: FlaskClient, system: System, place: Place, reader: int, path: str,
    clock: SettableClock,
) -> None:
    code, page = do(client, path, "leave", list=place.list_id)
    assert code == 200 and "نشرات تركتها" in page
    assert member(system, reader, place).state == "left"
    code, page = do(client, path, "back", list=place.list_id)
    assert code == 200 and "أهلاً بك" in page
    with system.db.read() as db:
        assert may_mail(db, reader, place.newsletter_id, now=clock.now())


def test_everything_is_left_at_once(
    client: FlaskClient, system: System, reader: int, path: str
) -> None:
    code, page = do(client, path, "leave_all")
    assert code == 200 and "أُلغي اشتراكك في كل النشرات" in page
    with system.db.read() as db:
        assert is_suppressed(db, ADDRESS) is Reason.LEFT
    code, page = do(client, path, "pause", **{"for": "week"})
    assert code == 200 and "لست على أي قائمة" in page


@pytest.mark.parametrize("number", ["", "x", "-1", "0", "99", str(2**31), str(2**70), "1 OR 1=1"])
def test_lists_that_are_not_the_reader_s_are_out_of_reach(
    client: FlaskClient, system: System, place: Place, reader: int, path: str, number: str
) -> None:
    assert do(client, path, "leave", list=number)[0] == 200
    assert do(client, path, "back", list=number)[0] == 410
    assert member(system, reader, place).state == "on"


def test_a_button_that_does_not_exist_is_refused(
    client: FlaskClient, system: System, path: str
) -> None:
    with system.db.read() as db:
        before = everything(db)
    for act in ("", "erase", "save'; --"):
        assert do(client, path, act)[0] == 400
    assert do(client, path, "save", digits="roman")[0] == 422
    with system.db.read() as db:
        assert everything(db) == before


def test_forged_links_and_links_of_another_purpose_are_no_page(
    client: FlaskClient, system: System, place: Place, reader: int, path: str
) -> None:
    others = (leave_path(system, reader, place.newsletter_id), confirm_path(system, reader, place))
    swapped = [f"/preferences/{one.rpartition('/')[2]}" for one in others]
    flipped = path[:-1] + ("A" if path[-1] != "A" else "B")
    for wrong in (*swapped, flipped, "/preferences/x"):
        assert client.get(wrong).status_code == 404
        assert client.post(wrong, data={"do": "leave_all"}).status_code == 404
    assert member(system, reader, place).state == "on"


def test_a_reader_who_is_gone_is_told_so(
    client: FlaskClient, system: System, reader: int, path: str, clock: SettableClock
) -> None:
    with system.db.write() as db:
        erase(db, reader, now=clock.now())
    assert client.get(path).status_code == 410
    assert do(client, path, "save", digits="arab")[0] == 410


def test_a_reader_who_cannot_be_mailed_sees_why(
    client: FlaskClient, system: System, path: str, clock: SettableClock
) -> None:
    with system.db.write() as db:
        suppress_address(db, ADDRESS, Reason.BOUNCE, now=clock.now())
    assert "لا نستطيع الإرسال إلى هذا البريد" in client.get(path).get_data(as_text=True)


def test_a_reader_of_several_lists_sees_each(
    client: FlaskClient, system: System, reader: int, path: str, clock: SettableClock
) -> None:
    with system.db.write() as db:
        other = make.mailing_list(db, now=clock.now(), name="<b>الأسبوعية</b>", slug="weekly")
        db.add(Membership(subscriber_id=reader, list_id=other, state="pending", at=clock.now()))
    page = client.get(path).get_data(as_text=True)
    assert "موجز الميناء" in page and "&lt;b&gt;الأسبوعية" in page and "بانتظار تأكيدك" in page
