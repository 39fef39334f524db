"""Sources by commands: found behind a site's address, taken in and given out as lists."""

from __future__ import annotations

import json
from pathlib import Path

from digest.sources import opml
from tests.cli.conftest import Run
from tests.servers import http
from tests.sources.samples import BODY, TITLE, item, page, rss


def test_the_feeds_of_a_site_are_found_and_none_is_added(run: Run) -> None:
    with http.running() as web:
        head = '<link rel="alternate" type="application/rss+xml" href="/f">'
        web.reply("/", body=page(TITLE, [BODY], head=head))
        web.reply("/f", body=rss([item(TITLE, web.url("/1"))]))
        assert run("sources", "find", web.url("/")).output == f"rss\t1\tوكالة الساحل\t{web.url('/f')}\n"
        (found,) = json.loads(run("sources", "find", web.url("/"), "--json").output)
        assert found["samples"][0]["title"] == TITLE
        assert "http_error" in run("sources", "find", web.url("/none"), code=1).output
    assert run("sources", "list").output == ""


def test_a_list_comes_in_and_goes_out(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text(
        "<opml><body><outline text='الساحل' xmlUrl='https://a.example/f'/></body></opml>",
        encoding="utf-8",
    )
    assert run("sources", "import", str(file)).output.startswith("added\t")
    assert run("sources", "import", str(file)).output.startswith("source_known\t")
    written = run("sources", "export").output
    assert [one.title for one in opml.read(written.encode())] == ["الساحل"]
