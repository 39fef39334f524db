"""Feeds of our own writing."""

from __future__ import annotations

from collections.abc import Iterable

TITLE = "افتتاح معرض الكتاب في اللاذقية"
BODY = (
    "افتُتح معرض الكتاب في اللاذقية صباح اليوم بمشاركة ستين داراً للنشر من عشر دول، ويستمر حتى "
    "نهاية الأسبوع المقبل. وقالت إدارة المعرض إن الدخول مجاني للطلاب، وإن الأمسيات تُقام كل مساء."
)


def item(title: str, link: str, body: str = BODY, *, guid: str = "", date: str = "") -> str:
    """One RSS item."""
    parts = [f"<title>{title}</title>", f"<link>{link}</link>",
             f"<description><![CDATA[<p>{body}</p>]]></description>"]
    if guid:
        parts.append(f'<guid isPermaLink="false">{guid}</guid>')
    if date:
        parts.append(f"<pubDate>{date}</pubDate>")
    return f"<item>{''.join(parts)}</item>"


def rss(items: Iterable[str], *, title: str = "وكالة الساحل", encoding: str = "utf-8") -> bytes:
    """A whole RSS feed in an encoding, which it names."""
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    text = f'{head}<rss version="2.0"><channel><title>{title}</title>{"".join(items)}</channel></rss>'
    return text.encode(encoding)


def page(title: str = TITLE, paragraphs: Iterable[str] = (BODY,), head: str = "") -> str:
    """A news page with navigation around its article."""
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f'<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{title}</title>'
        f"{head}</head><body><nav><a href='/'>الرئيسية</a> <a href='/sport'>رياضة</a></nav><main>"
        f"<article><h1>{title}</h1>{body}</article></main><footer>جميع الحقوق محفوظة</footer>"
        "</body></html>"
    )
