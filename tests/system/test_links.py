"""The addresses in mails."""

from __future__ import annotations

from digest.system import links, tokens
from digest.system.tokens import Signer

BASE = "https://mina.example"
SIGNER = Signer("a-secret-for-tests-only-0123456789")


def test_each_personal_address_carries_a_token_of_its_own_purpose():
    leave = links.leave_url(BASE, SIGNER, 1, 2, 3)
    preferences = links.preferences_url(BASE, SIGNER, 1)
    confirm = links.confirm_url(BASE, SIGNER, 1, 2, 3)
    assert leave.startswith(f"{BASE}/leave/")
    assert SIGNER.read(tokens.LEAVE, leave.rpartition("/")[2]) == (1, 2, 3)
    assert preferences.startswith(f"{BASE}/preferences/")
    assert SIGNER.read(tokens.PREFERENCES, preferences.rpartition("/")[2]) == (1,)
    assert confirm.startswith(f"{BASE}/confirm/")
    token = confirm.rpartition("/")[2]
    assert SIGNER.read_timed(tokens.CONFIRM, token, hours=tokens.CONFIRM_HOURS) == (1, 2, 3)


def test_the_address_of_leaving_is_the_same_whenever_it_is_made():
    assert links.leave_url(BASE, SIGNER, 1, 2, 3) == links.leave_url(BASE, SIGNER, 1, 2, 3)


def test_public_addresses_name_things_in_plain_words():
    assert links.subscribe_url(BASE, "key") == f"{BASE}/subscribe/key"
    assert links.archive_url(BASE, "mina") == f"{BASE}/archive/mina"
    assert links.archive_url(BASE, "mina", 7) == f"{BASE}/archive/mina/7"
    assert links.issue_url(BASE, 5) == f"{BASE}/admin/issues/5"
