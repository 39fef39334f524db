"""The phrases that ``plural`` chooses from. ``{n}`` stands for the number.

Arabic: zero, one, two, few (3-10), many (11-99), other (100, 101, 102, 1000). English: none, one,
other. Rows that end in ``_ago`` or begin with ``in_`` are whole adverbs of time.
"""

from __future__ import annotations

ARABIC: dict[str, tuple[str, str, str, str, str, str]] = {
    # What newsrooms make.
    "story": ("لا أخبار", "خبر واحد", "خبران", "{n} أخبار", "{n} خبراً", "{n} خبر"),
    "other_story": (
        "لا أخبار أخرى", "خبر آخر", "خبران آخران",
        "{n} أخبار أخرى", "{n} خبراً آخر", "{n} خبر آخر",
    ),
    "article": ("لا مقالات", "مقالة واحدة", "مقالتان", "{n} مقالات", "{n} مقالة", "{n} مقالة"),
    "item": ("لا بنود", "بند واحد", "بندان", "{n} بنود", "{n} بنداً", "{n} بند"),
    "section": ("لا أقسام", "قسم واحد", "قسمان", "{n} أقسام", "{n} قسماً", "{n} قسم"),
    "issue": ("لا أعداد", "عدد واحد", "عددان", "{n} أعداد", "{n} عدداً", "{n} عدد"),
    "newsletter": ("لا نشرات", "نشرة واحدة", "نشرتان", "{n} نشرات", "{n} نشرة", "{n} نشرة"),
    "version": ("لا نسخ", "نسخة واحدة", "نسختان", "{n} نسخ", "{n} نسخة", "{n} نسخة"),
    "correction": (
        "لا تصحيحات", "تصحيح واحد", "تصحيحين", "{n} تصحيحات", "{n} تصحيحاً", "{n} تصحيح",
    ),
    "topic": ("لا موضوعات", "موضوع واحد", "موضوعان", "{n} موضوعات", "{n} موضوعاً", "{n} موضوع"),
    "word": ("لا كلمات", "كلمة واحدة", "كلمتان", "{n} كلمات", "{n} كلمة", "{n} كلمة"),
    "sentence": ("لا جمل", "جملة واحدة", "جملتان", "{n} جمل", "{n} جملة", "{n} جملة"),
    "character": ("لا محارف", "محرف واحد", "محرفان", "{n} محارف", "{n} محرفاً", "{n} محرف"),
    # Where stories come from.
    "source": ("لا مصادر", "مصدر واحد", "مصدران", "{n} مصادر", "{n} مصدراً", "{n} مصدر"),
    "other_source": (
        "لا مصادر أخرى", "مصدر آخر", "مصدران آخران",
        "{n} مصادر أخرى", "{n} مصدراً آخر", "{n} مصدر آخر",
    ),
    # Whom they go to.
    "subscriber": (
        "لا مشتركين", "مشترك واحد", "مشتركان", "{n} مشتركين", "{n} مشتركاً", "{n} مشترك",
    ),
    "recipient": ("لا مستلمين", "مستلم واحد", "مستلمان", "{n} مستلمين", "{n} مستلماً", "{n} مستلم"),
    "list": ("لا قوائم", "قائمة واحدة", "قائمتان", "{n} قوائم", "{n} قائمة", "{n} قائمة"),
    "mail": ("لا رسائل", "رسالة واحدة", "رسالتان", "{n} رسائل", "{n} رسالة", "{n} رسالة"),
    "click": ("لا نقرات", "نقرة واحدة", "نقرتان", "{n} نقرات", "{n} نقرة", "{n} نقرة"),
    "user": (
        "لا مستخدمين", "مستخدم واحد", "مستخدمان", "{n} مستخدمين", "{n} مستخدماً", "{n} مستخدم",
    ),
    # What is checked and done.
    "finding": ("لا ملاحظات", "ملاحظة واحدة", "ملاحظتان", "{n} ملاحظات", "{n} ملاحظة", "{n} ملاحظة"),
    "error": ("لا أخطاء", "خطأ واحد", "خطآن", "{n} أخطاء", "{n} خطأً", "{n} خطأ"),
    "attempt": ("لا محاولات", "محاولة واحدة", "محاولتان", "{n} محاولات", "{n} محاولة", "{n} محاولة"),
    "result": ("لا نتائج", "نتيجة واحدة", "نتيجتان", "{n} نتائج", "{n} نتيجة", "{n} نتيجة"),
    "row": ("لا صفوف", "صف واحد", "صفان", "{n} صفوف", "{n} صفاً", "{n} صف"),
    # Time.
    "read": (
        "قراءة أقل من دقيقة", "قراءة دقيقة", "قراءة دقيقتين",
        "قراءة {n} دقائق", "قراءة {n} دقيقة", "قراءة {n} دقيقة",
    ),
    "second": ("أقل من ثانية", "ثانية واحدة", "ثانيتان", "{n} ثوانٍ", "{n} ثانية", "{n} ثانية"),
    "minute": ("أقل من دقيقة", "دقيقة واحدة", "دقيقتان", "{n} دقائق", "{n} دقيقة", "{n} دقيقة"),
    "hour": ("أقل من ساعة", "ساعة واحدة", "ساعتان", "{n} ساعات", "{n} ساعة", "{n} ساعة"),
    "day": ("أقل من يوم", "يوم واحد", "يومان", "{n} أيام", "{n} يوماً", "{n} يوم"),
    "week": ("أقل من أسبوع", "أسبوع واحد", "أسبوعان", "{n} أسابيع", "{n} أسبوعاً", "{n} أسبوع"),
    "month": ("أقل من شهر", "شهر واحد", "شهران", "{n} أشهر", "{n} شهراً", "{n} شهر"),
    "minutes_ago": (
        "الآن", "قبل دقيقة", "قبل دقيقتين", "قبل {n} دقائق", "قبل {n} دقيقة", "قبل {n} دقيقة",
    ),
    "hours_ago": (
        "قبل أقل من ساعة", "قبل ساعة", "قبل ساعتين",
        "قبل {n} ساعات", "قبل {n} ساعة", "قبل {n} ساعة",
    ),
    "days_ago": ("اليوم", "أمس", "قبل يومين", "قبل {n} أيام", "قبل {n} يوماً", "قبل {n} يوم"),
    "months_ago": (
        "هذا الشهر", "قبل شهر", "قبل شهرين", "قبل {n} أشهر", "قبل {n} شهراً", "قبل {n} شهر",
    ),
    "years_ago": (
        "هذا العام", "قبل عام", "قبل عامين", "قبل {n} أعوام", "قبل {n} عاماً", "قبل {n} عام",
    ),
    "in_minutes": (
        "بعد أقل من دقيقة", "بعد دقيقة", "بعد دقيقتين",
        "بعد {n} دقائق", "بعد {n} دقيقة", "بعد {n} دقيقة",
    ),
    "in_hours": (
        "بعد أقل من ساعة", "بعد ساعة", "بعد ساعتين",
        "بعد {n} ساعات", "بعد {n} ساعة", "بعد {n} ساعة",
    ),
    "in_days": ("اليوم", "غداً", "بعد يومين", "بعد {n} أيام", "بعد {n} يوماً", "بعد {n} يوم"),
    "in_months": (
        "هذا الشهر", "بعد شهر", "بعد شهرين", "بعد {n} أشهر", "بعد {n} شهراً", "بعد {n} شهر",
    ),
    "in_years": (
        "هذا العام", "بعد عام", "بعد عامين", "بعد {n} أعوام", "بعد {n} عاماً", "بعد {n} عام",
    ),
}  # fmt: skip

ENGLISH: dict[str, tuple[str, str, str]] = {
    "story": ("no stories", "1 story", "{n} stories"),
    "other_story": ("no other stories", "1 other story", "{n} other stories"),
    "article": ("no articles", "1 article", "{n} articles"),
    "item": ("no items", "1 item", "{n} items"),
    "section": ("no sections", "1 section", "{n} sections"),
    "issue": ("no issues", "1 issue", "{n} issues"),
    "newsletter": ("no newsletters", "1 newsletter", "{n} newsletters"),
    "version": ("no versions", "1 version", "{n} versions"),
    "correction": ("no corrections", "1 correction", "{n} corrections"),
    "topic": ("no topics", "1 topic", "{n} topics"),
    "word": ("no words", "1 word", "{n} words"),
    "sentence": ("no sentences", "1 sentence", "{n} sentences"),
    "character": ("no characters", "1 character", "{n} characters"),
    "source": ("no sources", "1 source", "{n} sources"),
    "other_source": ("no other sources", "1 other source", "{n} other sources"),
    "subscriber": ("no subscribers", "1 subscriber", "{n} subscribers"),
    "recipient": ("no recipients", "1 recipient", "{n} recipients"),
    "list": ("no lists", "1 list", "{n} lists"),
    "mail": ("no mails", "1 mail", "{n} mails"),
    "click": ("no clicks", "1 click", "{n} clicks"),
    "user": ("no users", "1 user", "{n} users"),
    "finding": ("no findings", "1 finding", "{n} findings"),
    "error": ("no errors", "1 error", "{n} errors"),
    "attempt": ("no attempts", "1 attempt", "{n} attempts"),
    "result": ("no results", "1 result", "{n} results"),
    "row": ("no rows", "1 row", "{n} rows"),
    "read": ("less than a minute", "1 minute read", "{n} minutes read"),
    "second": ("less than a second", "1 second", "{n} seconds"),
    "minute": ("less than a minute", "1 minute", "{n} minutes"),
    "hour": ("less than an hour", "1 hour", "{n} hours"),
    "day": ("less than a day", "1 day", "{n} days"),
    "week": ("less than a week", "1 week", "{n} weeks"),
    "month": ("less than a month", "1 month", "{n} months"),
    "minutes_ago": ("now", "1 minute ago", "{n} minutes ago"),
    "hours_ago": ("less than an hour ago", "1 hour ago", "{n} hours ago"),
    "days_ago": ("today", "yesterday", "{n} days ago"),
    "months_ago": ("this month", "1 month ago", "{n} months ago"),
    "years_ago": ("this year", "1 year ago", "{n} years ago"),
    "in_minutes": ("in less than a minute", "in 1 minute", "in {n} minutes"),
    "in_hours": ("in less than an hour", "in 1 hour", "in {n} hours"),
    "in_days": ("today", "tomorrow", "in {n} days"),
    "in_months": ("this month", "in 1 month", "in {n} months"),
    "in_years": ("this year", "in 1 year", "in {n} years"),
}
