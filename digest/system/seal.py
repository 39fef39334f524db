"""Secrets in the database, closed with the installation's own: a stolen backup does not open them.

AES-256-GCM with a key derived by HKDF-SHA-256 from DIGEST_SECRET_KEY and the purpose.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from digest.system.errors import Refused

NONCE = 12  # bytes, NIST SP 800-38D 8.2


def derive(secret: str, purpose: str) -> str:
    """Return a key of its own for a purpose (HMAC-SHA-256 of the secret), as hex."""
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def seal(secret: str, purpose: str, plain: bytes, about: str) -> str:
    """Return ``plain`` closed, as text; ``about`` has to be said again to open it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(NONCE)
    closed = AESGCM(_key(secret, purpose)).encrypt(nonce, plain, about.encode())
    return base64.b64encode(nonce + closed).decode("ascii")


def unseal(secret: str, purpose: str, closed: str, about: str) -> bytes:
    """Return what was sealed; raises Refused("sealed") by another secret or about another thing."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        raw = base64.b64decode(closed, validate=True)
        return AESGCM(_key(secret, purpose)).decrypt(raw[:NONCE], raw[NONCE:], about.encode())
    except (InvalidTag, ValueError) as error:
        raise Refused("sealed") from error


def _key(secret: str, purpose: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=None, info=f"digest {purpose}".encode()).derive(secret.encode())
