"""Mailgun: ``mailgun://:KEY@mg.example.org``, its MIME endpoint and its event log.

In Europe ``?base=https://api.eu.mailgun.net``. Mailgun keeps our Message-ID and chooses the
envelope itself; our token travels as a variable of the mail and comes back with each event.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlencode

from digest.system.errors import Refused
from digest.system.providers.api import SETTLED, Call, No, base_of, token_of

KEEPS = timedelta(days=2)  # of events, in the smallest plan


class Mailgun:
    """One sending domain."""

    def __init__(self, url: SplitResult) -> None:
        """Raises Refused("bad_settings") for an address without key or domain."""
        key, self._domain = unquote(url.password or ""), url.hostname or ""
        if not (key and self._domain):
            raise Refused("bad_settings", names="DIGEST_SMTP_URL")
        self.base = base_of(url, "https://api.mailgun.net")
        secret = base64.b64encode(f"api:{key}".encode()).decode()
        self._headers = {"Authorization": f"Basic {secret}"}

    def submission(
        self, envelope_from: str, recipient: str, message: bytes, *, now: datetime
    ) -> Call:
        """Return the request that hands a mail over, with nothing in it rewritten."""
        fields = {"to": recipient, "o:tracking": "no", "o:dkim": "yes"}
        if token := token_of(envelope_from):
            fields["v:digest"] = token
        edge = "digest-" + hashlib.sha256(message).hexdigest()[:32]
        content = _form(edge, fields, message)
        kind = f"multipart/form-data; boundary={edge}"
        return self._call("POST", f"/v3/{self._domain}/messages.mime", kind, content)

    def accepted(self, facts: Mapping[str, Any]) -> str:
        """Return Mailgun's own number of an accepted mail, or nothing."""
        return str(facts.get("id") or "")

    def refused(self, status: int, facts: Mapping[str, Any]) -> No | None:
        """Return why a mail was not taken; None when nobody can know."""
        text = str(facts.get("message") or "")
        match status:
            case 401:
                return No.KEY
            case 403:  # the domain is disabled, or may only write to its owner
                return No.SENDER
            case 404:
                return No.REFUSED
            case 400 if "'to' parameter" in text or "to parameter" in text:
                return No.RECIPIENT
            case _:
                return No.CONTENT if 400 <= status < 500 else None

    def greeting(self, *, now: datetime) -> Call:
        """Return a harmless request that only a good key is answered."""
        return self._call("GET", f"/v3/domains/{self._domain}")

    def search(self, message_id: str, at: datetime, *, now: datetime) -> Call | None:
        """Return the request for events of a mail; None while or when the log may lack it."""
        if not SETTLED <= now - at <= KEEPS:
            return None
        query = urlencode({"message-id": message_id.strip("<>"), "limit": 5})
        return self._call("GET", f"/v3/{self._domain}/events?{query}")

    def found(self, facts: Mapping[str, Any], message_id: str) -> bool | None:
        """Return whether the mail was accepted; None for an answer that is no list of events."""
        items = facts.get("items")
        if not isinstance(items, list):
            return None
        wanted = message_id.strip("<>")
        return any(_message_id(item) == wanted for item in items)

    def _call(self, method: str, path: str, kind: str = "", content: bytes = b"") -> Call:
        headers = self._headers | ({"Content-Type": kind} if kind else {})
        return Call(method, self.base + path, headers, content)


def _form(edge: str, fields: Mapping[str, str], message: bytes) -> bytes:
    """A form of RFC 7578 whose last part is the message as a file."""
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{quote(name, safe=":")}"\r\n\r\n'
        f"{value}\r\n".encode()
        for name, value in fields.items()
    ]
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="message"; filename="message.mime"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return b"".join((*parts, head.encode(), message, f"\r\n--{edge}--\r\n".encode()))


def _message_id(item: Any) -> str:
    try:
        return str(item["message"]["headers"]["message-id"]).strip("<>")
    except (KeyError, TypeError):
        return ""
