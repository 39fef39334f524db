"""E-mail addresses: one strict reading, one key per reader, one way to show them to others.

Syntax is RFC 5321 and RFC 6531 as read by ``email-validator``; comments, quoted local parts,
address literals and lists of addresses are refused, so one text is never two recipients.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

LONGEST = 320  # characters looked at; RFC 5321 4.5.3.1 allows 254 octets
# Marks that bidi-aware programs add when an Arabic text is copied; they are no part of an address.
COPIED_MARKS = "\u200e\u200f\u061c"
EDGE_MARKS = COPIED_MARKS + "\u200b\u2060\ufeff\u2066\u2067\u2068\u2069"
# Nobody's address holds a template's opening or closing; programs that fill templates do the rest.
TEMPLATE_MARKS = ("{{", "}}", "{%", "%}", "${", "#{")
# What nearly every address of a file looks like. The full reading takes 55 µs, this one 1.2; what
# does not match, or lies outside the lengths of RFC 5321 4.5.3.1, is read in full.
PLAIN = re.compile(r"([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)@([A-Za-z0-9.-]+)")
LONGEST_PLAIN, LONGEST_LOCAL = 254, 64
DOMAINS_KEPT = 65_536  # domains whose reading is remembered, 10 MB; a file repeats a few
DOTLESS = frozenset({"gmail.com", "googlemail.com"})  # providers that ignore dots


class BadAddress(ValueError):
    """A text that is no address; ``code`` says why in one word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Address:
    """A readable address.

    ``address`` is the form to send to: the local part as written (NFC), the domain as A-label.
    ``key`` is equal for every spelling of the same reader; ``needs_smtputf8`` says that only
    a relay offering SMTPUTF8 (RFC 6531) can take it.
    """

    address: str
    key: str
    ascii_domain: str
    needs_smtputf8: bool


def parse(text: str) -> Address:
    """Read one address strictly.

    Spaces and invisible direction marks around it are dropped. Case, A-label or Arabic spelling
    of the domain and NFC or NFD give the same key; ى and ي, plus tags and dots give different
    ones. Raises BadAddress with code "empty", "too_long" or "syntax".
    """
    return _parse_plain(text) or _parse_any(text)


def _parse_plain(text: str) -> Address | None:
    """Read an address of letters, digits and dots; None when it needs the full reading."""
    plain = PLAIN.fullmatch(text)
    if plain is None or len(text) > LONGEST_PLAIN:
        return None
    local, domain = plain.groups()
    if len(local) > LONGEST_LOCAL or not _is_domain(domain := domain.lower()):
        return None
    return Address(f"{local}@{domain}", f"{local.lower()}@{domain}", domain, False)


@lru_cache(DOMAINS_KEPT)
def _is_domain(domain: str) -> bool:
    """Whether the full reading takes a domain of ASCII letters as it is written."""
    try:
        return _parse_any(f"a@{domain}").ascii_domain == domain
    except BadAddress:
        return False


def _parse_any(text: str) -> Address:
    written = _without_marks(text)
    if not written:
        raise BadAddress("empty")
    if len(written) > LONGEST:
        raise BadAddress("too_long")
    if any(mark in written for mark in TEMPLATE_MARKS):
        raise BadAddress("syntax")
    try:
        # The names reserved for trials (RFC 2606, .test) are let through, so a trial can be made.
        found = validate_email(written, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise BadAddress("syntax") from error
    domain = (found.ascii_domain or "").lower()
    if "." not in domain:
        raise BadAddress("syntax")
    local = unicodedata.normalize("NFC", found.local_part)
    return Address(
        address=f"{local}@{domain}",
        key=f"{_same_case(local)}@{domain}",
        ascii_domain=domain,
        needs_smtputf8=not local.isascii(),
    )


def address_hash(key: str) -> str:
    """Return the SHA-256 of a key in hex, as kept of addresses that must not be kept."""
    return hashlib.sha256(key.encode("utf-8")).hexdigest()


def limit_key(address: Address) -> str:
    """Return the key that limits count by: plus tags, and dots where they mean nothing, dropped.

    Aliases stay different readers, but one mailbox cannot be flooded through them.
    """
    local = address.key.rpartition("@")[0].partition("+")[0] or address.key
    if address.ascii_domain in DOTLESS:
        local = local.replace(".", "")
    return f"{local}@{address.ascii_domain}"


def mask(address: str) -> str:
    """Return an address that its owner recognises and nobody else can use: r•••••r@gmail.com.

    The number of dots is always five, so the length stays unknown.
    """
    local, _, domain = address.rpartition("@")
    if not local:
        return "•••••"
    last = local[-1] if len(local) > 2 else ""
    return f"{local[0]}•••••{last}@{shown_domain(domain)}"


def shown(address: str) -> str:
    """Return an address as people read it: an A-label domain in its own letters."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{shown_domain(domain)}" if local else address


def shown_domain(domain: str) -> str:
    """Return a domain in its own letters, or as it is when it cannot be decoded."""
    try:
        return domain.encode("ascii").decode("idna") if "xn--" in domain else domain
    except UnicodeError:
        return domain


def _without_marks(text: str) -> str:
    kept = text.translate(dict.fromkeys(map(ord, COPIED_MARKS)))
    before = None
    while kept != before:  # spaces and marks may alternate at an edge
        before, kept = kept, kept.strip().strip(EDGE_MARKS)
    return kept


def _same_case(local: str) -> str:
    """Fold case by ``lower``, not ``casefold``, which would make one reader of ß and ss."""
    return unicodedata.normalize("NFC", local.lower())
