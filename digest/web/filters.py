"""Jinja filters: one line each into ``digest.text``, in the language and digits of the reader."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Flask, request
from flask_babel import gettext as _
from markupsafe import Markup

from digest.articles.queries import InboxStory
from digest.issues.queries import IssueRow
from digest.staff.ways import Ways
from digest.text import bidi, dates, numbers, plural, reasons
from digest.web.forms import is_local
from digest.web.guard import allowed, language, newsroom, now, signed_in, who
from digest.web.shortcuts import HELP, shortcuts
from digest.web.words import ISSUE_STATES, REASONS, REPLIES, REPORT_KINDS, SOURCE_HEALTH, WHYS

KILO = 1024


def init_filters(app: Flask) -> None:
    """Give every template the filters and the few names that all pages use."""
    app.jinja_env.filters.update(
        count=count,
        when=when,
        day=day,
        day_line=day_line,
        ago=ago,
        when_in=when_in,
        utc=utc,
        seconds_left=seconds_left,
        countdown=countdown,
        bidi=isolate,
        digits=digits,
        bytes=size,
        told_by=told_by,
        why=why,
    )
    app.jinja_env.globals.update(
        allowed=allowed,
        issue_states=ISSUE_STATES,
        source_health=SOURCE_HEALTH,
        replies=REPLIES,
        report_kinds=REPORT_KINDS,
        whys=WHYS,
        sent_of=sent_of,
        shortcuts=shortcuts,
        help_key=HELP,
    )
    app.context_processor(page_names)


def page_names() -> dict[str, object]:
    """Return what the layouts need: language, direction, the person, the page before."""
    lang = language()
    return {
        "lang": lang,
        "direction": "rtl" if lang == "ar" else "ltr",
        "me": who() if signed_in() else None,
        "back_url": _page_before(),
    }


def count(n: int, noun: str) -> str:
    """Return a number with its noun, as in "11 خبراً"."""
    return plural.count(noun, n, lang=language(), numerals=newsroom().digits)


def when(at: datetime) -> str:
    """Return date and time of day in the newsroom's zone."""
    return str(_("%(day)s، %(time)s", day=day(at), time=_time(_local(at))))


def when_in(at: datetime, zone: str) -> str:
    """Return date and time of day on the clocks of another zone than the newsroom's."""
    local = at.astimezone(ZoneInfo(zone))
    return str(_("%(day)s، %(time)s", day=date_in_words(local.date()), time=_time(local)))


def slot_in(at: datetime, zone: str) -> str:
    """Return weekday, date, Hijri where it is wanted, and time of day on the clocks of a zone."""
    local = at.astimezone(ZoneInfo(zone))
    return str(_("%(day)s، %(time)s", day=_full_date(local), time=_time(local)))


def utc(at: datetime) -> Markup:
    """Return the time of day in UTC, as machines and colleagues abroad write it."""
    return Markup('<bdi dir="ltr">{} UTC</bdi>').format(f"{at:%H:%M}")


def seconds_left(at: datetime) -> int:
    """Return how many seconds there are until then; none once it has passed."""
    return max(0, int((at - now()).total_seconds()))


def countdown(at: datetime) -> str:
    """Return how long there is until then as a clock counts it, 0:59; scripts let it run."""
    minutes, seconds = divmod(seconds_left(at), 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return numbers.digits(text, newsroom().digits)


def day(at: datetime) -> str:
    """Return the date in the newsroom's zone, without the weekday."""
    return date_in_words(_local(at).date())


def date_in_words(at: date) -> str:
    """Return a date without the weekday."""
    ways = newsroom().ways
    return dates.date_line(
        at, months=ways.months, numerals=ways.digits, weekday=False, lang=language()
    )


def day_line(at: datetime) -> str:
    """Return weekday and date in the newsroom's zone, and the Hijri date where it is wanted."""
    return _full_date(_local(at))


def ago(at: datetime) -> str:
    """Return how long ago something was, in words."""
    return dates.ago(at, now(), lang=language(), numerals=newsroom().digits)


def isolate(text: str) -> Markup:
    """Return outside text, escaped, whose Latin runs cannot disturb the line.

    On an English page the whole text stands apart: else a number after it moves to its other side.
    """
    safe = Markup(bidi.isolate(text))  # noqa: S704  (isolate escapes)
    return safe if language() == "ar" else Markup("<bdi>{}</bdi>").format(safe)


def digits(n: float) -> str:
    """Return a number in the newsroom's digits, grouped by thousands."""
    return numbers.number(n, numerals=newsroom().digits)


def size(n: int) -> str:
    """Return a size in bytes, as kilobytes."""
    return str(_("%(n)s ك.ب", n=digits(max(1, round(n / KILO)))))


def told_by(story: InboxStory) -> str:
    """Return how many sources tell a story and how alike; "" for one that stands alone."""
    return reasons.told_by(
        story.sources, story.likeness, lang=language(), numerals=newsroom().digits
    )


def sent_of(sent: int, total: int, lost: int) -> str:
    """Return the state of a send in words."""
    text = str(_("سُلّمت %(a)s من %(b)s", a=digits(sent), b=digits(total)))
    if lost:
        text += " · " + str(_("لم تصل %(n)s", n=digits(lost)))
    return text + " · " + str(_("يمكنك إغلاق الصفحة"))


def why(issue: IssueRow) -> str:
    """Return why an issue was skipped or failed."""
    reason = REASONS.get(issue.reason.partition(":")[0])
    return str(reason or _("السبب: %(code)s", code=issue.reason or "—"))


def _full_date(local: datetime) -> str:
    return written_day(local, newsroom().ways)


def written_day(local: datetime, ways: Ways) -> str:
    """Return weekday and date as these ways write them, and the Hijri date where they want it."""
    return dates.date_line(
        local.date(), months=ways.months, numerals=ways.digits, lang=language(),
        hijri=ways.hijri, hijri_offset=ways.hijri_offset,
    )


def _time(local: datetime) -> str:
    return dates.clock_time(local.time(), numerals=newsroom().digits, lang=language())


def _local(at: datetime) -> datetime:
    return at.astimezone(newsroom().zone)


def _page_before() -> str:
    """Return the path of our own page that led here, or nothing."""
    host, _slash, rest = (request.referrer or "").partition("://")[2].partition("/")
    path = "/" + rest.partition("#")[0]
    same = path.partition("?")[0] == request.path and request.method == "GET"
    return path if host == request.host and not same and is_local(path) else ""
