"""Where providers call: plain answers, no page, nothing for strangers."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from digest.system.settings import Settings

LOGIN = "digest:hush"
RIGHT = {"Authorization": f"Basic {base64.b64encode(LOGIN.encode()).decode()}"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings that take Postmark's calls."""
    return replace(settings, postmark_login=LOGIN)


def test_a_providers_call_is_answered_without_a_page(client: FlaskClient) -> None:
    answer = client.post("/hooks/postmark", json={"RecordType": "Delivery"}, headers=RIGHT)
    assert (answer.status_code, answer.data) == (204, b"")


def test_a_forged_call_is_refused(client: FlaskClient) -> None:
    assert client.post("/hooks/postmark", json={"RecordType": "Delivery"}).status_code == 403
    assert client.post("/hooks/postmark", data=b"{", headers=RIGHT).status_code == 403


@pytest.mark.parametrize("name", ["mailgun", "ses", "sendgrid", "nobody"])
def test_a_provider_that_is_not_set_up_has_no_door(client: FlaskClient, name: str) -> None:
    assert client.post(f"/hooks/{name}", json={}).status_code == 404


def test_a_door_is_not_a_page(client: FlaskClient) -> None:
    assert client.get("/hooks/postmark").status_code == 405


def test_a_call_may_be_larger_than_a_form_but_not_endless(client: FlaskClient) -> None:
    big = {"RecordType": "Delivery", "pad": "x" * 300_000}
    assert client.post("/hooks/postmark", json=big, headers=RIGHT).status_code == 204
    endless = b"x" * (4 * 1024 * 1024 + 1)
    assert client.post("/hooks/postmark", data=endless, headers=RIGHT).status_code == 413
