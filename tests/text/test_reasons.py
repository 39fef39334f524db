"""Why articles stand together, in words."""

from __future__ import annotations

import pytest

from digest.text.reasons import told_by


@pytest.mark.parametrize(("sources", "likeness", "said"), [
    (1, 0.9, ""),
    (0, None, ""),
    (2, None, "مصدران"),
    (2, 0.5, "مصدران · ٥٠٪ تشابه"),
    (3, 0.7249, "٣ مصادر · ٧٢٪ تشابه"),
    (12, 1.0, "١٢ مصدراً · ١٠٠٪ تشابه"),
])  # fmt: skip
def test_the_reason_counts_sources_and_likeness(
    sources: int, likeness: float | None, said: str
) -> None:
    assert told_by(sources, likeness, lang="ar", numerals="arab") == said


def test_the_reason_in_other_digits_and_in_english() -> None:
    assert told_by(3, 0.72, lang="ar", numerals="latn") == "3 مصادر · \u200e72% تشابه"
    assert told_by(3, 0.72, lang="en", numerals="arab") == "3 sources · \u200e72% alike"
