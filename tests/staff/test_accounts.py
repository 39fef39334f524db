"""People: adding, roles, suspending, sessions."""

from __future__ import annotations

import pytest

from digest.staff import accounts
from digest.staff.models import Role, User
from digest.system.build import System
from digest.system.errors import NotFound, Refused


def add(system: System, email: str = "salma@example.org", role: str = "editor") -> int:
    with system.db.write() as db:
        return accounts.add_user(
            db, email, name="", role=role, password_hash=None, now=system.clock.now()
        )


def mark(system: System, user_id: int) -> str:
    """The value that every cookie of a person is bound to."""
    with system.db.read() as db:
        return db.get_one(User, user_id).fs_uniquifier


def test_an_address_is_kept_in_small_letters_and_names_the_person(system: System) -> None:
    user_id = add(system, "  Salma@Example.ORG ")
    with system.db.read() as db:
        user = db.get_one(User, user_id)
        assert (user.email, user.name, user.active) == ("salma@example.org", "salma", True)
        assert accounts.role_of(user) == "editor"


def test_an_address_signs_in_once(system: System) -> None:
    add(system)
    with pytest.raises(Refused, match="user_exists"):
        add(system, "SALMA@example.org")


@pytest.mark.parametrize(
    ("email", "role", "code"),
    [("salma", "editor", "bad_address"), ("s@example.org", "owner", "unknown_role")],
)
def test_a_wrong_person_is_refused(system: System, email: str, role: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        add(system, email, role)


def test_a_role_is_one_row_however_many_people_have_it(system: System) -> None:
    add(system, "a@example.org")
    add(system, "b@example.org")
    with system.db.read() as db:
        assert db.query(Role).count() == 1


def test_nobody_is_there_before_the_first_person(system: System) -> None:
    with system.db.read() as db:
        assert not accounts.is_set_up(db)
    add(system)
    with system.db.read() as db:
        assert accounts.is_set_up(db)


def test_a_person_without_role_may_nothing(system: System) -> None:
    user_id = add(system)
    with system.db.write() as db:
        db.get_one(User, user_id).roles = []
    with system.db.read() as db:
        assert accounts.role_of(db.get_one(User, user_id)) == ""


def test_the_last_administrator_stays(system: System) -> None:
    admin = add(system, "a@example.org", "admin")
    with pytest.raises(Refused, match="last_admin"), system.db.write() as db:
        accounts.change_role(db, admin, "editor")
    with pytest.raises(Refused, match="last_admin"), system.db.write() as db:
        accounts.set_active(db, admin, False)


def test_a_suspended_administrator_is_no_successor(system: System) -> None:
    first, second = add(system, "a@example.org", "admin"), add(system, "b@example.org", "admin")
    with system.db.write() as db:
        accounts.set_active(db, second, False)
    with pytest.raises(Refused, match="last_admin"), system.db.write() as db:
        accounts.change_role(db, first, "author")
    with system.db.write() as db:
        accounts.set_active(db, second, True)
        accounts.change_role(db, first, "author")


def test_suspending_ends_sessions_and_readmitting_does_not(system: System) -> None:
    user_id = add(system)
    before = mark(system, user_id)
    with system.db.write() as db:
        accounts.set_active(db, user_id, False)
    suspended = mark(system, user_id)
    with system.db.write() as db:
        accounts.set_active(db, user_id, True)
    assert before != suspended == mark(system, user_id)


def test_a_new_password_ends_sessions(system: System) -> None:
    user_id = add(system)
    before = mark(system, user_id)
    with system.db.write() as db:
        accounts.set_password(db, user_id, "$argon2id$x")
    with system.db.read() as db:
        assert db.get_one(User, user_id).password == "$argon2id$x"
    assert mark(system, user_id) != before


def test_a_stranger_is_not_found(system: System) -> None:
    with system.db.write() as db:
        for ask in (
            lambda: accounts.set_active(db, 99, True),
            lambda: accounts.set_password(db, 99, "x"),
            lambda: accounts.end_sessions(db, 99),
            lambda: accounts.change_role(db, 99, "author"),
        ):
            with pytest.raises(NotFound, match="no_such_user"):
                ask()
