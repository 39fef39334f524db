"""``digest demo``: from a sample news site to three mails in a local mailbox."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from digest.cli.database import print_setup_link
from digest.cli.serve import run
from digest.cli.session import opened
from digest.demo import tour
from digest.demo.site import DemoSite
from digest.system.clock import SystemClock
from digest.system.errors import Refused
from digest.system.settings import Settings, from_env

WEB_PORT = 8000


@click.command()
@click.option("--serve", "stay", is_flag=True, help="Go on and serve the panel.")
@click.option("--dir", "folder", type=click.Path(file_okay=False, path_type=Path),
              default=Path("demo-data"), show_default=True, help="Where everything is kept.")
@click.option("--port", type=int, default=WEB_PORT, show_default=True, help="Of the panel.")
def demo(stay: bool, folder: Path, port: int) -> None:
    """Collect a sample site, summarise, group, draft, render and send, all on this machine.

    Nothing leaves it: the site, the SMTP server and the mailbox are local. Run twice, it sends
    nothing twice.
    """
    site = DemoSite()
    _start(site, folder.resolve())
    try:
        settings = _settings(folder.resolve(), site, port)
        with opened(settings, migrated=False) as system:
            console = Console(stderr=False, soft_wrap=True, highlight=False)
            with console.status("…") as status:

                def say(step: str, result: str) -> None:
                    console.print(f"  [green]✓[/green] {step:<11} {result}")
                    status.update("working…")

                outcome = tour.run(system, site, say)
            _report(console, settings, outcome)
            if stay:
                print_setup_link(system)
                run(system, "127.0.0.1", port)
    finally:
        site.stop()


def _start(site: DemoSite, folder: Path) -> None:
    """Serve the site at the port it had before, so that its articles keep their addresses."""
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / "site-port"
    port = int(note.read_text(encoding="ascii")) if note.exists() else 0
    try:
        site.start(SystemClock().now(), port)
    except OSError as error:
        raise Refused("port_taken", port=port) from error
    note.write_text(site.base_url.rpartition(":")[2], encoding="ascii")


def _settings(folder: Path, site: DemoSite, port: int) -> Settings:
    """The embedded default below one folder, allowed to fetch from the sample site alone."""
    return from_env({
        "DIGEST_DATA_DIR": str(folder),
        "DIGEST_BASE_URL": f"http://127.0.0.1:{port}",
        "DIGEST_FETCH_ALLOW": site.base_url.partition("://")[2],
    })


def _report(console: Console, settings: Settings, outcome: tour.Outcome) -> None:
    if outcome.issue_id is not None:
        counts = ", ".join(f"{name} {count}" for name, count in outcome.deliveries.items())
        console.print(f"  [green]✓[/green] {'delivered':<11} {counts}")
    console.print(f"\nMails:    {settings.mailbox_dir}/new")
    console.print(f"Database: {settings.data_dir / 'digest.db'}")
