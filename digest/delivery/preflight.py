"""Before the first issue: will the mails of this sender be believed? With the record to paste.

SPF, DKIM, DMARC, alignment, PTR, MX and the relay's TLS, as the large mailbox providers ask of
who sends in bulk. A finding is a code with facts; surfaces make a sentence of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal

from digest.delivery.keys import KeyRow, domain_of, list_keys
from digest.delivery.models import KeyState
from digest.delivery.spf import Check, Spf, of_spf, with_term
from digest.system.addresses import is_public
from digest.system.build import System
from digest.system.dns import Dns, host_of
from digest.system.reply import Reply, Stage
from digest.text.urls import host

Result = Literal["ok", "warn", "bad"]
# Senders by trade, by the end of their relay's name or by the scheme of their interface, and what
# lets them in.
TRADE = {
    "amazonaws.com": "amazonses.com", "mailgun.org": "mailgun.org",
    "postmarkapp.com": "spf.mtasv.net", "sendgrid.net": "sendgrid.net",
    "gmail.com": "_spf.google.com", "google.com": "_spf.google.com",
    "office365.com": "spf.protection.outlook.com", "outlook.com": "spf.protection.outlook.com",
    "mailjet.com": "spf.mailjet.com", "brevo.com": "spf.brevo.com",
}  # fmt: skip
INTERFACES = {"ses": "amazonses.com", "mailgun": "mailgun.org", "postmark": "spf.mtasv.net"}
TLS = frozenset({"smtps", "smtp+starttls"})
NOBODY = ("192.0.2.1",)  # RFC 5737; stands for an address that we do not know
POLICY = re.compile(r"none|quarantine|reject", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """A DNS record to paste."""

    name: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: ``code`` says what was found, ``record`` how to mend it."""

    subject: str
    result: Result
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """How mails leave: by whom, and from which public addresses as far as that can be known.

    ``own`` is a relay on this machine or network; ``include`` what lets a sender by trade in.
    """

    scheme: str
    name: str
    addresses: tuple[str, ...] = ()
    own: bool = False
    include: str = ""

    @property
    def leaves(self) -> bool:
        """Whether mails leave this machine at all."""
        return self.scheme != "capture"


def examine(system: System, address: str) -> list[Finding]:
    """Look at everything about a sender's address.

    Takes a second, and some more when nobody answers. Raises Refused("bad_sender").
    """
    domain = domain_of(address)
    with system.db.read() as db:
        keys = [one for one in list_keys(db, domain) if one.state is not KeyState.RETIRED]
    site = host(system.settings.base_url)
    routes = [route(system.dns, url, site) for url in system.settings.smtp_url.split()]
    spf = [look_at_spf(system.dns, domain, one, site) for one in routes]
    dkim = list(look_at_dkim(system.dns, keys))
    return [
        *spf, *dkim, look_at_dmarc(system.dns, domain), aligned(domain, spf, dkim),
        *look_at_ptr(system.dns, routes, site), look_at_mx(system.dns, domain, site),
        *map(look_at_tls, routes, (reply for _, reply in system.relay.greet())),
    ]  # fmt: skip


def route(dns: Dns, url: str, site: str) -> Route:
    """Return how mails leave by the relay of a URL.

    A relay on this machine sends from an address that only its administrator knows; the site's
    own is the best guess.
    """
    scheme, name = url.partition(":")[0], host_of(url)
    if scheme == "capture":
        return Route(scheme, "")
    if scheme in INTERFACES:
        return Route(scheme, scheme, include=INTERFACES[scheme])
    for end, include in TRADE.items():
        if name == end or name.endswith(f".{end}"):
            return Route(scheme, name, include=include)
    if public := _public(dns, name):
        return Route(scheme, name, public)
    return Route(scheme, name, _public(dns, site), own=True)


def look_at_spf(dns: Dns, domain: str, way: Route, site: str) -> Finding:
    """Ask whether the domain lets this way send; its envelopes carry the domain itself."""
    found = dns.txt(domain)
    if found.failed:
        return Finding("spf", "warn", "dns_failed", {"name": domain})
    records = of_spf(found)
    present = records[0] if records else ""
    term = _term_of(way, site)
    mended = Record(domain, "TXT", with_term(present, term)) if term else None
    if len(records) > 1:
        return Finding("spf", "bad", "spf_many", {"n": str(len(records)), "domain": domain})
    if not records:
        return Finding("spf", "bad", "spf_none", {"domain": domain}, mended)
    if re.search(r"(?:^|\s)\+?all(?:\s|$)", present, re.IGNORECASE):
        mend = re.sub(r"(?:^|(?<=\s))\+?all(?=\s|$)", "~all", with_term(present, term),
                      flags=re.IGNORECASE)
        return Finding("spf", "bad", "spf_open", {"domain": domain},
                       Record(domain, "TXT", mend))
    return _judged(dns, domain, way, present, mended)


def _judged(dns: Dns, domain: str, way: Route, present: str, mended: Record | None) -> Finding:
    """What a single, sane record says of the addresses we know."""
    checks = [Check(dns, one) for one in way.addresses or NOBODY]
    results = [one.host(domain) for one in checks]
    if Spf.BROKEN in results:
        why = next(one.why for one in checks if one.why)
        return Finding("spf", "bad", "spf_broken", {"domain": domain, "why": why})
    if Spf.AWAY in results:
        return Finding("spf", "warn", "dns_failed", {"name": domain})
    if way.include:
        if f"include:{way.include}" in present.lower().split():
            return Finding("spf", "ok", "spf_ok", {"sender": way.include})
        return Finding("spf", "warn", "spf_no_include", {"sender": way.include}, mended)
    if not way.leaves:
        return Finding("spf", "ok", "spf_readable", {"domain": domain})
    refused = [
        one for one, said in zip(way.addresses, results, strict=False) if said is not Spf.PASS
    ]
    if not way.addresses:
        return Finding("spf", "warn", "spf_unknown", {"domain": domain}, mended)
    if refused:
        return Finding("spf", "warn" if way.own else "bad", "spf_not_ours",
                       {"addresses": ", ".join(refused)}, mended)
    return Finding("spf", "ok", "spf_ok", {"sender": ", ".join(way.addresses)})


def look_at_dkim(dns: Dns, keys: Sequence[KeyRow]) -> Iterator[Finding]:
    """Compare each key with the record that others see."""
    if not keys:
        yield Finding("dkim", "warn", "dkim_none")
    for key in keys:
        record, facts = Record(key.name, "TXT", key.text), {"selector": key.selector}
        found, used = dns.txt(key.name), key.state is KeyState.ACTIVE
        if found.failed:
            yield Finding("dkim", "warn", "dns_failed", {"name": key.name})
        elif _p(key.text) in map(_p, found.records):
            yield Finding("dkim", "ok", "dkim_ok" if used else "dkim_ready", facts)
        elif found.records:
            yield Finding("dkim", "bad", "dkim_other", facts, record)
        else:
            yield Finding("dkim", "bad" if used else "warn",
                          "dkim_missing" if used else "dkim_waiting", facts, record)


def look_at_dmarc(dns: Dns, domain: str) -> Finding:
    """Look for the domain's policy, or that of a domain above it (RFC 7489 6.6.3)."""
    labels = domain.split(".")
    for place in range(max(len(labels) - 1, 1)):
        name = "_dmarc." + ".".join(labels[place:])
        found = dns.txt(name)
        if found.failed:
            return Finding("dmarc", "warn", "dns_failed", {"name": name})
        records = [one for one in found.records if re.match(r"v\s*=\s*DMARC1\s*(;|$)", one)]
        if len(records) > 1:
            return Finding("dmarc", "bad", "dmarc_many", {"name": name})
        if records:
            tags = _tags(records[0])
            policy = tags.get("sp" if place else "p", tags.get("p", ""))
            if POLICY.fullmatch(policy):
                return Finding("dmarc", "ok", "dmarc_ok", {"policy": policy, "name": name})
            return Finding("dmarc", "bad", "dmarc_broken", {"name": name})
    value = f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}"
    return Finding("dmarc", "bad", "dmarc_none", {"domain": domain},
                   Record(f"_dmarc.{domain}", "TXT", value))


def aligned(domain: str, spf: Sequence[Finding], dkim: Sequence[Finding]) -> Finding:
    """Conclude whether DMARC passes: our signature and envelope carry the very domain of From."""
    if any(one.code == "dkim_ok" for one in dkim):
        return Finding("alignment", "ok", "aligned_dkim", {"domain": domain})
    if any(one.code == "dns_failed" for one in (*spf, *dkim)):
        return Finding("alignment", "warn", "aligned_unknown", {"domain": domain})
    if spf and all(one.code == "spf_ok" for one in spf):
        return Finding("alignment", "warn", "aligned_spf", {"domain": domain})
    return Finding("alignment", "bad", "aligned_not", {"domain": domain})


def look_at_ptr(dns: Dns, routes: Sequence[Route], site: str) -> Iterator[Finding]:
    """Ask each address for its name, and the name for the address."""
    for way in routes:
        for address in way.addresses:
            found = dns.names(address)
            facts = {"address": address, "name": ", ".join(found.records)}
            if found.failed:
                yield Finding("ptr", "warn", "dns_failed", {"name": address})
            elif not found.records:
                reverse, name = ip_address(address).reverse_pointer, site if way.own else way.name
                yield Finding("ptr", "bad", "ptr_none", facts, Record(reverse, "PTR", f"{name}.") if _is_name(name) else None)
            elif any(address in dns.addresses(one).records for one in found.records):
                yield Finding("ptr", "ok", "ptr_ok", facts)
            else:
                yield Finding("ptr", "bad", "ptr_other", facts)


def look_at_mx(dns: Dns, domain: str, site: str) -> Finding:
    """Ask whether answers and bounces find a way back."""
    found, facts = dns.mx(domain), {"domain": domain}
    if found.failed:
        return Finding("mx", "warn", "dns_failed", {"name": domain})
    if "." in found.records:
        return Finding("mx", "bad", "mx_refuses", facts)
    if found.records:
        return Finding("mx", "ok", "mx_ok", {"host": found.records[0]})
    if dns.addresses(domain).records:
        return Finding("mx", "warn", "mx_implied", facts)
    return Finding("mx", "bad", "mx_none", facts, Record(domain, "MX", f"10 {site}.") if _is_name(site) else None)


def look_at_tls(way: Route, reply: Reply) -> Finding:
    """Judge how a relay let us in: encrypted where its address says so, or not at all."""
    facts = {"relay": way.name}
    if not way.leaves:
        return Finding("tls", "warn", "relay_captures")
    if reply.stage is Stage.TLS:
        return Finding("tls", "bad", "tls_bad", {**facts, "reply": reply.text})
    if not reply.ready:
        return Finding("tls", "bad", "relay_silent", {**facts, "reply": reply.text})
    if way.scheme in TLS or way.scheme in INTERFACES:
        return Finding("tls", "ok", "tls_ok", facts)
    if way.own:
        return Finding("tls", "ok", "tls_local", facts)
    return Finding("tls", "bad", "tls_plain", facts)


def _public(dns: Dns, name: str) -> tuple[str, ...]:
    """The public addresses of a host."""
    try:
        known: tuple[str, ...] = (str(ip_address(name)),)
    except ValueError:
        known = dns.addresses(name).records if name and name != "localhost" else ()
    return tuple(one for one in known if is_public(ip_address(one)))


def _term_of(way: Route, site: str) -> str:
    """What a record needs so that mails may leave by this way; "" when nothing is known."""
    if way.include:
        return f"include:{way.include}"
    if way.addresses:
        return f"ip{ip_address(way.addresses[0]).version}:{way.addresses[0]}"
    return f"a:{site}" if _is_name(site) else ""


def _is_name(site: str) -> bool:
    """Whether a host is a name that others know."""
    return re.search(r"\.[a-z0-9-]*[a-z]", site) is not None


def _p(record: str) -> str:
    """The public key of a DKIM record."""
    return re.sub(r"\s", "", _tags(record).get("p", ""))


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
