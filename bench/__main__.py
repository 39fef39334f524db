"""All measurements, one after another: ``python -m bench``."""

from __future__ import annotations

from bench import collect, render, start, understand

for part in (start, collect, understand, render):
    part.main()
    print()
