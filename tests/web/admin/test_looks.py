"""The look of a newsletter in the panel: chosen, seen as the mail itself, refused where unreadable."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO

import pytest

from digest.issues.document import Variant
from digest.issues.queries import look_doc
from digest.issues.render import fill_html, render_issue
from digest.issues.samples import sample_issue, sample_picture
from digest.newsletters import looks
from digest.newsletters.looks import LookValues
from digest.newsletters.models import Newsletter
from digest.system.build import System
from digest.web.admin.board import NOWHERE, in_colours
from tests import make
from tests.web.conftest import Browser, SignIn

CHOSEN: dict[str, object] = {
    "look": "1", "brand": "#7A1FA2", "ink": "#222222", "surface": "#FFFDF5", "ground": "#F0E9DD",
    "design": "paper", "font": "naskh", "block": ["masthead", "dates", "note"],
    "place-note": "1", "place-masthead": "2", "place-dates": "3", "place-sections": "4",
}
FRAME = re.compile(r'<iframe[^>]*src="([^"]+)"')


@pytest.fixture
def url(system: System) -> str:
    with system.db.write() as db:
        return f"/admin/newsletters/{make.newsletter(db, now=system.clock.now())}/look"


def stored(system: System) -> LookValues:
    with system.db.read() as db:
        return looks.look_of(db.query(Newsletter).one())


def send_logo(client: Browser, url: str, data: bytes) -> int:
    return client.submit(f"{url}/logo", {"logo": (BytesIO(data), "logo.png")}, page=url).status_code


def test_a_look_is_stored_as_chosen(sign_in: SignIn, system: System, url: str) -> None:
    assert sign_in("admin").submit(url, CHOSEN, page=url).status_code == 303
    assert stored(system) == LookValues(
        brand="#7A1FA2", ink="#222222", surface="#FFFDF5", ground="#F0E9DD", design="paper",
        font="naskh", blocks=("note", "masthead", "dates", "sections"),
    )


def test_saving_the_page_as_it_is_shown_changes_nothing(
    sign_in: SignIn, system: System, url: str
) -> None:
    client = sign_in("admin")
    client.submit(url, CHOSEN, page=url)
    before, text = stored(system), client.get(url).get_data(as_text=True)
    for value in ("#7A1FA2", "paper", "naskh"):
        assert re.search(rf'value="{value}"', text)
    assert re.search(r'value="paper" checked', text)
    places = re.findall(r'name="(place-\w+)">.*?value="(\d)" selected', text)
    on = re.findall(r'name="block" value="(\w+)" checked', text)
    sent = CHOSEN | dict(places) | {"block": on}
    client.submit(url, sent, page=url)
    assert stored(system) == before


def test_unreadable_colours_are_named_and_the_nearest_readable_is_offered_and_passes(
    sign_in: SignIn, system: System, url: str
) -> None:
    client, pale = sign_in("admin"), CHOSEN | {"brand": "#C9A0DC"}
    answer = client.submit(url, pale, page=url)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and stored(system) == LookValues()
    assert "لا يُقرأ «لون النشرة» على «لون البطاقة»" in text
    offered = re.search(r'<bdi dir="ltr">(#\w{6})</bdi> <a href="([^"]+)"', text)
    assert offered
    shown = client.get(unescape(offered[2])).get_data(as_text=True)
    assert "الألوان مقروءة." in shown and f'value="{offered[1]}"' in shown
    assert stored(system) == LookValues()
    assert client.submit(url, pale | {"brand": offered[1]}, page=url).status_code == 303


@pytest.mark.parametrize("kind", ["phone", "dark"])
def test_the_preview_is_the_mail_s_own_bytes(
    sign_in: SignIn, system: System, url: str, kind: str
) -> None:
    client = sign_in("admin")
    page = client.get(url, query_string=CHOSEN | {"sample": "long", "kind": kind})
    frame = FRAME.search(page.get_data(as_text=True))
    assert frame
    shown = client.get(unescape(frame[1])).get_data(as_text=True)
    client.submit(url, CHOSEN, page=url)
    base_url = system.settings.base_url
    with system.db.read() as db:
        row = db.query(Newsletter).one()
        look = look_doc(db, row, looks.look_of(row), base_url=base_url)
    mail = render_issue(sample_issue("long", look, base_url=base_url), Variant())
    assert shown == in_colours(fill_html(mail.html, NOWHERE), kind)


def test_a_look_half_typed_or_made_up_is_shown_as_usual(sign_in: SignIn, url: str) -> None:
    client = sign_in("admin")
    odd = {"look": "1", "brand": "red", "design": "../x", "font": "{{7*7}}", "block": "x", "kind": "?"}
    assert client.get(url, query_string=odd).status_code == 200
    answer = client.get(f"{url}/preview", query_string=odd)
    assert answer.status_code == 200 and "#0B5563" in answer.get_data(as_text=True)


def test_what_no_page_of_ours_sends_is_refused(sign_in: SignIn, system: System, url: str) -> None:
    client = sign_in("admin")
    for odd in ({"design": "../x"}, {"font": "x"}, {"brand": "#0B5563;}"}):
        assert client.submit(url, CHOSEN | odd, page=url).status_code == 422
    assert stored(system) == LookValues()


def test_a_logo_comes_in_stands_in_the_mail_and_goes(
    sign_in: SignIn, system: System, url: str, visitor: Browser
) -> None:
    client = sign_in("admin")
    assert send_logo(client, url, sample_picture()) == 303
    path = f"/logo/{stored(system).logo}"
    answer = visitor.get(path)
    assert answer.get_data() == sample_picture() and answer.mimetype == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    preview = client.get(f"{url}/preview").get_data(as_text=True)
    assert f'src="{system.settings.base_url}{path}" alt="موجز الميناء" width="128"' in preview
    client.submit(url, CHOSEN, page=url)
    assert stored(system).logo in path
    assert client.submit(f"{url}/logo/off", page=url).status_code == 303
    assert stored(system).logo == "" and stored(system).design == "paper"
    assert visitor.get(path).status_code == 200


@pytest.mark.parametrize(("data", "why"), [
    (b"", "لم يصل ملف"),
    (b"<?xml version='1.0'?><SVG onload='alert(1)'/>", "لا تعرض SVG"),
    (b"GIF89a<script>", "أبعاد الصورة كبيرة"),
    (b"MZ not a picture at all", "ليس صورة"),
    (sample_picture() + b"\0" * 205_000, "الصورة كبيرة"),
])
def test_a_file_that_is_no_logo_is_refused_with_its_reason(
    sign_in: SignIn, system: System, url: str, data: bytes, why: str
) -> None:
    client = sign_in("admin")
    answer = client.submit(f"{url}/logo", {"logo": (BytesIO(data), "logo.png")}, page=url)
    assert answer.status_code == 422 and why in answer.get_data(as_text=True)
    assert stored(system).logo == ""


def test_the_usual_look_comes_back(sign_in: SignIn, system: System, url: str) -> None:
    client = sign_in("admin")
    client.submit(url, CHOSEN, page=url)
    assert client.submit(f"{url}/reset", page=url).status_code == 303
    assert stored(system) == LookValues()


def test_an_editor_does_not_change_the_look(sign_in: SignIn, url: str) -> None:
    assert sign_in("publisher").get(url).status_code == 403
