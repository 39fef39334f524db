"""Second factors: codes of an app, recovery codes, and what the house asks for."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pytest
from flask import Flask
from passlib.totp import TOTP

from digest.staff.models import AuditEntry, House, Passkey, User
from digest.system.build import System
from digest.web.signin import TRIES_PER_ACCOUNT
from tests import make
from tests.conftest import SettableClock
from tests.web.conftest import PASSWORD, Browser, SignIn

KEY = re.compile(r"<code dir=\"ltr\">([A-Z2-7-]+)</code>")
STATE = re.compile(r'name="state" value="([^"]+)"')
CODE = re.compile(r"\b[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}\b")
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
EMAIL = "publisher@example.org"


@dataclass
class Phone:
    """An authenticator app: it makes codes from the key that a page showed (RFC 6238)."""

    totp: TOTP
    steps: int = 0

    @classmethod
    def of(cls, page: str) -> Phone:
        found = KEY.search(page)
        assert found, page
        return cls(TOTP(key=found[1].replace("-", "")))

    def code(self) -> str:
        """A code that was never made before: of this half minute, then of the next one."""
        now = self.totp.normalize_time(None)
        self.steps += 1
        return str(self.totp.generate(now + 30 * (self.steps - 1)).token)


def submit(browser: Browser, path: str, page: str, **data: str) -> str:
    """Send the form of a page that is already open."""
    found = CSRF.search(page)
    assert found
    answer = browser.post(path, data={"csrf_token": found[1], **data})
    return answer.get_data(as_text=True)


def add_app(browser: Browser) -> tuple[Phone, list[str]]:
    """Add an app to one's account; returns the phone and the recovery codes."""
    page = browser.submit("/admin/profile/app", page="/admin/profile").get_data(as_text=True)
    phone, state = Phone.of(page), STATE.search(page)
    assert state
    shown = submit(browser, "/admin/profile/app/confirm", page, state=state[1], code=phone.code())
    codes = CODE.findall(shown)
    assert len(codes) == 10, shown
    return phone, codes


def log_in(app: Flask, email: str = EMAIL) -> Browser:
    """Give the right password; the second step comes next."""
    browser = app.test_client()
    assert isinstance(browser, Browser)
    answer = browser.submit("/admin/login", {"email": email, "password": PASSWORD})
    assert answer.status_code == 302
    return browser


def person(system: System, email: str = EMAIL) -> User:
    with system.db.read() as db:
        user = db.query(User).filter_by(email=email).one()
        db.expunge_all()
        return user


def is_in(browser: Browser) -> bool:
    return browser.get("/admin/").status_code == 200


def test_after_the_password_a_code_of_the_app_is_asked_for(
    sign_in: SignIn, app: Flask, system: System
) -> None:
    phone, _codes = add_app(sign_in())
    browser = log_in(app)
    assert not is_in(browser)
    answer = browser.submit("/admin/factor/code", {"code": phone.code()}, page="/admin/factor/code")
    assert answer.status_code == 302
    assert is_in(browser)


def test_a_wrong_code_and_a_used_code_do_not_open(sign_in: SignIn, app: Flask) -> None:
    phone, _codes = add_app(sign_in())
    code = phone.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for browser, typed in ((log_in(app), wrong), (first := log_in(app), code)):
        browser.submit("/admin/factor/code", {"code": typed}, page="/admin/factor/code")
        assert is_in(browser) is (typed == code)
    assert is_in(first)
    again = log_in(app)
    page = again.submit("/admin/factor/code", {"code": code}, page="/admin/factor/code")
    assert "استُعمل" in page.get_data(as_text=True)
    assert not is_in(again)


def test_a_code_typed_in_arabic_digits_is_right(sign_in: SignIn, app: Flask) -> None:
    phone, _codes = add_app(sign_in())
    browser = log_in(app)
    arabic = phone.code().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    browser.submit("/admin/factor/code", {"code": arabic}, page="/admin/factor/code")
    assert is_in(browser)


def test_a_recovery_code_opens_once(sign_in: SignIn, app: Flask, system: System) -> None:
    _phone, codes = add_app(sign_in())
    for n, opens in ((0, True), (0, False), (1, True)):
        browser = log_in(app)
        browser.submit("/admin/factor/recovery", {"code": codes[n].upper()},
                       page="/admin/factor/recovery")
        assert is_in(browser) is opens
    assert len(person(system).mf_recovery_codes or ()) == 8


def test_codes_and_secret_are_not_readable_in_the_database(
    sign_in: SignIn, system: System
) -> None:
    phone, codes = add_app(sign_in())
    user = person(system)
    stored = f"{user.tf_totp_secret}{user.mf_recovery_codes}"
    assert phone.totp.base32_key not in stored
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)


def test_codes_are_guessed_only_a_few_times(sign_in: SignIn, app: Flask) -> None:
    add_app(sign_in())
    browser = log_in(app)
    most = int(TRIES_PER_ACCOUNT.partition("/")[0])
    answers = [
        browser.submit("/admin/factor/code", {"code": "000000"}, page="/admin/factor/code")
        for _ in range(most + 1)
    ]
    assert [one.status_code for one in answers] == [200] * most + [429]


@pytest.mark.parametrize("path", ["code", "recovery"])
def test_the_second_step_needs_the_first(visitor: Browser, path: str) -> None:
    assert visitor.get(f"/admin/factor/{path}").location == "/admin/login"


def test_looking_at_the_second_step_signs_nobody_out(sign_in: SignIn) -> None:
    browser = sign_in()
    for path in ("factor/code", "factor/recovery", "factor", "passkey"):
        browser.get(f"/admin/{path}")
    assert is_in(browser)


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_the_second_step_leads_to_no_other_site(
    sign_in: SignIn, app: Flask, target: str
) -> None:
    phone, _codes = add_app(sign_in())
    browser = log_in(app)
    answer = browser.submit("/admin/factor/code", {"code": phone.code(), "next": target},
                            page="/admin/factor/code")
    assert "evil" not in answer.location


@pytest.mark.parametrize("path", ["factor/setup", "factor/codes", "factor/rescue",
                                  "passkey/new", "passkey/delete"])
def test_pages_of_the_library_that_are_not_used_are_shut(sign_in: SignIn, path: str) -> None:
    browser = sign_in()
    assert browser.get(f"/admin/{path}").status_code == 404
    assert browser.submit(f"/admin/{path}", page="/admin/profile").status_code == 404


def test_adding_an_app_ends_other_sessions(sign_in: SignIn, app: Flask) -> None:
    here, there = sign_in(), log_in(app)
    assert is_in(there)
    add_app(here)
    assert is_in(here)
    assert not is_in(there)


def test_a_wrong_code_at_the_set_up_keeps_the_same_picture(sign_in: SignIn) -> None:
    browser = sign_in()
    page = browser.submit("/admin/profile/app", page="/admin/profile").get_data(as_text=True)
    state = STATE.search(page)
    assert state
    again = submit(browser, "/admin/profile/app/confirm", page, state=state[1], code="12345")
    assert KEY.findall(again) == KEY.findall(page)
    assert "الرمز غير صحيح" in again


def test_a_set_up_of_somebody_else_is_refused(sign_in: SignIn, system: System) -> None:
    page = sign_in().submit("/admin/profile/app", page="/admin/profile").get_data(as_text=True)
    state = STATE.search(page)
    assert state
    other = sign_in("editor")
    other.submit("/admin/profile/app/confirm", {"state": state[1], "code": Phone.of(page).code()},
                 page="/admin/profile")
    assert person(system, "editor@example.org").tf_primary_method is None


def test_an_old_session_must_give_the_password_again(
    sign_in: SignIn, clock: SettableClock
) -> None:
    browser = sign_in()
    with browser.session_transaction() as session:
        session["fs_paa"] = 0
        session.pop("fs_gexp", None)
    answer = browser.submit("/admin/profile/app", page="/admin/profile")
    assert "/admin/verify" in answer.location
    confirmed = browser.submit("/admin/verify", {"password": PASSWORD}, page="/admin/verify")
    assert confirmed.status_code == 302
    add_app(browser)


def test_an_app_is_removed_and_its_codes_with_it(
    sign_in: SignIn, app: Flask, system: System
) -> None:
    browser = sign_in()
    add_app(browser)
    browser.submit("/admin/profile/app/remove", page="/admin/profile")
    user = person(system)
    assert (user.tf_primary_method, user.tf_totp_secret, user.mf_recovery_codes) == (None,) * 3
    assert is_in(log_in(app))


def test_new_recovery_codes_replace_the_old_ones(sign_in: SignIn, app: Flask) -> None:
    browser = sign_in()
    _phone, old = add_app(browser)
    page = browser.submit("/admin/profile/codes", page="/admin/profile").get_data(as_text=True)
    new = CODE.findall(page)
    assert len(new) == 10 and not set(new) & set(old)
    assert not CODE.search(browser.get("/admin/profile").get_data(as_text=True))
    for code, opens in ((old[0], False), (new[0], True)):
        other = log_in(app)
        other.submit("/admin/factor/recovery", {"code": code}, page="/admin/factor/recovery")
        assert is_in(other) is opens


def demand(admin: Browser, on: bool = True) -> None:
    data = {"on": "1"} if on else {}
    assert admin.submit("/admin/users/second-factor", data, page="/admin/users").status_code == 303


def test_the_house_asks_whoever_sends_for_a_second_factor(
    sign_in: SignIn, app: Flask, system: System
) -> None:
    admin, publisher, editor = sign_in("admin"), sign_in(), sign_in("editor")
    add_app(admin)
    demand(admin)
    assert publisher.get("/admin/").location == "/admin/profile#factors"
    assert publisher.get("/admin/work", headers={"Accept": "application/json"}).status_code == 403
    sent = publisher.submit("/admin/issues/1/schedule", page="/admin/profile")
    assert sent.location == "/admin/profile#factors"
    assert is_in(editor)
    again = log_in(app)
    assert not is_in(again)
    add_app(again)
    assert is_in(again)
    refused = again.submit("/admin/profile/app/remove", page="/admin/profile")
    assert refused.status_code == 422
    demand(admin, on=False)
    again.submit("/admin/profile/app/remove", page="/admin/profile")
    assert person(system).tf_primary_method is None
    with system.db.read() as db:
        facts = [one.facts for one in db.query(AuditEntry).filter_by(action="house.second_factor")]
        assert [one["on"] for one in facts] == [True, False]
        assert db.query(House).count() == 1


def test_only_who_manages_people_may_demand_it(sign_in: SignIn) -> None:
    publisher = sign_in()
    answer = publisher.submit("/admin/users/second-factor", {"on": "1"}, page="/admin/profile")
    assert answer.status_code == 403


def test_an_admin_takes_the_factors_of_somebody_who_lost_them(
    sign_in: SignIn, app: Flask, system: System, clock: SettableClock
) -> None:
    admin, publisher = sign_in("admin"), sign_in()
    add_app(publisher)
    user_id = person(system).id
    with system.db.write() as db:
        db.add(make.passkey(user_id, now=clock.now()))
    admin.submit(f"/admin/users/{user_id}/factors", page="/admin/users")
    assert not is_in(publisher)
    assert is_in(log_in(app))
    with system.db.read() as db:
        assert db.query(Passkey).count() == 0


def test_a_link_for_a_new_password_does_not_go_round_the_second_factor(
    sign_in: SignIn, app: Flask, system: System, visitor: Browser
) -> None:
    admin = sign_in("admin")
    phone, _codes = add_app(sign_in())
    user_id = person(system).id
    page = admin.submit(f"/admin/users/{user_id}/reset", page="/admin/users", follow_redirects=True)
    link = re.search(r"(/admin/password/[\w.\-]+)", page.get_data(as_text=True))
    assert link
    visitor.submit(link[1], {"password": PASSWORD, "again": PASSWORD}, page=link[1])
    assert not is_in(visitor)
    visitor.submit("/admin/factor/code", {"code": phone.code()}, page="/admin/factor/code")
    assert is_in(visitor)


def test_whoever_has_a_passkey_is_asked_for_it_after_the_password(
    sign_in: SignIn, app: Flask, system: System, clock: SettableClock
) -> None:
    browser = sign_in()
    _phone, codes = add_app(browser)
    with system.db.write() as db:
        db.add(make.passkey(person(system).id, now=clock.now()))
    both = log_in(app)
    assert both.get("/admin/factor").status_code == 200
    chosen = both.submit("/admin/factor", {"which": "webauthn"}, page="/admin/factor")
    assert chosen.location.startswith("/admin/passkey")
    assert both.get("/admin/passkey").status_code == 200
    assert not is_in(both)
    browser.submit("/admin/profile/app/remove", page="/admin/profile")
    alone = log_in(app)
    assert not is_in(alone)
    alone.submit("/admin/factor/recovery", {"code": codes[0]}, page="/admin/factor/recovery")
    assert is_in(alone)


def test_a_made_up_passkey_does_not_open(visitor: Browser) -> None:
    page = visitor.get("/admin/login").get_data(as_text=True)
    found = CSRF.search(page)
    assert found
    headers = {"X-CSRFToken": found[1]}
    begun = visitor.post("/admin/passkey", json={}, headers=headers).get_json()["response"]
    signed = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {
        "clientDataJSON": "e30", "authenticatorData": "AAAA", "signature": "AAAA"}}
    answer = visitor.post(f"/admin/passkey/{begun['wan_state']}", headers=headers,
                          json={"credential": json.dumps(signed)})
    assert answer.status_code == 400
    assert not is_in(visitor)
    assert visitor.post("/admin/passkey", json={}).status_code == 400  # no token


def test_a_passkey_of_somebody_else_is_not_removed(
    sign_in: SignIn, system: System, clock: SettableClock
) -> None:
    sign_in()
    with system.db.write() as db:
        db.add(made := make.passkey(person(system).id, now=clock.now()))
        db.flush()
        passkey_id = made.id
    other = sign_in("editor")
    answer = other.submit(f"/admin/profile/passkeys/{passkey_id}/remove", page="/admin/profile")
    assert answer.status_code == 404
