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
    "not_approved": _l(
        "لم يُرسل لأنه تغيّر بعد اعتماده. يعتمده زميل لم يعدّله آخراً ثم يُجدول من جديد."
    ),
    "has_errors": _l("لم يُرسل لأن فيه أخطاء تمنع الإرسال. صحّحها ثم جدوِل من جديد."),
    "no_recipients": _l("لم يُرسل لأن قوائمه بلا مشتركين."),
    "empty": _l("لم يُرسل لأنه فارغ من الأخبار."),
    "bad_sender": _l("لم يُرسل لأن بريد المرسل غير صالح. صحّحه في إعدادات النشرة."),
    "bad_header": _l("لم يُرسل لأن في العنوان أو اسم المرسل محرفاً لا يجوز. احذفه ثم جدوِل من جديد."),
    "relay_auth": _l("رفض خادم البريد اسم الدخول أو كلمة السر. راجع إعداداته ثم استأنف."),
    "relay_tls": _l("تعذّر اتصال مشفّر موثوق بخادم البريد، ولا نرسل بلا تشفير."),
    "relay_refused": _l("رفض خادم البريد اتصالنا. راجع إعداداته ثم استأنف."),
    "relay_away": _l("لم يجب خادم البريد منذ ساعات. تأكد أنه يعمل ثم استأنف."),
    "sender_refused": _l("رفض خادم البريد بريد المرسل. صحّحه أو راجع الخادم ثم استأنف."),
    "sealed": _l("لا تُفتح مفاتيح التوقيع بسرّ هذا الخادم. أعد السرّ القديم أو أنشئ مفاتيح جديدة."),
    "content_refused": _l("رفض خادم البريد محتوى الرسالة. غيّر النص أو راجع الخادم ثم استأنف."),
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

# What came back of a mail; the kinds of ``feedback.models.Report``.
REPORT_KINDS: dict[str, tuple[LazyString, str]] = {
    "hard": (_l("ارتداد دائم"), "danger"),
    "soft": (_l("ارتداد مؤقت"), "warn"),
    "complaint": (_l("شكوى إزعاج"), "danger"),
}

# Why it came back; the names of ``feedback.why.Why``.
WHYS: dict[str, LazyString] = {
    "mailbox": _l("لا صندوق بريد بهذا العنوان"),
    "domain": _l("لا نطاق بهذا الاسم، أو لا يستقبل بريداً"),
    "closed": _l("أُغلق صندوق البريد أو أُوقف"),
    "full": _l("صندوق البريد ممتلئ"),
    "policy": _l("رفضه مرشّح البريد لأمر يخصّ رسائلنا أو خادمنا"),
    "size": _l("الرسالة أكبر مما يقبل خادمه"),
    "expired": _l("لم يستلمه خادمه بعد محاولات لأيام"),
    "other": _l("سبب لم يوضحه الخادم"),
    "complaint": _l("أبلغ القارئ أن الرسالة مزعجة"),
}

# Why a report changed nothing; the reasons that ``feedback.models.Unheeded`` counts.
UNHEEDED: dict[str, LazyString] = {
    "forged": _l("لا تحمل رمز رسالة من رسائلنا"),
    "other": _l("تخصّ عنواناً غير عنوان القارئ"),
    "delayed": _l("تأخير مؤقت"),
    "delivered": _l("إشعار تسليم"),
    "automatic": _l("ردود آلية"),
    "loop": _l("رسائل دارت وعادت"),
    "harmless": _l("تقارير لا تلوم أحداً"),
    "broken": _l("رسائل مكسورة"),
    "unclear": _l("رسائل غير مفهومة"),
}

# Why a row of an imported file stayed out.
BAD_ROWS: dict[str, LazyString] = {
    "no_address": _l("لا عنوان في هذا السطر"),
    "bad_address": _l("عنوان غير صالح"),
    "bad_encoding": _l("حروف لا تُقرأ بهذا الترميز"),
    "open_quote": _l("علامة اقتباس لم تُغلق"),
}

# How a try to read a source ended: the codes that ``fetch_attempt.outcome`` holds.
OUTCOMES: dict[str, LazyString] = {
    "ok": _l("قُرئ"),
    "not_modified": _l("لا جديد منذ آخر قراءة"),
    "refused_address": _l(
        "يقود الرابط إلى عنوان داخل شبكة خاصة، فلم نتصل به. إن كان مقصوداً فليسمح به مدير الخادم."
    ),
    "bad_url": _l("يقود الرابط إلى ما ليس عنوان موقع. صحّح الرابط."),
    "dns": _l("لا موقع بهذا الاسم الآن. تأكد من كتابة الرابط."),
    "tls": _l("شهادة الأمان في الموقع غير صالحة، فلم نقرأ منه شيئاً."),
    "timeout": _l("لم يُجب الموقع في الوقت المتاح. سنعيد المحاولة."),
    "too_big": _l("الملف أكبر مما نقرأ. اطلب من الموقع خلاصة أقصر."),
    "redirects": _l("يحيل الموقع من عنوان إلى آخر بلا نهاية."),
    "http_error": _l("أجاب الموقع برمز خطأ. إن تكرر فتأكد من الرابط."),
    "gone": _l("أعلن الموقع أن هذه الخلاصة انتهت. لن نقرأها بعد الآن."),
    "busy": _l("طلب الموقع أن ننتظر. سنعيد المحاولة حين يسمح."),
    "network": _l("انقطع الاتصال بالموقع. سنعيد المحاولة."),
    "html": _l("جاءت صفحة ويب مكان الخلاصة، ولا تذكر خلاصة لها. تأكد من الرابط."),
    "not_a_feed": _l("ما جاء ليس خلاصة. تأكد من الرابط."),
    "sitemap": _l("هذه خريطة موقع لا تذكر عناوين أخبار، فلا نقرأ منها شيئاً."),
    "empty": _l("جاء الملف فارغاً."),
    "no_entries": _l("الخلاصة صالحة ولا خبر فيها."),
    "entities": _l("تعرّف الخلاصة كيانات قد تضر بمن يقرؤها، فلم نقرأها."),
    "too_complex": _l("الخلاصة أعقد من أن تُقرأ بأمان."),
    "bad_json": _l("الخلاصة بصيغة JSON مكسورة."),
    "broken_xml": _l("الخلاصة بصيغة XML مكسورة، ولم نجد فيها خبراً."),
    "too_many_entries": _l("في الخلاصة أخبار كثيرة لا يُقرأ منها شيء."),
    "entry_encoding": _l("حروف الخلاصة لا تُقرأ: ترميزها غير معروف أو مكسور."),
    "entry_failed": _l("في أخبار الخلاصة عطب يمنع قراءتها."),
    "entry_empty": _l("أخبار الخلاصة بلا عنوان ولا نص."),
    "encoding": _l("حروف الصفحة لا تُقرأ: ترميزها غير معروف أو مكسور."),
    "no_text": _l("لم نجد في الصفحة نص خبر."),
}

# What an error code of a source means to an editor; 500 stands for all above it.
STATUS_CAUSES: dict[int, LazyString] = {
    401: _l("يطلب الموقع دخولاً بكلمة سر. اطلب من إدارته خلاصة مفتوحة."),
    403: _l("يمنع الموقع من يقرؤه آلياً. اطلب من إدارته السماح، أو جرّب خلاصة أخرى له."),
    404: _l("لا شيء في الموقع بهذا الرابط. ربما نُقلت الخلاصة."),
    500: _l("في الموقع عطل. سنعيد المحاولة."),
}

# Where a mail is; the names of ``delivery.models.DeliveryState`` in small letters.
DELIVERY_STATES: dict[str, tuple[LazyString, str]] = {
    "queued": (_l("تنتظر"), "plain"),
    "sending": (_l("تُرسل"), "brand"),
    "sent": (_l("سُلّمت"), "ok"),
    "uncertain": (_l("مصيرها غير معروف"), "warn"),
    "deferred": (_l("تُعاد لاحقاً"), "info"),
    "failed": (_l("رُفضت"), "danger"),
    "skipped": (_l("لم تُرسل"), "plain"),
}

# Why a mail was not sent or is not known to have come: the codes that ``delivery.reply`` holds.
REPLIES: dict[str, LazyString] = {
    "left": _l("ترك القارئ القائمة قبل الإرسال"),
    "no_smtputf8": _l("لا يقبل خادم البريد عنواناً بحروف غير لاتينية"),
    "stopped": _l("أُوقف العدد قبل أن تُرسل"),
    "bad_address": _l("العنوان لا يصلح للإرسال"),
    "lost_reply": _l("انقطع الاتصال قبل أن يؤكّد الخادم استلامها"),
    "proved": _l("أثبت خادم البريد أنه استلمها"),
    "counted": _l("حسبها محرّر مسلّمة"),
}

# Why a place does not send yet: the codes that ``instance.hold`` holds.
HOLDS: dict[str, LazyString] = {
    "copied": _l("لا تعرف قاعدة البيانات هذا الخادم. ربما هي نسخة، والأصل ما زال يرسل."),
    "restored": _l("أُعيد مجلد البيانات من نسخة، فلا نعرف ما أُرسل بعدها."),
    "older": _l("عادت قاعدة البيانات إلى حال أقدم، فلا نعرف ما أُرسل بعدها."),
    "asleep": _l("توقف الخادم ساعات طويلة وإرسال عدد لم يكتمل."),
}

# How a summary is made; the names of ``articles.summarise.Method``.
METHODS: dict[str, LazyString] = {
    "mix": _l("مزيج"),
    "lead": _l("الجمل الأولى"),
    "lexrank": _l("LexRank"),
    "textrank": _l("TextRank"),
    "lsa": _l("LSA"),
    "luhn": _l("Luhn"),
    "edmundson": _l("Edmundson"),
    "kl": _l("KL"),
    "sumbasic": _l("SumBasic"),
    "reduction": _l("Reduction"),
    "random": _l("عشوائي"),
}

# What the checks of an issue found: the codes of ``digest.issues.checks``, with their facts.
FINDINGS: dict[str, LazyString] = {
    "no_subject": _l("العدد بلا عنوان. اكتب العنوان، فلا يُرسل عدد بلا عنوان."),
    "no_items": _l("لا أخبار في العدد. أضف خبراً واحداً على الأقل من الوارد."),
    "template_broken": _l("قالب النشرة (النسخة %(n)s) لا يصلح لهذا العدد، فرُسم بما قبله. أصلح القالب من شكل النشرة."),
    "render_failed": _l("لم نستطع رسم «%(title)s». انسخ نصه من جديد بلا رموز خاصة، أو احذفه."),
    "too_large": _l(
        "حجم الرسالة %(size)s ك.ب، والحد %(most)s ك.ب، وما زاد يقصّه Gmail. احذف أخباراً أو قصّر ملخصاتها."
    ),
    "large": _l("حجم الرسالة %(size)s ك.ب، وهو فوق المستحسن (%(most)s ك.ب). قصّر بعض الملخصات."),
    "no_postal_address": _l("لا عنوان بريدياً للناشر، والقانون يطلبه. اكتبه في إعدادات النشرة."),
    "no_unsubscribe": _l("لا رابط لإلغاء الاشتراك في الرسالة. أعد القالب الأصلي."),
    "no_title": _l("خبر بلا عنوان. اكتب عنوانه أو احذفه."),
    "bad_link": _l("رابط «%(title)s» غير صالح. اكتبه كاملاً هكذا: https://example.org/news"),
    "subject_long": _l(
        "العنوان طويل (%(length)s حرفاً) وستقصّه الهواتف. اجعله %(most)s على الأكثر."
    ),
    "subject_latin_first": _l(
        "يبدأ العنوان بكلمة لاتينية فيُقرأ من اليسار في بعض البرامج. ابدأه بكلمة عربية."
    ),
    "no_preheader": _l("لا تمهيد للعدد، فيظهر مكانه أول سطر في الرسالة. اكتب جملة قصيرة."),
    "preheader_long": _l("التمهيد طويل (%(length)s حرفاً) وسيُقصّ. اجعله %(most)s على الأكثر."),
    "preheader_repeats_subject": _l("التمهيد يكرّر العنوان. اذكر فيه خبراً آخر."),
    "empty_section": _l("القسم «%(title)s» فارغ، لن يظهر في الرسالة."),
    "lead_without_image": _l("الخبر الرئيس «%(title)s» بلا صورة. أضف صورة إن وجدت."),
    "missing_alt": _l("صورة «%(title)s» بلا نص بديل. صِفها لمن لا يراها."),
    "bad_image": _l("رابط صورة «%(title)s» غير صالح، فلن تظهر. صحّحه أو احذفه."),
    "no_summary": _l("لا ملخص لـ«%(title)s». اكتب جملة أو أعد توليده."),
    "unopened": _l("ملخصات آلية لم يفتحها أحد: %(n)s، أولها «%(title)s». افتحها واقرأها."),
    "unfaithful": _l(
        "في ملخص «%(title)s» ما لا نجده في مصادره: %(what)s. راجعه قبل الإرسال."
    ),
    "link_dead": _l(
        "لا صفحة وراء رابط في «%(title)s»: %(url)s. ضع رابطاً صحيحاً، أو احذف الخبر."
    ),
    "link_broken": _l("لم يُجب رابط في «%(title)s»: %(url)s. افتحه بنفسك، ثم أعد فحص الروابط."),
    "link_moved_home": _l(
        "رابط «%(title)s» يقود إلى الصفحة الأولى %(url)s. ربما حُذف المقال؛ تأكد منه."
    ),
    "link_slow": _l(
        "رابط في «%(title)s» بطيء (%(seconds)s ثوانٍ). إن دام ذلك فضع رابط مصدر آخر."
    ),
    "source_changed": _l(
        "تغيّر مقال «%(title)s» في مصدره بعد تلخيصه. افتحه وقارن، ثم أعد توليد الملخص إن لزم."
    ),
    "source_excluded": _l("استُبعد مقال «%(title)s» بعد أن أُضيف. احذف الخبر أو أعد المقال."),
    "told_before": _l("«%(title)s» أُرسل في العدد %(number)s، ولا مقال جديداً فيه. احذفه إن لم يتغيّر."),
    "told_before_news": _l(
        "«%(title)s» أُرسل في العدد %(number)s، ووصلت بعده مقالات: %(news)s. إن أبقيته فاكتبه متابعةً."
    ),
    "two_spellings": _l(
        "اسم كُتب بطريقتين في العدد: «%(first)s» و«%(second)s». اختر واحدة في الخبرين."
    ),
    "duplicate_link": _l("رابط «%(title)s» مكرّر في العدد. تأكد أنهما خبران مختلفان."),
    "foreign_host": _l(
        "في «%(title)s» رابط إلى %(host)s، وهو ليس موقع مصدره. تأكد منه قبل الإرسال."
    ),
}

# Why a link of an issue does not do: the outcomes of ``digest.system.fetch``.
LINK_CAUSES: dict[str, LazyString] = {
    "refused_address": _l("يقود إلى شبكة خاصة لا يصلها القرّاء"),
    "bad_url": _l("يقود إلى ما ليس عنوان موقع"),
    "dns": _l("لا موقع بهذا الاسم"),
    "tls": _l("شهادة الأمان في الموقع غير صالحة"),
    "timeout": _l("لم يُجب الموقع في الوقت المتاح"),
    "too_big": _l("يعمل، وملفه كبير"),
    "redirects": _l("يحيل الموقع من عنوان إلى آخر بلا نهاية"),
    "not_modified": _l("يعمل"),
    "http_error": _l("أجاب الموقع برمز خطأ"),
    "gone": _l("حذف الموقع الصفحة"),
    "busy": _l("الموقع مشغول"),
    "network": _l("انقطع الاتصال بالموقع"),
}

# What a summary says that its sources do not bear out; the kinds of ``articles.fidelity``.
DOUBTS: dict[str, LazyString] = {
    "number": _l("الرقم «%(text)s» ليس في المصدر."),
    "name": _l("الاسم «%(text)s» ليس في المصدر."),
    "date": _l("التاريخ «%(text)s» ليس في المصدر."),
    "negation": _l("«%(text)s»: النفي هنا يخالف المصدر."),
}

# Why a language model's text did not become the summary: the codes of ``articles.rewrite``,
# ``system.llm`` and ``issues.rewording``.
REWORDINGS: dict[str, LazyString] = {
    "doubts": _l("في ما كتبه النموذج ما ليس في المصدر، فبقي ملخصك كما هو. قارن ثم اختر."),
    "changed": _l("عُدّل الملخص أثناء الصياغة، فبقي تعديلك. قارن ثم اختر."),
    "issue_closed": _l("خرج العدد من المسودات قبل أن تنتهي الصياغة، فلم يتغيّر شيء."),
    "llm_off": _l("أُوقف النموذج من إعدادات الخادم، فبقي ملخصك كما هو."),
    "llm_timeout": _l("لم يُجب النموذج في الوقت المتاح، فبقي ملخصك كما هو. أعد المحاولة لاحقاً."),
    "llm_network": _l("تعذّر الاتصال بالنموذج، فبقي ملخصك كما هو. تأكد أنه يعمل."),
    "llm_auth": _l("رفض النموذج مفتاح الدخول، فبقي ملخصك كما هو. راجع المفتاح في إعدادات الخادم."),
    "llm_busy": _l("النموذج مشغول، فبقي ملخصك كما هو. أعد المحاولة بعد دقائق."),
    "llm_status": _l("أجاب النموذج برمز خطأ، فبقي ملخصك كما هو. راجع عنوانه واسمه."),
    "llm_not_json": _l("أجاب النموذج بما لا نفهمه، فبقي ملخصك كما هو. تأكد من عنوانه."),
    "llm_too_big": _l("جواب النموذج أكبر مما نقرأ، فبقي ملخصك كما هو."),
    "llm_empty": _l("لم يكتب النموذج شيئاً، فبقي ملخصك كما هو."),
    "llm_cut": _l("انقطع نص النموذج قبل آخره، فبقي ملخصك كما هو."),
    "llm_over_budget": _l("المصادر أطول مما تسمح به حصة النموذج، فبقي ملخصك كما هو."),
    "llm_refused": _l("اعتذر النموذج عن الكتابة، فبقي ملخصك كما هو."),
    "llm_foreign_link": _l("وضع النموذج رابطاً ليس في المصدر، فلم نأخذ نصه."),
    "llm_markup": _l("كتب النموذج رموز تنسيق لا نصاً، فلم نأخذ نصه."),
    "llm_other_language": _l("كتب النموذج بغير العربية، فلم نأخذ نصه."),
    "llm_too_long": _l("كتب النموذج نصاً أطول من ملخص، فلم نأخذه."),
    "llm_off_topic": _l("كتب النموذج عن غير هذا الخبر، فلم نأخذ نصه."),
}
