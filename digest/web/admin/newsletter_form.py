"""The settings of a newsletter as a form: every column that an editor may decide about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import time
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    ColorField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from digest.audience.lists import ListRow
from digest.newsletters.manage import NewsletterRow, NewsletterValues
from digest.web.forms import AddressField, Form, options

DAYS: tuple[LazyString, ...] = (  # Monday is 0, as in ``date.weekday``
    _l("الاثنين"), _l("الثلاثاء"), _l("الأربعاء"), _l("الخميس"), _l("الجمعة"), _l("السبت"),
    _l("الأحد"),
)
ARAB_ZONES: dict[str, LazyString] = {
    "Asia/Damascus": _l("دمشق"), "Asia/Beirut": _l("بيروت"), "Asia/Amman": _l("عمّان"),
    "Asia/Gaza": _l("غزة"), "Asia/Hebron": _l("الخليل"), "Asia/Jerusalem": _l("القدس"),
    "Asia/Baghdad": _l("بغداد"), "Asia/Riyadh": _l("الرياض"), "Asia/Kuwait": _l("الكويت"),
    "Asia/Bahrain": _l("البحرين"), "Asia/Qatar": _l("الدوحة"), "Asia/Dubai": _l("دبي"),
    "Asia/Muscat": _l("مسقط"), "Asia/Aden": _l("عدن"), "Africa/Cairo": _l("القاهرة"),
    "Africa/Khartoum": _l("الخرطوم"), "Africa/Tripoli": _l("طرابلس"),
    "Africa/Tunis": _l("تونس"), "Africa/Algiers": _l("الجزائر"),
    "Africa/Casablanca": _l("الدار البيضاء"), "Africa/Nouakchott": _l("نواكشوط"),
    "Africa/Mogadishu": _l("مقديشو"), "Africa/Djibouti": _l("جيبوتي"),
    "Indian/Comoro": _l("موروني"), "Europe/Istanbul": _l("إسطنبول"),
    "Europe/Berlin": _l("برلين"), "Europe/Paris": _l("باريس"), "Europe/London": _l("لندن"),
    "America/New_York": _l("نيويورك"), "UTC": _l("التوقيت العالمي"),
}
KINDS = [("daily", _l("كل يوم")), ("weekly", _l("أيام من الأسبوع")), ("cron", _l("جدول cron"))]
POLICIES = [
    ("review", _l("تنتظر المسودة موافقة محرّر")),
    ("auto", _l("يُرسل العدد نفسه في موعده")),
]
UNANSWERED = [
    ("hold", _l("تبقى مسودة")),
    ("send", _l("تُرسل كما هي")),
    ("lead", _l("يُرسل الخبر الرئيس وحده")),
]
LATES = [("send", _l("يُرسل متأخراً ضمن المهلة")), ("skip", _l("يُتخطّى"))]
MONTHS = [
    ("both", _l("الاسمان: تشرين الثاني (نوفمبر)")),
    ("levant", _l("الشام والعراق: تشرين الثاني")),
    ("egypt", _l("مصر والخليج: نوفمبر")),
    ("morocco", _l("المغرب: نونبر")),
    ("algeria", _l("الجزائر وتونس: نوفمبر، جانفي")),
]
DIGITS = [("latn", "123"), ("arab", "١٢٣")]
OFFSETS = [(n, str(n)) for n in range(-2, 3)]  # days that a country may differ from the table
WEEK_MINUTES = 7 * 24 * 60
QUIET = ("quiet_from", "quiet_to")
LISTS = ListWidget(prefix_label=False)


class OptionalAddress(AddressField):
    """An address that may be left out."""

    def pre_validate(self, _form: BaseForm) -> None:
        """Refuse what is there and cannot be an address."""
        if (self.data or "").strip():
            super().pre_validate(_form)


class NewsletterForm(Form):
    """Plain controls for everything; of the calendar, only what its kind uses is stored."""

    name = StringField(_l("اسم النشرة"), [InputRequired(), Length(max=120)])
    slug = StringField(_l("المعرّف في الروابط"), [InputRequired(), Length(max=62)])
    tagline = StringField(_l("سطر تعريف"), [Optional(), Length(max=300)])
    brand = ColorField(_l("لون النشرة"), default="#0B5563")
    active = BooleanField(_l("نشطة: تُعدّ أعدادها في مواعيدها"), default=True)
    public = BooleanField(_l("أرشيفها معروض للعموم"), default=True)

    sender_name = StringField(_l("اسم المرسل"), [Optional(), Length(max=120)])
    sender_address = AddressField(_l("بريد المرسل"), [InputRequired(), Length(max=254)])
    reply_to = OptionalAddress(_l("الرد إلى"), [Length(max=254)])
    editor_address = OptionalAddress(_l("بريد المحرّر"), [Length(max=254)])
    postal_address = TextAreaField(_l("العنوان البريدي"), [Optional(), Length(max=500)])
    list_ids = SelectMultipleField(
        _l("تُرسل إلى"), coerce=int, widget=LISTS, option_widget=CheckboxInput()
    )

    kind = SelectField(_l("التكرار"), choices=options(KINDS))
    at = TimeField(_l("الساعة"), [Optional()])
    days = SelectMultipleField(
        _l("الأيام"), coerce=int, choices=options(enumerate(DAYS)), widget=LISTS, option_widget=CheckboxInput()
    )
    cron = StringField(_l("جدول cron"), [Optional(), Length(max=100)])
    zone = SelectField(_l("المنطقة الزمنية"), validate_choice=False)
    policy = SelectField(_l("قبل الإرسال"), choices=options(POLICIES))
    unanswered = SelectField(_l("إن لم يجب أحد"), choices=options(UNANSWERED))
    four_eyes = BooleanField(_l("يعتمد كل عدد شخص آخر غير من عدّله آخراً"))
    late = SelectField(_l("الموعد الفائت"), choices=options(LATES))
    grace_minutes = IntegerField(
        _l("مهلة التأخر بالدقائق"), [InputRequired(), NumberRange(0, WEEK_MINUTES)]
    )
    lead_minutes = IntegerField(
        _l("تُعدّ المسودة قبل الموعد بدقائق"), [InputRequired(), NumberRange(0, WEEK_MINUTES)]
    )

    quiet_from = TimeField(_l("لا تُرسل من الساعة"), [Optional()])
    quiet_to = TimeField(_l("حتى الساعة"), [Optional()])

    period_hours = IntegerField(_l("أخبار آخر ساعات"), [InputRequired(), NumberRange(1, 24 * 31)])
    min_items = IntegerField(_l("أقل عدد أخبار"), [InputRequired(), NumberRange(0, 60)])
    max_items = IntegerField(_l("أكثر عدد أخبار"), [InputRequired(), NumberRange(1, 60)])

    months = SelectField(_l("أسماء الأشهر"), choices=options(MONTHS))
    digits = SelectField(_l("الأرقام"), choices=options(DIGITS))
    hijri = BooleanField(_l("أضف التاريخ الهجري"))
    hijri_offset = SelectField(_l("إزاحة الهجري بالأيام"), coerce=int, choices=options(OFFSETS))

    track_opens = BooleanField(_l("قدّر عدد من فتحوا الرسالة"))
    track_clicks = BooleanField(_l("اعرف أي الأخبار فُتحت"))

    @classmethod
    def empty(cls, list_ids: Sequence[int]) -> NewsletterForm:
        """Return the form of a newsletter that is not there yet, with its usual settings."""
        return cls._filled(NewsletterValues("", "", "", list_ids=tuple(list_ids)))

    @classmethod
    def of(cls, row: NewsletterRow) -> NewsletterForm:
        """Return the form of a stored newsletter."""
        return cls._filled(row)

    @classmethod
    def _filled(cls, values: NewsletterValues) -> NewsletterForm:
        facts = asdict(values)
        rule = facts.pop("rule")
        facts.pop("id", None)
        for name in QUIET:
            facts[name] = time.fromisoformat(facts[name]) if facts[name] else None
        at = time.fromisoformat(rule.get("at", "06:00"))
        return cls(
            formdata=None, **facts, kind=rule.get("kind", "daily"), at=at,
            days=rule.get("days", []), cron=rule.get("cron", ""),
        )

    def offer(self, rows: Sequence[ListRow]) -> None:
        """Say which lists and zones can be chosen."""
        self.list_ids.choices = options((row.id, row.name) for row in rows)
        self.zone.choices = [
            *options(ARAB_ZONES.items(), _("مدن")),
            *options(((zone, zone) for zone in other_zones()), _("كل المناطق")),
        ]

    def begin_week(self, first: int) -> None:
        """Show the days from the one that begins the week."""
        self.days.choices = options((n % 7, DAYS[n % 7]) for n in range(first, first + 7))

    def validate_quiet_to(self, field: TimeField) -> None:
        """Refuse quiet hours that have only one end."""
        if (self.quiet_from.data is None) != (field.data is None):
            raise ValidationError(_("اكتب ساعتي الهدوء كلتيهما، أو اتركهما فارغتين."))

    def validate_max_items(self, field: IntegerField) -> None:
        """Refuse an issue that could never have enough stories."""
        if self.min_items.data is not None and (field.data or 0) < self.min_items.data:
            raise ValidationError(_("أكثر عدد أخبار أصغر من أقل عدد. اكتب عدداً أكبر."))

    def values(self) -> NewsletterValues:
        """Return the settings as typed."""
        facts: dict[str, Any] = {
            name: self[name].data for name in NewsletterValues.__dataclass_fields__
            if name not in {"rule", "list_ids", *QUIET}
        }
        facts |= {name: _hour(self[name].data) for name in QUIET}
        words = {name: text.strip() for name, text in facts.items() if isinstance(text, str)}
        return NewsletterValues(
            **(facts | words), rule=self.rule(), list_ids=tuple(self.list_ids.data or ())
        )

    def rule(self) -> dict[str, Any]:
        """Return the calendar's rule with the parts that its kind uses."""
        kind = self.kind.data
        if kind == "cron":
            return {"kind": kind, "cron": (self.cron.data or "").strip()}
        at = _hour(self.at.data)
        if kind == "weekly":
            return {"kind": kind, "at": at, "days": sorted(self.days.data or [])}
        return {"kind": kind, "at": at}


def _hour(at: time | None) -> str:
    return at.strftime("%H:%M") if at is not None else ""


@cache
def other_zones() -> tuple[str, ...]:
    """Return every zone of the tz data that is a place and not listed by an Arabic name."""
    return tuple(
        sorted(zone for zone in available_timezones() - ARAB_ZONES.keys() if "/" in zone
               and not zone.startswith(("Etc/", "SystemV/", "posix/", "right/")))
    )


def suggested_list(rows: Sequence[ListRow]) -> tuple[int, ...]:
    """Return the only list there is, so that a first newsletter reaches somebody."""
    return (rows[0].id,) if len(rows) == 1 else ()
