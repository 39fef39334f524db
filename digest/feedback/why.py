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
    "5.1.1": Why.MAILBOX, "5.1.2": Why.DOMAIN, "5.1.3": Why.MAILBOX,
    "5.1.6": Why.MAILBOX, "5.1.10": Why.DOMAIN, "5.2.1": Why.CLOSED, "5.2.2": Why.FULL,
    "5.2.3": Why.SIZE, "5.3.4": Why.SIZE, "5.4.4": Why.DOMAIN, "5.4.7": Why.EXPIRED,
    "5.7.509": Why.POLICY, "5.7.708": Why.POLICY,
}


def _any(*patterns: str) -> re.Pattern[str]:
    """One pattern of several, for text in small letters."""
    return re.compile("|".join(patterns))


FULL = _any(
    r"quota", r"mailfull", r"(?:mail|in)?box(?: \S+)? (?:is )?(?:over ?)?full",
    r"(?:disk|storage) (?:space|full)", r"storage allocation",
    r"exceed\w*(?: \w+){0,4} (?:storage|space|mailbox)",
    r"(?:storage|mailbox|message)\S*(?: \w+){0,3} (?:limit|size) (?:was |is |has been )?exceeded",
    r"insufficient (?:system )?(?:storage|space|disk)", r"out of (?:disk )?(?:storage|space)",
    r"too many messages",
)
SIZE = _any(
    r"message (?:is |was )?(?:too (?:large|big|long)|size)", r"larger than", r"too large",
    r"exceeds?(?: \w+){0,3} (?:message )?size", r"size limit",
)
POLICY = _any(
    # filters and reputation
    r"spam", r"black ?list", r"block ?list", r"\brbl\b", r"dnsbl", r"\bblocked\b", r"reputation",
    r"junk", r"virus", r"malware", r"phish", r"banned", r"suspicious", r"unsolicited",
    r"listed (?:at|in|on)", r"content (?:rejected|filter|denied)",
    # who we are
    r"\bspf\b", r"\bdkim\b", r"\bdmarc\b", r"authenticat", r"reverse (?:dns|lookup)", r"ptr record",
    r"sender denied", r"sender (?:address )?(?:rejected|verif\w+ fail)",
    r"does not (?:accept|like) mail from",
    # what we may
    r"policy", r"politica", r"not authori[sz]ed", r"unauthori[sz]ed", r"access denied",
    r"forbidden",
    r"relay(?:ing)? (?:access )?(?:denied|not|prohibited)", r"not permitted to relay",
    r"unable to relay", r"administrative(?:ly)? prohibit", r"prohibited", r"rejected due to",
    r"too many (?:connections|recipients|invalid)", r"rate ?limit", r"throttl", r"greylist",
    r"at a rate", r"too quickly",
)
# "Access denied" is what Exchange Online says of an unknown recipient, and only there (5.4.1).
UNKNOWN_AT_EXCHANGE = _any(r"recipient address rejected: access denied")
CLOSED = _any(
    r"(?:mailbox|account|user|address|recipient|e-?mail)\S*(?: \S+){0,6} "
    r"(?:disabled|inactive|suspended|deactivated|discontinued|closed|deleted|expired|terminated"
    r"|locked)",
    r"(?:disabled|inactive|suspended|deactivated) (?:mailbox|account|user|recipient)",
    r"no longer (?:in use|active|available|valid|works|on server|employed|with|exist|uses|accept)",
    r"abandoned", r"left the (?:company|organi)", r"over 180 days",
)
PERSON = r"(?:user|recipient|mailbox|address|account|addressee|person|e-?mail|name)"
MAILBOX = _any(
    r"user\S*(?: \S+)? ?unknown",
    r"unknown[ -](?:local[ -]part|user|recipient|address|account|mailbox|email|local)",
    r"(?:no|not an?|invalid|unknown|bad|unroutable|illegal|incorrect)(?: \w+){0,2} (?:such )?"
    rf"(?:{PERSON}|alias|login|local-?part)\b",
    rf"{PERSON}\S*(?: \S+){{0,4}} not (?:found|exist|listed|known|valid|recogni[sz]ed|available"
    r"|active|have an? (?:account|mailbox)|a valid|in |here|local|on (?:this|our))",
    rf"{PERSON}\S*(?: \S+){{0,4}} (?:doe?s ?n[o']t|do not) (?:exist|have)",
    rf"{PERSON}\S*(?: \S+){{0,4}} (?:unknown|invalid|unavailable|undeliverable|rejected|unrout\w+"
    r"|non-?exist\w*)",
    r"(?:doesn't|does not|did not|don't) (?:exist|match|like recipient"
    r"|have an? \S+ (?:account|mailbox)|reach the following recip)",
    r"no (?:mail ?box|one|body|match(?:es)?|account|valid recipients?)", r"no such",
    r"not (?:our|a local|a known|a valid|listed in|known at|registered)",
    r"isn't in my (?:list|control)",
    r"not in (?:directory|domino|address|my|our)", r"mailbox (?:not|un|does|is not)",
    r"(?:cannot|could not) be resolved", r"all recipients address rejected", r"recipnotfound",
    r"delivery to the following recipients? failed", r"undeliverable address",
    r"unrouteable (?:address|mail)", r"bad (?:destination mailbox|address)", r"is not a mailbox",
    r"invalid (?:recipient|mailbox|address|user)", r"can't create user output file",
)
DOMAIN = _any(
    r"(?:host|domain|name|server)\S*(?: \S+){0,4} "
    r"(?:not found|unknown|does not exist|doesn't exist|not exist|lookup fail\w*"
    r"|could not be found)",
    r"(?:unknown|no such|invalid|bad|unrouteable|non-?existent) (?:mail )?"
    r"(?:host|domain|destination|system)",
    r"nxdomain", r"null ?mx", r"no mx", r"mx (?:record|lookup)", r"couldn't find any host",
    r"could not find (?:a |any )?(?:host|mail ?exchanger|gateway|dns)",
    r"no route to (?:host|domain)",
    r"nameserver", r"domain (?:name|isn't|is not)", r"bad destination (?:host|system)",
    r"dns (?:error|lookup|fail)", r"not resolve",
)
EXPIRED = _any(
    r"timed? ?out", r"retry time", r"has been in the queue", r"too long", r"expired",
    r"unreachable",
    r"connection (?:refused|reset|closed|dropped)", r"could not connect", r"unable to connect",
    r"couldn't (?:connect|establish)", r"not respond", r"no response", r"giving up", r"temporar",
    r"try again", r"deferred", r"max(?:imum)? hop", r"too many hops", r"loop",
)
# A reply of SMTP, not a number of something else.
CODE = re.compile(r"(?:^|[:;(<>] ?|said:? )([45])\d\d[ -]")
# What no filter says of itself.
PLAINLY = _any(
    r"user unknown", r"unknown user", r"user (?:not found|doesn't exist|does not exist)",
    r"no such (?:user|recipient|mailbox|person|address)", r"recipient (?:not found|unknown)",
    r"mailbox (?:not found|does not exist|doesn't exist)", r"does not exist",
    r"address unknown", r"unknown (?:recipient|local part|address)",
    r"account (?:does not exist|not found)", r"invalid (?:recipient|mailbox)",
)


def why(status: str, text: str) -> Why:
    """Judge by status ("5.1.1", may be empty) and words; what is unclear is never final.

    A filter's refusal is taken for one even under a code that says otherwise: a reader lost by
    mistake is worse than a mail too many.
    """
    words = " ".join(ADDRESS.sub(" ", text[:LOOKED_AT].lower()).split())
    told = BY_STATUS.get(status)
    if status.startswith("4.") or (not status and set(CODE.findall(words)) == {"4"}):
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
    if "temporar" in words and not _plainly_unknown(words):
        return _of_the_moment(words)
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


def _plainly_unknown(words: str) -> bool:
    return bool(PLAINLY.search(words))
