"""Sign-in, headers, language, and what the application refuses to do."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask, request

from digest.app import create_app
from digest.migrate import downgrade
from digest.system.build import System, build_system
from digest.system.errors import Refused
from digest.system.settings import Settings
from digest.web.forms import is_local
from tests.web.conftest import PASSWORD, Browser, SignIn


def test_the_application_refuses_to_start_on_an_old_schema(system: System) -> None:
    downgrade(system.db, "base")
    with pytest.raises(Refused, match="old_schema"):
        create_app(system)


def test_the_sign_in_page_is_arabic_and_right_to_left(visitor: Browser) -> None:
    page = visitor.get("/admin/login").get_data(as_text=True)
    assert '<html lang="ar" dir="rtl">' in page
    assert "تسجيل الدخول" in page


def test_a_person_signs_in_and_sees_the_dashboard(sign_in: SignIn) -> None:
    answer = sign_in("author").get("/admin/")
    assert answer.status_code == 200
    assert "اللوحة" in answer.get_data(as_text=True)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    sign_in: SignIn, visitor: Browser
) -> None:
    sign_in("publisher")
    known = visitor.submit("/admin/login", {"email": "publisher@example.org", "password": "wrong"})
    unknown = visitor.submit("/admin/login", {"email": "publisher@example.com", "password": "wrong"})
    clean = [
        answer.get_data(as_text=True).replace("example.org", "").replace("example.com", "")
        for answer in (known, unknown)
    ]
    marks = [page[page.index("login-error") : page.index("remember")] for page in clean]
    assert marks[0] == marks[1]
    assert "غير صحيح" in marks[0]


def test_a_nul_in_the_sign_in_form_is_only_a_wrong_address(visitor: Browser) -> None:
    answer = visitor.submit("/admin/login", {"email": "a\0@example.org", "password": "x\0"})
    assert answer.status_code == 200


def test_a_suspended_person_cannot_go_on(sign_in: SignIn, system: System) -> None:
    from digest.staff.accounts import set_active
    from digest.staff.models import User

    client = sign_in("publisher")
    with system.db.write() as db:
        set_active(db, db.query(User.id).filter_by(email="publisher@example.org").scalar(), False)
    assert client.get("/admin/").status_code == 303
    again = client.submit("/admin/login", {"email": "publisher@example.org", "password": PASSWORD})
    assert again.status_code == 200


def test_signing_out_ends_a_stolen_cookie_too(sign_in: SignIn, app: Flask) -> None:
    client = sign_in("publisher")
    stolen = client.get_cookie("digest")
    assert stolen is not None
    assert client.submit("/admin/logout", page="/admin/").status_code == 302
    thief = app.test_client()
    thief.set_cookie("digest", stolen.value)
    assert thief.get("/admin/").status_code == 303


def test_signing_out_by_get_does_nothing(sign_in: SignIn) -> None:
    client = sign_in("publisher")
    assert client.get("/admin/logout").status_code == 405
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "\x01//evil.example",
    ],
)
def test_signing_in_never_leads_to_another_site(
    sign_in: SignIn, visitor: Browser, target: str
) -> None:
    sign_in("publisher")
    person = {"email": "publisher@example.org", "password": PASSWORD}
    crafted = visitor.submit(
        "/admin/login", {**person, "next": target}, query_string={"next": target}
    )
    assert crafted.headers["Location"] == "/admin/login"
    page = visitor.get("/admin/login", query_string={"next": target}, follow_redirects=True)
    assert page.status_code == 200
    assert "evil" not in page.get_data(as_text=True)


def test_signing_in_leads_back_to_the_page_asked_for(sign_in: SignIn, visitor: Browser) -> None:
    sign_in("admin")
    first = visitor.get("/admin/audit?page=2")
    assert first.status_code == 303
    answer = visitor.submit(
        first.headers["Location"],
        {"email": "admin@example.org", "password": PASSWORD},
    )
    assert answer.headers["Location"] == "/admin/audit?page=2"


@pytest.mark.parametrize(
    ("target", "local"),
    [
        ("/admin/", True),
        ("/admin/issues?state=draft", True),
        ("", False),
        ("admin", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example", False),
        ("/\t/evil.example", False),
        ("/a\\b", False),
    ],
)
def test_only_paths_of_this_site_are_local(target: str, local: bool) -> None:
    assert is_local(target) is local


def test_after_many_wrong_passwords_the_page_asks_to_wait(visitor: Browser) -> None:
    data = {"email": "salma@example.org", "password": "wrong"}
    codes = [visitor.submit("/admin/login", data).status_code for _ in range(7)]
    assert codes[:6] == [200] * 6
    assert codes[6] == 429
    answer = visitor.submit("/admin/login", data)
    assert "انتظر دقيقة" in answer.get_data(as_text=True)


def test_right_passwords_are_never_counted(sign_in: SignIn, app: Flask) -> None:
    sign_in("publisher")
    for _ in range(10):
        client = app.test_client()
        assert isinstance(client, Browser)
        answer = client.submit(
            "/admin/login", {"email": "publisher@example.org", "password": PASSWORD}
        )
        assert answer.status_code == 302


def test_the_password_is_kept_as_argon2(sign_in: SignIn, system: System) -> None:
    from digest.staff.models import User

    sign_in("publisher")
    with system.db.read() as db:
        assert "$argon2id$" in (db.query(User.password).scalar() or "")


def test_every_answer_carries_the_security_headers(visitor: Browser) -> None:
    for path in ("/admin/login", "/admin/", "/admin/no-such-page", "/no-such-page"):
        headers = visitor.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy, path
        assert "unsafe-inline" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Permissions-Policy" in headers


def test_admin_pages_are_never_stored_by_caches(visitor: Browser) -> None:
    assert visitor.get("/admin/login").headers["Cache-Control"] == "no-store"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(visitor: Browser) -> None:
    cookie = visitor.get("/admin/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie


def test_cookies_are_secure_when_the_site_is_https(system: System, tmp_path: Path) -> None:
    secure = dataclasses.replace(system.settings, base_url="https://digest.example")
    built = build_system(secure, clock=system.clock)
    try:
        answer = create_app(built).test_client().get("/admin/login")
    finally:
        built.close()
    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_form_without_its_token_is_refused(sign_in: SignIn) -> None:
    client = sign_in("admin")
    answer = client.post("/admin/users", data={"email": "new@example.org", "role": "author"})
    assert answer.status_code == 400
    assert "افتح الصفحة من جديد" in answer.get_data(as_text=True)


def test_the_panel_switches_to_english_and_back(sign_in: SignIn) -> None:
    client = sign_in("publisher")
    client.submit("/admin/language", {"language": "en"}, page="/admin/")
    page = client.get("/admin/").get_data(as_text=True)
    assert '<html lang="en" dir="ltr">' in page
    assert "Dashboard" in page
    client.submit("/admin/language", {"language": "ar"}, page="/admin/")
    assert '<html lang="ar" dir="rtl">' in client.get("/admin/").get_data(as_text=True)


def test_a_stranger_may_switch_the_language_of_the_sign_in_page(visitor: Browser) -> None:
    answer = visitor.submit("/admin/language", {"language": "en", "back": "/admin/login"})
    assert answer.headers["Location"] == "/admin/login"
    assert "Sign in" in visitor.get("/admin/login").get_data(as_text=True)


def test_the_language_switch_never_leads_to_another_site(visitor: Browser) -> None:
    answer = visitor.submit("/admin/language", {"language": "en", "back": "//evil.example"})
    assert answer.headers["Location"] == "/admin/"


def test_built_assets_may_be_kept_for_a_year(visitor: Browser, app: Flask) -> None:
    with app.test_request_context():
        url = app.jinja_env.globals["asset"]("digest.css")  # type: ignore[operator]
    with visitor.get(url) as answer:  # closes the file
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]


def test_two_people_write_while_others_sign_in(sign_in: SignIn, system: System) -> None:
    """The accounts' connections commit by themselves and must not disturb BEGIN IMMEDIATE."""
    import threading

    from digest.staff import audit
    from digest.staff.models import AuditEntry

    client = sign_in("author")
    failed: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(20):
                with system.db.write() as db:
                    audit.record(db, "test", now=system.clock.now())
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    pages = [client.get("/admin/profile").status_code for _ in range(20)]
    for thread in threads:
        thread.join()
    assert not failed
    assert pages == [200] * 20
    with system.db.read() as db:
        assert db.query(AuditEntry).filter_by(action="test").count() == 80


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_a_reader_behind_a_proxy_is_known_only_when_the_proxy_is_named(
    system: System, settings: Settings, proxies: int, seen: str
) -> None:
    built = build_system(dataclasses.replace(settings, proxies=proxies), clock=system.clock)
    app = create_app(built)
    addresses: list[str | None] = []
    app.before_request(lambda: addresses.append(request.remote_addr))
    app.test_client().get("/healthz", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    built.close()
    assert addresses == [seen]


def test_the_wsgi_module_serves_the_same_application(settings: Settings) -> None:
    env = os.environ | {
        "DIGEST_DATABASE_URL": settings.database_url, "DIGEST_DATA_DIR": str(settings.data_dir),
        "DIGEST_SECRET_KEY": settings.secret_key, "DIGEST_EMBEDDED": "1",
    }
    code = "import wsgi; print(wsgi.application.test_client().get('/healthz').status_code)"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], env=env, cwd=root, capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.stdout.strip() == "200", done.stderr
