"""The form as plain HTML for other people's pages."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from digest.audience import forms
from digest.audience.forms import FormRow
from digest.audience.models import Subscriber
from digest.system.build import System
from digest.web.public.embed import embed_html
from tests.web.public.conftest import Place

ROW = FormRow(
    id=1, public_key="aKey", name="آخر المقال", list_id=1, newsletter_id=1,
    newsletter_name="موجز الميناء", newsletter_slug="mina", list_name="اليومية",
    heading="كل صباح", text="أهم الأخبار",
)


class Reader(HTMLParser):
    """Collects the elements of a snippet."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def test_the_snippet_is_a_form_that_works_alone() -> None:
    html = embed_html(ROW, "https://digest.example")
    tags = read(html).found
    form = tags[0]
    assert form[0] == "form"
    assert form[1]["action"] == "https://digest.example/subscribe/aKey"
    assert (form[1]["method"], form[1]["lang"], form[1]["dir"]) == ("post", "ar", "rtl")
    inputs = {one["name"]: one for tag, one in tags if tag == "input"}
    assert set(inputs) == {"email", "homepage", "consent"}
    assert inputs["email"]["type"] == "email" and inputs["email"]["dir"] == "ltr"
    assert inputs["email"]["autocomplete"] == "email"
    assert "checked" not in inputs["consent"]
    assert inputs["homepage"]["tabindex"] == "-1" and "<p hidden>" in html
    assert re.search(r'<label for="digest-aKey-email">بريدك الإلكتروني</label>', html)
    assert "script" not in html and "style" not in html and "csrf" not in html


def test_a_form_without_words_takes_the_newsletter_s_name() -> None:
    html = embed_html(replace(ROW, heading="", text=""), "https://digest.example")
    assert "<strong>موجز الميناء</strong>" in html and "<p></p>" not in html


@given(st.text(), st.text(), st.text())
def test_no_text_of_an_editor_becomes_markup(heading: str, text: str, wording: str) -> None:
    row = replace(ROW, heading=heading, text=text, consent_text=wording)
    plain = [tag for tag, _ in read(embed_html(ROW, "https://digest.example")).found]
    found = [tag for tag, _ in read(embed_html(row, "https://digest.example")).found]
    assert found == plain or not text


def test_what_the_snippet_sends_is_what_the_form_takes(
    client: FlaskClient, system: System, place: Place
) -> None:
    with system.db.read() as db:
        html = embed_html(forms.get_form(db, place.form_id), system.settings.base_url)
    inputs = [one for tag, one in read(html).found if tag == "input"]
    sent = {str(one["name"]): {"email": "rim@example.net", "checkbox": "yes"}.get(
        str(one.get("type")), "") for one in inputs}
    path = str(read(html).found[0][1]["action"]).removeprefix(system.settings.base_url)
    answer = client.post(path, data=sent, headers={"Origin": "https://news.example"})
    assert answer.status_code == 200
    with system.db.read() as db:
        assert db.query(Subscriber).count() == 1
