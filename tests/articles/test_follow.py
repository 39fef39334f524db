"""What is news after an issue, and what is only the same again."""

from __future__ import annotations

import pytest

from digest.articles.follow import said_in, tells_news

SENT = [
    ("حريق في مستودع للأخشاب في الميناء",
     "اندلع حريق في مستودع للأخشاب في الميناء وأصيب 12 عاملاً، وسيطر الإطفاء على النيران ليلاً."),
]


@pytest.mark.parametrize(("title", "text", "news"), [
    ("حريق في مستودع الأخشاب", "أصيب ١٢ عاملاً في حريق المستودع في الميناء.", False),
    ("إصابة 12 عاملاً في حريق المستودع", "أصيب 12 عاملاً في حريق مستودع الأخشاب.", False),
    ("إصابة 15 عاملاً في حريق المستودع", "أصيب عمال في حريق مستودع الأخشاب.", True),
    ("توقيف صاحب المستودع بتهمة الإهمال", "أحالت النيابة صاحب المستودع إلى القضاء.", True),
    ("حريق الميناء", "أحالت النيابة صاحب الشركة إلى محكمة الجنايات بتهمة الإهمال.", False),
    ("", "", False),
    ("؟", "…", False),
])  # fmt: skip
def test_news_is_what_the_sent_story_does_not_say(title: str, text: str, news: bool) -> None:
    assert tells_news(title, text, said_in(SENT)) is news


def test_everything_is_news_after_nothing() -> None:
    assert tells_news("حريق في الميناء", "اندلع حريق في الميناء.", said_in([]))
