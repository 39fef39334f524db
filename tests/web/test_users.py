"""People: inviting, changing role, suspending, new passwords."""

from __future__ import annotations

import re

from flask import Flask

from digest.staff.accounts import role_of
from digest.staff.models import AuditEntry, User
from digest.system.build import System
from tests.web.conftest import PASSWORD, Browser, SignIn

INVITE = {"name": "سلمى", "email": "salma@example.org", "role": "editor"}
LINK = re.compile(r"http://127\.0\.0\.1:8000(/admin/password/[\w.\-]+)")


def invite(admin: Browser) -> str:
    """Invite Salma; return the path of her link."""
    answer = admin.submit("/admin/users", INVITE, page="/admin/users", follow_redirects=True)
    found = LINK.search(answer.get_data(as_text=True))
    assert found
    return found[1]


def person(system: System, email: str) -> User:
    with system.db.read() as db:
        user = db.query(User).filter_by(email=email).one()
        db.expunge_all()
        return user


def test_an_invited_colleague_sets_a_password_once_and_is_signed_in(
    sign_in: SignIn, visitor: Browser, app: Flask, system: System
) -> None:
    link = invite(sign_in("admin"))
    answer = visitor.submit(link, {"password": PASSWORD, "again": PASSWORD}, page=link)
    assert answer.status_code == 303
    assert visitor.get("/admin/").status_code == 200
    assert role_of(person(system, "salma@example.org")) == "editor"
    again = app.test_client().get(link)
    assert again.status_code == 422
    assert "استُعمل هذا الرابط" in again.get_data(as_text=True)


def test_opening_an_invitation_changes_nothing(
    sign_in: SignIn, visitor: Browser, system: System
) -> None:
    link = invite(sign_in("admin"))
    before = person(system, "salma@example.org").fs_uniquifier
    assert visitor.get(link).status_code == 200
    assert person(system, "salma@example.org").fs_uniquifier == before


def test_an_invitation_to_a_suspended_account_is_void(
    sign_in: SignIn, visitor: Browser, system: System
) -> None:
    admin = sign_in("admin")
    link = invite(admin)
    salma = person(system, "salma@example.org").id
    admin.submit(f"/admin/users/{salma}/suspend", page="/admin/users")
    assert visitor.get(link).status_code == 422


def test_nobody_signs_in_before_setting_a_password(sign_in: SignIn, visitor: Browser) -> None:
    invite(sign_in("admin"))
    for guess in ("", PASSWORD):
        answer = visitor.submit("/admin/login", {"email": "salma@example.org", "password": guess})
        assert answer.status_code == 200


def test_an_address_is_invited_only_once(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    invite(admin)
    answer = admin.submit("/admin/users", INVITE, page="/admin/users")
    assert answer.status_code == 422
    assert "مسجّل من قبل" in answer.get_data(as_text=True)


def test_a_role_is_changed_and_written_down(sign_in: SignIn, system: System) -> None:
    admin = sign_in("admin")
    invite(admin)
    salma = person(system, "salma@example.org").id
    admin.submit(f"/admin/users/{salma}/role", {"role": "author"}, page="/admin/users")
    assert role_of(person(system, "salma@example.org")) == "author"
    with system.db.read() as db:
        entry = db.query(AuditEntry).filter_by(action="user.role").one()
        assert (entry.subject_id, entry.facts) == (salma, {"role": "author"})


def test_an_invented_role_is_refused(sign_in: SignIn, system: System) -> None:
    admin = sign_in("admin")
    invite(admin)
    salma = person(system, "salma@example.org").id
    answer = admin.submit(f"/admin/users/{salma}/role", {"role": "owner"}, page="/admin/users")
    assert answer.status_code == 422
    assert role_of(person(system, "salma@example.org")) == "editor"


def test_the_last_admin_keeps_the_role(sign_in: SignIn, system: System) -> None:
    admin = sign_in("admin")
    own = person(system, "admin@example.org").id
    answer = admin.submit(f"/admin/users/{own}/role", {"role": "author"}, page="/admin/users")
    assert answer.status_code == 422
    assert role_of(person(system, "admin@example.org")) == "admin"


def test_nobody_suspends_or_resets_themselves(sign_in: SignIn, system: System) -> None:
    admin = sign_in("admin")
    own = person(system, "admin@example.org").id
    for step in ("suspend", "reset"):
        answer = admin.submit(f"/admin/users/{own}/{step}", page="/admin/users")
        assert answer.status_code == 422
    assert admin.get("/admin/users").status_code == 200


def test_a_reset_ends_sessions_and_the_old_password(
    sign_in: SignIn, visitor: Browser, system: System
) -> None:
    admin, editor = sign_in("admin"), sign_in("publisher")
    editor_id = person(system, "publisher@example.org").id
    answer = admin.submit(
        f"/admin/users/{editor_id}/reset", page="/admin/users", follow_redirects=True
    )
    assert LINK.search(answer.get_data(as_text=True))
    assert editor.get("/admin/").status_code == 303
    old = visitor.submit("/admin/login", {"email": "publisher@example.org", "password": PASSWORD})
    assert old.status_code == 200


def test_a_person_changes_the_password_and_other_devices_are_signed_out(
    sign_in: SignIn, app: Flask
) -> None:
    here = sign_in("publisher")
    there = app.test_client()
    assert isinstance(there, Browser)
    there.submit("/admin/login", {"email": "publisher@example.org", "password": PASSWORD})
    assert there.get("/admin/").status_code == 200
    new = "another long password"
    answer = here.submit(
        "/admin/profile",
        {"current": PASSWORD, "password": new, "again": new},
        page="/admin/profile",
    )
    assert answer.status_code == 303
    assert here.get("/admin/").status_code == 200
    assert there.get("/admin/").status_code == 303


def test_a_wrong_current_password_changes_nothing(sign_in: SignIn, visitor: Browser) -> None:
    client = sign_in("publisher")
    new = "another long password"
    answer = client.submit(
        "/admin/profile", {"current": "guess", "password": new, "again": new}, page="/admin/profile"
    )
    assert answer.status_code == 422
    same = visitor.submit("/admin/login", {"email": "publisher@example.org", "password": PASSWORD})
    assert same.status_code == 302


def test_a_colleagues_name_cannot_run_scripts(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    admin.submit(
        "/admin/users", {**INVITE, "name": "<img src=x onerror=alert(1)>"}, page="/admin/users"
    )
    page = admin.get("/admin/users").get_data(as_text=True)
    assert "<img" not in page
