"""Calls of providers: only signed ones, in each provider's own words."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from digest.feedback import hooks
from digest.feedback.calls import CERTIFICATES, take_call
from digest.feedback.reports import What
from digest.feedback.why import Why
from digest.system.build import System
from digest.system.errors import NotFound, Refused, Unavailable
from digest.system.settings import Settings
from tests.feedback.conftest import RIM, Newsroom

TOPIC = "arn:aws:sns:eu-west-1:1:bounces"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"
SENDGRID = ec.generate_private_key(ec.SECP256R1())
AMAZON = rsa.generate_private_key(65537, 2048)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings with the keys of all four."""
    public = SENDGRID.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return replace(
        settings, ses_topic=TOPIC, mailgun_key="key-1", postmark_login="digest:hush",
        sendgrid_key=base64.b64encode(public).decode(),
    )


@dataclass(slots=True)
class Caller:
    """Calls as each provider would."""

    system: System

    def mailgun(self, event: dict[str, Any], *, key: str = "key-1", age: int = 0) -> int:
        stamp = str(int(self.system.clock.now().timestamp()) - age)
        sign = hmac.new(key.encode(), f"{stamp}abc".encode(), hashlib.sha256).hexdigest()
        body = {"signature": {"timestamp": stamp, "token": "abc", "signature": sign},
                "event-data": event}
        return take_call(self.system, "mailgun", json.dumps(body).encode(), {})

    def sendgrid(self, *events: dict[str, Any], change: bytes = b"", age: int = 0) -> int:
        stamp = str(int(self.system.clock.now().timestamp()) - age)
        body = json.dumps(events).encode()
        sign = SENDGRID.sign(stamp.encode() + body, ec.ECDSA(SHA256()))
        return take_call(self.system, "sendgrid", body + change, {
            "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(sign).decode(),
        })

    def postmark(self, event: dict[str, Any], login: str = "digest:hush") -> int:
        head = f"Basic {base64.b64encode(login.encode()).decode()}"
        return take_call(self.system, "postmark", json.dumps(event).encode(),
                         {"Authorization": head})

    def ses(self, event: object, *, version: str = "2", topic: str = TOPIC, **other: str) -> int:
        facts = {"Type": "Notification", "MessageId": "1", "TopicArn": topic,
                 "Message": json.dumps(event), "Timestamp": "2026-11-24T02:40:00Z"}
        names = ["Message", "MessageId", "Timestamp", "TopicArn", "Type"]
        if other.get("Type") == "SubscriptionConfirmation":
            names[2:2] = ["SubscribeURL"]
            names[4:4] = ["Token"]
        facts |= other
        text = "".join(f"{name}\n{facts[name]}\n" for name in names).encode()
        sign = AMAZON.sign(text, padding.PKCS1v15(), SHA256() if version == "2" else SHA1())
        facts |= {"SignatureVersion": version, "Signature": base64.b64encode(sign).decode(),
                  "SigningCertURL": CERTIFICATE} | other
        return take_call(self.system, "ses", json.dumps(facts).encode(), {})


@pytest.fixture
def call(system: System) -> Caller:
    """A caller whose certificate is known, as after a first call."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    at = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(AMAZON.public_key()).serial_number(1).not_valid_before(at)
        .not_valid_after(at + timedelta(days=999)).sign(AMAZON, SHA256())
    )
    system.memory[CERTIFICATES] = {CERTIFICATE: made.public_bytes(Encoding.PEM)}
    return Caller(system)


def token(newsroom: Newsroom) -> str:
    return newsroom.verp(newsroom.send()).partition("+")[2].partition("@")[0]


def test_mailgun_reports_a_dead_address_with_our_token(call: Caller, newsroom: Newsroom) -> None:
    event = {
        "event": "failed", "severity": "permanent", "reason": "bounce", "recipient": RIM,
        "delivery-status": {"code": 550, "message": "5.1.1 The email account does not exist"},
        "user-variables": {"digest": token(newsroom)},
    }
    assert call.mailgun(event) == 1
    assert newsroom.state() == "bounced"
    assert newsroom.reports() == [("hard", "mailbox", "mailgun")]
    assert call.mailgun(event) == 1  # told again
    assert len(newsroom.reports()) == 1


@pytest.mark.parametrize(("event", "state"), [
    ({"event": "failed", "severity": "temporary"}, "active"),
    ({"event": "failed", "severity": "permanent", "delivery-status": {
        "code": 552, "message": "mailbox full"}}, "active"),
    ({"event": "complained"}, "complained"),
    ({"event": "delivered"}, "active"),
    ({"event": "opened"}, "active"),
])
def test_mailguns_events_do_what_they_say(
    call: Caller, newsroom: Newsroom, event: dict[str, Any], state: str
) -> None:
    call.mailgun(event | {"user-variables": {"digest": token(newsroom)}})
    assert newsroom.state() == state


def test_a_call_that_is_not_signed_by_mailgun_is_counted_and_refused(
    call: Caller, newsroom: Newsroom
) -> None:
    event = {"event": "complained", "user-variables": {"digest": token(newsroom)}}
    for wrong in ({"key": "another"}, {"age": 2 * 86_400}, {"age": -2 * 86_400}):
        with pytest.raises(Refused, match="bad_signature"):
            call.mailgun(event, **wrong)
    assert newsroom.state() == "active"
    assert newsroom.unheeded() == {"forged": 3}


def test_a_signed_call_without_a_token_stops_nobody(call: Caller, newsroom: Newsroom) -> None:
    newsroom.send()
    assert call.mailgun({"event": "complained", "recipient": RIM}) == 0
    assert newsroom.state() == "active"
    assert newsroom.unheeded() == {"forged": 1}


def test_sendgrid_reports_many_events_in_one_call(call: Caller, newsroom: Newsroom) -> None:
    one, two = newsroom.send(), newsroom.send()
    assert call.sendgrid(
        {"event": "delivered", "email": RIM}, {"event": "deferred"},
        {"event": "bounce", "type": "blocked", "email": RIM, "reason": "550 blocked by filter",
         "digest": newsroom.verp(one).partition("+")[2].partition("@")[0]},
        {"event": "bounce", "email": RIM, "status": "5.0.0", "reason": "500 gone",
         "digest": newsroom.verp(two).partition("+")[2].partition("@")[0]},
    ) == 2
    assert newsroom.reports() == [("soft", "policy", "sendgrid"), ("hard", "mailbox", "sendgrid")]
    assert newsroom.state() == "bounced"


def test_sendgrids_signature_covers_time_and_body(call: Caller, newsroom: Newsroom) -> None:
    event = {"event": "spamreport", "digest": token(newsroom)}
    for wrong in ({"change": b" "}, {"age": 2 * 86_400}):
        with pytest.raises(Refused):
            call.sendgrid(event, **wrong)
    assert newsroom.state() == "active"
    assert call.sendgrid(event) == 1
    assert newsroom.state() == "complained"


@pytest.mark.parametrize(("kind", "state", "reports"), [
    ("HardBounce", "bounced", [("hard", "mailbox", "postmark")]),
    ("SoftBounce", "active", [("soft", "other", "postmark")]),
    ("Blocked", "active", [("soft", "other", "postmark")]),
    ("SpamComplaint", "complained", [("complaint", "complaint", "postmark")]),
    ("AutoResponder", "active", []),
])
def test_postmark_tells_its_kinds(
    call: Caller, newsroom: Newsroom, kind: str, state: str, reports: list[tuple[str, str, str]]
) -> None:
    call.postmark({"RecordType": "Bounce", "Type": kind, "Email": RIM, "Details": "smtp;550 no",
                   "Metadata": {"digest": token(newsroom)}})
    assert newsroom.state() == state
    assert newsroom.reports() == reports


@pytest.mark.parametrize("login", ["digest:wrong", "", "digest:hush2"])
def test_postmark_shows_its_password(call: Caller, newsroom: Newsroom, login: str) -> None:
    with pytest.raises(Refused):
        call.postmark({"RecordType": "SpamComplaint"}, login)


def bounce(newsroom: Newsroom, **values: object) -> dict[str, Any]:
    told = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [
        {"emailAddress": RIM, "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 unknown"}]}
    return {"notificationType": "Bounce", "bounce": told | values,
            "mail": {"tags": {"digest": [token(newsroom)]}}}


@pytest.mark.parametrize("version", ["1", "2"])
def test_amazon_reports_a_bounce_signed_either_way(
    call: Caller, newsroom: Newsroom, version: str
) -> None:
    assert call.ses(bounce(newsroom), version=version) == 1
    assert newsroom.state() == "bounced"


def test_amazons_other_news(call: Caller, newsroom: Newsroom) -> None:
    full = bounce(newsroom, bounceType="Transient", bounceSubType="MailboxFull",
                  bouncedRecipients=[{"emailAddress": RIM}])
    assert call.ses(full) == 1
    assert newsroom.reports() == [("soft", "full", "ses")]
    mail = {"tags": {"digest": [token(newsroom)]}}
    assert call.ses({"eventType": "Delivery", "mail": mail}) == 0
    spam = {"eventType": "Complaint", "mail": mail}
    assert call.ses(spam | {"complaint": {"complaintFeedbackType": "not-spam"}}) == 0
    assert call.ses("no object") == 0
    assert newsroom.state() == "active"
    assert call.ses(spam | {"complaint": {"complaintFeedbackType": "abuse"}}) == 1
    assert newsroom.state() == "complained"


def test_only_our_topic_signed_by_amazon_is_believed(call: Caller, newsroom: Newsroom) -> None:
    event = bounce(newsroom)
    for wrong in (
        {"topic": "arn:aws:sns:eu-west-1:2:theirs"}, {"Signature": "AAAA"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem"},
        {"SigningCertURL": "https://evil.example/sns.eu-west-1.amazonaws.com/a.pem"},
        {"SigningCertURL": "http://sns.eu-west-1.amazonaws.com/a.pem"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com/a.txt"},
    ):
        with pytest.raises(Refused, match="bad_signature"):
            call.ses(event, **wrong)
    assert newsroom.state() == "active"
    with pytest.raises(Refused):
        take_call(call.system, "ses", b"[]", {})


def test_a_certificate_that_cannot_be_had_now_lets_amazon_try_again(
    call: Caller, newsroom: Newsroom, system: System
) -> None:
    system.memory.clear()
    with pytest.raises(Unavailable, match="hook_away"):
        call.ses(bounce(newsroom))
    assert newsroom.unheeded() == {}


def test_a_topic_is_confirmed_at_amazon_only(call: Caller) -> None:
    words = {"Type": "SubscriptionConfirmation", "Token": "t"}
    with pytest.raises(Refused):
        call.ses({}, SubscribeURL="https://evil.example/", **words)
    with pytest.raises(Unavailable):  # there is no Amazon here
        call.ses({}, SubscribeURL="https://sns.eu-west-1.amazonaws.com/?Action=x", **words)


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[" * 100_000, b"\xff", b'{"a":1}', b"[1]"])
def test_what_is_no_call_is_refused(call: Caller, body: bytes) -> None:
    for provider in hooks.READERS:
        with pytest.raises(Refused):
            take_call(call.system, provider, body, {})


def test_a_provider_without_a_key_has_no_door(system: System) -> None:
    bare = replace(system, settings=replace(system.settings, mailgun_key=""))
    for name in ("mailgun", "nobody"):
        with pytest.raises(NotFound):
            take_call(bare, name, b"{}", {})


@pytest.mark.parametrize("odd", [None, 5, "x", [], {}, {"bounce": 5}, {"event-data": [1]}])
def test_events_of_another_form_are_read_without_harm(odd: Any) -> None:
    for read in hooks.READERS.values():
        given = {"Message": json.dumps(odd)} if read is hooks.from_ses else odd
        for heard in read(given if isinstance(given, dict) or read is hooks.from_sendgrid else {}):
            assert heard.what in {What.HARMLESS, What.DELAYED}
    deep: Any = "x"
    for _ in range(200):
        deep = {"digest2": deep}
    event = {"RecordType": "Bounce", "Type": "HardBounce", "Metadata": deep}
    assert next(hooks.from_postmark(event)).why is Why.MAILBOX
