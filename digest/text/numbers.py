"""Numbers in our own sentences, in the digits a newsroom or reader chose.

``latn`` writes 1,234.5 and 6.5%, ``arab`` writes ١٬٢٣٤٫٥ and ٦٫٥٪. Digits are not taken from the
locale: CLDR and the newspapers of one country disagree. What others wrote is never rewritten.
"""

from __future__ import annotations

_ARAB = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_LATN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_ARAB_POINTS = str.maketrans(",.", "\u066c\u066b")
# CLDR puts these before a sign, which else ends up on the wrong side of the number in a line
# that runs from right to left.
_LRM, _ALM = "\u200e", "\u061c"


def number(n: float, *, numerals: str = "latn") -> str:
    """Return a number grouped by thousands, with at most two decimals: 1,234 or 6.5."""
    grouped = f"{n:,.2f}".rstrip("0").rstrip(".") if n % 1 else f"{n:,.0f}"
    sign = "-" if grouped.startswith("-") and grouped != "-0" else ""
    grouped = grouped.removeprefix("-")
    if numerals == "arab":
        return (_ALM + sign if sign else "") + digits(grouped.translate(_ARAB_POINTS), "arab")
    return (_LRM + sign if sign else "") + grouped


def percent(n: float, *, numerals: str = "latn") -> str:
    """Return a percentage; ``n`` is in hundredths, so 6.5 gives 6.5% or ٦٫٥٪."""
    written = number(n, numerals=numerals)
    if numerals == "arab":
        return written + "\u066a"
    # Without the mark the sign stands left of the number after an Arabic word, right of it alone.
    return _LRM + written.removeprefix(_LRM) + "%"


def digits(text: str, numerals: str) -> str:
    """Return a text of ours with its digits in the given shape; everything else stays."""
    return text.translate(_ARAB if numerals == "arab" else _LATN)
