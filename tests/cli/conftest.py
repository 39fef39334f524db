"""The command, run in this process with an environment of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from digest.cli import cli
from digest.system.settings import Settings

Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings) -> Run:
    """Call ``digest WORDS…``; ``given`` is its standard input, and it must end with ``code``."""
    env = {
        "DIGEST_DATABASE_URL": settings.database_url,
        "DIGEST_DATA_DIR": str(settings.data_dir),
        "DIGEST_SECRET_KEY": settings.secret_key,
        "DIGEST_FETCH_ALLOW": "127.0.0.1",
    }

    def call(*words: str, given: str | bytes | None = None, code: int = 0) -> Result:
        result = CliRunner(env=env).invoke(cli, words, input=given, catch_exceptions=True)
        if result.exit_code != code and result.exception is not None:
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return call
