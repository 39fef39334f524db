"""A logo is known by its bytes."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.newsletters.logos import LARGEST, Picture, read_picture
from digest.system.errors import Refused

FRAME = b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", 90, 240) + b"\x03" + b"\0" * 9
APP = b"\xff\xe0\x00\x10JFIF\0" + b"\0" * 9


@pytest.mark.parametrize(("data", "picture"), [
    (b"\xff\xd8" + APP + FRAME, Picture("image/jpeg", 240, 90)),
    (b"GIF87a" + struct.pack("<HH", 10, 20) + b"\0\0\0", Picture("image/gif", 10, 20)),
])
def test_kind_and_size_are_read_from_the_bytes(data: bytes, picture: Picture) -> None:
    assert read_picture(data) == picture


@given(st.sampled_from([b"", b"\xff\xd8\xff", b"GIF89a", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"<svg"]),
       st.binary(max_size=200))
def test_any_bytes_are_a_picture_or_refused(front: bytes, rest: bytes) -> None:
    try:
        picture = read_picture(front + rest)
    except Refused as error:
        picture = None
        why = error.code
    if picture is None:
        assert why.startswith("logo_")
    else:
        assert 0 < picture.width <= 2000 and 0 < picture.height <= 1000


def test_a_picture_too_heavy_for_mails_is_refused() -> None:
    with pytest.raises(Refused, match="logo_large"):
        read_picture(b"\xff\xd8" + APP + FRAME + b"\0" * LARGEST)
