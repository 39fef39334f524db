"""Whatever colour an editor chooses, words stay readable, in the light and in the dark."""

from __future__ import annotations

from dataclasses import astuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from digest.newsletters.colours import (
    BLACK,
    CHOSEN,
    DARK,
    LIGHT,
    READABLE,
    contrast,
    dark,
    light,
    mix,
    nearest,
    unreadable,
)

BRANDS = st.integers(0, 0xFFFFFF).map("#{:06X}".format)


def test_contrast_is_as_wcag_defines_it() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_colours_are_mixed_by_share() -> None:
    assert mix("#000000", "#FFFFFF", 0.5) == "#808080"


def test_the_design_s_brand_has_the_design_s_shades() -> None:
    assert light("#0b5563") == LIGHT and dark("#0B5563") == DARK


@given(BRANDS)
def test_every_brand_is_readable_on_each_ground_it_stands_on(brand: str) -> None:
    for shades in (light(brand), dark(brand)):
        grounds = (shades.surface, shades.tint)
        for ground in grounds:
            assert contrast(shades.brand, ground) >= READABLE
            assert contrast(shades.ink, ground) >= READABLE
        assert contrast(shades.on_brand, shades.brand) >= READABLE
        assert contrast(shades.muted, shades.tint) >= READABLE
        assert all(len(one) == 7 for one in astuple(shades))


@given(BRANDS, BRANDS, BRANDS, BRANDS)
def test_colours_that_pass_make_a_scheme_in_which_everything_is_read(
    brand: str, ink: str, surface: str, ground: str
) -> None:
    ink = nearest(ink, (surface, ground))
    brand = nearest(brand, (surface,))
    chosen = {"brand": brand, "ink": ink, "surface": surface, "ground": ground}
    assume(not unreadable(chosen))
    shades = light(**chosen)
    assert (shades.ink, shades.surface, shades.ground) == (ink, surface, ground)
    for place in (shades.surface, shades.ground, shades.tint):
        assert contrast(shades.ink, place) >= READABLE
        assert contrast(shades.muted, place) >= READABLE
    assert min(contrast(shades.brand, one) for one in (surface, shades.tint)) >= READABLE
    assert contrast(shades.on_brand, shades.brand) >= READABLE


@given(BRANDS, BRANDS)
def test_the_nearest_colour_is_read_and_a_colour_that_is_read_stays(colour: str, ground: str) -> None:
    found = nearest(colour, (ground,))
    assert contrast(found, ground) >= READABLE
    assert nearest(found, (ground,)) == found


def test_a_pair_that_cannot_be_read_is_named_with_the_nearest_that_can() -> None:
    (found,) = unreadable(CHOSEN | {"brand": "#8EC9D0"})
    assert (found.text, found.ground) == ("brand", "surface")
    assert found.contrast == pytest.approx(1.83, abs=0.01) and found.nearest != BLACK
    assert 4.5 <= contrast(found.nearest, "#FFFFFF") < 4.7


def test_the_usual_colours_are_read() -> None:
    assert unreadable(CHOSEN) == ()
    assert light(**CHOSEN) == LIGHT
