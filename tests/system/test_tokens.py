"""Tokens: for one purpose, hard to forge, good in a mail for as long as they should be."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.system import tokens
from digest.system.errors import Refused
from digest.system.tokens import Signer

SIGNER = Signer("a-secret-for-tests-only-0123456789")
PURPOSES = (
    tokens.CONFIRM, tokens.LEAVE, tokens.BOUNCE, tokens.PREFERENCES, tokens.SETUP,
    tokens.PASSWORD, tokens.FORM_TIME, tokens.TRACK, tokens.LINK,
)
IDS = st.lists(st.integers(0, 2**31), max_size=4)


@given(ids=IDS, purpose=st.sampled_from(PURPOSES))
def test_a_token_gives_back_its_numbers_and_fits_a_link(ids, purpose):
    token = SIGNER.sign(purpose, *ids)
    assert SIGNER.read(purpose, token) == tuple(ids)
    assert SIGNER.sign(purpose, *ids) == token
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", token)


def test_a_token_has_one_spelling_to_its_last_bit():
    token = SIGNER.sign(tokens.LEAVE, 1, 2, 3)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for letter in set(letters) - {token[-1]}:
        with pytest.raises(Refused):
            SIGNER.read(tokens.LEAVE, token[:-1] + letter)


def test_a_bounce_token_fits_the_64_octets_of_a_local_part():
    assert len("bounce+" + SIGNER.sign(tokens.BOUNCE, 999_999_999, 999_999_999)) <= 64


@given(ids=IDS)
def test_a_token_of_one_purpose_is_worthless_for_another(ids):
    for purpose in PURPOSES:
        token = SIGNER.sign(purpose, *ids)
        for other in set(PURPOSES) - {purpose}:
            with pytest.raises(Refused):
                SIGNER.read(other, token)


@given(ids=IDS, place=st.integers(0, 200), letter=st.sampled_from("aZ0_-."))
def test_a_changed_letter_never_yields_other_numbers(ids, place, letter):
    token = SIGNER.sign(tokens.LEAVE, *ids)
    place %= len(token)
    forged = token[:place] + letter + token[place + 1 :]
    with suppress(Refused):
        assert SIGNER.read(tokens.LEAVE, forged) == tuple(ids)


@given(token=st.text(max_size=120))
def test_nonsense_is_refused_and_breaks_nothing(token):
    for read in (
        lambda: SIGNER.read(tokens.LEAVE, token),
        lambda: SIGNER.read_timed(tokens.CONFIRM, token, hours=1),
    ):
        with pytest.raises(Refused) as refused:
            read()
        assert refused.value.code == "bad_token"


def test_another_secret_reads_nothing():
    token = SIGNER.sign(tokens.LEAVE, 1, 2, 3)
    with pytest.raises(Refused):
        Signer("another-secret-0123456789").read(tokens.LEAVE, token)


def test_a_timed_token_is_no_untimed_one_and_runs_out():
    token = SIGNER.sign_timed(tokens.CONFIRM, 1, 2, 3)
    assert SIGNER.read_timed(tokens.CONFIRM, token, hours=48) == (1, 2, 3)
    with pytest.raises(Refused):
        SIGNER.read(tokens.CONFIRM, token)
    with pytest.raises(Refused) as refused:
        SIGNER.read_timed(tokens.CONFIRM, token, hours=-1)
    assert refused.value.code == "expired_token"
