"""The colours of a mail, made from the one colour an editor chooses: always readable, also dark."""

from __future__ import annotations

from dataclasses import dataclass

READABLE = 4.5  # WCAG 2.2, 1.4.3: contrast of text to its ground
STEPS = 40  # shades tried on the way to black or white
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


def light(brand: str) -> Shades:
    """Return the light scheme of a brand colour."""
    if brand.upper() == LIGHT.brand:
        return LIGHT
    return _branded(LIGHT, brand, towards=BLACK, tint=0.1)


def dark(brand: str) -> Shades:
    """Return the dark scheme of a brand colour."""
    if brand.upper() == LIGHT.brand:
        return DARK
    return _branded(DARK, brand, towards=WHITE, tint=0.15)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    first, second = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def _branded(base: Shades, brand: str, *, towards: str, tint: float) -> Shades:
    """Put a brand into a scheme: shaded until it reads on the surface and on its own tint."""
    ground = mix(base.surface, brand, tint)
    shade = brand
    for step in range(STEPS + 1):
        shade = mix(brand, towards, step / STEPS)
        if min(contrast(shade, base.surface), contrast(shade, ground)) >= READABLE:
            break
    inks = (LIGHT.on_brand, DARK.on_brand)
    return Shades(
        base.ground, base.surface, base.ink, base.muted, base.line, shade,
        max(inks, key=lambda ink: contrast(ink, shade)), ground,
    )


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
