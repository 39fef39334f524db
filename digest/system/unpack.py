"""Content-Encoding, unpacked in small bounded pieces so that a bomb is cut, not swallowed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

PIECE = 64 * 1024  # bytes unpacked at once
CODINGS = 2  # more layers than this no honest server applies
ACCEPTED = "gzip, deflate"  # what the collector asks for and can unpack


class BadEncoding(ValueError):
    """The body is not what its Content-Encoding says, is cut short, or is of an unknown coding."""


class Unpacker:
    """Undo the codings of one response body, piece by piece."""

    def __init__(self, content_encoding: str) -> None:
        """Take the header as it came. Raises BadEncoding for a coding that we did not ask for."""
        names = [name.strip().lower() for name in content_encoding.split(",")]
        names = [name for name in names if name not in {"", "identity"}]
        if len(names) > CODINGS or not set(names) <= {"gzip", "x-gzip", "deflate"}:
            raise BadEncoding(f"Content-Encoding: {content_encoding[:80]}")
        self._layers = [_Layer(name) for name in reversed(names)]

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what ``data`` unpacks to, at most PIECE bytes at a time. Raises BadEncoding."""
        yield from self._through(data, 0)

    def check_end(self) -> None:
        """Raise BadEncoding when the body stopped before its end."""
        if any(layer.started and not layer.ended for layer in self._layers):
            raise BadEncoding("the packed body was cut short")

    def _through(self, data: bytes, level: int) -> Iterator[bytes]:
        if level == len(self._layers):
            if data:
                yield data
            return
        for piece in self._layers[level].feed(data):
            yield from self._through(piece, level + 1)


class _Layer:
    """One gzip or deflate stream."""

    def __init__(self, name: str) -> None:
        self._raw_may_come = name == "deflate"
        self._zlib = zlib.decompressobj(zlib.MAX_WBITS | (0 if name == "deflate" else 16))
        self.started = False

    @property
    def ended(self) -> bool:
        return self._zlib.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        more = bool(data)
        while more and not self._zlib.eof:
            try:
                piece = self._zlib.decompress(data, PIECE)
            except zlib.error as error:
                if not self._raw_may_come:
                    raise BadEncoding(str(error)) from error
                # Some servers send deflate without its zlib header, against RFC 9110 8.4.1.2.
                self._raw_may_come = False
                self._zlib = zlib.decompressobj(-zlib.MAX_WBITS)
                continue
            self._raw_may_come = False
            self.started = True
            if piece:
                yield piece
            data = self._zlib.unconsumed_tail
            more = bool(data) or len(piece) == PIECE  # output may still wait inside zlib
