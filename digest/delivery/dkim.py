"""Signatures that prove who sent a mail: DKIM (RFC 6376) by RSA or Ed25519 (RFC 8463). Pure.

Headers are signed relaxed, so folding may change on the way; the body simple, since base64 lines
are not touched by anyone. A mail signed twice is hashed once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import lru_cache

# What readers see: named once more than they occur, so that nobody can add a second one.
SEEN = (b"from", b"reply-to", b"to", b"subject", b"date")
SIGNED = (
    *SEEN, b"message-id", b"mime-version", b"content-type", b"content-transfer-encoding",
    b"list-id", b"list-unsubscribe", b"list-unsubscribe-post", b"list-help", b"list-archive",
    b"feedback-id", b"auto-submitted",
)  # fmt: skip
RSA_BITS = 2048
FIELD = re.compile(rb"\r\n(?![ \t])")
BLANKS = re.compile(rb"[ \t]+")
B_LINE = 72  # characters of a signature in one line
STRING = 255  # characters of one string of a TXT record
RAW_ED25519 = 32  # bytes, RFC 8032 5.1.5


class Algorithm(StrEnum):
    """The two that RFC 8463 leaves."""

    RSA = "rsa-sha256"
    ED25519 = "ed25519-sha256"

    @property
    def kind(self) -> str:
        """Return the ``k=`` of its DNS record."""
        return self.value.partition("-")[0]


# What a domain may sign with, by the names that surfaces offer.
KINDS = {
    "rsa": (Algorithm.RSA,),
    "ed25519": (Algorithm.ED25519,),
    "both": (Algorithm.RSA, Algorithm.ED25519),
}


@dataclass(frozen=True, slots=True)
class Key:
    """A private key (PKCS #8, DER) and the name under which its public half is in the DNS."""

    selector: str
    algorithm: Algorithm
    private: bytes = field(repr=False)


Sign = Callable[[bytes], bytes]  # from the SHA-256 of what is signed to the signature


@dataclass(frozen=True, slots=True)
class Draft:
    """A signature header that lacks its signature, and the hash that is to be signed."""

    algorithm: Algorithm
    head: bytes
    digest: bytes

    def complete(self, signature: bytes) -> bytes:
        """Return the whole header with its line end."""
        text = binascii.b2a_base64(signature, newline=False)
        lines = [text[at : at + B_LINE] for at in range(0, len(text), B_LINE)]
        return b"%b%b\r\n" % (self.head, b"\r\n ".join(lines))


class Signer:
    """Signs the mails of one domain with each of its keys."""

    def __init__(self, domain: str, keys: Sequence[Key]) -> None:
        self.domain = domain.lower()
        self.keys = tuple(keys)
        self.signs = tuple(sign_by(key) for key in keys)
        self._start = tuple(
            f"DKIM-Signature: v=1; a={key.algorithm}; c=relaxed/simple;\r\n"
            f" d={self.domain}; s={key.selector};".encode("ascii")
            for key in keys
        )

    @property
    def is_slow(self) -> bool:
        """Whether one of the keys is RSA, whose signature costs more than a whole mail."""
        return any(key.algorithm is Algorithm.RSA for key in self.keys)

    def sign(self, headers: bytes, body: bytes) -> bytes:
        """Return a DKIM-Signature header for each key, with line ends, to stand before the others.

        ``headers`` and ``body`` are whole lines with CRLF, without the empty line between them.
        """
        return self._signed(self.drafts(headers, hash_body((body,))))

    def sign_parts(self, head: bytes, rest: Sequence[bytes]) -> bytes:
        """Do the same for a message in parts: ``rest`` begins with the empty line."""
        return self._signed(self.drafts_of_parts(head, rest))

    def drafts_of_parts(self, head: bytes, rest: Sequence[bytes]) -> list[Draft]:
        """Return what a message in parts has to have signed, for each key in turn."""
        first = rest[0]
        if not first.startswith(b"\r\n"):
            raise ValueError("no empty line between headers and body")
        return self.drafts(head, hash_body((first[2:], *rest[1:])))

    def drafts(self, headers: bytes, body_hash: bytes) -> list[Draft]:
        """Return the signature headers without their signatures, for each key in turn."""
        names, signed, date = _chosen(headers)
        rest = b"%b\r\n h=%b;\r\n bh=%b;\r\n b=" % (_time(date), names, body_hash)
        made = hashlib.sha256(signed)
        drafts = []
        for key, start in zip(self.keys, self._start, strict=True):
            head = start + rest
            whole = made.copy()
            whole.update(b"dkim-signature:" + head[16:].replace(b"\r\n", b""))
            drafts.append(Draft(key.algorithm, head, whole.digest()))
        return drafts

    def _signed(self, drafts: list[Draft]) -> bytes:
        return b"".join(
            draft.complete(sign(draft.digest))
            for draft, sign in zip(drafts, self.signs, strict=True)
        )


def sign_by(key: Key) -> Sign:
    """Return what signs a SHA-256 with a key; raises ValueError for a key that is none."""
    from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa, utils
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    private = load_der_private_key(key.private, None)
    if isinstance(private, ed25519.Ed25519PrivateKey) and key.algorithm is Algorithm.ED25519:
        return private.sign
    if not isinstance(private, rsa.RSAPrivateKey) or key.algorithm is not Algorithm.RSA:
        raise ValueError("the key is not one of its algorithm")
    scheme, known = padding.PKCS1v15(), utils.Prehashed(SHA256())
    signer = private
    return lambda digest: signer.sign(digest, scheme, known)


def new_key(selector: str, algorithm: Algorithm) -> Key:
    """Make a key; RSA takes about 0.1 s."""
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    private: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
    if algorithm is Algorithm.ED25519:
        private = ed25519.Ed25519PrivateKey.generate()
    else:
        private = rsa.generate_private_key(65537, RSA_BITS)
    return Key(selector, algorithm, private.private_bytes(
        Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
    ))  # fmt: skip


def public_part(key: Key) -> str:
    """Return the ``p=`` of a key's DNS record, base64: for Ed25519 the bare key (RFC 8463 4)."""
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_der_private_key,
    )

    public = load_der_private_key(key.private, None).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    raw = der[-RAW_ED25519:] if key.algorithm is Algorithm.ED25519 else der
    return base64.b64encode(raw).decode("ascii")


def record_name(selector: str, domain: str) -> str:
    """Return where a key's DNS record stands."""
    return f"{selector}._domainkey.{domain}"


def record_text(algorithm: Algorithm, public: str) -> str:
    """Return the TXT record of a public key, for mail only (RFC 6376 3.6.1)."""
    return f"v=DKIM1; k={algorithm.kind}; s=email; p={public}"


def quoted(text: str) -> str:
    """Return a TXT record's text as zone files have it: strings of 255 at most (RFC 1035 3.3)."""
    return " ".join(f'"{text[at : at + STRING]}"' for at in range(0, len(text), STRING))


def hash_body(pieces: Sequence[bytes]) -> bytes:
    """Return the base64 SHA-256 of a body in pieces, the empty lines at its end left out.

    RFC 6376 3.4.3; an empty body counts as one line end.
    """
    end, last = len(pieces), b""
    while end and not last:
        end -= 1
        last = pieces[end].rstrip(b"\r\n")
    made = hashlib.sha256()
    for piece in pieces[:end]:
        made.update(piece)
    made.update(last + b"\r\n")
    return binascii.b2a_base64(made.digest(), newline=False)


def _chosen(headers: bytes) -> tuple[bytes, bytes, bytes]:
    """The ``h=`` value, folded; the headers it names in relaxed form; the value of Date."""
    found: dict[bytes, list[bytes]] = {}
    date = b""
    for one in FIELD.split(headers):
        name, relaxed = _relaxed(one)
        found.setdefault(name, []).append(relaxed)
    counts = tuple(len(found.get(name, ())) for name in SIGNED)
    signed = [one for name in SIGNED if name in found for one in reversed(found[name])]
    if b"date" in found:
        date = found[b"date"][-1][len(b"date:") :].strip()
    return _named(counts), b"".join(signed), date


@lru_cache(maxsize=256)  # most headers are the same in every mail of an issue
def _relaxed(one: bytes) -> tuple[bytes, bytes]:
    """The name of a header and the whole of it in relaxed form (RFC 6376 3.4.2)."""
    name, _, value = one.partition(b":")
    name = name.rstrip().lower()
    return name, b"%b:%b\r\n" % (name, BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip(b" "))


@lru_cache(maxsize=16)
def _named(counts: tuple[int, ...]) -> bytes:
    """Each name as often as it occurs, those that are seen once more, in lines of 78."""
    lines = [b""]
    for name, count in zip(SIGNED, counts, strict=True):
        for _ in range(count + (name in SEEN)):
            if len(lines[-1]) + len(name) > B_LINE:
                lines.append(b"")
            lines[-1] += name + b":"
    return b"\r\n ".join(lines)[:-1]


@lru_cache(maxsize=4)
def _time(date: bytes) -> bytes:
    """The time of signing: that of the mail, so that the same mail has the same bytes."""
    try:
        return b" t=%d;" % parsedate_to_datetime(date.decode("ascii")).timestamp()
    except ValueError:
        return b""
