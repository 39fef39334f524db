"""The application as ``digest serve`` builds it, but cheap to build again for every test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from digest.app import create_app
from digest.system.build import System

# Argon2 is slow on purpose: 64 MiB and a tenth of a second for each person who signs in.
CHEAP = {"argon2__rounds": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}


class Compiled(BytecodeCache):
    """Templates compiled in this process, by their source: every application compiles them anew."""

    def __init__(self) -> None:
        self.code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket with what was compiled."""
        if found := self.code.get(bucket.key + bucket.checksum):
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self.code[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


class CompiledRule(Rule):
    """A route whose functions are compiled once in this process: they hold nothing of their map."""

    built: ClassVar[dict[tuple[Any, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, repr(self._trace), repr(self.defaults), append_unknown)
        if key not in self.built:
            self.built[key] = super()._compile_builder(append_unknown)
        return self.built[key]


COMPILED = Compiled()
Flask.url_rule_class = CompiledRule


def build_app(system: System) -> Flask:
    """Build the application with templates and routes compiled once, passwords quick to check."""
    app = create_app(system)
    app.jinja_env.bytecode_cache = COMPILED
    app.extensions["security"].pwd_context.update(**CHEAP)
    return app
