"""Amazon SES: ``ses://KEY:SECRET@eu-west-1?set=CONFIGURATION_SET``, API version 2, raw messages.

SES writes a Message-ID of its own and has no look-up by ours: an uncertain mail is for a person.
Bounces go to the VERP address of the envelope; the same token is a tag of the mail's events.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, unquote

from digest.system.errors import Refused
from digest.system.providers.api import Call, No, base_of, option, token_of
from digest.system.providers.sigv4 import Credentials, sign

SEND = "/v2/email/outbound-emails"
BY_ERROR = {
    "AccountSuspendedException": No.KEY,
    "SendingPausedException": No.KEY,
    "LimitExceededException": No.LATER,
    "TooManyRequestsException": No.LATER,
    "MailFromDomainNotVerifiedException": No.SENDER,
    "NotFoundException": No.REFUSED,
}
BAD_ADDRESS = re.compile(
    r"local address|domain (contains|starts|ends)|missing final|illegal address|"
    r"invalid (to|recipient|email) ?address|user name is missing", re.IGNORECASE,
)


class Ses:
    """One account in one region."""

    def __init__(self, url: SplitResult) -> None:
        """Raises Refused("bad_settings") for an address without key, secret or region."""
        region = url.hostname or ""
        key, secret = unquote(url.username or ""), unquote(url.password or "")
        if not (key and secret and re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region)):
            raise Refused("bad_settings", names="DIGEST_SMTP_URL")
        self.base = base_of(url, f"https://email.{region}.amazonaws.com")
        self._credentials = Credentials(key, secret, region, "ses")
        self._set = option(url, "set")

    def submission(
        self, envelope_from: str, recipient: str, message: bytes, *, now: datetime
    ) -> Call:
        """Return the request that hands a mail over."""
        body: dict[str, Any] = {
            "Content": {"Raw": {"Data": base64.b64encode(message).decode()}},
            "Destination": {"ToAddresses": [recipient]},
        }
        if token := token_of(envelope_from):
            body["FeedbackForwardingEmailAddress"] = envelope_from
            body["EmailTags"] = [{"Name": "digest", "Value": token}]
        if self._set:
            body["ConfigurationSetName"] = self._set
        return self._call("POST", SEND, json.dumps(body).encode(), now)

    def accepted(self, facts: Mapping[str, Any]) -> str:
        """Return SES's own number of an accepted mail, or nothing."""
        return str(facts.get("MessageId") or "")

    def refused(self, status: int, facts: Mapping[str, Any]) -> No | None:
        """Return why a mail was not taken; None when nobody can know."""
        kind = str(facts.get("x-amzn-errortype") or facts.get("__type") or "")
        kind = kind.partition(":")[0].rpartition("#")[2]
        text = str(facts.get("message") or facts.get("Message") or "")
        if kind in BY_ERROR:
            return BY_ERROR[kind]
        if status in {401, 403}:
            return No.KEY
        if kind == "MessageRejected" and "not verified" in text:
            return No.SENDER
        if kind == "BadRequestException" and BAD_ADDRESS.search(text):
            return No.RECIPIENT
        if status == 404:
            return No.REFUSED
        return No.CONTENT if 400 <= status < 500 else None

    def greeting(self, *, now: datetime) -> Call:
        """Return a harmless request that only a good key is answered."""
        return self._call("GET", "/v2/email/account", b"", now)

    def search(self, message_id: str, at: datetime, *, now: datetime) -> Call | None:
        """Return None: SES cannot be asked by our Message-ID."""
        return None

    def found(self, facts: Mapping[str, Any], message_id: str) -> bool | None:
        """Return None: SES cannot be asked by our Message-ID."""
        return None

    def _call(self, method: str, path: str, content: bytes, now: datetime) -> Call:
        url = self.base + path
        headers = {"Content-Type": "application/json"} if content else {}
        return Call(
            method, url, sign(self._credentials, method, url, content, headers, now=now), content
        )
