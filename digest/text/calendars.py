"""Names of days and months as Arabic newspapers print them, by region, and the Hijri calendar."""

from __future__ import annotations

from datetime import date, timedelta

WEEKDAYS = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")

# Babel has the four sets under ar_SY, ar_EG, ar_MA and ar_DZ; they are written out because they
# are also read, and must not change with a release of CLDR.
MONTHS: dict[str, tuple[str, ...]] = {
    "levant": (
        "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران",
        "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
    ),
    "egypt": (
        "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو",
        "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
    ),
    "morocco": (
        "يناير", "فبراير", "مارس", "أبريل", "ماي", "يونيو",
        "يوليوز", "غشت", "شتنبر", "أكتوبر", "نونبر", "دجنبر",
    ),
    "algeria": (
        "جانفي", "فيفري", "مارس", "أفريل", "ماي", "جوان",
        "جويلية", "أوت", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
    ),
}  # fmt: skip
HIJRI_MONTHS = (
    "محرم", "صفر", "ربيع الأول", "ربيع الآخر", "جمادى الأولى", "جمادى الآخرة",
    "رجب", "شعبان", "رمضان", "شوال", "ذو القعدة", "ذو الحجة",
)  # fmt: skip
ENGLISH_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
ENGLISH_HIJRI_MONTHS = (
    "Muharram", "Safar", "Rabi I", "Rabi II", "Jumada I", "Jumada II",
    "Rajab", "Shaban", "Ramadan", "Shawwal", "Dhu al-Qadah", "Dhu al-Hijjah",
)  # fmt: skip


def month_name(month: int, months: str) -> str:
    """Return the Arabic name of month 1 to 12; ``both`` is "تشرين الثاني (نوفمبر)".

    Raises KeyError for a set other than levant, egypt, morocco, algeria and both.
    """
    if months == "both":
        return f"{MONTHS['levant'][month - 1]} ({MONTHS['egypt'][month - 1]})"
    return MONTHS[months][month - 1]


def to_hijri(day: date, offset: int = 0) -> tuple[int, int, int] | None:
    """Return year, month and day by the Umm al-Qura tables, ``offset`` days later.

    None outside the tables, which run from August 1924 to November 2077.
    """
    from hijridate import Gregorian

    try:
        moved = day + timedelta(days=offset)
        return Gregorian(moved.year, moved.month, moved.day).to_hijri().datetuple()
    except OverflowError:
        return None


def from_hijri(year: int, month: int, day: int) -> date | None:
    """Return the day of a Hijri date by the same tables, or None where there is none."""
    from hijridate import Hijri

    try:
        return date(*Hijri(year, month, day).to_gregorian().datetuple())
    except (OverflowError, ValueError):
        return None
