"""The names of states, each with the tone of its chip."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

ISSUE_STATES: dict[str, tuple[LazyString, str]] = {
    "draft": (_l("مسودة"), "plain"),
    "scheduled": (_l("مجدول"), "info"),
    "frozen": (_l("يبدأ إرساله"), "info"),
    "sending": (_l("يُرسل الآن"), "brand"),
    "paused": (_l("متوقف مؤقتاً"), "warn"),
    "sent": (_l("أُرسل"), "ok"),
    "cancelled": (_l("ملغى"), "plain"),
    "failed": (_l("تعثّر"), "danger"),
    "skipped": (_l("تُخطّي"), "warn"),
}

SOURCE_HEALTH: dict[str, tuple[LazyString, str]] = {
    "new": (_l("جديد"), "plain"),
    "active": (_l("نشط"), "ok"),
    "slow": (_l("بطيء"), "warn"),
    "stopped": (_l("متوقف"), "danger"),
    "broken": (_l("معطّل"), "danger"),
    "paused": (_l("موقوف مؤقتاً"), "plain"),
    "dead": (_l("انتهى"), "danger"),
}

# Why an issue was skipped, failed or paused: the codes that ``issue.reason`` holds.
REASONS: dict[str, LazyString] = {
    "too_few_stories": _l("لم يُرسل لأن الأخبار الجديدة أقل من الحد الأدنى."),
    "missed": _l("لم يُرسل لأن موعده فات والخادم متوقف."),
    "has_errors": _l("لم يُرسل لأن فيه أخطاء تمنع الإرسال. صحّحها ثم جدوِل من جديد."),
    "no_recipients": _l("لم يُرسل لأن قوائمه بلا مشتركين."),
}

READER_STATES: dict[str, tuple[LazyString, str]] = {
    "active": (_l("نشط"), "ok"),
    "pending": (_l("بانتظار التأكيد"), "info"),
    "paused": (_l("موقوف مؤقتاً"), "warn"),
    "bounced": (_l("ارتداد دائم"), "danger"),
    "complained": (_l("أبلغ عن إزعاج"), "danger"),
    "left": (_l("ألغى اشتراكه"), "plain"),
}

MEMBERSHIPS: dict[str, tuple[LazyString, str]] = {
    "on": (_l("يستلم"), "ok"),
    "pending": (_l("بانتظار التأكيد"), "info"),
    "paused": (_l("موقوف مؤقتاً"), "warn"),
    "left": (_l("ألغى اشتراكه"), "plain"),
}

# The lines of the consent record.
CONSENTS: dict[str, LazyString] = {
    "asked": _l("طلب الاشتراك"),
    "confirmed": _l("أكّد اشتراكه"),
    "imported": _l("أضافه محرّر"),
    "paused": _l("أوقف الاستلام مؤقتاً"),
    "resumed": _l("استأنف الاستلام"),
    "left": _l("ألغى اشتراكه"),
    "back": _l("عاد إلى الاشتراك"),
}

# Why a row of an imported file stayed out.
BAD_ROWS: dict[str, LazyString] = {
    "no_address": _l("لا عنوان في هذا السطر"),
    "bad_address": _l("عنوان غير صالح"),
    "bad_encoding": _l("حروف لا تُقرأ بهذا الترميز"),
    "open_quote": _l("علامة اقتباس لم تُغلق"),
}
