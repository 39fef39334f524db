"""The doctor says whether a model is configured and answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from digest.cli.doctor import examine
from digest.system.build import System, build_system
from digest.system.llm import Endpoint
from digest.system.settings import Settings
from tests.conftest import SettableClock
from tests.servers import http


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
