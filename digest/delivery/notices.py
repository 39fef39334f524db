"""The few mails that the product writes by itself: the confirmation and the editor's notices."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from digest.audience.models import Subscriber, SubscriberState
from digest.delivery.compose import mailable, plain_mail
from digest.delivery.keys import signer_for
from digest.delivery.post import post
from digest.delivery.queries import load_sender
from digest.delivery.signing import signed
from digest.issues import states
from digest.issues.models import Issue, IssueState
from digest.issues.render import render_plain_mail
from digest.newsletters.models import Newsletter
from digest.system.build import System
from digest.system.links import confirm_url, issue_url
from digest.system.tokens import CONFIRM_HOURS
from digest.text.dates import clock_time
from digest.text.plural import count

ASKED = frozenset({SubscriberState.PENDING, SubscriberState.ACTIVE})
ACTION = "افتح العدد"
REASONS = {
    "too_few_stories": "الأخبار الجديدة أقل من الحد الأدنى للنشرة.",
    "missed": "فات موعده والخادم متوقف.",
    "not_approved": "تغيّر بعد اعتماده. يعتمده زميل لم يعدّله آخراً ثم يُجدول من جديد.",
    "empty": "العدد فارغ من الأخبار.",
    "has_errors": "فيه أخطاء تمنع الإرسال. صحّحها ثم جدوِله من جديد.",
    "no_recipients": "قوائم النشرة بلا مشتركين.",
    "bad_sender": "عنوان المرسل غير صالح. صحّحه في إعدادات النشرة.",
    "bad_header": "في العنوان أو اسم المرسل محرف لا يجوز في رأس الرسالة. احذفه ثم جدوِله من جديد.",
    "relay_auth": "رفض خادم البريد اسم الدخول أو كلمة السر.",
    "relay_tls": "تعذّر اتصال مشفّر موثوق بخادم البريد، ولا نرسل بلا تشفير.",
    "relay_refused": "رفض خادم البريد اتصالنا.",
    "relay_away": "لم يجب خادم البريد منذ ساعات.",
    "sender_refused": "رفض خادم البريد المرسل، لا المشتركين.",
    "sealed": "لا تُفتح مفاتيح التوقيع بسرّ هذا الخادم. أعد السرّ القديم أو أنشئ مفاتيح جديدة.",
    "content_refused": "رفض خادم البريد محتوى الرسالة.",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What an editor is told: a title, sentences, and whether there is an issue to open."""

    title: str
    body: str
    opens: bool = True


def send_confirmation(
    system: System, subscriber_id: int, list_id: int, newsletter_id: int
) -> None:
    """Ask the owner of a mailbox whether the sign-up was theirs. Raises what ``post.post`` does.

    Whoever signs up gets the same mail; a reader who was erased or must not be mailed gets none.
    """
    base_url = system.settings.base_url
    with system.db.read() as db:
        newsletter = db.get_one(Newsletter, newsletter_id)
        sender = load_sender(db, newsletter_id, base_url=base_url)
        signer = signer_for(db, sender.domain, system.settings.secret_key)
        person = db.get(Subscriber, subscriber_id)
        if person is None or person.state not in ASKED:
            return
        address, digits = person.address, newsletter.digits
        look = {"brand": newsletter.brand, "postal_address": newsletter.postal_address}
    title = f"أكّد اشتراكك في {sender.name}"
    page, text = render_plain_mail(
        "confirm", name=sender.name, title=title, **look,
        url=confirm_url(base_url, system.signer, subscriber_id, list_id, newsletter_id),
        valid=count("hour", CONFIRM_HOURS, lang="ar", numerals=digits),
    )
    post(system, signed(signer, plain_mail(
        sender, address, subject=title, page=page, text=text,
        message_id=f"c{subscriber_id}.{secrets.token_hex(10)}", at=system.clock.now(),
    )))


def tell_editor(system: System, issue_id: int) -> None:
    """Tell the newsletter's editor what became of an issue, if the newsletter names an editor.

    The issue's state when the mail is written decides what it says; one that has gone its way
    since says nothing. Raises what ``post.post`` raises.
    """
    base_url = system.settings.base_url
    with system.db.read() as db:
        issue = states.get(db, issue_id)
        newsletter = db.get_one(Newsletter, issue.newsletter_id)
        notice = _notice(issue, newsletter)
        if notice is None or not newsletter.editor_address:
            return
        sender = load_sender(db, newsletter.id, base_url=base_url)
        signer = signer_for(db, sender.domain, system.settings.secret_key)
        to, brand = mailable(newsletter.editor_address), newsletter.brand
    page, text = render_plain_mail(
        "notice", name=sender.name, title=notice.title, body=notice.body, brand=brand,
        action=ACTION, url=issue_url(base_url, issue_id) if notice.opens else "",
    )
    post(system, signed(signer, plain_mail(
        sender, to, subject=notice.title, page=page, text=text,
        message_id=f"n{issue_id}.{secrets.token_hex(10)}", at=system.clock.now(),
    )))


def _notice(issue: Issue, newsletter: Newsletter) -> Notice | None:
    """What to say about an issue in its present state; None when there is nothing to say."""
    code = issue.reason.partition(":")[0]
    reason = REASONS.get(code, f"السبب: {code}." if code else "")
    said = issue.reason.partition(":")[2].strip()
    told = f"قال خادم البريد: {said}" if said else ""
    match IssueState(issue.state):
        case IssueState.DRAFT:
            if issue.held:
                return Notice("المسودة باقية ولم تُرسل", _held(issue))
            return Notice("مسودة جديدة تنتظر مراجعتك", _waiting(issue, newsletter))
        case IssueState.SKIPPED:
            return Notice("لم يصدر عدد اليوم", f"{reason}\nتُجمع الأخبار للعدد القادم.", opens=False)
        case IssueState.FAILED:
            return Notice("لم يُرسل العدد", f"{_named(issue)}\n{reason}")
        case IssueState.PAUSED:
            resume = "لم يُرسل إلى أحد مرتين. أصلح السبب، ثم اضغط «استأنف» في صفحة العدد."
            return Notice("توقّف إرسال العدد", "\n".join(
                line for line in (_named(issue), reason, told, resume) if line
            ))
        case _:
            return None


def _named(issue: Issue) -> str:
    return f"العدد: «{issue.subject}»" if issue.subject else ""


def _held(issue: Issue) -> str:
    """Why a draft whose hour came did not send itself."""
    lines = (_named(issue), "جاء موعدها ولم يمكن إرسالها وحدها. راجعها ثم ثبّت موعدها بنفسك.")
    return "\n".join(line for line in lines if line)


def _waiting(issue: Issue, newsletter: Newsletter) -> str:
    """What a draft waits for, with the hour of its slot in the newsletter's zone."""
    lines = [_named(issue), "راجعه ثم ثبّت موعده. لن يُرسل قبل موافقتك."]
    if issue.slot_at is not None:
        local = issue.slot_at.astimezone(ZoneInfo(newsletter.zone)).time()
        at = clock_time(local, numerals=newsletter.digits, lang="ar")
        lines.append(f"موعده المعتاد: {at}.")
    return "\n".join(line for line in lines if line)
