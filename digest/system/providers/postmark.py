"""Postmark: ``postmark://:TOKEN@broadcast``; the host is the message stream.

Postmark takes no raw message: ours is taken apart and said again as its JSON. It signs the mail
itself and keeps our Message-ID when told to; our token is metadata of the mail.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import SplitResult, unquote, urlencode

from digest.system.errors import Refused
from digest.system.providers.api import SETTLED, Call, No, base_of, token_of

KEEPS = timedelta(days=45)  # of messages, in any plan
# Said in fields of their own, or written by Postmark itself.
NOT_COPIED = frozenset({
    "from", "to", "subject", "reply-to", "date", "mime-version", "dkim-signature", "content-type",
    "content-transfer-encoding",
})
BY_CODE = {
    10: No.KEY, 100: No.LATER, 400: No.SENDER, 401: No.SENDER, 405: No.KEY, 406: No.RECIPIENT,
    412: No.KEY, 413: No.KEY, 429: No.LATER, 1235: No.REFUSED,
}  # fmt: skip


class Postmark:
    """One server's message stream."""

    def __init__(self, url: SplitResult) -> None:
        """Raises Refused("bad_settings") for an address without token or stream."""
        token, self._stream = unquote(url.password or ""), url.hostname or ""
        if not (token and self._stream):
            raise Refused("bad_settings", names="DIGEST_SMTP_URL")
        self.base = base_of(url, "https://api.postmarkapp.com")
        self._headers = {"X-Postmark-Server-Token": token}

    def submission(
        self, envelope_from: str, recipient: str, message: bytes, *, now: datetime
    ) -> Call:
        """Return the request that hands a mail over, with nothing in it rewritten."""
        mail = message_from_bytes(message, policy=policy.default)
        body: dict[str, Any] = {
            "From": str(mail["From"]), "To": recipient, "Subject": str(mail["Subject"]),
            "TextBody": _text(mail, "plain"), "HtmlBody": _text(mail, "html"),
            "Headers": [*_headers(message), {"Name": "X-PM-KeepID", "Value": "true"}],
            "MessageStream": self._stream, "TrackOpens": False, "TrackLinks": "None",
            "Metadata": {"digest-id": str(mail["Message-ID"]).strip("<> ")},
        }
        if mail["Reply-To"]:
            body["ReplyTo"] = str(mail["Reply-To"])
        if token := token_of(envelope_from):
            body["Metadata"]["digest"] = token
        return self._call("POST", "/email", json.dumps(body, ensure_ascii=False).encode())

    def accepted(self, facts: Mapping[str, Any]) -> str:
        """Return Postmark's own number of an accepted mail, or nothing."""
        return str(facts.get("MessageID") or "") if facts.get("ErrorCode") == 0 else ""

    def refused(self, status: int, facts: Mapping[str, Any]) -> No | None:
        """Return why a mail was not taken; None when nobody can know."""
        code, text = facts.get("ErrorCode"), str(facts.get("Message") or "")
        if isinstance(code, int) and code in BY_CODE:
            return BY_CODE[code]
        if status in {401, 403}:
            return No.KEY
        if status == 404:
            return No.REFUSED
        if code == 300 and "'To'" in text:
            return No.RECIPIENT
        if code == 300 and "'From'" in text:
            return No.SENDER
        return No.CONTENT if 400 <= status < 500 else None

    def greeting(self, *, now: datetime) -> Call:
        """Return a harmless request that only a good key is answered."""
        return self._call("GET", "/server")

    def search(self, message_id: str, at: datetime, *, now: datetime) -> Call | None:
        """Return the request for a mail by its metadata; None when the log may lack it."""
        if not SETTLED <= now - at <= KEEPS:
            return None
        query = urlencode({
            "count": 5, "offset": 0, "messagestream": self._stream,
            "metadata_digest-id": message_id.strip("<> "),
        })
        return self._call("GET", f"/messages/outbound?{query}")

    def found(self, facts: Mapping[str, Any], message_id: str) -> bool | None:
        """Return whether the mail was accepted; None for an answer that is no list of mails."""
        mails = facts.get("Messages")
        if not isinstance(mails, list):
            return None
        wanted = message_id.strip("<> ")
        return any(
            isinstance(one, dict) and (one.get("Metadata") or {}).get("digest-id") == wanted
            for one in mails
        )

    def _call(self, method: str, path: str, content: bytes = b"") -> Call:
        headers = self._headers | ({"Content-Type": "application/json"} if content else {})
        return Call(method, self.base + path, headers, content)


def _text(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _headers(message: bytes) -> list[dict[str, str]]:
    """The other headers as they are, in one line each."""
    raw = message_from_bytes(message.partition(b"\r\n\r\n")[0])
    return [
        {"Name": name, "Value": "".join(str(value).splitlines())}
        for name, value in raw.items() if name.lower() not in NOT_COPIED
    ]
