"""What the pre-flight check found, in words: what is the case, and what to do about it."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from digest.delivery.preflight import Finding
from digest.web.errors import fill_sentence

SUBJECTS: dict[str, LazyString] = {
    "spf": _l("SPF: من يرسل باسم النطاق"),
    "dkim": _l("DKIM: توقيع الرسائل"),
    "dmarc": _l("DMARC: سياسة النطاق"),
    "alignment": _l("التطابق: نطاق المرسل هو النطاق المثبت"),
    "ptr": _l("PTR: اسم عنوان الخادم"),
    "mx": _l("MX: طريق الردود والمرتجعات"),
    "tls": _l("TLS: الاتصال بخادم البريد"),
}

FINDINGS: dict[str, LazyString] = {
    "dns_failed": _l("لم يُجب خادم الأسماء عن %(name)s. أعد الفحص بعد قليل."),
    # SPF
    "spf_ok": _l("يسمح سجل SPF بالإرسال عبر %(sender)s."),
    "spf_readable": _l("سجل SPF للنطاق %(domain)s سليم."),
    "spf_none": _l("لا سجل SPF للنطاق %(domain)s. أضف هذا السجل."),
    "spf_many": _l(
        "للنطاق %(domain)s أكثر من سجل SPF (%(n)s)، فيُهمل كلها. أبقِ سجلاً واحداً يجمعها."
    ),
    "spf_open": _l("يسمح سجل SPF لأي خادم بأن يرسل باسم %(domain)s. ضع هذا السجل مكانه."),
    "spf_broken": _l("في سجل SPF للنطاق %(domain)s خطأ: %(why)s. صحّحه، فالمستقبلون يهملونه."),
    "spf_no_include": _l("لا يذكر سجل SPF مزوّد الإرسال %(sender)s. ضع هذا السجل مكانه."),
    "spf_not_ours": _l("لا يسمح سجل SPF بالإرسال من %(addresses)s. ضع هذا السجل مكانه."),
    "spf_unknown": _l(
        "لا نعرف من أي عنوان يخرج بريد هذا الخادم. تأكد أن سجل SPF للنطاق %(domain)s يذكره."
    ),
    # DKIM
    "dkim_ok": _l("نوقّع بالمفتاح %(selector)s، وسجله منشور صحيحاً."),
    "dkim_ready": _l("سجل المفتاح %(selector)s منشور. اضغط «ابدأ التوقيع به»."),
    "dkim_waiting": _l("سجل المفتاح %(selector)s لم يُنشر بعد. انشره ثم ابدأ التوقيع به."),
    "dkim_missing": _l("نوقّع بالمفتاح %(selector)s وسجله غير منشور، فلا يصدّق أحد التوقيع. انشره."),
    "dkim_other": _l("السجل المنشور للمفتاح %(selector)s ليس سجله. ضع هذا السجل مكانه."),
    "dkim_none": _l("لا نوقّع الرسائل. إن لم يوقّعها خادم البريد فأنشئ مفتاحاً."),
    # DMARC
    "dmarc_ok": _l("السياسة %(policy)s منشورة عند %(name)s."),
    "dmarc_none": _l("لا سياسة DMARC للنطاق %(domain)s، ويطلبها كبار مزوّدي البريد. أضف هذا السجل."),
    "dmarc_many": _l("عند %(name)s أكثر من سجل DMARC، فيُهمل كلها. أبقِ واحداً."),
    "dmarc_broken": _l("سجل DMARC عند %(name)s بلا سياسة صحيحة. اكتب p=none أو أشدّ."),
    # alignment
    "aligned_dkim": _l("توقيعنا باسم %(domain)s نفسه، فتقبل DMARC الرسائل."),
    "aligned_spf": _l("تثبت SPF وحدها أن البريد من %(domain)s، وتسقط عند إعادة التوجيه. وقّع أيضاً."),
    "aligned_not": _l("لا شيء يثبت أن البريد من %(domain)s. أصلح SPF أو DKIM."),
    "aligned_unknown": _l("لا نعرف بعد أيثبت شيء أن البريد من %(domain)s. أعد الفحص."),
    # PTR
    "ptr_ok": _l("اسم %(address)s هو %(name)s، ويعود إليه."),
    "ptr_none": _l("لا اسم للعنوان %(address)s. اطلب من مزوّد الخادم هذا السجل."),
    "ptr_other": _l("اسم %(address)s هو %(name)s، ولا يعود إليه. صحّح أحدهما."),
    # MX
    "mx_ok": _l("تصل الردود والمرتجعات إلى %(host)s."),
    "mx_refuses": _l("يعلن النطاق %(domain)s أنه لا يستقبل بريداً، فتُرفض رسائله. احذف هذا السجل."),
    "mx_implied": _l("لا سجل MX للنطاق %(domain)s، فتذهب الردود إلى خادم موقعه. تأكد أنه يستقبلها."),
    "mx_none": _l("لا طريق للردود والمرتجعات إلى %(domain)s. أضف سجل MX لخادم يستقبلها."),
    # the relay
    "tls_ok": _l("الاتصال بالخادم %(relay)s مشفّر وشهادته صحيحة."),
    "tls_local": _l("الخادم %(relay)s على شبكتنا، فلا يخرج الاتصال منها."),
    "tls_plain": _l(
        "الاتصال بالخادم %(relay)s غير مشفّر. اكتب العنوان smtp+starttls أو smtps في DIGEST_SMTP_URL."
    ),
    "tls_bad": _l("تعذّر اتصال مشفّر موثوق بالخادم %(relay)s: %(reply)s"),
    "relay_silent": _l("لم يسمح لنا الخادم %(relay)s بالدخول: %(reply)s"),
    "relay_captures": _l("البريد يُحفظ على هذا الخادم ولا يُرسل إلى أحد. اضبط DIGEST_SMTP_URL."),
}


def in_words(finding: Finding) -> str:
    """Return the sentence for a finding in the reader's language."""
    return fill_sentence(FINDINGS[finding.code], finding.facts)
