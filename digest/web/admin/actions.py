"""The names of what is written into the trail."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

ACTIONS: dict[str, LazyString] = {
    "user.set_up": _l("أنشأ أول مدير"),
    "user.sign_in": _l("سجّل الدخول"),
    "user.add": _l("أضاف مستخدماً"),
    "user.role": _l("غيّر دور مستخدم"),
    "user.suspend": _l("أوقف حساباً"),
    "user.admit": _l("أعاد حساباً"),
    "user.reset": _l("ألغى كلمة سر"),
    "user.password": _l("غيّر كلمة سره"),
    "newsletter.add": _l("أضاف نشرة"),
    "newsletter.change": _l("عدّل نشرة"),
    "slot.missed": _l("فات موعد ولم يُعدّ له عدد"),
    "issue.draft": _l("أعدّ مسودة عدد"),
    "issue.skip": _l("تخطّى عدداً"),
    "issue.edit": _l("عدّل نص عدد"),
    "issue.add": _l("أضاف خبراً إلى عدد"),
    "issue.edit_item": _l("عدّل خبراً في عدد"),
    "issue.role": _l("غيّر مكانة خبر"),
    "issue.move": _l("نقل خبراً في عدد"),
    "issue.remove": _l("حذف خبراً من عدد"),
    "issue.add_section": _l("أضاف قسماً"),
    "issue.rename_section": _l("غيّر اسم قسم"),
    "issue.move_section": _l("نقل قسماً"),
    "issue.remove_section": _l("حذف قسماً"),
    "issue.regenerate": _l("أعاد توليد ملخص"),
    "issue.schedule": _l("ثبّت موعد عدد"),
    "issue.unschedule": _l("سحب موعد عدد"),
    "issue.cancel": _l("ألغى عدداً"),
    "issue.pause": _l("أوقف إرسالاً"),
    "issue.resume": _l("استأنف إرسالاً"),
    "issue.reopen": _l("فتح عدداً من جديد"),
    "subscribers.add": _l("أضاف مشتركاً"),
    "subscribers.import": _l("استورد مشتركين"),
    "subscribers.export": _l("صدّر قائمة"),
    "subscribers.erase": _l("محا مشتركاً"),
    "subscribers.leave": _l("أخرج مشتركاً من قائمة"),
    "list.add": _l("أضاف قائمة"),
    "list.rename": _l("غيّر اسم قائمة"),
    "form.add": _l("أضاف نموذجاً"),
    "form.change": _l("عدّل نموذجاً"),
    "form.delete": _l("حذف نموذجاً"),
    "issue.fail": _l("تعذّر إرسال عدد"),
}

SUBJECTS: dict[str, LazyString] = {
    "user": _l("المستخدم"),
    "newsletter": _l("النشرة"),
    "issue": _l("العدد"),
    "source": _l("المصدر"),
    "article": _l("الخبر"),
    "subscriber": _l("المشترك"),
    "list": _l("القائمة"),
    "form": _l("النموذج"),
    "import": _l("الاستيراد"),
}
