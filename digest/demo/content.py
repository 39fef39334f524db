"""The articles of the sample site. Everything in them is invented.

A file per source below ``articles``: articles between lines of ``%%%%``, each with a head of
``name: value`` lines, an empty line, and blocks of HTML; a block without a tag of its own is a
paragraph. The mess in them (hashtags, datelines, calls to subscribe) is that of real newsrooms.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

BETWEEN = "%%%%\n"


@dataclass(frozen=True, slots=True)
class DemoSource:
    """One invented newsroom; ``charset`` is what its feed and pages are written in."""

    slug: str
    name: str
    tagline: str
    charset: str
    topic_slug: str | None


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """One article, published ``hours`` before the site's now; ``image`` is its alt text or ""."""

    slug: str
    title: str
    author: str
    hours: float
    tags: tuple[str, ...]
    image: str
    body: str

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Return the blocks of the body as HTML, in order."""
        blocks = (block.strip() for block in self.body.split("\n\n"))
        return tuple(b if b.startswith("<") else f"<p>{b}</p>" for b in blocks if b)


SAHEL = DemoSource("sahel", "وكالة الساحل", "أخبار الساحل والداخل", "utf-8", None)
SHAM = DemoSource("sham", "شام بوست", "صحافة من المدينة", "utf-8", None)
SINAA = DemoSource("sinaa", "صوت الصناعة", "يومية المعامل والأسواق", "windows-1256", "economy")
MADAR = DemoSource("madar", "مجلة مدار", "علوم وتقنية وثقافة", "utf-8", None)
SOURCES = (SAHEL, SHAM, SINAA, MADAR)


def articles_of(source: DemoSource) -> tuple[DemoArticle, ...]:
    """Return the articles of a source, the newest first."""
    path = files("digest.demo") / "articles" / f"{source.slug}.txt"
    found = map(_article, path.read_text(encoding="utf-8").split(BETWEEN))
    return tuple(sorted(found, key=lambda article: article.hours))


def _article(text: str) -> DemoArticle:
    head, _, body = text.strip().partition("\n\n")
    values = dict(line.split(": ", 1) for line in head.splitlines())
    return DemoArticle(
        slug=values["slug"],
        title=values["title"],
        author=values["author"],
        hours=float(values["hours"]),
        tags=tuple(values["tags"].split("، ")),
        image=values.get("image", ""),
        body=body,
    )
