"""The built-in mailbox: a real SMTP server on loopback that keeps every mail in a Maildir."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import uuid
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 32 * 1024 * 1024  # bytes of one mail


class CaptureServer:
    """Listens on a free port of 127.0.0.1 from its making until ``close``."""

    def __init__(self, folder: Path) -> None:
        for part in ("tmp", "new", "cur"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._keeper = _Keeper(folder)
        self._loop = asyncio.new_event_loop()
        self._ending = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and wait for the thread to end."""
        self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        server = await self._loop.create_server(self._session, sock=self._listener)
        await self._ending.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _session(self) -> SMTP:
        return SMTP(self._keeper, enable_SMTPUTF8=True, data_size_limit=LARGEST,
                    hostname="localhost", ident="Digest mailbox", loop=self._loop)


class _Keeper:
    """Writes each mail durably before the relay's 250 is given, as any relay must."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        body = envelope.original_content or b""
        name = uuid.uuid4().hex
        traces = f"Return-Path: <{envelope.mail_from}>\r\n" + "".join(
            f"Delivered-To: {recipient}\r\n" for recipient in envelope.rcpt_tos
        )
        with (self._folder / "tmp" / name).open("wb") as file:
            file.write(traces.encode() + body)
            file.flush()
            os.fsync(file.fileno())
        (self._folder / "tmp" / name).rename(self._folder / "new" / name)
        return "250 2.0.0 kept"
