"""The whole product in one process: web, calendar, workers, sender."""

from __future__ import annotations

import signal
from types import FrameType

import click

from digest.cli.database import prepare, print_setup_link
from digest.cli.session import opened
from digest.system.build import System

WEB_THREADS = 32  # those who leave wait for the disk, many of them for the same write


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve the panel and the public pages, collect, schedule and send. Ends on Ctrl+C."""
    with opened(migrated=False) as system:
        prepare(system)
        print_setup_link(system)
        run(system, host, port)


def run(system: System, host: str, port: int) -> None:
    """Work until SIGTERM or Ctrl+C; mails in hand are finished, the rest stays in the tables."""
    from waitress.server import create_server

    from digest.app import create_app
    from digest.runner import Runner

    app = create_app(system)
    server = create_server(
        app, host=host, port=port, threads=WEB_THREADS, ident=None,
        max_request_body_size=1 << 30,  # the application has its own, smaller limit
    )
    runner = Runner(system)
    signal.signal(signal.SIGTERM, _interrupt)
    runner.start()
    click.echo(f"Digest runs at http://{host}:{port} (Ctrl+C ends it)")
    try:
        server.run()
    finally:
        runner.stop()
        server.close()
        app.extensions["touches"].close()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
