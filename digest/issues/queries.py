"""Issues as surfaces and the sender read them: frozen values, never rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, Select, String, column, func, or_, select, table
from sqlalchemy.orm import Session

from digest.articles.fidelity.check import Doubt
from digest.articles.models import Article, ArticleState
from digest.articles.versions import Saying, shared_stories
from digest.issues import checks, credit, faith, linkcheck
from digest.issues.document import IssueDoc, ItemDoc, Look, Reach, Rendered, SectionDoc, Variant
from digest.issues.earlier import TOLD, EarlierIssue, earlier_issue
from digest.issues.mailview import web_address
from digest.issues.models import Edition, Issue, Item, Section
from digest.issues.render import render_issue
from digest.issues.sandbox import OwnTemplate
from digest.issues.states import EDITABLE
from digest.issues.summaries import is_unseen
from digest.issues.targets import plain_html
from digest.newsletters import logos, templates
from digest.newsletters.looks import LookValues, look_of
from digest.newsletters.models import Newsletter
from digest.system import links
from digest.system.errors import NotFound
from digest.text import urls
from digest.text.dates import read_minutes

# The rooms of readers lie beside this one; of their forms, only the public address matters here.
FORM = table(
    "form", column("id", Integer), column("public_key", String), column("newsletter_id", Integer)
)
PER_PAGE = 20
SIGN_UP = "#subscribe"  # the place of the form on an archive page


@dataclass(frozen=True, slots=True)
class IssueRow:
    """An issue in a list; ``items`` is how many stories it has."""

    id: int
    newsletter_id: int
    newsletter_name: str
    newsletter_slug: str
    number: int | None
    state: str
    subject: str
    slot_at: datetime | None
    send_at: datetime | None
    sent_at: datetime | None
    items: int
    reason: str
    version: int
    held: bool
    policy: str
    unanswered: str
    four_eyes: bool
    zone: str


@dataclass(frozen=True, slots=True)
class BoardItem:
    """A story on the board, with where it came from; ``minutes`` of reading, 0 when unknown.

    ``sources`` are all it takes from, ``marked`` its summary cut by source; ``shared``: by several. ``unseen``
    when no person has opened the summary as it is.
    """

    id: int
    role: str
    title: str
    link: str
    summary: str
    source_name: str
    image: str | None
    image_alt: str
    minutes: int
    story_id: int | None
    article_id: int | None
    sources: tuple[str, ...]
    marked: tuple[Saying, ...]
    shared: bool
    unseen: bool


@dataclass(frozen=True, slots=True)
class BoardSection:
    """A section on the board."""

    id: int
    title: str
    items: tuple[BoardItem, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """What an editor edits; ``version`` is what the next change must be based on."""

    issue_id: int
    version: int
    subject: str
    preheader: str
    note: str
    note_by: str
    sections: tuple[BoardSection, ...]


@dataclass(frozen=True, slots=True)
class ArchivedIssue:
    """A published issue in the archive's list."""

    number: int
    subject: str
    preheader: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """A page of a newsletter's archive, newest first; pages count from 1."""

    newsletter_id: int
    name: str
    slug: str
    tagline: str
    zone: str
    issues: tuple[ArchivedIssue, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class ArchivedEdition:
    """A published issue as it was sent, slots unfilled, with its neighbours' numbers."""

    newsletter_id: int
    name: str
    slug: str
    number: int
    subject: str
    preheader: str
    at: datetime
    html: str
    text: str
    sha256: str
    previous: int | None
    next: int | None


def load_document(db: Session, issue_id: int, *, base_url: str, now: datetime) -> IssueDoc:
    """Return an issue as the value that is rendered; raises NotFound("no_such_issue").

    It is dated by the day it is sent on in the newsletter's zone, or by today's while it has no
    time yet.
    """
    issue, newsletter = _found(db, issue_id)
    parts = board(db, issue_id)
    at = issue.send_at or issue.slot_at or now
    public = newsletter.public
    # What can no longer be changed is not held against its sources again.
    before = _before(db, parts, newsletter.id)
    known = _known(db, parts, issue, before, now) if issue.state in EDITABLE else _Known()
    archive = links.archive_url(base_url, newsletter.slug) if public else None
    return IssueDoc(
        issue_id=issue.id, newsletter_id=newsletter.id, number=issue.number,
        version=issue.version, subject=issue.subject, preheader=issue.preheader,
        note=issue.note, note_by=issue.note_by, day=at.astimezone(ZoneInfo(newsletter.zone)).date(),
        sections=_section_docs(parts, before, known, base_url),
        look=replace(
            look_doc(db, newsletter, look_of(newsletter), base_url=base_url),
            own=tuple(OwnTemplate(*one) for one in templates.standing(db, newsletter)),
        ),
        hosts=_hosts(db, issue_id, base_url),
        view_url=links.archive_url(base_url, newsletter.slug, issue.number)
        if public and issue.number is not None else None,
        archive_url=archive,
        subscribe_url=_subscribe_url(db, newsletter.id, base_url, archive),
    )


def preview(
    db: Session, issue_id: int, *, base_url: str, now: datetime, variant: Variant | None = None
) -> Rendered:
    """Return an issue as it is sent: the frozen bytes once there are any, else rendered now.

    Without a variant it is the newsletter's own.
    """
    doc = load_document(db, issue_id, base_url=base_url, now=now)
    wanted = variant or Variant(digits=doc.look.digits)
    frozen = db.get(Edition, (issue_id, wanted.name))
    if frozen is None:
        return render_issue(doc, wanted)
    html = plain_html(db, frozen)
    return Rendered(
        subject=frozen.subject, html=html, text=frozen.text, findings=checks.findings(doc, html),
        size=frozen.size, sha256=frozen.sha256,
    )


def list_issues(
    db: Session, *, limit: int = 50, newsletter_id: int | None = None, state: str | None = None
) -> tuple[IssueRow, ...]:
    """Return issues, the latest by their time first."""
    statement = _rows().order_by(_time().desc(), Issue.id.desc()).limit(limit)
    if newsletter_id is not None:
        statement = statement.where(Issue.newsletter_id == newsletter_id)
    if state is not None:
        statement = statement.where(Issue.state == state)
    return tuple(IssueRow(**row._mapping) for row in db.execute(statement))


def get_issue(db: Session, issue_id: int) -> IssueRow:
    """Return one issue; raises NotFound("no_such_issue")."""
    row = db.execute(_rows().where(Issue.id == issue_id)).first()
    if row is None:
        raise NotFound("no_such_issue", issue=issue_id)
    return IssueRow(**row._mapping)


def board(db: Session, issue_id: int) -> Board:
    """Return an issue for editing; raises NotFound("no_such_issue")."""
    issue, _newsletter = _found(db, issue_id)
    items: dict[int, list[BoardItem]] = {}
    wanted = select(Item).where(Item.issue_id == issue_id).order_by(Item.position, Item.id)
    rows = db.scalars(wanted).all()
    shared = shared_stories(db, [item.story_id for item in rows if item.story_id])
    for item in rows:
        items.setdefault(item.section_id, []).append(_board_item(item, shared))
    sections = db.scalars(
        select(Section).where(Section.issue_id == issue_id).order_by(Section.position, Section.id)
    )
    return Board(
        issue_id=issue.id, version=issue.version, subject=issue.subject,
        preheader=issue.preheader, note=issue.note, note_by=issue.note_by,
        sections=tuple(
            BoardSection(one.id, one.title, tuple(items.get(one.id, ()))) for one in sections
        ),
    )


def archive(db: Session, slug: str, *, page: int = 1) -> ArchivePage:
    """Return a page of a public archive; raises NotFound("no_such_newsletter")."""
    newsletter = _public_newsletter(db, slug)
    total = db.scalar(select(func.count()).select_from(Issue).where(*_published(newsletter.id)))
    pages = max(1, -(-(total or 0) // PER_PAGE))
    page = max(1, min(page, pages))
    found = db.execute(
        select(Issue.number, Issue.subject, Issue.preheader, _time().label("at"))
        .where(*_published(newsletter.id)).order_by(Issue.number.desc())
        .limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    )
    return ArchivePage(
        newsletter_id=newsletter.id, name=newsletter.name, slug=newsletter.slug,
        tagline=newsletter.tagline, zone=newsletter.zone,
        issues=tuple(ArchivedIssue(**row._mapping) for row in found),
        page=page, pages=pages, total=total or 0,
    )


def archived_edition(db: Session, slug: str, number: int) -> ArchivedEdition:
    """Return a published issue as it was sent, in the newsletter's own digits.

    Raises NotFound("no_such_newsletter") or NotFound("no_such_issue").
    """
    newsletter = _public_newsletter(db, slug)
    row = db.execute(
        select(Issue, Edition, _time()).join(Edition, Edition.issue_id == Issue.id)
        .where(*_published(newsletter.id), Issue.number == number)
        .order_by((Edition.variant == newsletter.digits).desc(), Edition.variant).limit(1)
    ).first()
    if row is None:
        raise NotFound("no_such_issue", issue=number)
    issue, edition, at = row
    numbers = select(func.max(Issue.number), func.min(Issue.number)).where(
        *_published(newsletter.id)
    )
    before = db.execute(numbers.where(Issue.number < number)).one()[0]
    after = db.execute(numbers.where(Issue.number > number)).one()[1]
    return ArchivedEdition(
        newsletter_id=newsletter.id, name=newsletter.name, slug=newsletter.slug, number=number,
        subject=edition.subject, preheader=issue.preheader, at=at, html=plain_html(db, edition),
        text=edition.text, sha256=edition.sha256, previous=before, next=after,
    )


def _rows() -> Select[*tuple[Any, ...]]:
    count = select(func.count()).where(Item.issue_id == Issue.id).scalar_subquery()
    return select(
        Issue.id, Issue.newsletter_id, Newsletter.name.label("newsletter_name"),
        Newsletter.slug.label("newsletter_slug"), Issue.number, Issue.state, Issue.subject,
        Issue.slot_at, Issue.send_at, Issue.sent_at, count.label("items"), Issue.reason,
        Issue.version, Issue.held, Newsletter.policy, Newsletter.unanswered, Newsletter.four_eyes,
        Newsletter.zone,
    ).join(Newsletter, Newsletter.id == Issue.newsletter_id)


def _time() -> ColumnElement[datetime]:
    """The time an issue is ordered by: sent, else to be sent, else made for, else made."""
    return func.coalesce(Issue.sent_at, Issue.send_at, Issue.slot_at, Issue.created_at)


def _published(newsletter_id: int) -> tuple[ColumnElement[bool], ...]:
    """The archive shows an issue from its first mail on, since that mail already links to it."""
    return (
        Issue.newsletter_id == newsletter_id, Issue.state.in_(TOLD), Issue.number.is_not(None),
    )


def _public_newsletter(db: Session, slug: str) -> Newsletter:
    newsletter = db.scalar(select(Newsletter).where(Newsletter.slug == slug, Newsletter.public))
    if newsletter is None:
        raise NotFound("no_such_newsletter", newsletter=slug)
    return newsletter


def _found(db: Session, issue_id: int) -> tuple[Issue, Newsletter]:
    issue = db.get(Issue, issue_id)
    if issue is None:
        raise NotFound("no_such_issue", issue=issue_id)
    return issue, db.get_one(Newsletter, issue.newsletter_id)


def _hosts(db: Session, issue_id: int, base_url: str) -> frozenset[str]:
    """The hosts a mail may lead to: ours, and those of the articles behind its items.

    All articles of an item's story count: an editor may prefer another source's link.
    """
    behind = select(Item.article_id, Item.story_id).where(Item.issue_id == issue_id).subquery()
    articles = db.execute(
        select(Article.link, Article.image).where(
            or_(
                Article.id.in_(select(behind.c.article_id)),
                Article.story_id.in_(select(behind.c.story_id)),
            )
        )
    )
    hosts = {urls.host(one) for row in articles for one in row if one}
    return frozenset({urls.host(base_url), *hosts} - {""})


def _subscribe_url(
    db: Session, newsletter_id: int, base_url: str, archive_url: str | None
) -> str | None:
    """The page of the newsletter's first form, else the archive, which has one at its end."""
    key = db.scalar(
        select(FORM.c.public_key).where(FORM.c.newsletter_id == newsletter_id)
        .order_by(FORM.c.id).limit(1)
    )
    if key is not None:
        return links.subscribe_url(base_url, key)
    return f"{archive_url}{SIGN_UP}" if archive_url else None


def look_doc(db: Session, newsletter: Newsletter, values: LookValues, *, base_url: str) -> Look:
    """Return how a newsletter writes and how it looks with these values."""
    logo = links.logo_url(base_url, values.logo) if values.logo else ""
    return Look(
        name=newsletter.name, tagline=newsletter.tagline, months=newsletter.months,
        digits=newsletter.digits, hijri=newsletter.hijri, hijri_offset=newsletter.hijri_offset,
        postal_address=newsletter.postal_address, brand=values.brand,
        ink=values.ink, surface=values.surface, ground=values.ground, design=values.design,
        font=values.font, blocks=values.blocks, logo=logo,
        logo_width=logos.shown_width(db, values.logo) if logo else 0,
    )


def _board_item(item: Item, shared: frozenset[int]) -> BoardItem:
    told = [Saying(source, text) for source, text in item.told]
    return BoardItem(
        id=item.id, role=item.role, title=item.title, link=item.link, summary=item.summary,
        source_name=item.source_name, image=item.image, image_alt=item.image_alt,
        minutes=read_minutes(item.words) if item.words else 0, story_id=item.story_id,
        article_id=item.article_id, shared=item.story_id in shared,
        sources=credit.sources(item.source_name, item.summary, told),
        marked=credit.marked(item.summary, told), unseen=is_unseen(item),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the items of an issue that may still be mended."""

    doubts: Mapping[int, tuple[Doubt, ...]] = field(default_factory=dict)
    news: Mapping[int, int] = field(default_factory=dict)  # by story: articles since it was told
    excluded: frozenset[int] = frozenset()  # articles
    reaches: Mapping[str, Reach] = field(default_factory=dict)


def _known(
    db: Session, parts: Board, issue: Issue, before: Mapping[int, EarlierIssue], now: datetime
) -> _Known:
    items = [item for section in parts.sections for item in section.items]
    sent = {story_id: one.sent_at for story_id, one in before.items() if not one.follows}
    came = db.execute(
        select(Article.story_id, Article.collected_at)
        .where(Article.story_id.in_(sent), Article.state == ArticleState.READY)
    )
    news = Counter(story_id for story_id, at in came if story_id and at > sent[story_id])
    excluded = db.scalars(
        select(Article.id).where(
            Article.id.in_([item.article_id for item in items if item.article_id]),
            Article.state == ArticleState.EXCLUDED,
        )
    )
    links = {url for item in items for one in (item.link, item.image) if (url := web_address(one))}
    return _Known(
        faith.doubts(db, issue.id), news, frozenset(excluded),
        linkcheck.reaches(db, links, now=now),
    )


def _before(db: Session, parts: Board, newsletter_id: int) -> dict[int, EarlierIssue]:
    """The issues that told the readers of a newsletter these stories, or what they follow."""
    items = (item for section in parts.sections for item in section.items)
    return earlier_issue(
        db, {item.story_id for item in items if item.story_id is not None},
        newsletter_id=newsletter_id, without=parts.issue_id,
    )


def _section_docs(
    parts: Board, before: Mapping[int, EarlierIssue], known: _Known, base_url: str
) -> tuple[SectionDoc, ...]:
    return tuple(
        SectionDoc(
            section.id, section.title,
            tuple(
                _item_doc(item, before.get(item.story_id or 0), known, base_url)
                for item in section.items
            ),
        )
        for section in parts.sections
    )


def _item_doc(
    item: BoardItem, earlier: EarlierIssue | None, known: _Known, base_url: str
) -> ItemDoc:
    before = earlier if earlier and earlier.follows else None
    told = earlier if earlier and not earlier.follows else None
    public = before is not None and before.public
    url = links.archive_url(base_url, before.slug, before.number) if before and public else None
    asked = (known.reaches.get(web_address(one)) for one in (item.link, item.image))
    return ItemDoc(
        id=item.id, role=item.role, title=item.title, link=item.link, summary=item.summary,
        source_name=item.source_name, minutes=item.minutes, image=item.image,
        image_alt=item.image_alt, sources=item.sources, doubts=known.doubts.get(item.id, ()),
        earlier_number=before.number if before else None, earlier_url=url,
        told_in=told.number if told else None, told_news=known.news.get(item.story_id or 0, 0),
        excluded=item.article_id in known.excluded, unseen=item.unseen,
        reached=tuple(one for one in asked if one is not None),
    )
