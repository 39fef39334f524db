"""Web addresses: one strict parser for checking, fetching and comparing."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin

MAX_LENGTH = 4096  # characters; longer addresses are traps, browsers and proxies cut them too
DEFAULT_PORTS = {"http": 80, "https": 443}

# RFC 3986 appendix B, read strictly: the scheme must be written and an authority must follow it.
_SHAPE = re.compile(r"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::([0-9]{0,5}))?")
_HOSTNAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ufeff]")
_CUT_BY_BROWSERS = re.compile(r"[\t\r\n]")  # WHATWG URL: removed wherever they stand
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
# What WHATWG leaves bare in a path and in a query; everything else is percent-encoded.
_PATH_SAFE = "/%!$&'()*+,;=:@[]|^~"
_QUERY_SAFE = _PATH_SAFE + "?`{}\\"


class BadUrl(ValueError):
    """An address that we neither store nor fetch; ``code`` says which rule it broke."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Url:
    """The parts of a checked address: an ASCII host (A-labels, or an IP without brackets)."""

    scheme: str
    host: str
    port: int
    path: str
    query: str | None

    @property
    def authority(self) -> str:
        """Host and, where it is not the scheme's own, port; as in a Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        query = "" if self.query is None else f"?{self.query}"
        return f"{self.scheme}://{self.authority}{self.path}{query}"


def split(url: str) -> Url:
    """Parse an absolute http or https address, without its fragment.

    What different parsers read differently is refused, not repaired: user names, backslashes,
    controls, percent signs in the host, numbers that only some systems take for an IP address.
    Raises BadUrl with the code ``too_long``, ``scheme``, ``characters``, ``user``, ``host`` or
    ``port``.
    """
    if len(url) > MAX_LENGTH:
        raise BadUrl("too_long")
    found = _SHAPE.fullmatch(url)
    if _UNSAFE.search(url):
        raise BadUrl("characters")
    if found is None:
        raise BadUrl("scheme")
    scheme, authority, path, query = found[1].lower(), found[2], found[3], found[4]
    if "@" in authority:
        raise BadUrl("user")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise BadUrl("host")
    port = int(parts[2]) if parts[2] else DEFAULT_PORTS[scheme]
    if not 0 < port < 65536:
        raise BadUrl("port")
    return Url(
        scheme=scheme,
        host=_host(parts[1]),
        port=port,
        path=quote(_without_dots(path) or "/", safe=_PATH_SAFE),
        query=None if query is None else quote(query, safe=_QUERY_SAFE),
    )


def ascii_form(url: str) -> str:
    """Return an address as a browser asks for it and a header may hold it, with its fragment.

    Raises BadUrl.
    """
    fragment = url.partition("#")[2]
    return str(split(url)) + (f"#{quote(fragment, safe=_PATH_SAFE + '?')}" if fragment else "")


def is_http(url: str) -> bool:
    """Tell whether this is an address that we would store and fetch."""
    try:
        split(url)
    except BadUrl:
        return False
    return True


def host(url: str) -> str:
    """Return the ASCII host of an address, or "" for what is no web address."""
    try:
        return split(url).host
    except BadUrl:
        return ""


def absolute(base: str, link: str) -> str:
    """Resolve a link found on the page ``base``; "" when it leads to no http(s) address.

    Spaces around it and line breaks inside it are dropped as browsers do (WHATWG URL). The
    fragment is dropped: it names a place on the same page.
    """
    link = _CUT_BY_BROWSERS.sub("", link.strip())
    try:
        return str(split(urljoin(base, link).replace(" ", "%20")))
    except ValueError:  # BadUrl, or urljoin on a broken IPv6 host
        return ""


def canonical(url: str) -> str:
    """Return the form by which two addresses of one page are the same.

    Lower-case scheme and host, A-labels, no default port, no fragment, no tracking parameters
    (courlan's list, from AdGuard and ClearURLs), parameters in order, no slash at the end.
    Raises BadUrl.
    """
    from courlan import normalize_url

    parts = split(url)
    # courlan turns A-labels into letters; ours is the host that is looked up.
    cleaned = normalize_url(str(parts)).partition("://")[2]
    tail = re.sub(r"^[^/?]*", "", cleaned).rstrip("/")
    return f"{parts.scheme}://{parts.authority}{tail}"


def url_key(url: str) -> str:
    """Return a hash under which an address is stored once; http and https are one. Raises BadUrl."""
    return hashlib.sha256(canonical(url).partition("://")[2].encode()).hexdigest()


def _host(text: str) -> str:
    """Check a host: an IP address in its plain form, or a name in A-labels."""
    if text.startswith("["):
        try:
            return str(ipaddress.IPv6Address(text[1:-1]))
        except ValueError:
            raise BadUrl("host") from None
    name = text.lower() if text.isascii() else _to_ascii(text)
    name = name.removesuffix(".")
    if not _HOSTNAME.fullmatch(name):
        raise BadUrl("host")
    # A last label that is a number makes the whole host an IPv4 address (WHATWG URL, "ends in a
    # number"); only the dotted form with four plain decimals reads the same everywhere.
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError:
            raise BadUrl("host") from None
    return name


def _to_ascii(name: str) -> str:
    import idna

    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise BadUrl("host") from None


def _without_dots(path: str) -> str:
    """Remove "." and ".." segments (RFC 3986 5.2.4)."""
    if "/." not in path and "/%2e" not in path.lower():
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for place, segment in enumerate(segments):
        plain = re.sub("%2e", ".", segment, flags=re.IGNORECASE)
        last = place == len(segments) - 1
        if plain == "..":
            del kept[-1:]
        elif plain != ".":
            kept.append(segment)
        if last and plain in {".", ".."}:
            kept.append("")
    return "/" + "/".join(kept)
