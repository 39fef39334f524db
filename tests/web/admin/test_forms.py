"""Sign-up forms in the admin: adding, changing, the code to paste."""

from __future__ import annotations

import html
import re

import pytest

from digest.audience.forms import CONSENT
from digest.audience.models import Form, Membership, MembershipState
from digest.staff.models import AuditEntry
from digest.system.build import System
from tests import make
from tests.web.conftest import Browser, SignIn

URL = "/admin/forms"


@pytest.fixture
def target(system: System) -> str:
    """A newsletter and the list that it goes to, as the form names the pair."""
    now = system.clock.now()
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id)
    return f"{newsletter_id}:{list_id}"


def typed(into: str, /, **changes: str) -> dict[str, str]:
    return {"name": "المقالات", "target": into, "heading": "اشترك معنا", "text": "كل صباح",
            "consent_text": CONSENT, "origins": "https://blog.example\nhttps://b.example:8443",
            **changes}


def add(client: Browser, target: str, /, **changes: str) -> str:
    """Add a form; return its page's address."""
    answer = client.submit(f"{URL}/new", typed(target, **changes), page=f"{URL}/new")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def stored(system: System) -> Form:
    with system.db.read() as db:
        row = db.query(Form).one()
        db.expunge(row)
    return row


def test_without_a_newsletter_the_page_says_what_comes_first(sign_in: SignIn) -> None:
    text = sign_in("admin").get(URL).get_data(as_text=True)
    assert "لا نشرة لها قائمة بعد" in text
    assert "/admin/newsletters" in text


def test_an_editor_is_not_sent_to_settings(sign_in: SignIn) -> None:
    assert "/admin/newsletters" not in sign_in("publisher").get(URL).get_data(as_text=True)


def test_a_form_is_added_with_everything_typed(
    sign_in: SignIn, system: System, target: str
) -> None:
    add(sign_in("publisher"), target)
    row = stored(system)
    assert (row.name, row.heading, row.text) == ("المقالات", "اشترك معنا", "كل صباح")
    assert f"{row.newsletter_id}:{row.list_id}" == target
    assert row.allowed_origins == ["https://blog.example", "https://b.example:8443"]
    with system.db.read() as db:
        assert db.query(AuditEntry).filter_by(action="form.add", subject_id=row.id).count() == 1


def test_its_page_shows_the_code_to_paste_and_its_own_address(
    sign_in: SignIn, system: System, target: str
) -> None:
    client = sign_in("publisher")
    page = client.get(add(client, target)).get_data(as_text=True)
    areas = [html.unescape(one) for one in re.findall(r"<textarea[^>]*readonly[^>]*>(.*?)</textarea>",
                                                      page, re.S)]
    url = f"http://127.0.0.1:8000/subscribe/{stored(system).public_key}"
    assert areas[0].lstrip().startswith("<form ")
    assert f'action="{url}"' in areas[0]
    assert "<script" not in areas[0]
    assert areas[1].strip() == '<script defer src="http://127.0.0.1:8000/embed.js"></script>'
    assert areas[2].strip() == url
    assert f'href="{url}"' in page


def test_a_change_keeps_the_public_key(sign_in: SignIn, system: System, target: str) -> None:
    client = sign_in("publisher")
    place = add(client, target)
    key = stored(system).public_key
    answer = client.submit(place, typed(target, heading="", origins=""), page=place)
    assert answer.status_code == 303
    row = stored(system)
    assert (row.public_key, row.heading, row.allowed_origins) == (key, "", [])


def test_the_form_shows_what_is_stored(sign_in: SignIn, target: str) -> None:
    client = sign_in("publisher")
    page = client.get(add(client, target)).get_data(as_text=True)
    assert 'value="اشترك معنا"' in page
    assert "https://b.example:8443</textarea>" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "aria-invalid"),
        ({"name": "  "}, "aria-invalid"),
        ({"origins": "blog.example"}, "ليس موقعاً"),
        ({"origins": "https://blog.example/path"}, "ليس موقعاً"),
        ({"origins": "javascript:alert(1)"}, "ليس موقعاً"),
        ({"target": "1:99"}, "aria-invalid"),
        ({"target": "x"}, "aria-invalid"),
        ({"consent_text": ""}, "aria-invalid"),
    ],
)
def test_a_wrong_form_keeps_what_was_typed(
    sign_in: SignIn, system: System, target: str, changes: dict[str, str], words: str
) -> None:
    answer = sign_in("publisher").submit(f"{URL}/new", typed(target, **changes), page=f"{URL}/new")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in text
    assert 'aria-invalid="true"' in text
    assert "كل صباح" in text
    with system.db.read() as db:
        assert db.query(Form).count() == 0


def test_what_a_form_says_is_only_text(sign_in: SignIn, target: str) -> None:
    client = sign_in("publisher")
    evil = "</textarea><script>alert(1)</script>"
    place = add(client, target, heading=evil, text=evil, name=evil)
    for path in (place, URL):
        assert "<script>alert" not in client.get(path).get_data(as_text=True)


def test_the_table_counts_who_asked_and_who_confirmed(
    sign_in: SignIn, system: System, target: str
) -> None:
    client = sign_in("publisher")
    add(client, target)
    row = stored(system)
    with system.db.write() as db:
        for n, state in enumerate((MembershipState.ON, MembershipState.PENDING)):
            reader = make.subscriber(db, now=system.clock.now(), address=f"r{n}@example.net")
            db.add(Membership(subscriber_id=reader, list_id=row.list_id, state=state.value,
                              form_id=row.id, at=system.clock.now()))
    text = client.get(URL).get_data(as_text=True)
    assert re.findall(r'<td class="number" data-label="[^"]+">(\d+)</td>', text) == ["2", "1"]


def test_deleting_a_form_keeps_its_readers(sign_in: SignIn, system: System, target: str) -> None:
    client = sign_in("publisher")
    place = add(client, target)
    row = stored(system)
    with system.db.write() as db:
        reader = make.subscriber(db, now=system.clock.now())
        db.add(Membership(subscriber_id=reader, list_id=row.list_id, state="on", form_id=row.id,
                          at=system.clock.now()))
    client.submit(f"{place}/delete", page=place)
    with system.db.read() as db:
        assert db.query(Form).count() == 0
        assert db.query(Membership).one().form_id is None
        assert db.query(AuditEntry).filter_by(action="form.delete").count() == 1
    assert client.get(place).status_code == 404


def test_a_form_that_is_not_there_is_not_found(sign_in: SignIn, target: str) -> None:
    client = sign_in("publisher")
    assert client.get(f"{URL}/99").status_code == 404
    assert client.submit(f"{URL}/99", typed(target), page=f"{URL}/new").status_code == 404
    assert client.submit(f"{URL}/99/delete", page=f"{URL}/new").status_code == 404
