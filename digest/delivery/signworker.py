"""A process that holds private keys and signs hashes: ``python -m digest.delivery.signworker``.

It reads frames (number of a key, length, bytes) and ends with its standard input. The first frame
of a number is the algorithm and the key itself; each later one is a SHA-256, answered by its
signature.
"""

from __future__ import annotations

import signal
import struct
import sys
from typing import BinaryIO

from digest.delivery.dkim import Algorithm, Key, Sign, sign_by

FRAME = struct.Struct(">BH")


def frame(number: int, payload: bytes) -> bytes:
    """Return what the process reads of one key or hash."""
    return FRAME.pack(number, len(payload)) + payload


def key_frame(number: int, key: Key) -> bytes:
    """Return what makes a key known to the process."""
    return frame(number, key.algorithm.value.encode() + b"\0" + key.private)


def serve(source: BinaryIO, target: BinaryIO) -> None:
    """Answer frames until there are no more."""
    known: dict[int, Sign] = {}
    while head := source.read(FRAME.size):
        number, length = FRAME.unpack(head)
        payload = source.read(length)
        if number in known:
            target.write(known[number](payload))
            target.flush()
            continue
        algorithm, _, private = payload.partition(b"\0")
        known[number] = sign_by(Key("", Algorithm(algorithm.decode()), private))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a sender that is asked to end still needs it
    serve(sys.stdin.buffer, sys.stdout.buffer)
