"""Signature Version 4 of Amazon Web Services, for requests with a path and no odd characters.

By the published algorithm ("Create a signed AWS API request") and its test suite. Pure.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key, and where and what it is used for."""

    key: str
    secret: str
    region: str
    service: str


def sign(
    credentials: Credentials, method: str, url: str, content: bytes, headers: Mapping[str, str],
    *, now: datetime,
) -> dict[str, str]:
    """Return the headers to send: those given, with X-Amz-Date and Authorization."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    day = stamp[:8]
    parts = urlsplit(url)
    shown = {"host": parts.netloc, "x-amz-date": stamp}
    shown |= {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    names = ";".join(sorted(shown))
    request = "\n".join((
        method, quote(parts.path or "/", safe="/-_.~"), _query(parts.query),
        *(f"{name}:{shown[name]}" for name in sorted(shown)), "",
        names, hashlib.sha256(content).hexdigest(),
    ))
    scope = f"{day}/{credentials.region}/{credentials.service}/aws4_request"
    text = "\n".join((ALGORITHM, stamp, scope, hashlib.sha256(request.encode()).hexdigest()))
    signature = hmac.new(_key(credentials, day), text.encode(), hashlib.sha256).hexdigest()
    who = f"{ALGORITHM} Credential={credentials.key}/{scope}"
    return {
        **headers, "X-Amz-Date": stamp,
        "Authorization": f"{who}, SignedHeaders={names}, Signature={signature}",
    }


def _query(query: str) -> str:
    """Names and values in the order of their bytes, each escaped once."""
    pairs = parse_qsl(query, keep_blank_values=True)
    escaped = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in escaped)


def _key(credentials: Credentials, day: str) -> bytes:
    key = f"AWS4{credentials.secret}".encode()
    for part in (day, credentials.region, credentials.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
