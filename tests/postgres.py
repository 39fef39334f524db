"""A throw-away PostgreSQL server for the tests, from the system's own binaries."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from digest.migrate import upgrade
from digest.system.db import Database


def binaries() -> Path | None:
    """Return the folder with initdb and postgres, or None when there is no server here."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


# What a server for tests may lose is everything: it is thrown away after a crash.
OPTIONS = {
    "listen_addresses": "127.0.0.1", "fsync": "off", "synchronous_commit": "off",
    "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": 0, "autovacuum": "off",
    "max_wal_size": "64MB", "min_wal_size": "32MB",
}
# A server that keeps its word, for measurements and for faults.
DURABLE = OPTIONS | {
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on",
    "max_wal_size": "2GB",
}
ROOM = 512 * 1024 * 1024  # bytes; a server takes about a fifth, and there is one per worker


class Server:
    """A running server, its migrated template database and a connection that makes copies."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._admin = create_engine(
            self.url("postgres"), isolation_level="AUTOCOMMIT", pool_size=1, max_overflow=0
        )

    def url(self, name: str) -> str:
        """Return the address of a database on this server."""
        return f"postgresql+psycopg://digest@127.0.0.1:{self.port}/{name}"

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        """Make a copy of the migrated template, drop it afterwards."""
        # Copied as files it takes 30 ms; through the log, the default since 15, 370 ms.
        self.run(f'CREATE DATABASE "{name}" TEMPLATE digest_template STRATEGY file_copy')
        try:
            yield self.url(name)
        finally:
            self.run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def run(self, statement: str) -> None:
        """Run a statement outside any transaction."""
        with self._admin.connect() as connection:
            connection.execute(text(statement))

    def close(self) -> None:
        """Let go of the connection."""
        self._admin.dispose()


@contextmanager
def running(options: Mapping[str, object] = OPTIONS) -> Iterator[Server]:
    """Start a server on a free port, with a migrated template, and stop it in the end."""
    folder = binaries()
    if folder is None:
        pytest.fail("DIGEST_TEST_DATABASE=postgresql needs PostgreSQL's initdb; none was found")
    # Not under pytest's folder: every pytest that starts closes that one to other accounts.
    home = Path(tempfile.mkdtemp(prefix="digest-pg-", dir=_roomy()))
    data = home / "data"
    owner = _owner(data)
    _call(owner, folder / "initdb", "-D", data, "-U", "digest", "-A", "trust", "--no-sync",
          "-E", "UTF8", "--locale=C")
    port = _free_port()
    given = " ".join(f"-c {name}={value}" for name, value in options.items())
    words = f"-p {port} -k {data.parent} {given}"
    _call(owner, folder / "pg_ctl", "-D", data, "-w", "-l", data.parent / "log", "-o", words,
          "start")
    server = Server(port)
    try:
        server.run("CREATE DATABASE digest_template")
        template = Database(server.url("digest_template"))
        upgrade(template)
        template.close()
        yield server
    finally:
        server.close()
        _call(owner, folder / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)


def _roomy() -> Path:
    """In memory, where a new database takes a tenth of the time; on disk when that is small."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM:
        return memory
    return Path(tempfile.gettempdir())


def _owner(data: Path) -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: as root, use an account without rights."""
    if os.getuid() != 0:
        return None
    owner = pwd.getpwnam("nobody")
    for folder in (data.parent, *data.parent.parents):
        if folder in {Path("/tmp"), Path("/dev/shm")}:
            break
        folder.chmod(folder.stat().st_mode | 0o011)
    os.chown(data.parent, owner.pw_uid, owner.pw_gid)
    return owner


def _call(owner: pwd.struct_passwd | None, *words: object) -> None:
    user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
    done = subprocess.run(
        [str(word) for word in words], check=False, cwd="/", stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, **user,  # type: ignore[call-overload]
    )
    if done.returncode:
        raise RuntimeError(done.stdout)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
