"""Signed tokens, each for one purpose: a token to leave cannot confirm, and the other way round."""

from __future__ import annotations

import hashlib
import hmac

from itsdangerous import BadData, SignatureExpired, URLSafeSerializer, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode

from digest.system.errors import Refused

CONFIRM = "confirm"
LEAVE = "leave"
BOUNCE = "bounce"
PREFERENCES = "preferences"
TRACK = "track"
LINK = "link"
SETUP = "setup"
PASSWORD = "set-password"  # noqa: S105  (a purpose, no password)
INVITE = "invite"
APPROVE = "approve"
STOP = "stop"
FORM_TIME = "form-time"
CONFIRM_HOURS = 48
ANSWER_HOURS = 48  # how long a draft may be approved or stopped by its mail


class Signer:
    """Signs small integer tuples (HMAC-SHA-1 keyed by secret and purpose, itsdangerous)."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._keys: dict[str, _Key] = {}
        self._readers: dict[str, URLSafeSerializer] = {}

    def sign(self, purpose: str, *ids: int) -> str:
        """Return a token without expiry; deterministic, so a mail's bytes can be made again.

        What ``URLSafeSerializer.dumps`` writes, never compressed, in a fifth of its time (measured):
        a mail carries several.
        """
        key = self._keys.get(purpose)
        if key is None:
            key = self._keys[purpose] = _Key(self._secret, purpose)
        return key.sign(f"[{','.join(map(str, ids))}]".encode())

    def read(self, purpose: str, token: str) -> tuple[int, ...]:
        """Return the ids of a token; raises Refused("bad_token") when forged or of another kind.

        Base64 leaves two bits of the last letter unused: only the spelling that we write is good.
        """
        try:
            ids = _ints(self._reader(purpose).loads(token))
        except BadData as error:
            raise Refused("bad_token") from error
        if not hmac.compare_digest(self.sign(purpose, *ids).encode(), token.encode()):
            raise Refused("bad_token")
        return ids

    def _reader(self, purpose: str) -> URLSafeSerializer:
        reader = self._readers.get(purpose)
        if reader is None:
            reader = self._readers[purpose] = URLSafeSerializer(self._secret, salt=purpose)
        return reader

    def sign_timed(self, purpose: str, *ids: int) -> str:
        """Return a token that carries the time of its making."""
        return str(URLSafeTimedSerializer(self._secret, salt=purpose).dumps(list(ids)))

    def read_timed(self, purpose: str, token: str, *, hours: float) -> tuple[int, ...]:
        """Return the ids of a token younger than ``hours``.

        Raises Refused("expired_token", ids=…) or Refused("bad_token").
        """
        serializer = URLSafeTimedSerializer(self._secret, salt=purpose)
        try:
            return _ints(serializer.loads(token, max_age=int(hours * 3600)))
        except SignatureExpired as error:
            raise Refused("expired_token") from error
        except BadData as error:
            raise Refused("bad_token") from error


class _Key:
    """The key of one purpose, derived once."""

    def __init__(self, secret: str, purpose: str) -> None:
        signer = URLSafeSerializer(secret, salt=purpose).make_signer(purpose)
        self._mac = hmac.new(signer.derive_key(), digestmod=hashlib.sha1)

    def sign(self, payload: bytes) -> str:
        value = base64_encode(payload)
        mac = self._mac.copy()
        mac.update(value)
        return b".".join((value, base64_encode(mac.digest()))).decode()


def _ints(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(isinstance(part, int) for part in value):
        raise Refused("bad_token")
    return tuple(value)
