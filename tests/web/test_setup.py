"""The first administrator."""

from __future__ import annotations

from urllib.parse import urlsplit

from digest.staff.accounts import role_of
from digest.staff.models import User
from digest.system.build import System
from digest.system.tokens import LEAVE
from digest.web.admin.setup import setup_url
from tests import make
from tests.web.conftest import PASSWORD, Browser

FORM = {"name": "رنا", "email": "Rana@Example.org", "password": PASSWORD, "again": PASSWORD}


def path(system: System) -> str:
    return urlsplit(setup_url(system)).path


def test_the_printed_link_makes_the_first_administrator_and_signs_in(
    visitor: Browser, system: System
) -> None:
    answer = visitor.submit(path(system), FORM, page=path(system))
    assert answer.status_code == 303
    assert visitor.get("/admin/").status_code == 200
    with system.db.read() as db:
        user = db.query(User).one()
        assert (user.email, user.name, role_of(user)) == ("rana@example.org", "رنا", "admin")


def test_the_link_works_only_while_nobody_is_there(visitor: Browser, system: System) -> None:
    with system.db.write() as db:
        make.user(db, now=system.clock.now())
    answer = visitor.get(path(system))
    assert answer.status_code == 422
    assert "جرى الإعداد من قبل" in answer.get_data(as_text=True)
    posted = visitor.submit(path(system), FORM)
    assert posted.status_code == 422
    with system.db.read() as db:
        assert db.query(User).count() == 1


def test_a_guessed_link_does_not_open(visitor: Browser, system: System) -> None:
    forged = "/admin/setup/" + system.signer.sign(LEAVE, 1)
    assert visitor.get(forged).status_code == 422
    assert visitor.get("/admin/setup/x").status_code == 422
    assert visitor.submit(forged, FORM).status_code == 422
    with system.db.read() as db:
        assert db.query(User).count() == 0


def test_opening_the_link_changes_nothing(visitor: Browser, system: System) -> None:
    assert visitor.get(path(system)).status_code == 200
    with system.db.read() as db:
        assert db.query(User).count() == 0


def test_weak_and_different_passwords_are_refused(visitor: Browser, system: System) -> None:
    short = visitor.submit(
        path(system), {**FORM, "password": "kurz", "again": "kurz"}, page=path(system)
    )
    assert short.status_code == 422
    different = visitor.submit(path(system), {**FORM, "again": PASSWORD + "!"}, page=path(system))
    assert "مختلفتان" in different.get_data(as_text=True)
    with system.db.read() as db:
        assert db.query(User).count() == 0


def test_an_address_that_is_none_is_refused_beside_its_field(
    visitor: Browser, system: System
) -> None:
    answer = visitor.submit(path(system), {**FORM, "email": "rana@"}, page=path(system))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in page and "email-error" in page


def test_a_colleague_on_an_internal_domain_can_sign_in(visitor: Browser, system: System) -> None:
    link = path(system)
    visitor.submit(link, {**FORM, "email": "rana@newsroom.local"}, page=link)
    visitor.submit("/admin/logout", page="/admin/")
    answer = visitor.submit("/admin/login", {"email": "RANA@newsroom.local", "password": PASSWORD})
    assert answer.status_code == 302
