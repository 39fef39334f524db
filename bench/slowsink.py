"""A relay far away: takes every mail, keeps none, and lets each answer wait.

``smtp-sink`` can only wait for whole seconds. All answers wait just as long, as on a wire with that
round trip; several commands that come together are answered together. No slow start is imitated.

    python -m bench.slowsink PORT MILLISECONDS
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque

END = b"\r\n.\r\n"
FEATURES = b"250-far.example\r\n250-PIPELINING\r\n250-SIZE 0\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"


class Talk(asyncio.Protocol):
    """One connection; ``delay`` in seconds."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._loop = asyncio.get_running_loop()
        self._answers: deque[bytes] = deque()
        self._in = b""
        self._is_text = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("no stream")
        self._transport = transport
        self._answer(b"220 far.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer what has come whole."""
        self._in += data
        answers: list[bytes] = []
        while (found := self._next()) is not None:
            answers.append(found)
        if answers:
            self._answer(b"".join(answers))

    def _next(self) -> bytes | None:
        """The answer to the next command or text; None when none is whole."""
        end = END if self._is_text else b"\r\n"
        at = self._in.find(end)
        if at < 0:
            if self._is_text:
                self._in = self._in[-len(END):]
            return None
        line, self._in = self._in[:at], self._in[at + len(end):]
        if self._is_text:
            self._is_text = False
            return b"250 2.0.0 taken\r\n"
        verb = line[:4].upper()
        if verb == b"EHLO":
            return FEATURES
        if verb == b"DATA":
            self._is_text = True
            self._in = b"\r\n" + self._in  # a text may be nothing but its final dot
            return b"354 go on\r\n"
        return b"221 2.0.0 bye\r\n" if verb == b"QUIT" else b"250 2.0.0 ok\r\n"

    def _answer(self, answer: bytes) -> None:
        self._answers.append(answer)
        self._loop.call_later(self._delay, self._say)

    def _say(self) -> None:
        answer = self._answers.popleft()
        self._transport.write(answer)
        if answer.endswith(b"bye\r\n"):
            self._transport.close()


async def serve(port: int, delay: float) -> None:
    """Listen until the process ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Talk(delay), "127.0.0.1", port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]) / 1000))
