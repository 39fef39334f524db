"""Signatures that another's verifier believes, for as long as nobody touches what they cover."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.compose import Mail, Sender, compose, plain_mail, skeleton
from digest.delivery.dkim import (
    Algorithm,
    Key,
    Signer,
    hash_body,
    new_key,
    public_part,
    quoted,
    record_name,
    record_text,
)
from digest.delivery.queries import reader
from digest.delivery.signing import AHEAD, Desk, Pool, desk_of, processes, signed
from digest.issues.document import Slot
from digest.system.build import System
from digest.system.tokens import Signer as TokenSigner

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SENDER = Sender(
    newsletter_id=1, name="موجز الميناء", slug="mina", shown="موجز الميناء اليومي",
    address="news@mina.example", reply_to="hello@mina.example", host="mina.example",
)
KEYS = (new_key("r1", Algorithm.RSA), new_key("e1", Algorithm.ED25519))
SIGNER = Signer("mina.example", KEYS)
RECORDS = {
    record_name(key.selector, "mina.example"): record_text(key.algorithm, public_part(key))
    for key in KEYS
}


def lookup(name: bytes, timeout: int = 5) -> bytes:
    """Answer as the DNS would."""
    return RECORDS.get(name.decode().rstrip("."), "").encode()


def verified(message: bytes) -> list[bool]:
    """Ask dkimpy for each signature of a message."""
    return [_verifies(message, n) for n in range(message.count(b"DKIM-Signature:"))]


def _verifies(message: bytes, n: int) -> bool:
    try:
        return dkim.DKIM(message).verify(n, dnsfunc=lookup)
    except dkim.ValidationError:  # another body
        return False


def mail() -> Mail:
    page = f"<html><body>{'<p>خبر من الميناء</p>' * 300}<a href='{Slot.LEAVE}'>x</a></body></html>"
    frame = skeleton(7, "نشرة الميناء: أخبار اليوم كلها", page, f"خبر\n{Slot.LEAVE}\n", SENDER)
    one = reader(TokenSigner("s" * 20), "https://mina.example", subscriber_id=3, token="abc",
                 address="rim@example.net", newsletter_id=1, issue_id=7)
    return compose(frame, one, at=AT)


def test_each_signature_of_an_issue_is_believed() -> None:
    message = signed(SIGNER, mail()).message
    assert message.startswith(b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple;")
    assert verified(message) == [True, True]
    assert all(len(line) <= 100 for line in message.split(b"\r\n"))


def test_a_confirmation_is_believed() -> None:
    one = plain_mail(SENDER, "ريم@example.net", subject="أكّد", page="<p>x</p>", text="x",
                     message_id="c1", at=AT)
    message = signed(SIGNER, one).message
    assert verified(message) == [True, True]


@pytest.mark.parametrize("change", [
    (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"List-Unsubscribe-Post: no"),
    (b"https://mina.example/", b"https://evil.example/"),
    (b"To: <rim@", b"To: <omar@"),
    (b"boundary=", b"bound=dary="),
    (b"MIME-Version: 1.0", b"MIME-Version: 1.0\r\nSubject: another"),
    (b"MIME-Version: 1.0", b"MIME-Version: 1.0\r\nFrom: <evil@evil.example>"),
    (b"Content-Type: text/html", b"Content-Type: text/hxml"),
])  # fmt: skip
def test_what_was_changed_on_the_way_is_not_believed(change: tuple[bytes, bytes]) -> None:
    message = signed(SIGNER, mail()).message
    head, _, body = message.partition(b"\r\n\r\n")
    changed = head.replace(*change) + b"\r\n\r\n" + body.replace(*change)
    assert changed != message
    assert verified(changed) == [False, False]


def test_headers_folded_anew_and_empty_lines_at_the_end_do_no_harm() -> None:
    message = signed(SIGNER, mail()).message
    head, _, body = message.partition(b"\r\n\r\n")
    folded = head.replace(b"To: <rim", b"TO:\r\n   <rim").replace(b": List-Unsub", b":  List-Unsub")
    assert verified(folded + b"\r\n\r\n" + body + b"\r\n\r\n") == [True, True]


def test_the_same_mail_has_the_same_signatures_with_the_time_of_its_date() -> None:
    first = signed(SIGNER, mail()).message
    assert first == signed(SIGNER, mail()).message
    assert b" t=%d;" % int(AT.timestamp()) in first


def test_a_mail_in_parts_and_in_one_piece_are_signed_alike() -> None:
    head, *rest = mail().parts
    assert SIGNER.sign_parts(head, rest) == SIGNER.sign(head, b"".join(rest)[2:])
    with pytest.raises(ValueError, match="empty line"):
        SIGNER.sign_parts(head, [b"no empty line\r\n"])


def test_processes_sign_as_this_one_does_and_a_dead_one_is_not_missed() -> None:
    one, pool = mail(), Pool(2)
    desk = Desk(SIGNER, pool)
    wanted = signed(SIGNER, one).message
    try:
        begun = [desk.begin(one) for _ in range(200)]  # more than a process is given
        assert {end().message for end in begun[::-1]} == {wanted}
        begun = [desk.begin(one) for _ in range(6)]
        for worker in pool._workers:
            worker.process.kill()
        assert {end().message for end in begun} == {wanted}
        assert desk.begin(one)().message == wanted
        assert desk.ahead(10) == AHEAD
    finally:
        pool.close()


def test_without_a_key_nothing_is_signed() -> None:
    one = mail()
    assert signed(None, one) is one
    assert Desk().begin(one)() is one
    assert Desk(SIGNER).begin(one)().message == signed(SIGNER, one).message
    assert Desk().ahead(10) == 10


def test_processes_are_kept_for_a_sender_that_needs_them(system: System) -> None:
    assert desk_of(system, None) == Desk()
    quick = Signer("mina.example", KEYS[1:])
    assert desk_of(system, quick) == Desk(quick)
    desk = desk_of(system, SIGNER)
    assert (desk.pool is not None) == (processes() > 0)
    assert desk_of(system, SIGNER) == desk


def test_the_published_example_of_ed25519_gives_the_published_signature() -> None:
    """RFC 8463 appendix A: its private key gives its public one."""
    secret = base64.b64decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    private = Ed25519PrivateKey.from_private_bytes(secret).private_bytes(
        Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
    )
    key = Key("brisbane", Algorithm.ED25519, private)
    assert public_part(key) == "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    assert "nWGx" not in repr(key)


def test_a_key_of_another_algorithm_is_no_key() -> None:
    with pytest.raises(ValueError, match="algorithm"):
        Signer("mina.example", [Key("x", Algorithm.RSA, KEYS[1].private)])


def test_a_long_record_is_cut_into_strings() -> None:
    text = RECORDS["r1._domainkey.mina.example"]
    strings = quoted(text).split(" \"")
    assert len(strings) == 2
    assert "".join(part.strip('"') for part in strings) == text


lines = st.lists(st.binary(max_size=8).map(lambda raw: raw.translate(None, b"\r\n")), max_size=6)


@given(lines, st.integers(0, 40), st.integers(0, 40))
def test_a_body_hash_does_not_depend_on_where_the_body_is_cut(
    found: list[bytes], first: int, second: int
) -> None:
    body = b"".join(line + b"\r\n" for line in found)
    cut = sorted((min(first, len(body)), min(second, len(body))))
    pieces = (body[: cut[0]], body[cut[0] : cut[1]], body[cut[1] :])
    canonical = dkim.CanonicalizationPolicy.from_c_value(b"relaxed/simple")
    assert hash_body(pieces) == hash_body((body,))
    wanted = canonical.canonicalize_body(body)
    assert base64.b64decode(hash_body(pieces)) == hashlib.sha256(wanted).digest()
