"""Real rows with sane defaults, for tests."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from digest.articles.models import Article, Story, Summary, Topic
from digest.audience.models import MailingList, Membership, Subscriber
from digest.issues.models import Issue, Item, Section
from digest.newsletters.models import Newsletter, newsletter_list
from digest.sources.models import Source
from digest.staff.models import Passkey, Role, User


def _add(db: Session, row: Any) -> int:
    db.add(row)
    db.flush()
    return int(row.id)


def a_hash(text: str) -> str:
    """Return a stable hash for keys of made rows."""
    return hashlib.sha256(text.encode()).hexdigest()


def user(db: Session, *, now: datetime, email: str = "salma@example.org", role: str = "publisher",
         password: str | None = None) -> int:
    """Salma edits and sends."""
    row = db.query(Role).filter_by(name=role).one_or_none() or Role(name=role)
    return _add(db, User(email=email, name=email.partition("@")[0], password=password, active=True,
                         fs_uniquifier=a_hash(email)[:32], language="ar", created_at=now,
                         roles=[row]))


def source(db: Session, *, now: datetime, name: str = "وكالة الساحل",
           url: str = "http://127.0.0.1/feed.xml", **values: Any) -> int:
    """A feed source."""
    return _add(db, Source(kind="feed", name=name, url=url, url_key=a_hash(url), created_at=now,
                           **values))


def topic(db: Session, *, name: str = "سياسة", slug: str = "politics", **values: Any) -> int:
    """A topic."""
    return _add(db, Topic(name=name, slug=slug, **values))


def article(db: Session, *, now: datetime, title: str = "البرلمان يقرّ الموازنة",
            text: str = "أقرّ البرلمان الموازنة بعد جلسة طويلة. وصوّت 130 نائباً لصالحها.",
            summary: str = "أقرّ البرلمان الموازنة بعد جلسة طويلة.", with_story: bool = True,
            topic_id: int | None = None, source_name: str = "شام بوست", **values: Any) -> int:
    """A ready article with a summary and, unless told otherwise, a story of its own."""
    link = values.pop("link", f"https://news.example/{a_hash(title)[:8]}")
    row = Article(
        source_name=source_name, article_key=a_hash(link + title), guid_hash=a_hash(link),
        link=link, title=title, html=f"<p>{text}</p>", text=text, text_hash=a_hash(text),
        words=len(text.split()), published_at=values.pop("published_at", now - timedelta(hours=2)),
        collected_at=now, state=values.pop("state", "ready"), topic_id=topic_id, **values,
    )
    article_id = _add(db, row)
    db.add(Summary(article_id=article_id, n=1, method="mix", text=summary,
                   text_hash=a_hash(summary), created_at=now))
    if with_story:
        row.story_id = _add(db, Story(label=title, representative_id=article_id,
                                      topic_id=topic_id, first_at=row.published_at,
                                      last_at=row.published_at))
    db.flush()
    return article_id


def mailing_list(db: Session, *, now: datetime, name: str = "القائمة اليومية",
                 slug: str = "daily") -> int:
    """A list."""
    return _add(db, MailingList(name=name, slug=slug, created_at=now))


def newsletter(db: Session, *, now: datetime, slug: str = "mina", list_id: int | None = None,
               **values: Any) -> int:
    """«موجز الميناء», daily at six, sent to one list."""
    row = Newsletter(
        name=values.pop("name", "موجز الميناء"), slug=slug,
        sender_name=values.pop("sender_name", "موجز الميناء"),
        sender_address=values.pop("sender_address", "news@mina.example"),
        postal_address=values.pop("postal_address", "شارع البحر 12، اللاذقية"),
        rule=values.pop("rule", {"kind": "daily", "at": "06:00"}),
        planned_until=values.pop("planned_until", now), created_at=now, **values,
    )
    newsletter_id = _add(db, row)
    if list_id is not None:
        db.execute(newsletter_list.insert().values(newsletter_id=newsletter_id, list_id=list_id))
    return newsletter_id


def subscriber(db: Session, *, now: datetime, address: str = "rim@example.net",
               list_id: int | None = None, state: str = "active", on: str = "on",
               **values: Any) -> int:
    """Rim reads."""
    subscriber_id = _add(db, Subscriber(
        token=a_hash(address)[:20], address=address, address_key=address.lower(), state=state,
        created_at=now, **values,
    ))
    if list_id is not None:
        db.add(Membership(subscriber_id=subscriber_id, list_id=list_id, state=on, at=now))
        db.flush()
    return subscriber_id


def section(db: Session, *, issue_id: int, title: str = "سياسة", position: int = 0) -> int:
    """A section of an issue."""
    return _add(db, Section(issue_id=issue_id, position=position, title=title))


def item(db: Session, *, issue_id: int, section_id: int, position: int = 0,
         title: str = "خبر رقم 1", role: str = "second", **values: Any) -> int:
    """An item of a section."""
    return _add(db, Item(
        issue_id=issue_id, section_id=section_id, position=position, role=role, title=title,
        link=f"https://news.example/{position + 1}", summary="جملة تلخّص الخبر كاملاً.",
        source_name="وكالة الساحل", words=200, **values,
    ))


def issue(db: Session, *, now: datetime, newsletter_id: int, items: int = 2,
          subject: str = "محادثات الفرات تنتهي بلا اتفاق", **values: Any) -> int:
    """A draft with one section «سياسة» and some items."""
    issue_id = _add(db, Issue(
        newsletter_id=newsletter_id, number=values.pop("number", 1),
        state=values.pop("state", "draft"), subject=subject,
        preheader=values.pop("preheader", "ومعرض يعيد بناء واجهات حلب رقمياً، وخمسة أخبار باختصار"),
        created_at=now, **values,
    ))
    section_id = section(db, issue_id=issue_id)
    for position in range(items):
        item(db, issue_id=issue_id, section_id=section_id, position=position,
             title=f"خبر رقم {position + 1}", role="second" if position else "lead")
    return issue_id


def passkey(user_id: int, *, now: datetime, name: str = "هاتفي") -> Passkey:
    """A passkey that no device has."""
    return Passkey(user_id=user_id, credential_id=b"x" * 16, public_key=b"y", name=name,
                   backup_state=False, device_type="single_device", lastuse_datetime=now,
                   usage="first")
