"""Why articles stand together, in words that an editor reads at a glance."""

from __future__ import annotations

from digest.text import numbers, plural

_ALIKE = {"ar": "{share} تشابه", "en": "{share} alike"}


def told_by(sources: int, likeness: float | None, *, lang: str, numerals: str) -> str:
    """Return how many sources tell a story and how alike: «٣ مصادر · ٧٢٪ تشابه».

    ``likeness`` is 0 to 1, None while it is not known. A single source gives "": nothing was put
    together that needs a reason.
    """
    if sources < 2:
        return ""
    parts = [plural.count("source", sources, lang=lang, numerals=numerals)]
    if likeness is not None:
        shape = numerals if lang == "ar" else "latn"
        share = numbers.percent(round(100 * likeness), numerals=shape)
        parts.append(_ALIKE[lang].format(share=share))
    return " · ".join(parts)
