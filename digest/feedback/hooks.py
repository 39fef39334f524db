"""What providers call us for: their signatures, and their words for a bounce. Pure.

A call counts only when it is signed, and a mail only when it shows our token: Amazon SES by SNS,
Mailgun, SendGrid; Postmark does not sign and has a name and password of its own instead.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from digest.feedback.reports import Heard, What, tidy
from digest.feedback.why import ADDRESS, Why, is_status, why

FRESH = timedelta(days=1)  # of a signed time: providers try again for hours
MOST = 1000  # events of one call
AMAZON = re.compile(r"https://sns\.[a-z0-9-]{3,30}\.amazonaws\.com(?:\.cn)?/[!-~]{0,1000}")
DEEPEST = 12  # levels of an event that are looked through for our token

Facts = Mapping[str, Any]


def signed_by_mailgun(facts: Facts, key: str, now: datetime) -> bool:
    """Check HMAC-SHA-256 of time and token, as Mailgun's "Securing webhooks" describes."""
    given = _dict(facts.get("signature"))
    stamp, token, sign = (str(given.get(name, "")) for name in ("timestamp", "token", "signature"))
    wanted = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), sign.encode()) and _is_fresh(stamp, now)


def signed_by_sendgrid(
    body: bytes, stamp: str, signature: str, key: str, now: datetime
) -> bool:
    """Check ECDSA P-256 with SHA-256 over time and body (SendGrid's signed event webhook)."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        public = load_der_public_key(base64.b64decode(key))
        if not isinstance(public, EllipticCurvePublicKey):
            return False
        public.verify(base64.b64decode(signature), stamp.encode() + body, ECDSA(SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return _is_fresh(stamp, now)


def signed_by_amazon(facts: Facts, certificate: bytes) -> bool:
    """Check an SNS message of version 1 (SHA-1) or 2 (SHA-256) by the certificate it names."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256
    from cryptography.x509 import load_pem_x509_certificate

    names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    if facts.get("Type") != "Notification":
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join(f"{name}\n{facts[name]}\n" for name in names if name in facts)
    try:
        public = load_pem_x509_certificate(certificate).public_key()
        if not isinstance(public, RSAPublicKey):
            return False
        public.verify(
            base64.b64decode(str(facts.get("Signature", ""))), text.encode(), PKCS1v15(),
            SHA256() if facts.get("SignatureVersion") == "2" else SHA1(),  # noqa: S303
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def is_amazons(url: str, *, end: str = "") -> bool:
    """Tell whether an address lies at SNS itself, so that it may be believed or called."""
    return bool(AMAZON.fullmatch(url)) and url.partition("?")[0].endswith(end)


def from_ses(facts: Facts) -> Iterator[Heard]:
    """Read what an SNS message of SES says; one mail of ours has one recipient."""
    try:
        event = _dict(json.loads(str(facts.get("Message", ""))))
    except ValueError:
        event = {}
    kind = str(event.get("notificationType") or event.get("eventType") or "")
    if kind == "Bounce":
        bounce = _dict(event.get("bounce"))
        first = _dict(next(iter(_list(bounce.get("bouncedRecipients"))), {}))
        yield _bounce(
            event, status=first.get("status"), text=first.get("diagnosticCode") or (
                bounce.get("bounceSubType")),
            final=bounce.get("bounceType") == "Permanent",
            full=bounce.get("bounceSubType") == "MailboxFull",
            addresses=[_dict(one).get("emailAddress")
                       for one in _list(bounce.get("bouncedRecipients"))],
        )
    elif kind == "Complaint":
        complaint = _dict(event.get("complaint"))
        blames = complaint.get("complaintFeedbackType") != "not-spam"
        yield _complaint(event) if blames else _nothing(event, What.HARMLESS)
    else:
        yield _nothing(event, What.DELAYED if kind == "DeliveryDelay" else What.HARMLESS)


def from_mailgun(facts: Facts) -> Iterator[Heard]:
    """Read one event of Mailgun."""
    event = _dict(facts.get("event-data"))
    kind, told = event.get("event"), _dict(event.get("delivery-status"))
    if kind == "failed" and event.get("severity") == "permanent":
        yield _bounce(
            event, status=told.get("enhanced-code") or f"{str(told.get('code', ''))[:1]}.0.0",
            text=f"{told.get('message') or ''} {told.get('description') or ''}",
            final=event.get("reason") in {"bounce", "suppress-bounce"},
            addresses=[event.get("recipient")],
        )
    elif kind == "complained":
        yield _complaint(event)
    elif kind == "unsubscribed":
        yield _nothing(event, What.LEAVE)
    else:
        yield _nothing(event, What.DELAYED if kind == "failed" else What.HARMLESS)


POSTMARK_FINAL = frozenset({"HardBounce", "BadEmailAddress", "ManuallyDeactivated", "Unknown"})
POSTMARK_NOTHING = {"AutoResponder": What.AUTOMATIC, "AddressChange": What.AUTOMATIC,
                    "ChallengeVerification": What.AUTOMATIC, "OpenRelayTest": What.HARMLESS,
                    "Subscribe": What.HARMLESS, "Unsubscribe": What.LEAVE}


def from_postmark(event: Facts) -> Iterator[Heard]:
    """Read one event of Postmark."""
    kind, record = str(event.get("Type") or ""), event.get("RecordType")
    if record == "SpamComplaint" or kind == "SpamComplaint":
        yield _complaint(event)
    elif record != "Bounce":
        yield _nothing(event, What.HARMLESS)
    elif kind in POSTMARK_NOTHING:
        yield _nothing(event, POSTMARK_NOTHING[kind])
    else:
        text = f"{event.get('Details') or ''} {event.get('Description') or ''}"
        yield _bounce(event, status="", text=text, final=kind in POSTMARK_FINAL - {"Unknown"},
                      addresses=[event.get("Email")])


def from_sendgrid(events: object) -> Iterator[Heard]:
    """Read the events of one call of SendGrid."""
    for one in _list(events)[:MOST]:
        event = _dict(one)
        kind = event.get("event")
        if kind == "bounce" or (kind == "dropped" and "bounce" in str(event.get("reason")).lower()):
            yield _bounce(
                event, status=event.get("status"), text=event.get("reason"),
                final=event.get("type") != "blocked", addresses=[event.get("email")],
            )
        elif kind == "spamreport":
            yield _complaint(event)
        elif kind in {"unsubscribe", "group_unsubscribe"}:
            yield _nothing(event, What.LEAVE)
        else:
            yield _nothing(event, What.DELAYED if kind == "deferred" else What.HARMLESS)


def _bounce(
    event: Facts, *, status: object, text: object, final: bool, addresses: list[object],
    full: bool = False,
) -> Heard:
    """A bounce in a provider's words; its "permanent" counts where the server says no reason."""
    words, given = str(text or ""), str(status or "")
    given = given if is_status(given) else ""
    reason = Why.FULL if full else why(given, words)
    if reason is Why.OTHER and final:
        reason = Why.MAILBOX
    found = (ADDRESS.search(str(one)) for one in addresses if one)
    return Heard(
        What.BOUNCE, reason, given, tidy(words), frozenset(one[0] for one in found if one),
        front=_tokens(event), body=json.dumps(event, ensure_ascii=False),
    )


def _complaint(event: Facts) -> Heard:
    return Heard(What.COMPLAINT, Why.COMPLAINT, front=_tokens(event), body=json.dumps(event))


def _nothing(event: Facts, what: What) -> Heard:
    return Heard(what, front=_tokens(event), body=json.dumps(event))


def _tokens(event: object) -> str:
    """The tokens that our adapters gave a mail to carry, under the name ``digest``."""
    return "\n".join(f"bounce+{token}@" for token in _carried(event, 0))


def _carried(value: object, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for one in value[:MOST]:
            yield from _carried(one, depth + 1)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name == "digest":
                yield from (str(token) for token in (one if isinstance(one, list) else [one]))
            else:
                yield from _carried(one, depth + 1)


def _is_fresh(stamp: str, now: datetime) -> bool:
    return stamp.isascii() and stamp.isdigit() and len(stamp) < 12 and (
        abs(now.timestamp() - int(stamp)) < FRESH.total_seconds()
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


READERS: dict[str, Callable[[Any], Iterator[Heard]]] = {
    "ses": from_ses, "mailgun": from_mailgun, "postmark": from_postmark,
    "sendgrid": from_sendgrid,
}
