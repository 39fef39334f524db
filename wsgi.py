"""For any WSGI server: ``gunicorn wsgi:application``, on a schema that "digest db upgrade" made.

With DIGEST_EMBEDDED=1 each process also runs calendar, workers and sender; without it a
"digest serve" beside the web servers does, on the same database.
"""

from __future__ import annotations

import atexit

from digest.app import create_app
from digest.runner import Runner
from digest.system import log
from digest.system.build import build_system
from digest.system.settings import from_env

log.configure()
system = build_system(from_env())
application = create_app(system)
atexit.register(application.extensions["touches"].close)
if system.settings.embedded:
    runner = Runner(system)
    runner.start()
    atexit.register(runner.stop)
