"""Content-Encoding undone in bounded pieces."""

from __future__ import annotations

import gzip
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.system.unpack import PIECE, BadEncoding, Unpacker


def unpack(coding: str, body: bytes, step: int = 1000) -> bytes:
    unpacker = Unpacker(coding)
    pieces = [
        piece
        for start in range(0, len(body), step)
        for piece in unpacker.feed(body[start : start + step])
    ]
    unpacker.check_end()
    assert all(len(piece) <= max(PIECE, step) for piece in pieces)
    return b"".join(pieces)


@given(st.binary(max_size=3000), st.integers(1, 500))
def test_what_was_packed_comes_back_however_it_arrives(body: bytes, step: int) -> None:
    raw = zlib.compressobj(wbits=-15)
    assert unpack("gzip", gzip.compress(body), step) == body
    assert unpack("deflate", zlib.compress(body), step) == body
    assert unpack("deflate, x-gzip", gzip.compress(zlib.compress(body)), step) == body
    assert unpack("", body, step) == body
    if body:
        assert unpack("deflate", raw.compress(body) + raw.flush(), len(body) + 50) == body


@given(st.binary(max_size=2000), st.sampled_from(["gzip", "deflate", "gzip, deflate"]))
def test_noise_is_unpacked_or_refused_and_nothing_else(body: bytes, coding: str) -> None:
    with suppress(BadEncoding):  # the one way to say no
        unpack(coding, body)


def test_a_bomb_comes_in_pieces_that_can_be_counted() -> None:
    unpacker = Unpacker("gzip")
    seen = 0
    for piece in unpacker.feed(gzip.compress(bytes(20 * 1024 * 1024), 9)):
        seen += len(piece)
        if seen > 1024 * 1024:
            break
    assert seen <= 1024 * 1024 + PIECE


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip, gzip", "gzip, br", "*", "x" * 500])
def test_an_unknown_or_overlong_coding_is_refused(coding: str) -> None:
    with pytest.raises(BadEncoding, match="Content-Encoding"):
        Unpacker(coding)


@pytest.mark.parametrize("coding", ["", "identity", " , ", "GZIP", "gzip, identity"])
def test_spellings_of_known_codings_are_taken(coding: str) -> None:
    Unpacker(coding)


def test_a_body_cut_short_is_noticed() -> None:
    with pytest.raises(BadEncoding, match="cut short"):
        unpack("gzip", gzip.compress(bytes(range(256)) * 20)[:-10])


def test_a_body_that_never_began_is_empty() -> None:
    assert unpack("gzip", b"") == b""


def test_what_follows_the_end_is_ignored() -> None:
    assert unpack("gzip", gzip.compress(b"text") + b"trailing") == b"text"
