"""How dates and numbers are written in the panel: the newsroom's ways, and a person's own."""

from __future__ import annotations

import re

import pytest

from digest.staff.models import User
from digest.staff.ways import Ways, save_house
from digest.system.build import System
from tests import make
from tests.web.conftest import Browser, SignIn

HOUSE, OWN = "/admin/settings", "/admin/profile/ways"
LEVANT = {"months": "levant", "digits": "latn", "hijri_offset": "0", "week_start": "5"}
AS_HOUSE = {"months": "", "digits": "", "hijri": "", "week_start": ""}


def text(client: Browser, path: str = "/admin/") -> str:
    return client.get(path).get_data(as_text=True)


def today(client: Browser) -> str:
    """The date that the dashboard writes in its head."""
    found = re.search(r'<div class="top-actions"><span class="muted">([^<]*)</span>', text(client))
    assert found
    return found[1]


def sample(client: Browser, path: str, fields: dict[str, str]) -> str:
    page = client.get(path, query_string=fields).get_data(as_text=True)
    found = re.search(r'id="ways-sample".*?<strong>([^<]*)</strong> · ([^<]*)', page, re.S)
    assert found
    return f"{found[1]} · {found[2]}"


def save(client: Browser, path: str, fields: dict[str, str]) -> None:
    page = path if path == HOUSE else "/admin/profile"
    assert client.submit(path, fields, page=page).status_code == 303


@pytest.mark.parametrize(
    ("chosen", "line"),
    [
        ({"months": "levant"}, "الثلاثاء 24 تشرين الثاني 2026"),
        ({"months": "egypt"}, "الثلاثاء 24 نوفمبر 2026"),
        ({"months": "morocco"}, "الثلاثاء 24 نونبر 2026"),
        ({"months": "algeria"}, "الثلاثاء 24 نوفمبر 2026"),
        ({"months": "both"}, "الثلاثاء 24 تشرين الثاني (نوفمبر) 2026"),
        ({"digits": "arab"}, "الثلاثاء ٢٤ تشرين الثاني ٢٠٢٦"),
        ({"hijri": "y"}, "الثلاثاء 24 تشرين الثاني 2026 · 14 جمادى الآخرة 1448 هـ"),
        ({"hijri": "y", "hijri_offset": "-1", "digits": "arab", "months": "both"},
         "الثلاثاء ٢٤ تشرين الثاني (نوفمبر) ٢٠٢٦ · ١٣ جمادى الآخرة ١٤٤٨ هـ"),
    ],
)
def test_the_whole_panel_writes_as_the_newsroom_chose(
    sign_in: SignIn, chosen: dict[str, str], line: str
) -> None:
    admin = sign_in("admin")
    save(admin, HOUSE, LEVANT | chosen)
    assert today(admin) == line
    assert today(sign_in("editor")) == line


def test_a_person_writes_otherwise_for_themself_alone(sign_in: SignIn) -> None:
    admin, editor = sign_in("admin"), sign_in("editor")
    save(admin, HOUSE, LEVANT | {"hijri": "y"})
    save(editor, OWN, AS_HOUSE | {"months": "algeria", "digits": "arab", "hijri": "no"})
    assert today(editor) == "الثلاثاء ٢٤ نوفمبر ٢٠٢٦"
    assert today(admin) == "الثلاثاء 24 تشرين الثاني 2026 · 14 جمادى الآخرة 1448 هـ"
    save(editor, OWN, AS_HOUSE)
    assert today(editor) == today(admin)


def test_without_a_choice_the_first_newsletter_is_followed(
    sign_in: SignIn, system: System
) -> None:
    admin = sign_in("admin")
    assert today(admin) == "الثلاثاء 24 تشرين الثاني 2026"
    with system.db.write() as db:
        make.newsletter(db, now=system.clock.now(), months="morocco", digits="arab", hijri=True)
    assert today(admin) == "الثلاثاء ٢٤ نونبر ٢٠٢٦ · ١٤ جمادى الآخرة ١٤٤٨ هـ"


@pytest.mark.parametrize("path", [HOUSE, OWN])
def test_the_form_shows_today_before_anything_is_stored(sign_in: SignIn, path: str) -> None:
    admin = sign_in("admin")
    fields = LEVANT | {"months": "egypt", "digits": "arab", "week_start": "0", "hijri": ""}
    assert sample(admin, path, fields) == (
        "الثلاثاء ٢٤ نوفمبر ٢٠٢٦ · ١٬٢٥٠ مشتركاً · أول الأسبوع الاثنين")
    assert today(admin) == "الثلاثاء 24 تشرين الثاني 2026"
    stale = sample(admin, path, fields | {"months": "mars"})
    assert stale.startswith("الثلاثاء 24 تشرين الثاني 2026 · 1,250 مشتركاً")


def test_the_profile_shows_ones_own_choice(sign_in: SignIn, system: System) -> None:
    editor = sign_in("editor")
    save(editor, OWN, AS_HOUSE | {"months": "morocco", "week_start": "6", "hijri": "yes"})
    page = text(editor, "/admin/profile")
    for chosen in ('selected value="morocco"', 'selected value="6"', 'selected value="yes"'):
        assert chosen in page
    assert "نونبر" in page
    with system.db.read() as db:
        person = db.query(User).one()
        assert (person.months, person.digits, person.hijri, person.week_start) == (
            "morocco", None, True, 6)


def test_what_a_page_of_ours_cannot_send_is_not_stored(sign_in: SignIn, system: System) -> None:
    admin = sign_in("admin")
    for path, page in ((HOUSE, HOUSE), (OWN, "/admin/profile")):
        answer = admin.submit(path, LEVANT | {"months": "mars", "hijri": ""}, page=page)
        assert answer.status_code == 422
    assert today(admin) == "الثلاثاء 24 تشرين الثاني 2026"


def test_only_who_sets_things_up_sets_the_newsrooms_ways(sign_in: SignIn) -> None:
    editor = sign_in("editor")
    assert editor.get(HOUSE).status_code == 403
    assert editor.submit(HOUSE, LEVANT, page="/admin/profile").status_code == 403


def test_the_week_begins_where_the_person_wants_in_the_choice_of_days(sign_in: SignIn) -> None:
    admin = sign_in("admin")

    def days() -> list[str]:
        page = text(admin, "/admin/newsletters/new")
        return re.findall(r'name="days" type="checkbox" value="(\d)"', page)

    assert days() == list("5601234")
    save(admin, HOUSE, LEVANT | {"week_start": "6"})
    assert days() == list("6012345")
    save(admin, OWN, AS_HOUSE | {"week_start": "0"})
    assert days() == list("0123456")


def test_pages_of_readers_do_not_change_with_who_looks(sign_in: SignIn, system: System) -> None:
    admin = sign_in("admin")
    with system.db.write() as db:
        now = system.clock.now()
        list_id = make.mailing_list(db, now=now)
        make.newsletter(db, now=now, list_id=list_id, months="both")
        reader = make.subscriber(db, now=now, list_id=list_id)
        save_house(db, Ways("egypt", "latn"), by=db.query(User.id).scalar(), now=now)
    save(admin, OWN, AS_HOUSE | {"digits": "arab", "months": "morocco"})
    token = system.signer.sign("preferences", reader)
    done = admin.post(f"/preferences/{token}", data={"do": "pause", "for": "week"})
    assert "1 ديسمبر 2026" in done.get_data(as_text=True)


def test_english_keeps_its_own_months_and_digits(sign_in: SignIn, system: System) -> None:
    admin = sign_in("admin")
    save(admin, OWN, AS_HOUSE | {"digits": "arab", "months": "both", "hijri": "yes"})
    with system.db.write() as db:
        db.query(User).one().language = "en"
    assert today(admin) == "Tuesday 24 November 2026 · 14 Jumada II 1448 AH"
