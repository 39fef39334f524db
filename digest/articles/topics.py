"""Topics: the newsroom's sections, and which of them an article belongs to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from digest.articles.models import Topic
from digest.system.db import exists, insert_new
from digest.text.split import words
from digest.text.stem import light10

OPENING = 2000  # characters of a text that are read
TITLE, TAGS = 3, 3  # what a hint in the title or among the tags counts; 1 in the text
ENOUGH = 2.0  # a lower rating names no topic


@dataclass(frozen=True, slots=True)
class TopicHint:
    """A topic as sorting sees it: ``hints`` are words and phrases that speak for it."""

    id: int
    name: str
    hints: tuple[str, ...]


# Name, slug and hints of the topics that a new house starts with; editors change them.
DEFAULTS: tuple[tuple[str, str, str], ...] = (
    ("سياسة", "politics", """
        رئيس الجمهورية|رئيس الوزراء|وزير الخارجية|وزارة الخارجية|البرلمان|مجلس النواب|مجلس الأمن|الأمم المتحدة
        انتخابات|حكومة|وزير|سفير|دبلوماسي|قمة|مفاوضات|محادثات|هدنة|وقف إطلاق النار|معارضة|حزب|دستور|عقوبات
        الجيش|قوات|عسكري|قصف|غارة|هجوم|مسلحون|اشتباكات|فصائل|داعش|إرهاب|وزارة الدفاع|وزير الدفاع|احتلال|سلام
        الكرملين|البيت الأبيض|الاتحاد الأوروبي|الناتو|حلف شمال الأطلسي|لاجئون|نازحون|سيادة|نائب|نواب|اقتراع
        مرشح|ائتلاف|مبعوث|معاهدة|حدود|تفجير|صواريخ|ميليشيا|سياسي|سياسية|الرئيس التركي|الرئيس الروسي|الرئيس السوري"""),
    ("اقتصاد", "economy", """
        اقتصاد|اقتصادي|بورصة|أسهم|سوق المال|البنك المركزي|بنك|مصرف|نفط|برميل|أوبك|الدولار|اليورو|الليرة|سعر الصرف
        تضخم|فائدة|موازنة|ميزانية|ضرائب|استثمار|مستثمرون|تجارة|صادرات|واردات|أرباح|خسائر|شركات|أسعار|الذهب
        صندوق النقد|البنك الدولي|ديون|قروض|بطالة|نمو|الناتج المحلي|جمارك|عقارات|تمويل|مناقصة|أسواق|مالية|رواتب
        تأمين|شحن|حاويات|خصخصة|ريال|درهم|دينار"""),
    ("علوم وتقنية", "science", """
        تقنية|تكنولوجيا|تطبيق|تطبيقات|هاتف ذكي|هواتف|حاسوب|إنترنت|شبكة الجيل|برمجيات|برنامج خبيث|قرصنة إلكترونية|هاكرز
        الذكاء الاصطناعي|روبوت|خوارزمية|غوغل|جوجل|آبل|مايكروسوفت|فيسبوك|تويتر|سامسونغ|أندرويد|آيفون|رقمي|رقمية
        ناسا|فضاء|قمر صناعي|قمر اصطناعي|مركبة فضائية|كوكب|المريخ|تلسكوب|مجرة|علماء|باحثون|فيزياء|كيمياء|جينات
        اكتشاف علمي|مختبر|تجربة علمية|مجلة نيتشر|حفرية|ديناصور|ابتكار|أمن سيبراني|بيانات|معالج|رقائق"""),
    ("ثقافة", "culture", """
        ثقافة|ثقافي|رواية|روائي|شعر|شاعر|قصيدة|ديوان|أدب|أديب|كتاب|معرض الكتاب|مكتبة|مسرح|مسرحية|سينما|فيلم|أفلام
        مخرج|ممثل|ممثلة|مهرجان|موسيقى|موسيقي|أغنية|ألبوم|فنان|فنانة|فنون|لوحة|لوحات|معرض فني|تشكيلي|متحف|تراث
        آثار|أثري|مخطوطات|جائزة نوبل للآداب|أوسكار|دراما|مسلسل|حفل|أوركسترا|نجم|طرب|عرض أول|مطرب|نحات|كاتب|كاتبة|القائمة القصيرة|دار نشر|جائزة أدبية"""),
    ("رياضة", "sport", """
        رياضة|رياضي|كرة القدم|مباراة|مباريات|منتخب|نادي|الدوري|كأس|بطولة|هدف|أهداف|لاعب|لاعبون|مدرب|حارس المرمى|مهاجم
        ملعب|جماهير|فوز|هزيمة|تعادل|ركلة جزاء|الفيفا|دوري الأبطال|برشلونة|ريال مدريد|ليفربول|مانشستر|يوفنتوس|بايرن
        أولمبي|أولمبياد|كرة السلة|التنس|سباق|ماراثون|ميدالية|ذهبية|فضية|نهائي|نصف النهائي|حكم المباراة|انتقالات
        فورمولا|سباحة|ألعاب القوى|الشوط|الترجي|النجم الساحلي|الإفريقي|الأهلي|الزمالك|الهلال|النصر|الموسم الكروي"""),
    ("بيئة", "environment", """
        بيئة|بيئي|بيئية|مناخ|مناخي|التغير المناخي|الاحتباس الحراري|انبعاثات|كربون|تلوث|نفايات|إعادة التدوير|غابات
        حرائق الغابات|جفاف|فيضان|فيضانات|سيول|أمطار|طقس|الأرصاد|عاصفة|إعصار|زلزال|هزة أرضية|بركان|درجات الحرارة|موجة حر
        طاقة متجددة|طاقة شمسية|توربينات|محمية|تنوع حيوي|انقراض|حيوانات برية|شعاب مرجانية|مياه جوفية|تصحر|أشجار
        تشجير|طيور|سلاحف|بحيرة|نهر|مياه"""),
    ("صحة", "health", """
        صحة|صحي|صحية|وزارة الصحة|منظمة الصحة العالمية|مستشفى|طبيب|أطباء|طبي|طبية|مرض|أمراض|مريض|مرضى|علاج|دواء|أدوية|لقاح
        تطعيم|فيروس|كورونا|وباء|عدوى|إنفلونزا|سرطان|سكري|ضغط الدم|قلب|جراحة|عملية جراحية|تمريض|صيدلية|حمية|تغذية
        سمنة|فيتامين|نوم|اكتئاب|صحة نفسية|حمل|ولادة|رضاعة|تدخين|سريرية|تجارب سريرية|جرعة|أعراض|كوليرا"""),
    ("مجتمع", "society", """
        مجتمع|اجتماعي|أسرة|أطفال|نساء|شباب|تعليم|مدرسة|مدارس|جامعة|طلاب|طلبة|معلمون|امتحانات|مناهج|زواج|طلاق
        جمعية خيرية|متطوعون|تطوع|فقر|هجرة|محكمة|قضاء|شرطة|جريمة|سرقة|مخدرات|حادث مرور|حادث سير|حريق|وفاة
        حج|عمرة|حجاج|رمضان|عيد|أهالي|سكان|بلدية|مواصلات|إسكان|وظائف|عمال|نقابة|إضراب|أمن وطني|حبس|إيقاف"""),
)


def topic_of(
    title: str, text: str, tags: Sequence[str], topics: Sequence[TopicHint]
) -> int | None:
    """Return the id of the topic that most hints speak for; None when too few do.

    A topic whose name is among the tags wins at once: a source or an editor said so. Among equals
    the first in ``topics``.
    """
    named = {tuple(words(tag)) for tag in tags}
    for topic in topics:
        if tuple(words(topic.name)) in named:
            return topic.id
    parts = ((title, TITLE), ("\n".join(tags), TAGS), (text[:OPENING], 1))
    counts: Counter[str] = Counter()
    for part, weight in parts:
        stems = [light10(word) for word in words(part)]
        for size in (1, 2, 3):
            for start in range(len(stems) - size + 1):
                counts[" ".join(stems[start : start + size])] += weight
    rated = [(_rating(topic, counts), -place) for place, topic in enumerate(topics)]
    rating, place = max(rated, default=(0.0, 0))
    return topics[-place].id if rating >= ENOUGH else None


def ensure_topics(db: Session) -> None:
    """Insert the default topics into a house that has none. Never commits."""
    if exists(db, select(Topic.id)):
        return
    table = Topic.__table__
    assert isinstance(table, Table)
    for position, (name, slug, hints) in enumerate(DEFAULTS):
        row = {"name": name, "slug": slug, "position": position, "hints": _hints(hints)}
        # Two processes may start a house at once.
        insert_new(db, table, row, key=["slug"])


def _hints(text: str) -> list[str]:
    return [hint.strip() for line in text.split("\n") for hint in line.split("|") if hint.strip()]


def _rating(topic: TopicHint, counts: Counter[str]) -> float:
    """Add up the hints found; one that is repeated adds less each time, a phrase adds more."""
    found = ((key, counts[key]) for key in _keys(topic.hints) if counts[key])
    return sum((1 + math.log2(times)) * (1 + 0.5 * key.count(" ")) for key, times in found)


@lru_cache(maxsize=256)
def _keys(hints: tuple[str, ...]) -> frozenset[str]:
    keys = (" ".join(light10(word) for word in words(hint)) for hint in hints)
    return frozenset(key for key in keys if key)

