"""The colours of a mail, made from the few an editor chooses: always readable, also dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

READABLE = 4.5  # WCAG 2.2, 1.4.3: contrast of text to its ground
STEPS = 40  # shades tried on the way to black or white
SHADES = 256  # of a colour, looked at for the nearest that is read
BLACK, WHITE = "#000000", "#FFFFFF"


@dataclass(frozen=True, slots=True)
class Shades:
    """Colours of one scheme, as ``#RRGGBB``: grounds, inks, and the brand with its own ground."""

    ground: str
    surface: str
    ink: str
    muted: str
    line: str
    brand: str
    on_brand: str
    tint: str


LIGHT = Shades("#F5F7F6", WHITE, "#1B2430", "#55606B", "#D3DAD7", "#0B5563", WHITE, "#E3EFF0")
DARK = Shades(
    "#12171B", "#1A2126", "#EDF1F2", "#A9B4BB", "#36424A", "#74CBD8", "#0B1F24", "#1B3238"
)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A chosen text colour that is too close to a chosen ground, and the nearest that is not."""

    text: str
    ground: str
    contrast: float
    nearest: str


# What an editor chooses, and which of it is read on which ground; all else is derived from it.
CHOSEN = {"brand": LIGHT.brand, "ink": LIGHT.ink, "surface": LIGHT.surface, "ground": LIGHT.ground}
READ = (("ink", "surface"), ("ink", "ground"), ("brand", "surface"))


def unreadable(chosen: Mapping[str, str]) -> tuple[Unreadable, ...]:
    """Return the pairs of chosen colours that nobody could read (WCAG 2.2, 1.4.3)."""
    found = [(text, ground, contrast(chosen[text], chosen[ground])) for text, ground in READ]
    return tuple(
        Unreadable(text, ground, ratio, nearest(chosen[text], _grounds(text, chosen)))
        for text, ground, ratio in found if ratio < READABLE
    )


def nearest(colour: str, grounds: Sequence[str]) -> str:
    """Return the shade of a colour, nearest to it, that is read on these grounds.

    Where no shade is read on all of them it is one that is read on the first; black or white is.
    """
    def passes(shade: str, on: Sequence[str]) -> bool:
        return all(contrast(shade, ground) >= READABLE for ground in on)

    shades = [mix(colour, end, step / SHADES) for step in range(SHADES + 1) for end in (BLACK, WHITE)]
    for on in (grounds, grounds[:1]):
        if found := next((shade for shade in shades if passes(shade, on)), ""):
            return found
    return BLACK


def _grounds(text: str, chosen: Mapping[str, str]) -> list[str]:
    return [chosen[ground] for one, ground in READ if one == text]


@lru_cache(maxsize=256)
def light(
    brand: str, *, ink: str = LIGHT.ink, surface: str = LIGHT.surface, ground: str = LIGHT.ground
) -> Shades:
    """Return the light scheme of the chosen colours; those that pass ``unreadable`` stay so."""
    if (ink, surface, ground) == (LIGHT.ink, LIGHT.surface, LIGHT.ground):
        return LIGHT if brand.upper() == LIGHT.brand else _branded(LIGHT, brand, BLACK, 0.1)
    muted = _softened(ink, surface, (surface, ground), 0.3)
    base = Shades(ground, surface, ink, muted, mix(surface, ink, 0.2), brand, brand, surface)
    return _branded(base, brand, nearest_end(surface), 0.1)


def nearest_end(ground: str) -> str:
    """Return black or white, whichever is read better on a ground."""
    return max((BLACK, WHITE), key=lambda end: contrast(end, ground))


@lru_cache(maxsize=256)
def dark(brand: str) -> Shades:
    """Return the dark scheme of a brand colour."""
    if brand.upper() == LIGHT.brand:
        return DARK
    return _branded(DARK, brand, WHITE, 0.15)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    first, second = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def _branded(base: Shades, brand: str, towards: str, tint: float) -> Shades:
    """Put a brand into a scheme: shaded until it reads on the surface and on its own tint.

    The tint is paler where the inks would no longer be read on it.
    """
    ground = _tint(base, brand, towards, tint)
    shade = brand
    for step in range(STEPS + 1):
        shade = mix(brand, towards, step / STEPS)
        if min(contrast(shade, base.surface), contrast(shade, ground)) >= READABLE:
            break
    inks = (LIGHT.on_brand, DARK.on_brand, BLACK)
    return Shades(
        base.ground, base.surface, base.ink, base.muted, base.line, shade,
        max(inks, key=lambda ink: contrast(ink, shade)), ground,
    )


def _tint(base: Shades, brand: str, towards: str, most: float) -> str:
    for step in range(STEPS + 1):
        ground = mix(base.surface, brand, most * (1 - step / STEPS))
        if min(contrast(ink, ground) for ink in (base.ink, base.muted, towards)) >= READABLE:
            return ground
    return base.surface


def _softened(ink: str, towards: str, grounds: Sequence[str], most: float) -> str:
    """Return the ink mixed with what lies below it, as far as it is still read."""
    for step in range(STEPS + 1):
        shade = mix(ink, towards, most * (1 - step / STEPS))
        if min(contrast(shade, ground) for ground in grounds) >= READABLE:
            return shade
    return ink


def mix(one: str, other: str, share: float) -> str:
    """Return a colour with ``share`` (0 to 1) of another in it."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in _parts(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _parts(colour: str) -> tuple[int, int, int]:
    value = int(colour.lstrip("#"), 16)
    return value >> 16, value >> 8 & 255, value & 255
