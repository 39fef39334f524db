"""The question "did you mean gmail.com?"."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.audience.typos import PROVIDERS, likely_domain


@pytest.mark.parametrize(("written", "meant"), [
    ("reader@gmial.com", "reader@gmail.com"),
    ("reader@gmal.com", "reader@gmail.com"),
    ("reader@gmail.con", "reader@gmail.com"),
    ("reader@hotmial.com", "reader@hotmail.com"),
    ("reader@yaho.com", "reader@yahoo.com"),
    ("reader@outlok.com", "reader@outlook.com"),
    ("reader@iclould.com", "reader@icloud.com"),
])
def test_slips_are_asked_about(written: str, meant: str) -> None:
    assert likely_domain(written) == meant


@pytest.mark.parametrize("address", [
    *(f"reader@{one}" for one in PROVIDERS), "reader@GMAIL.com", "reader@example.net",
    "reader@mina.example", "reader@damascusuniversity.edu.sy", "reader@مثال.example", "", "reader",
    "@gmial.com", "reader@",
])
def test_other_domains_are_never_second_guessed(address: str) -> None:
    assert likely_domain(address) == ""


@given(st.text())
def test_no_text_breaks_the_question(text: str) -> None:
    found = likely_domain(text)
    assert found == "" or found.rpartition("@")[2] in PROVIDERS
