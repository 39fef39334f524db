"""All measurements, one after another: ``python -m bench``."""

from __future__ import annotations

from bench import collect, render, understand

for part in (collect, understand, render):
    part.main()
    print()
