"""An issue of our own writing, as a value, for tests of rendering."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from digest.issues.document import IssueDoc, ItemDoc, Look, Reach, SectionDoc

HOST = "news.example"
SUMMARY = (
    "أنهت فرق الصيانة إصلاح السد القديم بعد عمل دام ثلاثة أسابيع. وقال مهندس الموقع إن منسوب الماء"
    " عاد إلى حده المعتاد. وتبدأ تجربة القنوات الجديدة مطلع الشهر المقبل."
)
SENTENCE = "أعلنت البلدية خطة من ثلاث مراحل لتوسيع الحدائق العامة."
LOOK = Look(
    name="موجز الميناء", tagline="", brand="#0B5563", months="both", digits="latn", hijri=True,
    hijri_offset=0, postal_address="دار الميناء، شارع البحر 12، اللاذقية",
)


def story(item_id: int = 1, role: str = "second", **values: Any) -> ItemDoc:
    """A story; a lead has an image unless told otherwise."""
    image = f"https://{HOST}/i/{item_id}.jpg" if role == "lead" else None
    summaries = {"lead": SUMMARY, "second": SENTENCE, "brief": ""}
    facts: dict[str, Any] = {
        "id": item_id, "role": role, "title": f"خبر يستحق القراءة رقم {item_id}",
        "link": f"https://{HOST}/{item_id}", "summary": summaries[role],
        "source_name": "وكالة الساحل", "minutes": 4, "image": image,
        "image_alt": "سد على نهر" if image else "",
    }
    return ItemDoc(**(facts | values))


def reach(**values: Any) -> Reach:
    """A link that answered at once and as ever."""
    facts: dict[str, Any] = {
        "url": f"https://{HOST}/1", "outcome": "ok", "status": 200, "lands_on": "", "seconds": 0.2,
        "kept": 1.0, "at": datetime(2026, 11, 24, 5, tzinfo=UTC),
    }
    return Reach(**(facts | values))


def issue_doc(*items: ItemDoc, **changes: Any) -> IssueDoc:
    """An issue of the given stories in one section, or the usual one of four sections."""
    sections = (SectionDoc(1, "سياسة", items),) if items else _sections()
    doc = IssueDoc(
        issue_id=1, newsletter_id=1, number=218, version=1,
        subject="السد القديم يعود إلى العمل، والليرة تصعد",
        preheader="ومعرض للخط في حلب، وثلاثة أخبار باختصار",
        note="صباح الخير. عددُ اليوم عن الماء والمال: ماذا تغيّر في السد، ولماذا صعدت الليرة. وفي"
        " آخر العدد معرضٌ للخط يستحق دقيقتين من وقتكم.",
        note_by="رنا الحمصي، محرّرة العدد", day=date(2026, 11, 24), sections=sections, look=LOOK,
        hosts=frozenset({HOST, "mina.example"}), view_url="https://mina.example/archive/mina/218",
        archive_url="https://mina.example/archive/mina",
        subscribe_url="https://mina.example/subscribe/k3y",
    )
    return replace(doc, **changes)


def large_doc(stories: int, *, lines: int = 1) -> IssueDoc:
    """An issue of many stories in six sections: two leads, then thumbnails, a third in brief."""
    full = stories * 2 // 3
    roles = ["lead" if n < 2 else "second" if n < full else "brief" for n in range(stories)]
    items = [
        story(
            n, role, title="محادثات جديدة في جنيف حول تقاسم مياه النهر بين ثلاث دول",
            image=f"https://{HOST}/uploads/2026/11/24/picture-{n}-1280x720.jpg",
            link=f"https://{HOST}/politics/2026/11/24/a-slug-of-some-length-{n}",
            summary=" ".join([SUMMARY if role == "lead" else SENTENCE] * lines), image_alt="صورة",
        )
        for n, role in enumerate(roles)
    ]
    sections = [SectionDoc(n, f"قسم {n}", tuple(items[:full][n::6])) for n in range(6)]
    return issue_doc(sections=(*sections, SectionDoc(9, "باختصار", tuple(items[full:]))))


def _sections() -> tuple[SectionDoc, ...]:
    return (
        SectionDoc(1, "سياسة", (
            story(1, "lead", title="السد القديم يعود إلى العمل بعد إصلاح دام ثلاثة أسابيع"),
            story(2, title="البلدية توسّع 14 حديقة عامة قبل نهاية 2027", source_name="شام بوست"),
        )),
        SectionDoc(2, "اقتصاد", (
            story(3, "lead", title="الليرة تستعيد 6.5% من قيمتها", source_name="The Gulf Ledger"),
            story(4, title="شركة Nahda Solar تفتتح مصنعاً في حسياء",
                  summary="يعمل المصنع برخصة Apache 2.0. واتصل بنا على +963 11 222 3333 أو -5 أو C++"),
        )),
        SectionDoc(3, "ثقافة", (
            story(5, title="معرض للخط العربي يفتح أبوابه في حلب القديمة",
                  image=f"https://{HOST}/i/5.jpg", image_alt="لوحة خط"),
        )),
        SectionDoc(4, "باختصار", (
            story(6, "brief", title="أسعار زيت الزيتون ترتفع 18% مع نهاية القطاف"),
            story(7, "brief", title="تحديث WhatsApp يخفي رقم الهاتف", source_name="تك عربي"),
            story(8, "brief", title="موجة غبار تصل مساء الخميس", source_name=""),
        )),
    )
