"""Digest (نشرة): from feeds to a curated Arabic newsletter in an inbox."""

__version__ = "0.1.0"
