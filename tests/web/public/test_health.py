"""Whether the application answers."""

from __future__ import annotations

from flask.testing import FlaskClient


def test_a_healthy_application_says_only_that(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200 and answer.get_json() == {"ok": True}
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code in {400, 405}
