"""The issue page: reading, editing with a version, preview, checks, time, and the send."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from digest.articles.models import Article
from digest.articles.summarise import Method
from digest.delivery.models import Delivery, DeliveryState
from digest.issues import checks, locks
from digest.issues.models import Issue, Item, Section
from digest.system.build import System
from digest.system.queue import Job
from digest.web.admin.board import STEP
from digest.web.words import DELIVERY_STATES, FINDINGS, METHODS
from tests import make
from tests.web.conftest import Browser, SignIn

LONG_NOTE = "صباح الخير. عدد اليوم عن المياه والمال، وفي آخره معرض يستحق دقيقتين من وقتكم."
TEXT = (
    "اختتم ممثلو ثلاث دول جولة محادثات استمرت يومين. وقال الوسيط إن الأطراف توافقت على نشر "
    "البيانات. وتُعقد الجولة التالية في شباط. وتراجع منسوب النهر هذا العام."
)


@pytest.fixture
def issue_id(system: System) -> int:
    """A draft with two items, a newsletter with a list and one reader."""
    now = system.clock.now()
    with system.db.write() as db:
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id)
        make.subscriber(db, now=now, list_id=list_id)
        return make.issue(db, now=now, newsletter_id=newsletter_id)


@pytest.fixture
def editor(sign_in: SignIn) -> Browser:
    """Salma."""
    return sign_in("publisher")


def one(system: System, issue_id: int) -> Issue:
    with system.db.read() as db:
        found = db.get_one(Issue, issue_id)
        db.expunge_all()
        return found


def items(system: System, issue_id: int) -> list[Item]:
    """The items of an issue in reading order."""
    with system.db.read() as db:
        found = (
            db.query(Item)
            .join(Section, Section.id == Item.section_id)
            .filter(Item.issue_id == issue_id)
            .order_by(Section.position, Item.position)
            .all()
        )
        db.expunge_all()
        return found


def sections(system: System, issue_id: int) -> list[Section]:
    with system.db.read() as db:
        found = db.query(Section).filter_by(issue_id=issue_id).order_by(Section.position).all()
        db.expunge_all()
        return found


def page(client: Browser, issue_id: int, **words: object) -> str:
    answer = client.get(f"/admin/issues/{issue_id}", query_string=words)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def act(
    client: Browser, system: System, issue_id: int, what: str, **fields: object
) -> TestResponse:
    """Send one of the page's forms, drawn from the present version."""
    data = {"based_on": one(system, issue_id).version, **fields}
    home = f"/admin/issues/{issue_id}"
    return client.submit(f"{home}/{what}", data, page=home)


# reading


def test_the_page_shows_inbox_issue_and_preview(editor: Browser, system: System, issue_id: int) -> None:
    with system.db.write() as db:
        topic_id = make.topic(db)
        make.article(db, now=system.clock.now(), topic_id=topic_id)
    text = page(editor, issue_id)
    assert "البرلمان يقرّ الموازنة" in text
    assert "خبر رقم 1" in text
    assert f"/admin/issues/{issue_id}/preview?kind=phone" in text
    assert "مشترك واحد" in text


def test_a_story_of_this_issue_stays_in_the_inbox_and_one_that_was_sent_is_gone(
    editor: Browser, system: System, issue_id: int
) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        ours = db.get_one(Article, make.article(db, now=now, title="خبرنا هنا")).story_id
        theirs = db.get_one(Article, make.article(db, now=now, title="خبر عدد آخر")).story_id
        other = make.issue(
            db, now=now, newsletter_id=one(system, issue_id).newsletter_id, number=2, items=1,
            state="sent",
        )
        db.query(Item).filter_by(issue_id=other).update({"story_id": theirs})
    act(editor, system, issue_id, "stories", story_id=ours)
    text = page(editor, issue_id)
    assert re.search(rf'<article class="story used" id="story-{ours}"', text)
    assert "في العدد" in text
    assert "خبر عدد آخر" not in text


def test_a_form_comes_with_the_page_only_where_it_is_open(
    editor: Browser, system: System, issue_id: int
) -> None:
    first, second = items(system, issue_id)[:2]
    text = page(editor, issue_id)
    assert f'id="summary-{first.id}"' in text and f'id="summary-{second.id}"' not in text
    assert f'id="summary-{second.id}"' in page(editor, issue_id, edit=second.id)  # without scripts
    home = f"/admin/issues/{issue_id}"
    answer = editor.get(home, headers={"X-Open": f"{second.id} x 9999999999"})
    assert f'id="summary-{second.id}"' in answer.get_data(as_text=True)
    form = editor.get(f"{home}/items/{second.id}/form?back={home}").get_data(as_text=True)
    assert f'id="form-{second.id}"' in form and f'action="{home}/items/{second.id}"' in form


def test_an_act_that_leaves_the_inbox_as_it_is_gets_a_page_without_it(
    editor: Browser, system: System, issue_id: int
) -> None:
    with system.db.write() as db:
        make.article(db, now=system.clock.now())
    home = f"/admin/issues/{issue_id}"
    whole = editor.get(home).get_data(as_text=True)
    part = editor.get(home, headers={"X-Keeps": "board-inbox"}).get_data(as_text=True)
    assert '<article class="story' in whole and "data-kept" not in whole
    assert '<article class="story' not in part and "data-kept></section>" in part
    assert 'id="board-issue"' in part and 'formaction="' in part


def test_there_is_no_form_of_a_story_that_may_not_be_written(
    editor: Browser, sign_in: SignIn, system: System, issue_id: int
) -> None:
    item = items(system, issue_id)[0]
    path = f"/admin/issues/{issue_id}/items/{item.id}/form"
    assert sign_in("audience").get(path).status_code == 403
    assert editor.get(f"/admin/issues/{issue_id}/items/999/form").status_code == 404
    with system.db.write() as db:
        other = make.user(db, now=system.clock.now(), email="omar@example.org")
        locks.take(db, issue_id, [item.section_id], by=other, now=system.clock.now())
    assert editor.get(path).location == f"/admin/issues/{issue_id}"


def test_a_long_issue_beside_a_full_inbox_is_light(
    editor: Browser, system: System, issue_id: int
) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        section = make.section(db, issue_id=issue_id, position=1)
        for n in range(20):
            make.item(db, issue_id=issue_id, section_id=section, position=n)
        for n in range(STEP + 5):
            make.article(db, now=now, title=f"خبر {n}: البرلمان يقرّ الموازنة بعد جلسة طويلة")
    text = page(editor, issue_id)
    assert text.count('<article class="story') == STEP and "اعرض أخباراً أقدم" in text
    assert len(text.encode()) < 240_000  # 60,000 more are the style sheet and the script
    assert page(editor, issue_id, shown=2 * STEP).count('<article class="story') == STEP + 5


def test_a_viewer_reads_and_gets_no_form(sign_in: SignIn, issue_id: int) -> None:
    text = page(sign_in("audience"), issue_id)
    assert "خبر رقم 1" in text
    assert "based_on" not in text
    assert 'id="board-inbox"' not in text


def test_an_unknown_issue_is_named(editor: Browser) -> None:
    answer = editor.get("/admin/issues/99")
    assert answer.status_code == 404
    assert "لا عدد بهذا الرقم" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "words", [{"side": "x", "kind": "y", "tab": "used", "part": "z", "edit": "-1"}, {"q": "أ" * 999}]
)
def test_a_strange_address_line_is_read_as_the_plain_page(
    editor: Browser, issue_id: int, words: dict[str, str]
) -> None:
    assert "خبر رقم 1" in page(editor, issue_id, **words)


# the issue's own words


def test_the_words_are_saved_and_the_version_rises(
    editor: Browser, system: System, issue_id: int
) -> None:
    answer = act(
        editor, system, issue_id, "words", subject=" عنوان\nجديد ", preheader="تمهيد",
        note=LONG_NOTE, note_by="رنا", back=f"/admin/issues/{issue_id}?side=checks",
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/admin/issues/{issue_id}?side=checks"
    saved = one(system, issue_id)
    assert (saved.subject, saved.note, saved.note_by, saved.version) == (
        "عنوان جديد", LONG_NOTE, "رنا", 2,
    )


def test_saving_while_typing_gets_the_new_version(
    editor: Browser, system: System, issue_id: int
) -> None:
    home = f"/admin/issues/{issue_id}"
    answer = editor.submit(
        f"{home}/words", {"based_on": 1, "subject": "عنوان"}, page=home,
        headers={"Accept": "application/json"},
    )
    assert answer.get_json() == {
        "version": 2, "message": "حُفظ", "undo": 2,
        "texts": {"subject": "عنوان", "preheader": "", "note": "", "note_by": ""},
    }


def test_two_editors_never_overwrite_each_other_and_the_typed_text_comes_back(
    editor: Browser, system: System, issue_id: int
) -> None:
    act(editor, system, issue_id, "words", subject="الأول")
    home = f"/admin/issues/{issue_id}"
    answer = editor.submit(f"{home}/words", {"based_on": 1, "note": LONG_NOTE}, page=home)
    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert "كتب زميلك في الموضع نفسه" in text
    assert LONG_NOTE in text
    assert one(system, issue_id).subject == "الأول"


def test_letters_no_reader_sees_are_dropped(editor: Browser, system: System, issue_id: int) -> None:
    act(editor, system, issue_id, "words", subject="عنوان\x00 \u202eمقلوب\x0b")
    assert one(system, issue_id).subject == "عنوان مقلوب"


@pytest.mark.parametrize("based_on", ["", "x", "99999999999999999999"])
def test_a_form_without_a_version_is_no_form_of_ours(
    editor: Browser, issue_id: int, based_on: str
) -> None:
    home = f"/admin/issues/{issue_id}"
    answer = editor.submit(f"{home}/words", {"based_on": based_on}, page=home)
    assert answer.status_code == 400


# items


def test_an_item_is_edited(editor: Browser, system: System, issue_id: int) -> None:
    item = items(system, issue_id)[0]
    act(
        editor, system, issue_id, f"items/{item.id}", title="عنوان آخر", summary="ملخص آخر.",
        link="https://news.example/9", image="https://news.example/9.jpg", image_alt="نهر",
    )
    saved = items(system, issue_id)[0]
    assert (saved.title, saved.summary, saved.image_alt) == ("عنوان آخر", "ملخص آخر.", "نهر")


def test_a_link_that_is_none_is_refused(editor: Browser, system: System, issue_id: int) -> None:
    item = items(system, issue_id)[0]
    answer = act(editor, system, issue_id, f"items/{item.id}", title="ع", link="javascript:1")
    assert answer.status_code == 422
    assert items(system, issue_id)[0].link == item.link


def test_an_item_of_another_issue_is_not_touched(
    editor: Browser, system: System, issue_id: int
) -> None:
    with system.db.write() as db:
        other = make.issue(
            db, now=system.clock.now(), newsletter_id=one(system, issue_id).newsletter_id, number=2
        )
    item = items(system, other)[0]
    for what in ("remove", "role", "move", "summary"):
        answer = act(
            editor, system, issue_id, f"items/{item.id}/{what}", role="lead", method="mix",
            length="normal", section_id=sections(system, issue_id)[0].id, position=0,
        )
        assert answer.status_code == 404, what
    assert len(items(system, other)) == 2


def test_an_item_moves_within_and_between_sections(
    editor: Browser, system: System, issue_id: int
) -> None:
    act(editor, system, issue_id, "sections", title="اقتصاد")
    politics, economy = sections(system, issue_id)
    first, second = items(system, issue_id)
    act(editor, system, issue_id, f"items/{second.id}/move", section_id=politics.id, position=0)
    assert [item.id for item in items(system, issue_id)] == [second.id, first.id]
    home = f"/admin/issues/{issue_id}"
    act(editor, system, issue_id, f"items/{second.id}/move", section_id=economy.id, position=999)
    assert "نُقل إلى «اقتصاد»، الموضع 1 من 1" in editor.get(home).get_data(as_text=True)
    assert [item.section_id for item in items(system, issue_id)] == [politics.id, economy.id]


def test_one_item_leads_and_another_becomes_a_brief(
    editor: Browser, system: System, issue_id: int
) -> None:
    first, second = items(system, issue_id)
    act(editor, system, issue_id, f"items/{second.id}/role", role="lead")
    assert [item.role for item in items(system, issue_id)] == ["lead", "second"]
    act(editor, system, issue_id, f"items/{first.id}/role", role="brief")
    assert [item.role for item in items(system, issue_id)] == ["lead", "brief"]
    answer = act(editor, system, issue_id, f"items/{first.id}/role", role="king")
    assert answer.status_code == 400


def test_an_item_is_removed(editor: Browser, system: System, issue_id: int) -> None:
    first, second = items(system, issue_id)
    act(editor, system, issue_id, f"items/{first.id}/remove")
    assert [item.id for item in items(system, issue_id)] == [second.id]


def test_a_summary_is_written_anew_shorter_and_longer(
    editor: Browser, system: System, issue_id: int
) -> None:
    with system.db.write() as db:
        article = db.get_one(
            Article, make.article(db, now=system.clock.now(), title="محادثات", text=TEXT,
                                  summary=TEXT.partition(" وقال")[0]),
        )
        story_id = article.story_id
    act(editor, system, issue_id, "stories", story_id=story_id)
    item = items(system, issue_id)[-1]
    lengths = []
    for length in ("long", "long", "short", "normal"):
        act(editor, system, issue_id, f"items/{item.id}/summary", method="lead", length=length)
        lengths.append(items(system, issue_id)[-1].summary.count("."))
    assert lengths == [2, 3, 2, 2]


def test_without_a_text_no_summary_is_made(editor: Browser, system: System, issue_id: int) -> None:
    item = items(system, issue_id)[0]
    answer = act(editor, system, issue_id, f"items/{item.id}/summary", method="mix", length="normal")
    assert answer.status_code == 422
    assert "لا نص أصلياً" in answer.get_data(as_text=True)


# sections


def test_a_section_is_added_renamed_moved_and_removed(
    editor: Browser, system: System, issue_id: int
) -> None:
    act(editor, system, issue_id, "sections", title="ثقافة")
    culture = sections(system, issue_id)[1]
    act(editor, system, issue_id, f"sections/{culture.id}/rename", title="فنون")
    act(editor, system, issue_id, f"sections/{culture.id}/move", position=0)
    assert [one.title for one in sections(system, issue_id)] == ["فنون", "سياسة"]
    assert "قسم فارغ" in page(editor, issue_id)
    act(editor, system, issue_id, f"sections/{culture.id}/remove")
    assert [one.title for one in sections(system, issue_id)] == ["سياسة"]
    assert act(editor, system, issue_id, "sections", title=" ").status_code == 422


# preview and checks


def test_the_preview_is_the_mail_without_anybodys_links(
    editor: Browser, system: System, issue_id: int
) -> None:
    answer = editor.get(f"/admin/issues/{issue_id}/preview")
    text = answer.get_data(as_text=True)
    assert "خبر رقم 1" in text
    assert "digest-slot" not in text
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_the_preview_shows_dark_colours_only_when_asked(editor: Browser, issue_id: int) -> None:
    path = f"/admin/issues/{issue_id}/preview?kind="
    dark, light = (editor.get(path + kind).get_data(as_text=True) for kind in ("dark", "phone"))
    assert "prefers-color-scheme" not in dark + light
    assert "@media all" in dark
    assert "@media not all" in light


def test_the_text_preview_is_escaped(editor: Browser, system: System, issue_id: int) -> None:
    item = items(system, issue_id)[0]
    act(
        editor, system, issue_id, f"items/{item.id}", title="<b>عنوان & آخر", link=item.link,
        summary="جملة.",
    )
    text = editor.get(f"/admin/issues/{issue_id}/preview?kind=text").get_data(as_text=True)
    assert "&lt;b&gt;عنوان &amp; آخر" in text
    assert "digest-slot" not in text


def test_findings_lead_to_their_cause(editor: Browser, system: System, issue_id: int) -> None:
    act(editor, system, issue_id, "words", subject="", preheader="تمهيد")
    text = page(editor, issue_id, side="checks")
    assert "أخطاء تمنع الإرسال: 1" in text
    assert "#subject" in text
    item = items(system, issue_id)[0]
    assert f"#image-{item.id}" in text  # the lead has none


def test_every_finding_has_its_sentence() -> None:
    source = Path(checks.__file__).read_text(encoding="utf-8")
    codes = set(re.findall(r'(?:_error|_warning)\("(\w+)"|Level\.\w+, "(\w+)"', source))
    found = {code for pair in codes for code in pair if code}
    assert len(found) > 15
    assert found <= set(FINDINGS)


def test_every_state_and_method_has_its_name() -> None:
    assert {state.name.lower() for state in DeliveryState} == set(DELIVERY_STATES)
    assert {method.value for method in Method} == set(METHODS)


# the time


def test_the_usual_time_is_the_next_of_the_calendar(
    editor: Browser, system: System, issue_id: int
) -> None:
    answer = act(editor, system, issue_id, "schedule", when="usual")
    assert answer.status_code == 303
    saved = one(system, issue_id)
    assert saved.state == "scheduled"
    assert saved.send_at == datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # six in Damascus
    assert "ألغِ الموعد" in page(editor, issue_id)


def test_now_means_in_a_minute(editor: Browser, system: System, issue_id: int) -> None:
    act(editor, system, issue_id, "schedule", when="now")
    assert one(system, issue_id).send_at == system.clock.now() + timedelta(seconds=60)


def test_another_time_is_read_in_the_newsrooms_zone(
    editor: Browser, system: System, issue_id: int
) -> None:
    act(editor, system, issue_id, "schedule", when="other", at="2026-11-25T09:30")
    assert one(system, issue_id).send_at == datetime(2026, 11, 25, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "words"), [("", "لم تختر موعداً"), ("2026-11-20T09:30", "الموعد مضى")]
)
def test_a_time_that_is_none_or_past_is_refused(
    editor: Browser, system: System, issue_id: int, at: str, words: str
) -> None:
    answer = act(editor, system, issue_id, "schedule", when="other", at=at)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert one(system, issue_id).state == "draft"


def test_an_issue_with_errors_is_not_scheduled(
    editor: Browser, system: System, issue_id: int
) -> None:
    for item in items(system, issue_id):
        act(editor, system, issue_id, f"items/{item.id}/remove")
    answer = act(editor, system, issue_id, "schedule", when="now")
    assert answer.status_code == 422
    assert "أخطاء تمنع الإرسال" in answer.get_data(as_text=True)


def test_an_issue_for_nobody_is_not_scheduled(
    editor: Browser, system: System, issue_id: int
) -> None:
    with system.db.write() as db:
        db.query(make.Subscriber).update({"state": "bounced"})
    answer = act(editor, system, issue_id, "schedule", when="now")
    assert answer.status_code == 422
    assert "لا مشتركين" in answer.get_data(as_text=True)
    assert "لا مشتركين يستلمون هذا العدد" in page(editor, issue_id, side="checks")


def test_a_changed_issue_is_not_scheduled_unseen(
    editor: Browser, system: System, issue_id: int
) -> None:
    act(editor, system, issue_id, "words", subject="عنوان جديد")
    home = f"/admin/issues/{issue_id}"
    answer = editor.submit(f"{home}/schedule", {"based_on": 1, "when": "now"}, page=home)
    assert answer.status_code == 409


def test_a_time_is_taken_back_and_an_issue_is_ended(
    editor: Browser, system: System, issue_id: int
) -> None:
    act(editor, system, issue_id, "schedule", when="usual")
    act(editor, system, issue_id, "unschedule")
    assert one(system, issue_id).state == "draft"
    act(editor, system, issue_id, "cancel")
    assert one(system, issue_id).state == "cancelled"
    answer = editor.submit(f"/admin/issues/{issue_id}/cancel", page="/admin/issues")
    assert answer.status_code == 422


def test_a_failed_issue_says_why_and_is_opened_again(
    editor: Browser, system: System, issue_id: int
) -> None:
    with system.db.write() as db:
        db.get_one(Issue, issue_id).state = "failed"
        db.get_one(Issue, issue_id).reason = "has_errors"
    assert "لم يُرسل لأن فيه أخطاء" in page(editor, issue_id)
    act(editor, system, issue_id, "reopen")
    assert one(system, issue_id).state == "draft"


# the send


def sending(system: System, issue_id: int, state: str = "sending") -> None:
    """Three mails of an issue: sent, waiting, uncertain."""
    now = system.clock.now()
    with system.db.write() as db:
        db.get_one(Issue, issue_id).state = state
        for number, mail in enumerate(
            (DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.UNCERTAIN), start=1
        ):
            reader = make.subscriber(db, now=now, address=f"r{number}@example.net")
            db.add(Delivery(issue_id=issue_id, subscriber_id=reader, variant="latn",
                            state=mail.value, at=now))


def test_the_send_is_shown_live_and_lists_what_is_uncertain(
    editor: Browser, system: System, issue_id: int
) -> None:
    sending(system, issue_id)
    text = page(editor, issue_id)
    assert "سُلّمت 1 من 3" in text
    assert f'data-poll="/admin/issues/{issue_id}/progress"' in text
    assert "r3@example.net" in text
    assert "r1@example.net" not in text
    part = editor.get(f"/admin/issues/{issue_id}/progress").get_data(as_text=True)
    assert 'id="sending"' in part
    assert "أوقف مؤقتاً" in part


def test_a_send_is_paused_resumed_and_stopped(
    editor: Browser, system: System, issue_id: int
) -> None:
    sending(system, issue_id)
    for what, state in (("pause", "paused"), ("resume", "sending"), ("cancel", "cancelled")):
        answer = editor.submit(f"/admin/issues/{issue_id}/{what}", page=f"/admin/issues/{issue_id}")
        assert answer.status_code == 303, what
        assert one(system, issue_id).state == state
    assert "data-poll" not in page(editor, issue_id)


def test_a_sent_issue_is_not_edited(editor: Browser, system: System, issue_id: int) -> None:
    with system.db.write() as db:
        db.get_one(Issue, issue_id).state = "sent"
    assert "based_on" not in page(editor, issue_id)
    answer = act(editor, system, issue_id, "words", subject="آخر")
    assert answer.status_code == 422
    assert "خرج من المسودات" in answer.get_data(as_text=True)


def test_a_test_mail_is_queued_not_sent_by_the_request(
    editor: Browser, system: System, issue_id: int
) -> None:
    act(editor, system, issue_id, "test", address="Salma@Example.org")
    with system.db.read() as db:
        args = db.query(Job).filter_by(kind="send_test").one().args
    assert args["issue_id"] == issue_id
    assert args["address"].lower() == "salma@example.org"
    answer = act(editor, system, issue_id, "test", address="no address")
    assert answer.status_code == 422


def test_the_history_names_who_did_what(editor: Browser, system: System, issue_id: int) -> None:
    act(editor, system, issue_id, "words", subject="عنوان")
    text = page(editor, issue_id, side="history")
    assert "عدّل نص عدد" in text
    assert "publisher" in text


def test_a_machine_summary_nobody_opened_is_named_until_it_is(
    editor: Browser, system: System, issue_id: int
) -> None:
    first, second = items(system, issue_id)
    text = page(editor, issue_id, side="checks")
    assert "ملخصات آلية لم يفتحها أحد: \u20682\u2069" in text
    home = f"/admin/issues/{issue_id}"
    assert editor.submit(f"{home}/items/{first.id}/seen", {}, page=home).status_code == 204
    assert "ملخصات آلية لم يفتحها أحد: \u20681\u2069" in page(editor, issue_id, side="checks")
    act(editor, system, issue_id, f"items/{second.id}", title="عنوان", summary="نص كُتب.",
        link=second.link, image="", image_alt="")
    assert "لم يفتحها أحد" not in page(editor, issue_id, side="checks")
    assert one(system, issue_id).version == 2  # to look is no act


def test_a_story_added_twice_is_there_once_and_no_fault(
    editor: Browser, system: System, issue_id: int
) -> None:
    with system.db.write() as db:
        story = db.get_one(Article, make.article(db, now=system.clock.now(), title="خبر")).story_id
    for _ in range(2):
        assert act(editor, system, issue_id, "stories", story_id=story).status_code == 303
    assert [item.story_id for item in items(system, issue_id)].count(story) == 1
