"""Slips of the finger in the names of the large mail providers: gmial.com for gmail.com."""

from __future__ import annotations

from difflib import get_close_matches

# Those that most readers of Arabic mail use; other domains are never second-guessed.
PROVIDERS = (
    "gmail.com", "hotmail.com", "outlook.com", "yahoo.com", "icloud.com", "live.com", "msn.com",
    "aol.com", "protonmail.com", "proton.me", "gmx.com", "ymail.com", "googlemail.com",
    "me.com", "mail.com", "maktoob.com", "outlook.sa", "yahoo.fr", "hotmail.fr", "mail.ru",
    "yandex.com", "yandex.ru", "gmx.de", "web.de", "yahoo.co.uk", "hotmail.co.uk",
)  # fmt: skip
CLOSE = 0.84  # difflib's ratio; one letter swapped, lost or doubled in nine


def likely_domain(address: str) -> str:
    """Return the address with the provider's name mended, or "" when it looks right.

    A question to the reader, never a change: the domain written may exist.
    """
    local, at, domain = address.rpartition("@")
    domain = domain.lower()
    if not at or not local or domain in PROVIDERS:
        return ""
    found = get_close_matches(domain, PROVIDERS, n=1, cutoff=CLOSE)
    return f"{local}@{found[0]}" if found else ""
