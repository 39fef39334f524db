"""How dates and numbers are written, as forms: the newsroom's, and a person's own."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField

from digest.staff.ways import WEEK_STARTS, OwnWays, Ways
from digest.web.admin.newsletter_form import DAYS, DIGITS, MONTHS, OFFSETS
from digest.web.forms import Form, options

AS_HOUSE = ("", _l("كما في غرفة الأخبار"))
WEEKS = [(str(day), DAYS[day]) for day in WEEK_STARTS]
HIJRI = [("yes", _l("يُضاف")), ("no", _l("لا يُضاف"))]


class HouseWaysForm(Form):
    """The ways of everybody who did not choose otherwise."""

    months = SelectField(_l("أسماء الأشهر"), choices=options(MONTHS))
    digits = SelectField(_l("الأرقام"), choices=options(DIGITS))
    hijri = BooleanField(_l("أضف التاريخ الهجري"))
    hijri_offset = SelectField(_l("إزاحة الهجري بالأيام"), coerce=int, choices=options(OFFSETS))
    week_start = SelectField(_l("يبدأ الأسبوع"), choices=options(WEEKS))

    @classmethod
    def of(cls, ways: Ways) -> HouseWaysForm:
        """Return the form of stored ways."""
        return cls(
            formdata=None, months=ways.months, digits=ways.digits, hijri=ways.hijri,
            hijri_offset=ways.hijri_offset, week_start=str(ways.week_start),
        )

    def ways(self) -> Ways:
        """Return the ways as chosen."""
        return Ways(
            self.months.data, self.digits.data, self.hijri.data, self.hijri_offset.data,
            int(self.week_start.data),
        )


class OwnWaysForm(Form):
    """The ways of one person; every one may be left to the newsroom."""

    months = SelectField(_l("أسماء الأشهر"), choices=options([AS_HOUSE, *MONTHS]))
    digits = SelectField(_l("الأرقام"), choices=options([AS_HOUSE, *DIGITS]))
    hijri = SelectField(_l("التاريخ الهجري"), choices=options([AS_HOUSE, *HIJRI]))
    week_start = SelectField(_l("يبدأ الأسبوع"), choices=options([AS_HOUSE, *WEEKS]))

    @classmethod
    def of(cls, own: OwnWays) -> OwnWaysForm:
        """Return the form of what a person chose."""
        hijri = "" if own.hijri is None else "yes" if own.hijri else "no"
        week = "" if own.week_start is None else str(own.week_start)
        return cls(
            formdata=None, months=own.months or "", digits=own.digits or "", hijri=hijri,
            week_start=week,
        )

    def own(self) -> OwnWays:
        """Return what was chosen."""
        week = self.week_start.data
        return OwnWays(
            self.months.data or None, self.digits.data or None,
            self.hijri.data == "yes" if self.hijri.data else None, int(week) if week else None,
        )
