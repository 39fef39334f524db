"""The web application, built around one System."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_babel import Babel
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from digest.feedback.leaver import Leaver
from digest.feedback.recorder import Recorder
from digest.migrate import is_current
from digest.system.build import System
from digest.system.errors import Refused
from digest.system.paths import resource
from digest.web import admin, public
from digest.web.errors import init_errors
from digest.web.filters import init_filters
from digest.web.guard import csrf, language, limiter
from digest.web.headers import init_headers
from digest.web.manifest import init_assets
from digest.web.quick import Quick
from digest.web.signin import init_signin

WEB = Path(__file__).parent / "web"
LARGEST_REQUEST = 100 * 1024 * 1024  # bytes; an import of a million addresses with names
LARGEST_FORM = 4 * 1024 * 1024  # bytes of fields that are not files


def create_app(system: System) -> Flask:
    """Build the application.

    Raises Refused("old_schema") unless the database has the schema of this code, and
    Refused("no_assets") when the style sheet was never built.
    """
    if not is_current(system.db):
        raise Refused("old_schema")
    app = Flask(
        "digest",
        root_path=str(WEB),
        template_folder=str(resource("templates")),
        static_folder=str(WEB / "static"),
    )
    app.extensions["digest"] = system
    app.extensions["touches"] = Recorder(system)
    app.extensions["leaver"] = Leaver(system)
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        BABEL_DEFAULT_LOCALE="ar",
        BABEL_TRANSLATION_DIRECTORIES=str(WEB / "translations"),
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    init_signin(app, system)
    csrf.init_app(app)
    limiter.init_app(app)
    Babel(app, locale_selector=language)
    for prepare in (init_assets, init_headers, init_filters, init_errors):
        prepare(app)
    app.wsgi_app = Quick(  # type: ignore[method-assign, assignment]
        app.wsgi_app, system, app.extensions["touches"], app.extensions["leaver"]
    )
    if proxies := system.settings.proxies:
        # Limits count networks: without this, everybody would come from the proxy's.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    app.register_blueprint(admin.bp)
    app.register_blueprint(public.bp)
    return app
