"""The doctor says whether a model answers, and whether mails will be believed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from digest.cli.doctor import examine
from digest.system.build import System, build_system
from digest.system.llm import Endpoint
from digest.system.settings import Settings
from tests import make
from tests.conftest import SettableClock
from tests.servers import dns, http, smtp


@pytest.fixture
def web() -> Iterator[http.Server]:
    with http.running() as server:
        yield server


def said(system: System) -> tuple[str, str]:
    return next(
        (check.result, check.text) for check in examine(system) if check.name == "language model"
    )


def test_a_model_that_answers_is_told_from_one_that_does_not(
    settings: Settings, clock: SettableClock, web: http.Server
) -> None:
    model = Endpoint(web.url("/v1"), "small-arabic", "sk-secret", seconds=1)
    system = replace(build_system(settings, clock=clock), llm=model)
    web.reply("/v1/models", body='{"data": []}')
    assert said(system) == ("ok", f"small-arabic at 127.0.0.1:{web.port} answers")
    web.reply("/v1/models", 401)
    assert said(system) == ("warn", f"small-arabic at 127.0.0.1:{web.port}: llm_auth")
    system.close()


def test_the_senders_of_active_newsletters_are_looked_at_once_each(
    settings: Settings, clock: SettableClock
) -> None:
    with dns.running() as zone, smtp.running() as relay:
        away = replace(settings, smtp_url=relay.url)
        system = replace(build_system(away, clock=clock), dns=zone.resolver())
        zone.put("mina.example", "MX", "10 mx.mina.example.")
        now = clock.now()
        with system.db.write() as db:
            make.newsletter(db, now=now)
            make.newsletter(db, now=now, slug="second")
            make.newsletter(db, now=now, slug="old", sender_address="a@old.example", active=False)
        checks = {check.name: check for check in examine(system)}
        system.close()
    named = [name for name in checks if "example" in name]
    assert named == [f"{one} mina.example" for one in
                     ("spf", "dkim", "dmarc", "alignment", "mx", "tls")]
    assert checks["mx mina.example"].text == "Replies and bounces go to mx.mina.example."
    assert checks["dmarc mina.example"].result == "bad"
    assert checks["dmarc mina.example"].text.endswith(
        "_dmarc.mina.example TXT v=DMARC1; p=none; rua=mailto:postmaster@mina.example"
    )
