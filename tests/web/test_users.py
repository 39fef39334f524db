"""People: inviting, changing role, suspending, new passwords."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

from flask import Flask

from digest import jobs
from digest.staff.accounts import role_of
from digest.staff.models import AuditEntry, User
from digest.system.build import System
from tests import make
from tests.conftest import SettableClock
from tests.web.conftest import PASSWORD, Browser, SignIn

INVITE = {"email": "salma@example.org", "role": "editor"}
ACCEPT = {"name": "سلمى", "password": PASSWORD, "again": PASSWORD}
LINK = re.compile(r"http://127\.0\.0\.1:8000(/admin/(?:password|invitation)/[\w.\-]+)")


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
    answer = visitor.submit(link, ACCEPT, page=link)
    assert answer.status_code == 303
    assert visitor.get("/admin/").status_code == 200
    salma = person(system, "salma@example.org")
    assert (salma.name, role_of(salma), salma.invited_at) == ("سلمى", "editor", None)
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


def test_a_colleagues_name_cannot_run_scripts(sign_in: SignIn, visitor: Browser) -> None:
    admin = sign_in("admin")
    link = invite(admin)
    visitor.submit(link, {**ACCEPT, "name": "<img src=x onerror=alert(1)>"}, page=link)
    page = admin.get("/admin/users").get_data(as_text=True)
    assert "<img" not in page


def test_the_invitation_is_mailed_with_the_link_that_the_page_shows(
    sign_in: SignIn, system: System, clock: SettableClock
) -> None:
    with system.db.write() as db:
        make.newsletter(db, now=clock.now())
    link = invite(sign_in("admin"))
    jobs.drain(system, {"send_invitation"})
    mail = captured(system)[0]
    assert mail["To"] == "salma@example.org"
    text = str(mail.get_body(preferencelist=("plain",)).get_content())
    assert f"http://127.0.0.1:8000{link}" in text
    assert "محرّراً" in text and "7 أيام" in text


def test_without_a_newsletter_nothing_is_mailed_and_the_page_says_so(
    sign_in: SignIn, system: System
) -> None:
    admin = sign_in("admin")
    invite(admin)
    jobs.drain(system, {"send_invitation"})
    assert captured(system) == []
    assert "لا نشرة بعد تُرسل الدعوة باسمها" in admin.get("/admin/users").get_data(as_text=True)


def test_an_invitation_lasts_seven_days(
    sign_in: SignIn, visitor: Browser, clock: SettableClock
) -> None:
    admin = sign_in("admin")
    link = invite(admin)
    clock.forward(days=6, hours=23)
    assert visitor.get(link).status_code == 200
    clock.forward(hours=1)
    assert "انتهت صلاحية الرابط" in visitor.get(link).get_data(as_text=True)
    assert visitor.submit(link, ACCEPT).status_code == 422
    assert "انتهت مدة الدعوة" in admin.get("/admin/users").get_data(as_text=True)


def test_a_new_invitation_makes_the_old_link_void(
    sign_in: SignIn, visitor: Browser, system: System, clock: SettableClock
) -> None:
    admin = sign_in("admin")
    old = invite(admin)
    clock.forward(days=8)
    salma = person(system, "salma@example.org").id
    again = admin.submit(f"/admin/users/{salma}/invite", page="/admin/users", follow_redirects=True)
    found = LINK.search(again.get_data(as_text=True))
    assert found and found[1] != old
    assert visitor.get(old).status_code == 422
    assert visitor.get(found[1]).status_code == 200


def test_a_withdrawn_invitation_leaves_nothing_behind(
    sign_in: SignIn, visitor: Browser, system: System
) -> None:
    admin = sign_in("admin")
    link = invite(admin)
    salma = person(system, "salma@example.org").id
    answer = admin.submit(f"/admin/users/{salma}/withdraw", page="/admin/users")
    assert answer.location == "/admin/users"
    assert visitor.get(link).status_code == 422
    with system.db.read() as db:
        assert db.query(User).filter_by(email="salma@example.org").count() == 0


def test_who_has_accepted_is_neither_invited_again_nor_withdrawn(
    sign_in: SignIn, visitor: Browser, system: System
) -> None:
    admin = sign_in("admin")
    link = invite(admin)
    visitor.submit(link, ACCEPT, page=link)
    salma = person(system, "salma@example.org").id
    for act in ("invite", "withdraw"):
        assert admin.submit(f"/admin/users/{salma}/{act}", page="/admin/users").status_code == 422
    assert visitor.get("/admin/").status_code == 200


def test_an_invitation_cannot_set_the_password_of_a_reset_and_the_other_way_round(
    sign_in: SignIn, visitor: Browser
) -> None:
    link = invite(sign_in("admin"))
    assert visitor.get(link.replace("/invitation/", "/password/")).status_code == 422


def test_alone_one_is_asked_to_invite(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    assert "ادعُ زميلاً" in admin.get("/admin/users").get_data(as_text=True)
    invite(admin)
    assert "ادعُ زميلاً" not in admin.get("/admin/users").get_data(as_text=True)


def captured(system: System) -> list[EmailMessage]:
    """The mails in the built-in mailbox."""
    return [
        BytesParser(EmailMessage, policy=default).parsebytes(path.read_bytes())
        for path in sorted((system.settings.mailbox_dir / "new").glob("*"))
    ]
