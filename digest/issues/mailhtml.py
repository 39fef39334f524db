"""What MRML leaves wrong in a right-to-left mail (DESIGN §5), repaired on its output."""

from __future__ import annotations

import re
import unicodedata

ROLE = "رسالة بريدية"
# Outlook for Windows falls to Times New Roman when the first family of a list is unknown to it.
MSO_FONT = (
    "<!--[if mso]><style>body,table,td,div,p,a,h1,h2,h3,span"
    "{font-family:Tahoma,sans-serif !important}</style><![endif]-->"
)
# Text is escaped, so these match markup only, in conditional comments too.
_TABLE = re.compile(r"<table\b(?![^<>]*\sdir=)")
_LEFT = re.compile(r"text-align\s*:\s*left\b")
_LTR = re.compile(r"direction\s*:\s*ltr\b")
# What stands before a declaration: an element that may be turned, and no longer property name.
_STYLE = re.compile(r'<(?!span dir="ltr")[a-z][a-z0-9]*\b[^<>]*\sstyle="(?:[^"<>]*[;\s])?')
# MRML writes attributes as Rust prints strings: a shadda is \u{651}, a backslash is two.
_SPELLED = re.compile(r"<[^<>]*[^\\<>]\\u\{[^<>]*>")
_LETTER = re.compile(r"(?<!\\)\\u\{([0-9a-f]{1,5})\}")
_PREHEADER = re.compile(r'<div style="(?=display:none;[^"<>]*max-height:0)')


def repair_direction(html: str) -> str:
    """Return the mail with its direction written wherever a client may look for it.

    ``dir`` on every table, also inside MSO comments; on ``body`` together with the CSS property;
    on the hidden preheader, which Outlook is told to hide, too. ``left`` and ``ltr`` in inline
    styles become ``right`` and ``rtl`` but on ``span[dir=ltr]``; the role is named in Arabic;
    Outlook gets Tahoma. Marks that attributes spell out are letters again. Nothing is removed.
    Repairing twice changes nothing.
    """
    html = _SPELLED.sub(lambda tag: _LETTER.sub(_mark, tag.group()), html)
    html = _TABLE.sub('<table dir="rtl"', html)
    html = _LEFT.sub(lambda found: _turned(found, "text-align:right"), html)
    html = _LTR.sub(lambda found: _turned(found, "direction:rtl"), html)
    html = html.replace('aria-roledescription="email"', f'aria-roledescription="{ROLE}"')
    html = _PREHEADER.sub('<div dir="rtl" style="mso-hide:all;', html)
    html = html.replace('<body style="', '<body dir="rtl" style="direction:rtl;', 1)
    return html if MSO_FONT in html else html.replace("</head>", f"{MSO_FONT}</head>", 1)


def _mark(found: re.Match[str]) -> str:
    """Return the harakat or joiner that was spelled out; nothing else may come out of an escape."""
    letter = chr(int(found.group(1), 16))
    return letter if unicodedata.category(letter) in {"Mn", "Me", "Cf"} else found.group()


def _turned(found: re.Match[str], right: str) -> str:
    """Turn a declaration round if it stands in the style of an element that may be turned."""
    tag = found.string[found.string.rfind("<", 0, found.start()) : found.start()]
    return right if _STYLE.fullmatch(tag) else found.group()
