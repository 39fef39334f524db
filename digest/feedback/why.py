"""Why a mail did not arrive, from a status code (RFC 3463) and a server's own words. Pure.

Only three answers are the end of an address: nobody of that name, no such domain, a mailbox that
was closed. Everything else may pass, or is our own fault, and must not cost us the reader.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Why(StrEnum):
    """What stood in the way of a mail."""

    MAILBOX = "mailbox"  # nobody of that name
    DOMAIN = "domain"  # no such domain, or it takes no mail
    CLOSED = "closed"  # a mailbox that is no longer in use
    FULL = "full"
    POLICY = "policy"  # spam filter, reputation, missing signature: about us, not the reader
    SIZE = "size"
    EXPIRED = "expired"  # tried for days
    OTHER = "other"
    COMPLAINT = "complaint"  # it arrived, and its reader called it spam


LOOKED_AT = 6000  # characters
# No word of an address is a reason: "spam" in it, or "full".
ADDRESS = re.compile(r"[^\s<>\"'(),;:=]{1,64}@[^\s<>\"'(),;:=]{1,255}")
FINAL = frozenset({Why.MAILBOX, Why.DOMAIN, Why.CLOSED})

# Status codes that say it all; the words are looked at only when the code does not.
BY_STATUS = {
    "5.1.0": None, "5.1.1": Why.MAILBOX, "5.1.2": Why.DOMAIN, "5.1.3": Why.MAILBOX,
    "5.1.6": Why.MAILBOX, "5.1.10": Why.DOMAIN, "5.2.1": Why.CLOSED, "5.2.2": Why.FULL,
    "5.2.3": Why.SIZE, "5.3.4": Why.SIZE, "5.4.4": Why.DOMAIN, "5.4.7": Why.EXPIRED,
    "5.7.509": Why.POLICY, "5.7.708": Why.POLICY,
}
FULL = re.compile(
    r"quota|(?:mail|in)?box(?: \S+)? (?:is )?(?:over ?)?full|mailfull|(?:disk|storage) (?:space|full)"
    r"|storage allocation|exceed\w*(?: \w+){0,4} (?:storage|space|mailbox)"
    r"|(?:storage|mailbox|message)\S*(?: \w+){0,3} (?:limit|size) (?:was |is |has been )?exceeded"
    r"|insufficient (?:system )?(?:storage|space|disk)|out of (?:disk )?(?:storage|space)|too many messages",
)
SIZE = re.compile(
    r"message (?:is |was )?(?:too (?:large|big|long)|size)|exceeds?(?: \w+){0,3} (?:message )?size"
    r"|size limit|larger than|too large",
)
POLICY = re.compile(
    r"spam|\bspf\b|\bdkim\b|\bdmarc\b|blacklist|block ?list|blocklist|\brbl\b|dnsbl|\bblocked\b|reputation"
    r"|junk|policy|poli(?:cy|tica)|virus|malware|phish|banned|not authori[sz]ed|unauthori[sz]ed"
    r"|authenticat|relay(?:ing)? (?:access )?(?:denied|not|prohibited)|not permitted to relay"
    r"|unable to relay|access denied|listed (?:at|in|on)|spamhaus|content (?:rejected|filter|denied)"
    r"|too many (?:connections|recipients|invalid)|rate ?limit|throttl|greylist|suspicious|unsolicited"
    r"|reverse (?:dns|lookup)|ptr record|does not (?:accept|like) mail from|sender (?:address )?(?:rejected|verif\w+ fail)"
    r"|sender denied|forbidden|administrative(?:ly)? prohibit|rejected due to|prohibited",
)
# "Access denied" is what Exchange Online says of an unknown recipient, and only there (5.4.1).
UNKNOWN_AT_EXCHANGE = re.compile(r"recipient address rejected: access denied")
CLOSED = re.compile(
    r"(?:mailbox|account|user|address|recipient|e-?mail)\S*(?: \S+){0,6} (?:is |was |has been |have been |been )?"
    r"(?:currently |temporarily )?(?:disabled|inactive|suspended|deactivated|discontinued|closed|deleted|expired|terminated|locked)"
    r"|(?:disabled|inactive|suspended|deactivated) (?:mailbox|account|user|recipient)"
    r"|no longer (?:in use|active|available|valid|works|on server|employed|with|exist|uses|accept)"
    r"|abandoned|left the (?:company|organi)|over 180 days",
)
MAILBOX = re.compile(
    r"user\S*(?: \S+)? ?unknown|unknown[ -](?:local[ -]part|user|recipient|address|account|mailbox|email|local)"
    r"|(?:no|not an?|invalid|unknown|bad|unroutable|illegal|incorrect)(?: \w+){0,2} (?:such )?"
    r"(?:user|recipient|mailbox|address|account|person|alias|addressee|local-?part|login|e-?mail)\b"
    r"|(?:user|recipient|mailbox|address|account|name|addressee|person|e-?mail)\S*(?: \S+){0,4}"
    r" (?:not (?:found|exist|listed|known|valid|recogni[sz]ed|available|active|have an? (?:account|mailbox)|a valid|in |here|local|on (?:this|our))"
    r"|doe?s ?n[o']t (?:exist|have)|doesn't (?:exist|have)|do not exist|unknown|invalid|unavailable|undeliverable|rejected|nonexist\w*|non-exist\w*|unrout\w+)"
    r"|(?:doesn't|does not|did not|don't) (?:exist|have (?:a|an) \S+ (?:account|mailbox)|like recipient|match|reach the following recip)"
    r"|no (?:mail ?box|one|body|matches|match|account|valid recipients?) ?(?:here|by that|with|of|for|found|to nameserver query)?"
    r"|not (?:our|a local|a known|a valid|listed in|known at|registered)|isn't in my (?:list|control)|not in (?:directory|domino|address|my|our)"
    r"|mailbox (?:not|un|does|is not)|addressee unknown|undeliverable address|cannot be resolved|could not be resolved"
    r"|all recipients address rejected|delivery to the following recipients? failed|name not found"
    r"|unrouteable (?:address|mail)|list of users|unknown user|bad destination mailbox|is not a mailbox"
    r"|bad address|invalid (?:recipient|mailbox|address|user)|recipnotfound|can't create user output file|no such",
)
DOMAIN = re.compile(
    r"(?:host|domain|name|server)\S*(?: \S+){0,4} (?:not found|unknown|does not exist|doesn't exist|not exist|lookup fail\w*|could not be found)"
    r"|(?:unknown|no such|invalid|bad|unrouteable|non-?existent) (?:mail )?(?:host|domain|destination|system)|nxdomain|null ?mx|no mx|mx (?:record|lookup)"
    r"|couldn't find any host|could not find (?:a |any )?(?:host|mail ?exchanger|gateway|dns)|no route to (?:host|domain)|nameserver|domain name"
    r"|bad destination (?:host|system)|domain (?:isn't|is not)|dns (?:error|lookup|fail)|not resolve",
)
EXPIRED = re.compile(
    r"timed? ?out|retry time|retry timeout|has been in the queue|too long|expired|connection (?:refused|reset|closed|dropped)"
    r"|could not connect|couldn't (?:connect|establish)|unable to connect|not respond|no response|did not respond"
    r"|(?:message|delivery) (?:has )?(?:expired|timed)|giving up|unreachable|temporar|try again|deferred|max(?:imum)? hop|too many hops|loop",
)
SMTP_CODE = re.compile(r"\b([45])\d\d[ -]")


def why(status: str, text: str) -> Why:
    """Judge by status ("5.1.1", may be empty) and words; what is unclear is never final.

    A filter's refusal is taken for one even under a code that says otherwise: a reader lost by
    mistake is worse than a mail too many.
    """
    words = " ".join(ADDRESS.sub(" ", text[:LOOKED_AT].lower()).split())
    told = BY_STATUS.get(status)
    if status.startswith("4."):
        return _of_the_moment(words)
    if UNKNOWN_AT_EXCHANGE.search(words) and status in {"5.4.1", ""}:
        return Why.MAILBOX
    if told in {Why.FULL, Why.SIZE, Why.EXPIRED, Why.POLICY}:
        return told
    if POLICY.search(words) and not _plainly_unknown(words):
        return Why.POLICY
    if told is not None:
        return Why.FULL if told is not Why.DOMAIN and FULL.search(words) else told
    if status.startswith("5.7."):
        return Why.MAILBOX if _plainly_unknown(words) else Why.POLICY
    return _by_words(words)


def is_status(text: str) -> bool:
    """Tell whether a text is a status code of RFC 3463."""
    return bool(re.fullmatch(r"[245]\.\d{1,3}\.\d{1,3}", text))


def _by_words(words: str) -> Why:
    for pattern, found in (
        (FULL, Why.FULL), (SIZE, Why.SIZE), (CLOSED, Why.CLOSED), (DOMAIN, Why.DOMAIN),
        (MAILBOX, Why.MAILBOX), (EXPIRED, Why.EXPIRED),
    ):
        if pattern.search(words):
            return found
    return Why.OTHER


def _of_the_moment(words: str) -> Why:
    """What may pass is never final, whatever the words say."""
    if FULL.search(words):
        return Why.FULL
    if POLICY.search(words):
        return Why.POLICY
    return Why.EXPIRED


PLAINLY = re.compile(
    r"user unknown|unknown user|no such (?:user|recipient|mailbox|person|address)|user (?:not found|doesn't exist|does not exist)"
    r"|mailbox (?:not found|does not exist|doesn't exist|unavailable)|recipient (?:not found|unknown)|does not exist|address unknown"
    r"|unknown (?:recipient|local part|address)|account (?:does not exist|not found)|invalid (?:recipient|mailbox)",
)


def _plainly_unknown(words: str) -> bool:
    return bool(PLAINLY.search(words))
