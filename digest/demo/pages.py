"""What a browser would see of the sample site: articles amid the usual noise, and pictures."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from html import escape

from digest.demo.content import DemoArticle, DemoSource
from digest.text.dates import clock_time, date_line

WIDTH, HEIGHT = 640, 360  # pixels of a picture
DAMASCUS = timezone(timedelta(hours=3))
# Colours above and below the curve of a picture.
COLOURS = (
    (b"\xd7\xe4\xe2", b"\x0b\x55\x63"), (b"\xf3\xe3\xd3", b"\x9a\x3d\x1f"),
    (b"\xe3\xea\xf3", b"\x1d\x4f\x91"), (b"\xee\xeb\xdd", b"\x6b\x6b\x2a"),
)  # fmt: skip


def article_page(source: DemoSource, article: DemoArticle, at: datetime, base_url: str) -> str:
    """Return the page of an article, published at ``at``."""
    local = at.astimezone(DAMASCUS)
    day = date_line(local.date(), months="both", numerals="latn")
    link = f"{base_url}/{source.slug}/{article.slug}"
    image = f"{base_url}/images/{article.slug}.png"
    figure = (
        f'<figure><img src="/images/{article.slug}.png" alt="{escape(article.image)}" '
        f'width="{WIDTH}" height="{HEIGHT}"><figcaption>{escape(article.image)} (أرشيف)'
        "</figcaption></figure>\n"
        if article.image
        else ""
    )
    head = (
        f'<link rel="canonical" href="{link}">\n'
        f'<meta property="og:title" content="{escape(article.title)}">\n'
        f'<meta property="og:site_name" content="{source.name}">\n'
        f'<meta property="article:published_time" content="{local.isoformat()}">\n'
        f'<meta name="author" content="{escape(article.author)}">\n'
    )
    if article.image:
        head += f'<meta property="og:image" content="{image}">\n'
    body = (
        f"<article>\n<h1>{escape(article.title)}</h1>\n"
        f'<p class="meta"><span class="author">{escape(article.author)}</span> '
        f'<time datetime="{local.isoformat()}">{day}، '
        f'{clock_time(local.time(), numerals="latn", lang="ar")}</time></p>\n'
        + figure
        + "\n".join(article.paragraphs)
        + '\n<ul class="tags">'
        + "".join(f'<li><a href="/{source.slug}/">{escape(tag)}</a></li>' for tag in article.tags)
        + "</ul>\n</article>\n"
    )
    return _page(source, f"{escape(article.title)} | {source.name}", head, body)


def index_page(source: DemoSource, articles: Iterable[DemoArticle]) -> str:
    """Return the front page of a source, which names its feed in the head."""
    items = "".join(
        f'<li><a href="/{source.slug}/{article.slug}?utm_source=home">{escape(article.title)}</a>'
        "</li>\n"
        for article in articles
    )
    return _page(
        source, source.name, _feed_link(source), f"<h1>{source.name}</h1>\n<ul>\n{items}</ul>\n"
    )


def site_page(sources: Iterable[DemoSource]) -> str:
    """Return the page that names the four newsrooms, and their feeds in the head."""
    newsrooms = tuple(sources)
    items = "".join(f'<li><a href="/{one.slug}/">{one.name}</a></li>' for one in newsrooms)
    links = "".join(_feed_link(one) for one in newsrooms)
    return (
        '<!doctype html>\n<html lang="ar" dir="rtl"><head><meta charset="utf-8">'
        f"<title>موقع تجريبي</title>\n{links}</head><body><main><h1>موقع تجريبي</h1><ul>{items}</ul>"
        "</main></body></html>\n"
    )


def _feed_link(source: DemoSource) -> str:
    name, kind = FEEDS[source.slug]
    return f'<link rel="alternate" type="{kind}" title="{source.name}" href="/{name}">\n'


def picture(slug: str) -> bytes:
    """Return a PNG (ISO/IEC 15948) of two colours along a curve, the same for the same slug."""
    seed = zlib.crc32(slug.encode())
    above, below = COLOURS[seed % len(COLOURS)]
    steepness = 60 + seed % 50
    rows = bytearray()
    for y in range(HEIGHT):
        edge = WIDTH * y / HEIGHT + steepness * math.sin(y / (24 + seed % 17))
        split = min(WIDTH, max(0, int(edge)))
        rows += b"\x00" + below * split + above * (WIDTH - split)  # 0: the row is not filtered
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)  # 8 bits each of R, G, B
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(rows)))
        + _chunk(b"IEND", b"")
    )


# Path and media type of the feed of each source.
FEEDS = {
    "sahel": ("sahel/feed.xml", "application/rss+xml"),
    "sham": ("sham/atom.xml", "application/atom+xml"),
    "sinaa": ("sinaa/rss", "application/rss+xml"),
    "madar": ("madar/feed.json", "application/feed+json"),
}


def _page(source: DemoSource, title: str, head: str, body: str) -> str:
    home = f"/{source.slug}/"
    return (
        f'<!doctype html>\n<html lang="ar" dir="rtl">\n<head>\n<meta charset="{source.charset}">\n'
        f"<title>{title}</title>\n{head}"
        '<script>window.analytics = {"page": "demo"};</script>\n</head>\n<body>\n'
        f'<header><a class="logo" href="{home}">{source.name}</a><p>{source.tagline}</p></header>\n'
        f'<nav><ul><li><a href="{home}">الرئيسية</a></li><li><a href="{home}">سياسة</a></li>'
        f'<li><a href="{home}">اقتصاد</a></li><li><a href="{home}">رياضة</a></li>'
        f'<li><a href="{home}">من نحن</a></li></ul></nav>\n'
        f"<main>\n{body}</main>\n"
        '<aside><h2>الأكثر قراءة</h2><ol><li><a href="/sahel/dust-wave">موجة غبار في الطريق</a></li>'
        '<li><a href="/madar/sea-turtles">عودة السلاحف</a></li></ol>'
        "<p>إعلان: خصم 20% على الاشتراك السنوي</p></aside>\n"
        f'<footer><p>جميع الحقوق محفوظة © {source.name}</p><p><a href="{home}">اتصل بنا</a> · '
        f'<a href="{home}">سياسة الخصوصية</a> · <a href="{home}">تابعنا على تلغرام</a></p></footer>\n'
        "</body>\n</html>\n"
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
