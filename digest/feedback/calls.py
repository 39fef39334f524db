"""Calls of providers: checked first, then taken like any other report."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from typing import Any

from digest.feedback import hooks
from digest.feedback.bounces import FORGED, count_unheeded, hear
from digest.system import log
from digest.system.build import System
from digest.system.errors import NotFound, Refused, Unavailable
from digest.system.fetch import FetchRequest, Outcome

CERTIFICATES = "feedback.certificates"  # what the process remembers of Amazon's
MOST_CERTIFICATES = 8


def take_call(system: System, provider: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Take one call; returns how many of its reports were believed.

    Raises NotFound("no_such_hook") when the settings do not name the provider,
    Refused("bad_signature") for a call that is not the provider's, and
    Unavailable("hook_away") when its certificate cannot be had now.
    """
    if provider not in system.settings.hook_keys:
        raise NotFound("no_such_hook")
    try:
        facts = json.loads(body)
    except (ValueError, RecursionError):
        facts = None
    if facts is None or not _is_theirs(system, provider, facts, body, headers):
        with system.db.write() as db:
            count_unheeded(db, provider, FORGED, now=system.clock.now())
        raise Refused("bad_signature")
    if provider == "ses" and facts.get("Type") == "SubscriptionConfirmation":
        _confirm(system, facts)
        return 0
    now = system.clock.now()
    with system.db.write() as db:
        return sum(
            hear(db, system.signer, heard, via=provider, now=now)
            for heard in hooks.READERS[provider](facts)
        )


def _is_theirs(
    system: System, provider: str, facts: Any, body: bytes, headers: Mapping[str, str]
) -> bool:
    secret, now = system.settings.hook_keys[provider], system.clock.now()
    if provider == "sendgrid":
        front = "X-Twilio-Email-Event-Webhook-"
        return isinstance(facts, list) and hooks.signed_by_sendgrid(
            body, headers.get(f"{front}Timestamp", ""), headers.get(f"{front}Signature", ""),
            secret, now,
        )
    if not isinstance(facts, dict):
        return False
    if provider == "mailgun":
        return hooks.signed_by_mailgun(facts, secret, now)
    if provider == "postmark":
        wanted = f"Basic {base64.b64encode(secret.encode()).decode()}"
        return hmac.compare_digest(wanted.encode(), headers.get("Authorization", "").encode())
    return _is_amazons(system, facts, secret)


def _is_amazons(system: System, facts: Mapping[str, Any], topic: str) -> bool:
    """Whether SNS signed a message for our topic; anybody may own another one."""
    url = str(facts.get("SigningCertURL", ""))
    if facts.get("TopicArn") != topic or not hooks.is_amazons(url, end=".pem"):
        return False
    return hooks.signed_by_amazon(facts, _certificate(system, url))


def _certificate(system: System, url: str) -> bytes:
    """Amazon's certificate, fetched over TLS from Amazon and remembered."""
    known: dict[str, bytes] = system.memory.setdefault(CERTIFICATES, {})
    if url not in known:
        got = system.fetcher.fetch(FetchRequest(url))
        if got.outcome is not Outcome.OK or not hooks.is_amazons(got.url):
            raise Unavailable("hook_away")
        if len(known) >= MOST_CERTIFICATES:
            known.clear()
        known[url] = got.content
    return known[url]


def _confirm(system: System, facts: Mapping[str, Any]) -> None:
    """Answer SNS that we want this topic's messages: the topic is the one of the settings."""
    url = str(facts.get("SubscribeURL", ""))
    if not hooks.is_amazons(url):
        raise Refused("bad_signature")
    got = system.fetcher.fetch(FetchRequest(url))
    if got.outcome is not Outcome.OK:
        raise Unavailable("hook_away")
    log.get("feedback").info("topic_confirmed")
