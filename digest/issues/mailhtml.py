"""What MRML leaves wrong in a right-to-left mail (DESIGN §5), repaired on its output."""

from __future__ import annotations

import re

ROLE = "رسالة بريدية"
# Outlook for Windows falls to Times New Roman when the first family of a list is unknown to it.
MSO_FONT = (
    "<!--[if mso]><style>body,table,td,div,p,a,h1,h2,h3,span"
    "{font-family:Tahoma,sans-serif !important}</style><![endif]-->"
)
# Text is escaped, so these match markup only, in conditional comments too.
_TABLE = re.compile(r"<table\b(?![^<>]*\sdir=)")
_LTR_SPAN = re.compile(r'<span dir="ltr"[^<>]*>')
_STYLED = re.compile(r'(<[a-z][a-z0-9]*\b[^<>]*?\sstyle=")([^"<>]*)(")')
_LEFT = re.compile(r"(?<![\w-])text-align\s*:\s*left")
_LTR = re.compile(r"(?<![\w-])direction\s*:\s*ltr")
_PREHEADER = re.compile(r'<div style="(?=display:none;[^"<>]*max-height:0)')


def repair_direction(html: str) -> str:
    """Return the mail with its direction written wherever a client may look for it.

    ``dir`` on every table, also inside MSO comments; on ``body`` together with the CSS property;
    on the hidden preheader, which Outlook is told to hide, too. ``left`` and ``ltr`` in inline
    styles become ``right`` and ``rtl`` but on ``span[dir=ltr]``; the role is named in Arabic;
    Outlook gets Tahoma. Nothing is removed. Repairing twice changes nothing.
    """
    html = _TABLE.sub('<table dir="rtl"', html)
    html = _STYLED.sub(_to_the_right, html)
    html = html.replace('aria-roledescription="email"', f'aria-roledescription="{ROLE}"')
    html = _PREHEADER.sub('<div dir="rtl" style="mso-hide:all;', html)
    html = html.replace('<body style="', '<body dir="rtl" style="direction:rtl;', 1)
    return html if MSO_FONT in html else html.replace("</head>", f"{MSO_FONT}</head>", 1)


def _to_the_right(found: re.Match[str]) -> str:
    tag, style, end = found.groups()
    if _LTR_SPAN.match(tag + '">'):
        return found.group()
    return tag + _LTR.sub("direction:rtl", _LEFT.sub("text-align:right", style)) + end
