"""Settings by environment; every default runs as it is."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from digest.system.addresses import parse_allowed
from digest.system.errors import Refused
from digest.system.listener import is_listener
from digest.system.mailbox import is_mailbox
from digest.system.rates import parse_limits

INSTANCE = re.compile(r"[A-Za-z0-9._-]{1,120}")
CAPTURE = "capture:"  # the SMTP address of the built-in mailbox
WAYS = frozenset({"capture", "smtp", "smtps", "smtp+starttls", "ses", "mailgun", "postmark"})


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides. What an editor decides lives in tables."""

    data_dir: Path
    database_url: str
    smtp_url: str
    base_url: str
    secret_key: str
    fetch_allow: tuple[str, ...] = ()
    workers: int = 1
    connections: int = 20  # to the relay, at most; a send begins with ten
    domain_limits: str = ""  # mails in a time by the recipient's domain: "gmail.com=20/s *=100/m"
    smtp_timeout: float = 600.0  # RFC 5321 4.5.3.2.6: the reply to the dot may take ten minutes
    proxies: int = 0  # reverse proxies in front whose X-Forwarded headers are believed
    broker_url: str = ""  # of Celery; without it the table of jobs is looked at by each worker
    embedded: bool = False  # whether ``wsgi.py`` also runs calendar, workers and sender
    instance: str = ""  # the name of this place, where neither machine nor data folder stay the same
    mail_log: str = ""  # the log of one's own Postfix; it tells what became of uncertain mails
    bounce_mailbox: str = ""  # where bounces lie: imaps://…, imap+starttls://…, maildir:/…
    bounce_listen: str = ""  # where they are taken in: lmtp://127.0.0.1:8024 or smtp://…
    ses_topic: str = ""  # the ARN of the SNS topic that Amazon SES reports to
    mailgun_key: str = field(default="", repr=False)  # Mailgun's key for signing its calls
    sendgrid_key: str = ""  # SendGrid's public key for the same, base64
    postmark_login: str = field(default="", repr=False)  # name:password of Postmark's calls
    llm_url: str = ""  # an OpenAI-compatible endpoint, up to /v1; nothing is asked without it
    llm_model: str = ""
    llm_key: str = field(default="", repr=False)
    llm_timeout: float = 60.0  # seconds for a whole answer
    llm_tokens: int = 4000  # at most so many for a question with its answer

    @property
    def mailbox_dir(self) -> Path:
        """The Maildir that holds captured mail when no relay is configured."""
        return self.data_dir / "mailbox"

    @property
    def hears(self) -> bool:
        """Whether mails to ``bounce+TOKEN@`` are read at all."""
        return bool(self.bounce_mailbox or self.bounce_listen)

    @property
    def hook_keys(self) -> dict[str, str]:
        """The providers whose calls are taken, at ``/hooks/`` and the name, and what proves them."""
        keys = {"ses": self.ses_topic, "mailgun": self.mailgun_key,
                "postmark": self.postmark_login, "sendgrid": self.sendgrid_key}
        return {name: key for name, key in keys.items() if key}


KNOWN = {
    "DIGEST_DATA_DIR",
    "DIGEST_DATABASE_URL",
    "DIGEST_SMTP_URL",
    "DIGEST_BASE_URL",
    "DIGEST_SECRET_KEY",
    "DIGEST_FETCH_ALLOW",
    "DIGEST_WORKERS",
    "DIGEST_CONNECTIONS",
    "DIGEST_DOMAIN_LIMITS",
    "DIGEST_BROKER_URL",
    "DIGEST_SMTP_TIMEOUT",
    "DIGEST_PROXIES",
    "DIGEST_EMBEDDED",
    "DIGEST_INSTANCE",
    "DIGEST_MAIL_LOG",
    "DIGEST_BOUNCE_MAILBOX",
    "DIGEST_BOUNCE_LISTEN",
    "DIGEST_SES_TOPIC",
    "DIGEST_MAILGUN_KEY",
    "DIGEST_SENDGRID_KEY",
    "DIGEST_POSTMARK_LOGIN",
    "DIGEST_LLM_URL",
    "DIGEST_LLM_MODEL",
    "DIGEST_LLM_KEY",
    "DIGEST_LLM_TIMEOUT",
    "DIGEST_LLM_TOKENS",
}


def from_env(environ: Mapping[str, str] | None = None) -> Settings:
    """Read ``DIGEST_*`` (or ``DIGEST_*_FILE``, a file holding the value) into Settings.

    Raises Refused("bad_settings", names=…) naming every variable that is wrong, all at once.
    """
    env = dict(os.environ if environ is None else environ)
    bad: list[str] = []
    values = {name: _value(env, name, bad) for name in KNOWN}
    data_dir = Path(values["DIGEST_DATA_DIR"] or "digest-data").resolve()
    base_url = (values["DIGEST_BASE_URL"] or "http://127.0.0.1:8000").rstrip("/")
    if not base_url.startswith(("http://", "https://")):
        bad.append("DIGEST_BASE_URL")
    smtp_url = values["DIGEST_SMTP_URL"] or CAPTURE
    if any(one.partition(":")[0] not in WAYS for one in smtp_url.split()):
        bad.append("DIGEST_SMTP_URL")
    try:
        parse_limits(values["DIGEST_DOMAIN_LIMITS"])
    except ValueError:
        bad.append("DIGEST_DOMAIN_LIMITS")
    numbers = {
        name: _number(values[name], default, name, bad)
        for name, default in (
            ("DIGEST_WORKERS", 1.0),
            ("DIGEST_CONNECTIONS", 20.0),
            ("DIGEST_SMTP_TIMEOUT", 600.0),
            ("DIGEST_LLM_TIMEOUT", 60.0),
            ("DIGEST_LLM_TOKENS", 4000.0),
        )
    }
    proxies = values["DIGEST_PROXIES"] or "0"
    if proxies not in {"0", "1", "2", "3"}:
        bad.append("DIGEST_PROXIES")
    if values["DIGEST_EMBEDDED"] not in {"", "0", "1"}:
        bad.append("DIGEST_EMBEDDED")
    instance = values["DIGEST_INSTANCE"]
    if instance and not INSTANCE.fullmatch(instance):
        bad.append("DIGEST_INSTANCE")
    fetch_allow = _parts(values["DIGEST_FETCH_ALLOW"])
    try:
        parse_allowed(fetch_allow)
    except ValueError:
        bad.append("DIGEST_FETCH_ALLOW")
    bad += _bad_feedback(values)
    llm_url = values["DIGEST_LLM_URL"].rstrip("/")
    if llm_url and not _is_endpoint(llm_url):
        bad.append("DIGEST_LLM_URL")
    if llm_url and not values["DIGEST_LLM_MODEL"]:
        bad.append("DIGEST_LLM_MODEL")
    key = values["DIGEST_LLM_KEY"]
    if not (key.isascii() and key.isprintable()) or " " in key:
        bad.append("DIGEST_LLM_KEY")  # it could not be sent in a header
    if bad:
        raise Refused("bad_settings", names=", ".join(sorted(set(bad))))
    return Settings(
        data_dir=data_dir,
        database_url=values["DIGEST_DATABASE_URL"] or f"sqlite:///{data_dir / 'digest.db'}",
        smtp_url=smtp_url,
        base_url=base_url,
        secret_key=values["DIGEST_SECRET_KEY"] or _stored_secret(data_dir),
        fetch_allow=fetch_allow,
        workers=int(numbers["DIGEST_WORKERS"]),
        connections=int(numbers["DIGEST_CONNECTIONS"]),
        domain_limits=values["DIGEST_DOMAIN_LIMITS"],
        broker_url=values["DIGEST_BROKER_URL"],
        smtp_timeout=numbers["DIGEST_SMTP_TIMEOUT"],
        proxies=int(proxies),
        embedded=values["DIGEST_EMBEDDED"] == "1",
        instance=instance,
        mail_log=values["DIGEST_MAIL_LOG"],
        bounce_mailbox=values["DIGEST_BOUNCE_MAILBOX"],
        bounce_listen=values["DIGEST_BOUNCE_LISTEN"],
        ses_topic=values["DIGEST_SES_TOPIC"],
        mailgun_key=values["DIGEST_MAILGUN_KEY"],
        sendgrid_key=values["DIGEST_SENDGRID_KEY"],
        postmark_login=values["DIGEST_POSTMARK_LOGIN"],
        llm_url=llm_url,
        llm_model=values["DIGEST_LLM_MODEL"],
        llm_key=key,
        llm_timeout=numbers["DIGEST_LLM_TIMEOUT"],
        llm_tokens=int(numbers["DIGEST_LLM_TOKENS"]),
    )


def _bad_feedback(values: Mapping[str, str]) -> list[str]:
    """Return the variables about bounces that cannot be meant."""
    rules: dict[str, Callable[[str], bool]] = {
        "DIGEST_BOUNCE_MAILBOX": is_mailbox,
        "DIGEST_BOUNCE_LISTEN": is_listener,
        "DIGEST_SES_TOPIC": lambda text: text.startswith("arn:aws") and ":sns:" in text,
        "DIGEST_POSTMARK_LOGIN": lambda text: all(text.partition(":")),
    }
    return [name for name, good in rules.items() if values[name] and not good(values[name])]


def _is_endpoint(url: str) -> bool:
    """Tell whether an address can be asked: http or https, no name and password in it."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
            and not parts.query and not parts.fragment and (parts.port or 1) > 0
        )  # fmt: skip
    except ValueError:
        return False


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _value(env: Mapping[str, str], name: str, bad: list[str]) -> str:
    """A variable's value, or the content of the file its ``_FILE`` twin names."""
    if path := env.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError:
            bad.append(f"{name}_FILE")
    return env.get(name, "").strip()


def _number(text: str, default: float, name: str, bad: list[str]) -> float:
    """A positive number, or the default when nothing is set."""
    try:
        value = float(text or default)
    except ValueError:
        value = 0.0
    if not 0 < value < 1_000_000:
        bad.append(name)
    return value


def _stored_secret(data_dir: Path) -> str:
    """The signing key kept in the data folder, made at the first start, readable by its owner."""
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # two processes started at once; the other one wrote it
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()
