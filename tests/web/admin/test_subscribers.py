"""Readers: the table with its filters, one person, adding, taking off, erasing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.audience import consent
from digest.audience.consent import What
from digest.audience.models import Membership, Subscriber
from digest.audience.queries import PER_PAGE
from digest.audience.suppress import Reason, is_suppressed, suppress_address
from digest.staff.models import AuditEntry
from digest.system.build import System
from tests import make
from tests.web.conftest import Browser, SignIn

URL = "/admin/subscribers"


@pytest.fixture
def daily(system: System) -> int:
    """A list."""
    with system.db.write() as db:
        return make.mailing_list(db, now=system.clock.now())


def reader(system: System, address: str, list_id: int | None, **values: object) -> int:
    with system.db.write() as db:
        return make.subscriber(
            db, now=system.clock.now(), address=address, list_id=list_id, **values
        )


def page(client: Browser, path: str = URL) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def actions(system: System) -> list[str]:
    with system.db.read() as db:
        return [row.action for row in db.query(AuditEntry) if row.action != "user.sign_in"]


def test_without_readers_the_page_says_where_they_come_from(sign_in: SignIn) -> None:
    text = page(sign_in("publisher"))
    assert "لا مشتركين بعد" in text
    assert "/admin/imports" in text


def test_a_reader_is_shown_with_state_and_lists(
    sign_in: SignIn, system: System, daily: int
) -> None:
    reader(system, "rim@example.net", daily, name="ريم")
    text = page(sign_in("publisher"))
    assert 'dir="ltr" class="address">rim@example.net<' in text
    assert "القائمة اليومية" in text
    assert "ريم" in text
    assert "نشط" in text


def test_the_search_finds_by_address_and_name(sign_in: SignIn, system: System, daily: int) -> None:
    reader(system, "rim@example.net", daily, name="ريم")
    reader(system, "omar@example.net", daily, name="عمر")
    client = sign_in("publisher")
    for words in ("rim", "ريم"):
        text = page(client, f"{URL}?q={words}")
        assert "rim@example.net" in text
        assert "omar@example.net" not in text
    assert "لا أحد يطابق" in page(client, f"{URL}?q=nobody")


def test_the_state_and_the_list_filter(sign_in: SignIn, system: System, daily: int) -> None:
    with system.db.write() as db:
        weekly = make.mailing_list(db, now=system.clock.now(), name="الأسبوعية", slug="weekly")
    reader(system, "on@example.net", daily)
    reader(system, "left@example.net", daily, on="left")
    reader(system, "weekly@example.net", weekly)
    client = sign_in("publisher")
    left = page(client, f"{URL}?status=left")
    assert "left@example.net" in left
    assert "on@example.net" not in left
    of_list = page(client, f"{URL}?list={weekly}")
    assert "weekly@example.net" in of_list
    assert "on@example.net" not in of_list


def test_long_tables_are_paged_and_keep_their_filter(
    sign_in: SignIn, system: System, daily: int
) -> None:
    with system.db.write() as db:
        for n in range(PER_PAGE + 1):
            make.subscriber(db, now=system.clock.now(), address=f"r{n}@example.net", list_id=daily)
    client = sign_in("publisher")
    first = page(client, f"{URL}?status=active")
    assert "r50@example.net" in first
    assert ">r0@example.net" not in first
    assert "status=active&amp;page=2" in first
    assert ">r0@example.net" in page(client, f"{URL}?status=active&page=2")


@pytest.mark.parametrize(
    "query", ["page=0", "page=-3", "page=99999999999999999999", "page=x", "list=x", "status=x",
              "list=99999999999999999999", "q=%1b%5b", "q=%25", "q=%27%22%3Cscript%3E"]
)
def test_odd_words_in_the_address_line_break_nothing(
    sign_in: SignIn, system: System, daily: int, query: str
) -> None:
    reader(system, "rim@example.net", daily)
    assert "<script>" not in page(sign_in("publisher"), f"{URL}?{query}").replace("<script src", "")


def test_no_address_with_a_nul_reaches_the_database(sign_in: SignIn, daily: int) -> None:
    client = sign_in("publisher")
    for path in (f"{URL}?q=%00", f"{URL}?status=%00", "/archive/%00", "/subscribe/%00"):
        assert client.get(path).status_code == 404, path


def test_control_characters_in_a_form_are_dropped(
    sign_in: SignIn, system: System, daily: int
) -> None:
    sign_in("publisher").submit(
        URL, {"address": "rim@example.net\0", "name": "ر\0ي\x1b[0mم", "list_id": daily}, page=URL
    )
    with system.db.read() as db:
        row = db.query(Subscriber).one()
        assert (row.address, row.name) == ("rim@example.net", "ريم")


def test_a_name_from_a_file_is_only_text(sign_in: SignIn, system: System, daily: int) -> None:
    one = reader(system, "rim@example.net", daily, name="<script>alert(1)</script>")
    client = sign_in("publisher")
    for path in (URL, f"{URL}/{one}"):
        assert "<script>alert" not in page(client, path)


def test_an_editor_adds_somebody(sign_in: SignIn, system: System, daily: int) -> None:
    answer = sign_in("publisher").submit(
        URL, {"address": "Rim@Example.net", "name": " ريم ", "list_id": daily}, page=URL,
        follow_redirects=True,
    )
    assert "أُضيف المشترك إلى القائمة" in answer.get_data(as_text=True)
    with system.db.read() as db:
        row = db.query(Subscriber).one()
        assert (row.address_key, row.name, row.state) == ("rim@example.net", "ريم", "active")
    assert actions(system) == ["subscribers.add"]


def test_somebody_who_is_there_or_left_is_told_apart(
    sign_in: SignIn, system: System, daily: int
) -> None:
    reader(system, "on@example.net", daily)
    with system.db.write() as db:
        suppress_address(db, "left@example.net", Reason.LEFT, now=system.clock.now())
    client = sign_in("publisher")
    for address, words in (("on@example.net", "من قبل"), ("left@example.net", "فلا نعيده")):
        answer = client.submit(
            URL, {"address": address, "list_id": daily}, page=URL, follow_redirects=True
        )
        assert words in answer.get_data(as_text=True)
    with system.db.read() as db:
        assert db.query(Subscriber).count() == 1


@pytest.mark.parametrize("address", ["", "rim", "rim@", "a@b@example.net", "rim@localhost"])
def test_a_wrong_address_keeps_what_was_typed(
    sign_in: SignIn, system: System, daily: int, address: str
) -> None:
    answer = sign_in("publisher").submit(
        URL, {"address": address, "name": "ريم", "list_id": daily}, page=URL
    )
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in text
    assert 'value="ريم"' in text
    with system.db.read() as db:
        assert db.query(Subscriber).count() == 0


def test_a_list_that_is_not_there_is_refused(sign_in: SignIn, daily: int) -> None:
    answer = sign_in("publisher").submit(
        URL, {"address": "rim@example.net", "list_id": daily + 1}, page=URL
    )
    assert answer.status_code == 422


def test_one_person_shows_lists_and_the_consent_record(
    sign_in: SignIn, system: System, daily: int
) -> None:
    now = system.clock.now()
    one = reader(system, "rim@example.net", daily, on="paused")
    with system.db.write() as db:
        db.get_one(Membership, (one, daily)).paused_until = now + timedelta(days=7)
        for what in What:
            consent.record(db, one, what, list_id=daily, now=now, wording="أوافق على الاستلام",
                           network="192.0.2.0/24")
    text = page(sign_in("publisher"), f"{URL}/{one}")
    for words in ("القائمة اليومية", "أكّد اشتراكه", "أوافق على الاستلام", "192.0.2.0/24", "حتى"):
        assert words in text


@pytest.mark.parametrize(
    ("reason", "words"),
    [(Reason.LEFT, "لا يعيده إلا هو"), (Reason.BOUNCE, "ارتدّ"), (Reason.COMPLAINT, "مزعجة")],
)
def test_a_stopped_person_is_explained(
    sign_in: SignIn, system: System, daily: int, reason: Reason, words: str
) -> None:
    one = reader(system, "rim@example.net", daily)
    with system.db.write() as db:
        suppress_address(db, "rim@example.net", reason, now=system.clock.now())
    assert words in page(sign_in("publisher"), f"{URL}/{one}")


def test_an_editor_takes_somebody_off_a_list(sign_in: SignIn, system: System, daily: int) -> None:
    one = reader(system, "rim@example.net", daily)
    sign_in("publisher").submit(f"{URL}/{one}/leave/{daily}", page=f"{URL}/{one}")
    with system.db.read() as db:
        assert db.get_one(Membership, (one, daily)).state == "left"
        assert is_suppressed(db, "rim@example.net") is Reason.LEFT
    assert actions(system) == ["subscribers.leave"]


def test_erasing_forgets_everything_but_a_hash(sign_in: SignIn, system: System, daily: int) -> None:
    one = reader(system, "rim@example.net", daily, name="ريم")
    client = sign_in("publisher")
    answer = client.submit(f"{URL}/{one}/erase", page=f"{URL}/{one}", follow_redirects=True)
    text = answer.get_data(as_text=True)
    assert "مُحيت" in text
    assert "rim@example.net" not in text
    with system.db.read() as db:
        assert db.query(Membership).count() == 0
        assert is_suppressed(db, "rim@example.net") is Reason.LEFT
        assert "rim" not in str([row.facts for row in db.query(AuditEntry)])
    assert client.get(f"{URL}/{one}").status_code == 404
    assert actions(system) == ["subscribers.erase"]


def test_a_person_who_is_not_there_is_not_found(sign_in: SignIn, daily: int) -> None:
    client = sign_in("publisher")
    for number in (99, 2**31, 2**63, 10**30):
        assert client.get(f"{URL}/{number}").status_code == 404
    for act in ("erase", f"leave/{daily}"):
        assert client.submit(f"{URL}/99/{act}", page=URL).status_code == 404


def test_a_viewer_sees_no_address(sign_in: SignIn, system: System, daily: int) -> None:
    one = reader(system, "rim@example.net", daily)
    client = sign_in("author")
    for path in (URL, f"{URL}/{one}", "/admin/lists", "/admin/imports", "/admin/forms"):
        assert client.get(path).status_code == 403
