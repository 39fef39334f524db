"""Whatever colour an editor chooses, words stay readable, in the light and in the dark."""

from __future__ import annotations

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.issues.colours import DARK, LIGHT, READABLE, contrast, dark, light, mix

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
