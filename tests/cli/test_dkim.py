"""Keys by commands."""

from __future__ import annotations

import json

import pytest

from digest.system.errors import Refused
from tests.cli.conftest import Run


def test_a_key_is_made_published_used_and_retired(run: Run) -> None:
    made = json.loads(run("dkim", "generate", "mina.example", "--kind", "both", "--json").output)
    assert [one["algorithm"] for one in made] == ["rsa-sha256", "ed25519-sha256"]
    rsa = str(made[0]["id"])
    run("dkim", "activate", rsa)
    said = run("dkim", "list", "mina.example").output
    assert f"{rsa}\tactive\trsa-sha256" in said
    assert f'{made[0]["selector"]}._domainkey.mina.example. IN TXT "v=DKIM1; k=rsa;' in said
    run("dkim", "retire", rsa)
    run("dkim", "forget", rsa)
    assert len(json.loads(run("dkim", "list", "--json").output)) == 1
    with pytest.raises(Refused, match="no_such_key"):
        run("dkim", "activate", rsa)


def test_two_keys_do_not_get_one_name(run: Run) -> None:
    run("dkim", "generate", "mina.example", "--kind", "both", "--selector", "s1", code=2)
