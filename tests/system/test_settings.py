"""Settings by environment: every default runs, every mistake is named at once."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from digest.system.errors import Refused
from digest.system.settings import KNOWN, from_env


def env(tmp_path: Path, **values: str) -> dict[str, str]:
    return {"DIGEST_DATA_DIR": str(tmp_path / "data"), **values}


def test_without_any_variable_it_runs_on_sqlite_and_captures_mail(tmp_path: Path) -> None:
    settings = from_env(env(tmp_path))
    assert settings.database_url == f"sqlite:///{tmp_path / 'data' / 'digest.db'}"
    assert settings.smtp_url == "capture:"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.mailbox_dir == tmp_path / "data" / "mailbox"
    assert (settings.workers, settings.connections, settings.fetch_allow) == (1, 20, ())


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = from_env(env(tmp_path)).secret_key
    assert len(first) >= 48
    assert from_env(env(tmp_path)).secret_key == first
    mode = (tmp_path / "data" / "secret_key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_given_secret_leaves_no_file(tmp_path: Path) -> None:
    settings = from_env(env(tmp_path, DIGEST_SECRET_KEY="x" * 40))
    assert settings.secret_key == "x" * 40
    assert not (tmp_path / "data").exists()


def test_every_variable_is_read(tmp_path: Path) -> None:
    settings = from_env(
        env(
            tmp_path, DIGEST_DATABASE_URL="postgresql://db/digest",
            DIGEST_SMTP_URL="smtps://u:p@mail.example:465", DIGEST_BASE_URL="https://n.example/",
            DIGEST_SECRET_KEY="k" * 40, DIGEST_FETCH_ALLOW=" 10.0.0.1, ::1 ,", DIGEST_WORKERS="3",
            DIGEST_CONNECTIONS="5", DIGEST_SMTP_TIMEOUT="30.5",
        )
    )
    assert settings.database_url == "postgresql://db/digest"
    assert settings.smtp_url == "smtps://u:p@mail.example:465"
    assert settings.base_url == "https://n.example"
    assert settings.fetch_allow == ("10.0.0.1", "::1")
    assert (settings.workers, settings.connections, settings.smtp_timeout) == (3, 5, 30.5)


@pytest.mark.parametrize("name", sorted(KNOWN - {"DIGEST_DATA_DIR"}))
def test_each_variable_can_come_from_a_file(tmp_path: Path, name: str) -> None:
    values = {
        "DIGEST_BASE_URL": "https://n.example", "DIGEST_SMTP_URL": "smtp://mail.example",
        "DIGEST_WORKERS": "3", "DIGEST_CONNECTIONS": "3", "DIGEST_SMTP_TIMEOUT": "3",
        "DIGEST_PROXIES": "3", "DIGEST_EMBEDDED": "1", "DIGEST_LLM_URL": "https://llm.example/v1",
        "DIGEST_LLM_TIMEOUT": "3", "DIGEST_LLM_TOKENS": "3",
        "DIGEST_BOUNCE_MAILBOX": "imaps://a:b@mail.example", "DIGEST_POSTMARK_LOGIN": "a:b",
        "DIGEST_DOMAIN_LIMITS": "gmail.com=20/s",
        "DIGEST_BOUNCE_LISTEN": "lmtp://127.0.0.1:8024", "DIGEST_SES_TOPIC": "arn:aws:sns:x:1:t",
    }
    path = tmp_path / "value"
    path.write_text(values.get(name, "value") + "\n", encoding="utf-8")
    settings = from_env(env(tmp_path, DIGEST_LLM_MODEL="m", **{f"{name}_FILE": str(path)}))
    got = getattr(settings, name.removeprefix("DIGEST_").lower())
    assert got in {values.get(name, "value"), ("value",), 3, True}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DIGEST_BASE_URL", "n.example"), ("DIGEST_BASE_URL", "ftp://n.example"),
        ("DIGEST_SMTP_URL", "http://mail.example"), ("DIGEST_WORKERS", "many"),
        ("DIGEST_WORKERS", "0"), ("DIGEST_CONNECTIONS", "-1"), ("DIGEST_SMTP_TIMEOUT", "nan"),
        ("DIGEST_SMTP_TIMEOUT", "inf"), ("DIGEST_LLM_TIMEOUT", "0"), ("DIGEST_LLM_TOKENS", "few"),
        ("DIGEST_LLM_KEY", "two words"), ("DIGEST_LLM_KEY", "سر"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(Refused, match="bad_settings") as refused:
        from_env(env(tmp_path, **{name: value}))
    assert refused.value.facts["names"] == name


def test_all_wrong_values_are_named_at_once(tmp_path: Path) -> None:
    wrong = {"DIGEST_WORKERS": "x", "DIGEST_BASE_URL": "y",
             "DIGEST_SECRET_KEY_FILE": str(tmp_path / "absent")}
    with pytest.raises(Refused) as refused:
        from_env(env(tmp_path, **wrong))
    assert refused.value.facts["names"] == (
        "DIGEST_BASE_URL, DIGEST_SECRET_KEY_FILE, DIGEST_WORKERS"
    )


def test_a_refused_start_writes_no_secret(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        from_env(env(tmp_path, DIGEST_WORKERS="x"))
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(("name", "value"), [
    ("DIGEST_PROXIES", "-1"), ("DIGEST_PROXIES", "many"), ("DIGEST_EMBEDDED", "yes"),
    ("DIGEST_FETCH_ALLOW", "http://127.0.0.1"),
])
def test_a_wrong_value_is_refused_by_its_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(Refused) as found:
        from_env({"DIGEST_DATA_DIR": str(tmp_path), name: value})
    assert found.value.facts["names"] == name


@pytest.mark.parametrize(
    "url", ["llm.example/v1", "ftp://llm.example", "http://", "https://u:p@llm.example/v1",
            "http://llm.example:99999/v1", "http://llm.example/v1?key=x"],
)  # fmt: skip
def test_a_model_is_asked_at_a_plain_web_address(tmp_path: Path, url: str) -> None:
    with pytest.raises(Refused) as refused:
        from_env(env(tmp_path, DIGEST_LLM_URL=url, DIGEST_LLM_MODEL="m"))
    assert refused.value.facts["names"] == "DIGEST_LLM_URL"


def test_an_endpoint_needs_a_model_and_is_off_by_default(tmp_path: Path) -> None:
    assert from_env(env(tmp_path)).llm_url == ""
    with pytest.raises(Refused) as refused:
        from_env(env(tmp_path, DIGEST_LLM_URL="http://127.0.0.1:11434/v1"))
    assert refused.value.facts["names"] == "DIGEST_LLM_MODEL"


def test_the_key_of_the_model_is_not_printed_with_the_settings(tmp_path: Path) -> None:
    settings = from_env(env(tmp_path, DIGEST_LLM_KEY="sk-very-secret"))
    assert settings.llm_key == "sk-very-secret"
    assert "sk-very-secret" not in repr(settings)


@pytest.mark.parametrize(("name", "value"), [
    ("DIGEST_BOUNCE_MAILBOX", "pop://a:b@h"), ("DIGEST_BOUNCE_LISTEN", "lmtp://127.0.0.1"),
    ("DIGEST_SES_TOPIC", "bounces"), ("DIGEST_POSTMARK_LOGIN", "password"),
])
def test_what_cannot_be_meant_about_bounces_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(Refused, match=name):
        from_env(env(tmp_path, **{name: value}))


def test_mails_to_the_envelope_are_read_where_a_mailbox_or_a_door_is(tmp_path: Path) -> None:
    assert not from_env(env(tmp_path)).hears
    assert from_env(env(tmp_path, DIGEST_BOUNCE_MAILBOX="maildir:/var/mail/b")).hears
    assert from_env(env(tmp_path, DIGEST_BOUNCE_LISTEN="smtp://127.0.0.1:8025")).hears
