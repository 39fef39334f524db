"""What became of the mails: over time, of one issue, and how the lists grow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from digest.audience.growth import FormGrowth, Growth, growth
from digest.feedback.numbers import (
    WENT_OUT,
    IssueNumbers,
    StoryClicks,
    in_order,
    of_issues,
)
from digest.feedback.reactions import Reach, reactions
from digest.issues.models import IssueState
from digest.issues.queries import IssueRow, board, get_issue, list_issues
from digest.newsletters.manage import list_newsletters
from digest.staff.roles import Action
from digest.system.errors import NotFound
from digest.web.admin import bp
from digest.web.admin.tables import csv_answer
from digest.web.charts import Chart, Group, bars
from digest.web.fields import asked_number
from digest.web.filters import date_in_words, digits
from digest.web.guard import language, needs, newsroom, now, system
from digest.web.outline import outline

SHOWN = 30  # issues in a chart
FORMS = 6  # that have a chart of their own; the table has all


@dataclass(frozen=True, slots=True)
class SentIssue:
    """An issue that went out, and its numbers."""

    issue: IssueRow
    numbers: IssueNumbers


@bp.get("/analytics")
@needs(Action.VIEW)
def analytics() -> ResponseReturnValue:
    """Show the last issues beside each other, and the growth of the lists by form."""
    chosen, week_start = asked_number("newsletter"), newsroom().ways.week_start
    with system().db.read() as db:
        newsletters = list_newsletters(db)
        grown = growth(db, now=now(), week_start=week_start)
    rows = _sent(chosen)
    oldest_first = rows[::-1]
    return render_template(
        "admin/analytics/page.html", rows=rows, newsletters=newsletters, chosen=chosen,
        clicks=_chart([_clicks(one) for one in oldest_first]),
        leaves=_chart([_leaves(one) for one in oldest_first]),
        growth=grown, joined=weeks(grown, grown.joined, grown.left),
        forms=[(one, weeks(grown, one.joined, one.left)) for one in grown.forms[:FORMS]],
        form_name=form_name,
    )


@bp.get("/analytics/issues.csv")
@needs(Action.VIEW)
def analytics_issues() -> Response:
    """Answer the issues and their numbers as a file."""
    header = (
        _("العدد"), _("العنوان"), _("الموعد"), _("سُلّم"), _("كل الرسائل"), _("ارتدّ"),
        _("ألغوا الاشتراك"), *_three(_("نقر")), *_three(_("فتح مقدَّر")),
    )
    rows = [
        (one.issue.number or "", one.issue.subject, _iso(one.issue.sent_at or one.issue.send_at),
         one.numbers.delivered, one.numbers.total, one.numbers.came_back, one.numbers.left,
         *_cells(one.numbers.clicks), *_cells(one.numbers.opens))
        for one in _sent(asked_number("newsletter"))
    ]
    return csv_answer("issues.csv", header, rows)


@bp.get("/analytics/growth.csv")
@needs(Action.VIEW)
def analytics_growth() -> Response:
    """Answer the growth of each form by week as a file."""
    week_start = newsroom().ways.week_start
    with system().db.read() as db:
        grown = growth(db, now=now(), week_start=week_start)
    rows = [
        (form_name(form), first.isoformat(), form.joined[n], form.left[n])
        for form in grown.forms for n, first in enumerate(grown.weeks)
    ]
    return csv_answer(
        "growth.csv", (_("النموذج"), _("أسبوع يبدأ في"), _("انضموا"), _("ألغوا الاشتراك")), rows
    )


@bp.get("/analytics/issues/<int:issue_id>")
@needs(Action.VIEW)
def issue_analytics(issue_id: int) -> ResponseReturnValue:
    """Show one issue: its numbers, and its clicks on the picture of the mail."""
    one, stories = _issue(issue_id)
    return render_template(
        "admin/analytics/issue.html", issue=one.issue, numbers=one.numbers, stories=stories,
        outline=outline(stories),
    )


@bp.get("/analytics/issues/<int:issue_id>/stories.csv")
@needs(Action.VIEW)
def issue_stories(issue_id: int) -> Response:
    """Answer the clicks of each story, in the order of the mail, as a file."""
    _one, stories = _issue(issue_id)
    return csv_answer(
        f"issue-{issue_id}.csv", (_("القسم"), _("الخبر"), *_three(_("نقر"))),
        [(one.section, one.title, *_cells(one.reach)) for one in stories],
    )


def form_name(form: FormGrowth) -> str:
    """Return the name of a form, or what stands for none."""
    return form.name or str(_("بلا نموذج: استيراد أو إضافة"))


def _sent(newsletter_id: int | None) -> tuple[SentIssue, ...]:
    """The last issues that were sent, newest first, with their numbers."""
    with system().db.read() as db:
        rows = list_issues(
            db, limit=SHOWN, newsletter_id=newsletter_id, state=IssueState.SENT.value
        )
        found = of_issues(db, [row.id for row in rows], now=now())
    return tuple(SentIssue(row, found[row.id]) for row in rows)


def _issue(issue_id: int) -> tuple[SentIssue, tuple[StoryClicks, ...]]:
    """An issue that went out, with its stories; one that did not has no numbers."""
    with system().db.read() as db:
        row = get_issue(db, issue_id)
        if row.state not in WENT_OUT:
            raise NotFound("no_such_issue", issue=issue_id)
        numbers = of_issues(db, [issue_id], now=now())[issue_id]
        stories = in_order(board(db, issue_id), reactions(db, issue_id))
    return SentIssue(row, numbers), stories


def _chart(groups: Sequence[Group]) -> Chart:
    return bars(groups, rtl=language() == "ar", written=digits)


def _clicks(one: SentIssue) -> Group:
    reach = one.numbers.clicks or Reach(0, 0, 0)
    words = _(
        "العدد %(number)s: قرّاء %(human)s، وسطاء %(proxy)s، برامج فحص %(scanner)s",
        number=_number(one), human=digits(reach.human), proxy=digits(reach.proxy),
        scanner=digits(reach.scanner),
    )
    return Group(_number(one), str(words), (reach.human, reach.proxy, reach.scanner))


def _leaves(one: SentIssue) -> Group:
    left = one.numbers.left
    words = _("العدد %(number)s: ألغى اشتراكه %(n)s", number=_number(one), n=digits(left))
    return Group(_number(one), str(words), (left,))


def weeks(grown: Growth, joined: Sequence[int], left: Sequence[int]) -> Chart:
    """Draw who joined and who left in each week."""
    return _chart([
        Group(
            _short(first),
            str(_("أسبوع يبدأ في %(day)s: انضموا %(joined)s، ألغوا %(left)s",
                  day=date_in_words(first), joined=digits(joined[n]), left=digits(left[n]))),
            (joined[n], left[n]),
        )
        for n, first in enumerate(grown.weeks)
    ])


def _short(at: date) -> str:
    """The day and the month in figures: there is no room for names below a bar."""
    return f"{digits(at.day)}/{digits(at.month)}"


def _number(one: SentIssue) -> str:
    return digits(one.issue.number) if one.issue.number is not None else "—"


def _three(what: str) -> tuple[str, str, str]:
    return (f"{what}: {_('قرّاء')}", f"{what}: {_('وسطاء')}", f"{what}: {_('برامج فحص')}")


def _cells(reach: Reach | None) -> tuple[object, object, object]:
    return (reach.human, reach.proxy, reach.scanner) if reach else ("", "", "")


def _iso(at: datetime | None) -> str:
    return at.astimezone(newsroom().zone).date().isoformat() if at else ""
