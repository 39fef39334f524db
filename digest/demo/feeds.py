"""The four feeds of the sample site, each in another format, as bytes of its charset."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from digest.demo.content import MADAR, SAHEL, SHAM, SINAA, DemoArticle, DemoSource
from digest.demo.pages import DAMASCUS

SHORT = 140  # characters of the descriptions of which the page must be fetched
_TAG = re.compile(r"<[^>]+>")


def published(article: DemoArticle, now: datetime) -> datetime:
    """Return when an article came out, to the second."""
    return (now - timedelta(hours=article.hours)).replace(microsecond=0)


def sahel_rss(articles: Sequence[DemoArticle], base_url: str, now: datetime) -> bytes:
    """RSS 2.0 with the first words of each article and tracked links."""
    items = []
    for article in articles:
        start = _TAG.sub("", " ".join(article.paragraphs))[:SHORT].rpartition(" ")[0]
        link = f"{_link(base_url, SAHEL, article)}?utm_source=rss&utm_medium=feed"
        image = (
            f'<media:content medium="image" url="{_image(base_url, article)}"/>'
            if article.image
            else ""
        )
        items.append(
            f"<item><title>{escape(article.title)}</title><link>{escape(link)}</link>"
            f'<guid isPermaLink="false">sahel-{article.slug}</guid>'
            f"<description>{escape(f'<p>{start}&nbsp;&hellip;</p>')}</description>"
            f"<dc:creator>{escape(article.author)}</dc:creator>{image}{_rss_tail(article, now)}</item>"
        )
    return _rss(SAHEL, items, base_url)


def sinaa_rss(articles: Sequence[DemoArticle], base_url: str, now: datetime) -> bytes:
    """RSS 2.0 in windows-1256, declared in the XML only, with a first paragraph of HTML."""
    items = []
    for article in articles:
        lead = article.paragraphs[1].replace("«", "&laquo;").replace("»", "&raquo;")
        link = escape(_link(base_url, SINAA, article))
        image = (
            f'<enclosure url="{_image(base_url, article)}" type="image/png" length="0"/>'
            if article.image
            else ""
        )
        items.append(
            f"<item><title><![CDATA[{article.title}]]></title><link>{link}</link>"
            f"<guid>{link}</guid><description><![CDATA[{lead}]]></description>"
            f"{image}{_rss_tail(article, now)}</item>"
        )
    return _rss(SINAA, items, base_url)


def sham_atom(articles: Sequence[DemoArticle], base_url: str, now: datetime) -> bytes:
    """Atom 1.0 with whole articles; links inside them are relative."""
    entries = []
    for article in articles:
        link = f"{_link(base_url, SHAM, article)}?utm_source=atom&utm_campaign=full"
        at = published(article, now).isoformat()
        image = (
            f'<link rel="enclosure" type="image/png" href="{_image(base_url, article)}"/>'
            if article.image
            else ""
        )
        terms = "".join(f"<category term={quoteattr(tag)}/>" for tag in article.tags)
        entries.append(
            f"<entry><id>tag:sham.example,2026:{article.slug}</id>"
            f"<title>{escape(article.title)}</title><link href={quoteattr(link)}/>{image}"
            f"<published>{at}</published><updated>{at}</updated>"
            f"<author><name>{escape(article.author)}</name></author>{terms}"
            f'<content type="html">{escape("".join(article.paragraphs))}</content></entry>'
        )
    newest = published(articles[0], now).isoformat()
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar" xml:base="{base_url}/sham/">'
        f"<id>tag:sham.example,2026:feed</id><title>{SHAM.name}</title>"
        f'<link href="{base_url}/sham/"/><link rel="self" href="{base_url}/sham/atom.xml"/>'
        f"<updated>{newest}</updated>\n" + "\n".join(entries) + "\n</feed>\n"
    )
    return text.encode("utf-8")


def madar_json(articles: Sequence[DemoArticle], base_url: str, now: datetime) -> bytes:
    """JSON Feed 1.1 with whole articles."""
    items = []
    for article in articles:
        item: dict[str, object] = {
            "id": article.slug,
            "url": f"{_link(base_url, MADAR, article)}?utm_source=jsonfeed",
            "title": article.title,
            "content_html": "\n".join(article.paragraphs),
            "date_published": published(article, now).astimezone(DAMASCUS).isoformat(),
            "authors": [{"name": article.author}],
            "tags": list(article.tags),
        }
        if article.image:
            item["image"] = _image(base_url, article)
        items.append(item)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": MADAR.name,
        "home_page_url": f"{base_url}/madar/",
        "feed_url": f"{base_url}/madar/feed.json",
        "language": "ar",
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode("utf-8")


def _rss(source: DemoSource, items: list[str], base_url: str) -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{source.charset}"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:media="http://search.yahoo.com/mrss/"><channel>'
        f"<title>{source.name}</title><link>{base_url}/{source.slug}/</link>"
        f"<description>{source.tagline}</description><language>ar</language>\n"
        + "\n".join(items)
        + "\n</channel></rss>\n"
    )
    return text.encode(source.charset, "xmlcharrefreplace")


def _rss_tail(article: DemoArticle, now: datetime) -> str:
    terms = "".join(f"<category>{escape(tag)}</category>" for tag in article.tags)
    at = published(article, now).astimezone(DAMASCUS)
    return f"{terms}<pubDate>{format_datetime(at)}</pubDate>"


def _link(base_url: str, source: DemoSource, article: DemoArticle) -> str:
    return f"{base_url}/{source.slug}/{article.slug}"


def _image(base_url: str, article: DemoArticle) -> str:
    return f"{base_url}/images/{article.slug}.png"
