"""From an empty database to a sent issue, by commands alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digest.demo.site import DemoSite
from digest.system.clock import SystemClock
from digest.system.errors import Conflict, NotFound, Refused
from digest.system.settings import Settings
from tests.cli.conftest import Run


def test_an_issue_goes_out_by_commands_and_never_again(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    run("init")
    site = DemoSite()
    site.start(SystemClock().now())
    try:
        for feed in site.feeds:
            run("sources", "add", feed.url, "--name", feed.name)
        health = json.loads(run("collect", "--json").output)
        assert [row["health"] for row in health] == ["active"] * 4
    finally:
        site.stop()
    run("newsletters", "add", "موجز الميناء", "--slug", "mina", "--sender", "news@mina.example",
        "--postal-address", "شارع البحر 12")
    readers = tmp_path / "readers.csv"
    readers.write_text("email,name\nrim@readers.example,ريم\nomar@readers.example,عمر\nbad,\n",
                       encoding="utf-8")
    imported = json.loads(
        run("subscribers", "import", str(readers), "--list", "mina", "--json").output
    )
    assert (imported["added"], imported["invalid"]) == (2, 1)
    assert "3 sources · " in run("stories").output
    issue = run("issue", "draft", "mina").output.strip()
    run("issue", "preview", issue, "--out", str(tmp_path / "out"))
    assert 'dir="rtl"' in (tmp_path / "out" / "issue.html").read_text(encoding="utf-8")
    assert "draft:" in run("issue", "show", issue).output
    sent = json.loads(run("issue", "send", issue, "--wait", "--json").output)
    assert (sent["state"], sent["deliveries"]) == ("sent", {"sent": 2})
    assert "sent in issue 1 of mina" in run("stories", "--tab", "used").output
    told = json.loads(run("stories", "--tab", "used", "--json").output)
    assert {one["number"] for one in told["earlier"].values()} == {1}
    again = json.loads(run("issue", "send", issue, "--wait", "--json").output)
    assert again == sent
    assert len(list((settings.mailbox_dir / "new").iterdir())) == 2
    assert json.loads(run("outbox", issue, "--json").output)["deliveries"] == {"sent": 2}
    assert run("subscribers", "export", "--list", "mina").output.count("@") == 2


def test_unknown_things_are_refused_by_name(run: Run) -> None:
    with pytest.raises(NotFound, match="no_such_newsletter"):
        run("issue", "draft", "nobody")
    with pytest.raises(NotFound, match="no_such_issue"):
        run("outbox", "99")
    with pytest.raises(Refused, match="bad_url"):
        run("sources", "add", "file:///etc/passwd")


def test_a_time_needs_an_offset(run: Run) -> None:
    result = run("issue", "schedule", "1", "--at", "2026-11-24T06:00", code=2)
    assert "offset" in result.output


def test_the_doctor_sees_a_good_house_and_an_old_schema(run: Run) -> None:
    good = {row["name"]: row["result"] for row in json.loads(run("doctor", "--json").output)}
    assert good["database"] == good["assets"] == "ok"
    assert good["mail"] == "warn"
    assert good["language model"] == "ok"  # there is none, and none is needed
    run("db", "downgrade", "base")
    bad = json.loads(run("doctor", "--json", code=1).output)
    assert {"database": "bad"}.items() <= {row["name"]: row["result"] for row in bad}.items()
    with pytest.raises(Refused, match="old_schema"):
        run("sources", "list")
    run("db", "upgrade")


def test_a_person_gets_a_link_to_set_a_password(run: Run) -> None:
    assert "/admin/invitation/" in run("users", "add", "salma@newsroom.example").output
    with pytest.raises(Refused, match="user_exists"):
        run("users", "add", "salma@newsroom.example")


def test_a_refusal_has_an_english_sentence(run: Run) -> None:
    from digest.cli.session import explain

    assert "no_such_newsletter" in explain(NotFound("no_such_newsletter", newsletter="x"))
    assert explain(Conflict("stale_issue", version=2)).isascii()
