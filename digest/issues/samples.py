"""Made-up issues that show a look before any issue is sent with it: the usual and the difficult."""

from __future__ import annotations

import struct
import zlib
from datetime import date

from digest.issues.document import IssueDoc, ItemDoc, Look, SectionDoc
from digest.text import urls

PICTURE = "/admin/newsletters/sample.png"
SITE = "https://news.example"
LONG = (
    "المجلس البلدي يقرّ بالإجماع خطة من ثلاث مراحل لتوسيع الحدائق العامة وترميم الأرصفة وإنارة"
    " الشوارع الجانبية في الأحياء القديمة، ويؤجل البحث في موازنة النقل إلى ما بعد عطلة العيد"
)
SUMMARY = (
    "أنهت فرق الصيانة إصلاح السد القديم بعد عمل دام ثلاثة أسابيع. وقال مهندس الموقع إن منسوب الماء"
    " عاد إلى حده المعتاد. وتبدأ تجربة القنوات الجديدة مطلع الشهر المقبل."
)
SENTENCE = "أعلنت البلدية خطة من ثلاث مراحل لتوسيع الحدائق العامة."
NOTE = "صباح الخير. عدد اليوم عن الماء والمال: ماذا تغيّر في السد، ولماذا صعدت الليرة."
NAMES = ("seven", "long", "bare", "one", "latin")


def sample_issue(name: str, look: Look, *, base_url: str) -> IssueDoc:
    """Return a sample in a look; a name that is none of ``NAMES`` gives the first."""
    picture = f"{base_url}{PICTURE}"
    sections = {
        "seven": _seven, "long": _long, "bare": _bare, "one": _one, "latin": _latin,
    }.get(name, _seven)(picture)
    archive = f"{base_url}/archive"
    return IssueDoc(
        issue_id=0, newsletter_id=0, number=218, version=1,
        subject="السد القديم يعود إلى العمل، والليرة تصعد",
        preheader="ومعرض للخط في حلب، وثلاثة أخبار باختصار", note="" if name == "bare" else NOTE,
        note_by="" if name == "bare" else "محرّرة العدد", day=date(2026, 11, 24), sections=sections,
        look=look, hosts=frozenset({urls.host(base_url), urls.host(SITE)}),
        view_url=None if name == "bare" else f"{archive}/218",
        archive_url=None if name == "bare" else archive,
        subscribe_url=None if name == "bare" else f"{archive}#subscribe",
    )


def sample_picture() -> bytes:
    """Return the picture of the samples, 552 by 310 pixels of one grey, as PNG."""
    width, height, grey = 552, 310, b"\xa9"
    rows = (b"\0" + grey * width) * height
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def _seven(picture: str) -> tuple[SectionDoc, ...]:
    return (
        SectionDoc(1, "سياسة", (
            _story(1, "lead", "السد القديم يعود إلى العمل بعد إصلاح دام ثلاثة أسابيع", picture),
            _story(2, "second", "البلدية توسّع 14 حديقة عامة قبل نهاية 2027"),
        )),
        SectionDoc(2, "اقتصاد", (
            _story(3, "lead", "الليرة تستعيد 6.5% من قيمتها خلال أسبوع", picture),
            _story(4, "second", "معرض للخط العربي يفتح أبوابه في حلب القديمة", picture),
        )),
        SectionDoc(3, "باختصار", (
            _story(5, "brief", "أسعار زيت الزيتون ترتفع 18% مع نهاية القطاف"),
            _story(6, "brief", "موجة غبار تصل إلى دير الزور مساء الخميس"),
            _story(7, "brief", "المنتخب يحسم التأهل بهدف في الدقيقة 90+4"),
        )),
    )


def _long(picture: str) -> tuple[SectionDoc, ...]:
    return (
        SectionDoc(1, "أخبار المجالس البلدية والخدمات العامة في المدن والبلدات", (
            _story(1, "lead", LONG, picture), _story(2, "second", LONG, picture),
            _story(3, "second", LONG), _story(4, "brief", LONG),
        )),
    )


def _bare(_picture: str) -> tuple[SectionDoc, ...]:
    return (
        SectionDoc(1, "سياسة", (
            _story(1, "lead", "السد القديم يعود إلى العمل"),
            _story(2, "second", "البلدية توسّع الحدائق العامة"),
        )),
    )


def _one(picture: str) -> tuple[SectionDoc, ...]:
    return (SectionDoc(1, "خبر اليوم", (_story(1, "lead", "السد القديم يعود إلى العمل", picture),)),)


def _latin(picture: str) -> tuple[SectionDoc, ...]:
    return (
        SectionDoc(1, "تقنية", (
            _story(1, "lead", "تحديث WhatsApp 2.26 يتيح إخفاء رقم الهاتف في المجموعات", picture),
            _story(2, "second", "شركة Nahda Solar تنشر برنامجها برخصة Apache 2.0 ولغة C++"),
            _story(3, "brief", "GitHub يعطّل خدماته ساعة، والاتصال على +963 11 222 3333"),
        )),
    )


def _story(number: int, role: str, title: str, picture: str | None = None) -> ItemDoc:
    summaries = {"lead": SUMMARY, "second": SENTENCE, "brief": ""}
    return ItemDoc(
        id=number, role=role, title=title, link=f"{SITE}/{number}", summary=summaries[role],
        source_name="وكالة الساحل", minutes=4, image=picture, image_alt="سد على نهر" if picture else "",
    )
