"""Revision 0002 on data: defaults that nobody touched become today's, an editor's list stays."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from digest.articles.hints import DEFAULTS, split_hints
from digest.articles.models import Topic
from digest.migrate import downgrade, upgrade
from digest.system.build import System
from tests import make

# The first and the last of the defaults of 0001, as houses hold them. The revision knows them by a
# fingerprint, so here the words must be those very words.
OLD_SOCIETY = """
    مجتمع|اجتماعي|أسرة|أطفال|نساء|شباب|تعليم|مدرسة|مدارس|جامعة|طلاب|طلبة|معلمون|امتحانات|مناهج|زواج|طلاق
    جمعية خيرية|متطوعون|تطوع|فقر|هجرة|محكمة|قضاء|شرطة|جريمة|سرقة|مخدرات|حادث مرور|حادث سير|حريق|وفاة
    حج|عمرة|حجاج|رمضان|عيد|أهالي|سكان|بلدية|مواصلات|إسكان|وظائف|عمال|نقابة|إضراب|أمن وطني|حبس|إيقاف"""
OLD = [
    ("politics", "سياسة"), ("economy", "اقتصاد"), ("science", "علوم وتقنية"), ("culture", "ثقافة"),
    ("sport", "رياضة"), ("environment", "بيئة"), ("health", "صحة"), ("society", "مجتمع"),
]  # fmt: skip
TODAY = {slug: split_hints(hints) for _, slug, hints in DEFAULTS}


def old_house(system: System, topics: list[tuple[str, str]]) -> None:
    """A house of revision 0001 with these topics; society has its old hints, others an editor's."""
    downgrade(system.db, "0001")
    with system.db.write() as db:
        for position, (slug, name) in enumerate(topics):
            hints = split_hints(OLD_SOCIETY) if slug == "society" else ["كلمة"]
            make.topic(db, name=name, slug=slug, position=position, hints=hints)


def kept(system: System) -> list[tuple[str, str, bool]]:
    """Slug, name and whether the hints are today's, in order."""
    upgrade(system.db)
    with system.db.read() as db:
        rows = db.scalars(select(Topic).order_by(Topic.position, Topic.id))
        return [(one.slug, one.name, one.hints == TODAY.get(one.slug)) for one in rows]


def test_security_comes_into_an_untouched_order(system: System) -> None:
    old_house(system, OLD)
    found = kept(system)
    assert [slug for slug, _, _ in found if slug != "science"] == [
        "politics", "economy", "security", "society", "culture", "sport", "health", "environment",
    ]  # fmt: skip
    assert ("security", "أمن", True) in found
    assert ("society", "مجتمع", True) in found  # nobody had touched its words
    assert ("politics", "سياسة", False) in found  # an editor had
    assert ("science", "علوم وتقنية", False) in found


@pytest.mark.parametrize("topics", [OLD[::-1], OLD[1:], [*OLD[:-1], ("society", "الناس")], []])
def test_an_editors_own_list_gets_no_new_section(
    system: System, topics: list[tuple[str, str]]
) -> None:
    old_house(system, topics)
    found = kept(system)
    assert [slug for slug, _, _ in found] == [slug for slug, _ in topics]
    assert [name for _, name, _ in found] == [name for _, name in topics]


def test_going_down_keeps_topics_and_coming_up_again_doubles_none(system: System) -> None:
    old_house(system, OLD)
    before = kept(system)
    downgrade(system.db, "0001")
    assert kept(system) == before
