"""The inbox: tabs, search, folded duplicates, and what an editor does with a story."""

from __future__ import annotations

import re

from digest.articles.models import Article, Story
from digest.issues.models import Item
from digest.sources.models import Source
from digest.staff.models import AuditEntry
from digest.system.build import System
from digest.system.queue import Job
from tests import make
from tests.web.conftest import Browser, SignIn


def story(system: System, title: str = "البرلمان يقرّ الموازنة", **values: object) -> int:
    """A story of one article; returns the story's id."""
    with system.db.write() as db:
        article_id = make.article(db, now=system.clock.now(), title=title, **values)
        story_id = db.get_one(Article, article_id).story_id
    assert story_id is not None
    return story_id


def page(client: Browser, **words: object) -> str:
    return client.get("/admin/inbox", query_string=words).get_data(as_text=True)


def act(client: Browser, story_id: int, what: str, **fields: object) -> str:
    answer = client.submit(
        f"/admin/inbox/{story_id}/{what}", fields, page="/admin/inbox", follow_redirects=True
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_an_empty_inbox_offers_to_collect(sign_in: SignIn) -> None:
    text = page(sign_in("editor"))
    assert "لا أخبار بعد" in text
    assert "اجمع الآن" in text


def test_a_story_is_found_however_it_is_spelled(sign_in: SignIn, system: System) -> None:
    story(system)
    story(system, "معرض يعيد بناء حلب")
    text = page(sign_in("editor"), q="موازنه برلمان")
    assert "البرلمان يقرّ الموازنة" in text
    assert "معرض يعيد" not in text
    assert "لا نتيجة" in page(sign_in("viewer"), q="كسوف")


def test_the_topic_filter_shows_its_own_stories(sign_in: SignIn, system: System) -> None:
    with system.db.write() as db:
        politics = make.topic(db)
        culture = make.topic(db, name="ثقافة", slug="culture")
    story(system, topic_id=politics)
    story(system, "معرض يعيد بناء حلب", topic_id=culture)
    text = page(sign_in("editor"), topic=culture)
    assert "معرض يعيد" in text
    assert "البرلمان يقرّ" not in text


def test_duplicates_are_folded_and_another_source_can_tell_the_story(
    sign_in: SignIn, system: System
) -> None:
    story_id = story(system)
    with system.db.write() as db:
        other = make.article(
            db, now=system.clock.now(), title="إقرار الموازنة العامة", with_story=False,
            source_name="Levant Wire",
        )
        db.get_one(Article, other).story_id = story_id
    client = sign_in("editor")
    text = page(client)
    assert len(re.findall(r'<article class="story"', text)) == 1
    assert "مصدر آخر" in text
    assert "إقرار الموازنة العامة" in text
    act(client, story_id, "representative", article_id=other)
    with system.db.read() as db:
        assert db.get_one(Story, story_id).representative_id == other


def test_a_story_is_saved_and_put_back(sign_in: SignIn, system: System) -> None:
    story_id = story(system)
    client = sign_in("editor")
    act(client, story_id, "save")
    assert "البرلمان" in page(client, tab="saved")
    assert "البرلمان" not in page(client)
    act(client, story_id, "unsave")
    assert "البرلمان" in page(client)


def test_a_story_is_set_aside_and_brought_back(sign_in: SignIn, system: System) -> None:
    story_id = story(system)
    client = sign_in("editor")
    assert "استُبعد الخبر" in act(client, story_id, "exclude")
    assert "البرلمان" not in page(client)
    assert "البرلمان" in page(client, tab="excluded")
    act(client, story_id, "restore")
    assert "البرلمان" in page(client)
    with system.db.read() as db:
        acts = [one.action for one in db.query(AuditEntry).filter_by(subject="story")]
    assert acts == ["story.exclude", "story.restore"]


def test_a_story_changes_its_topic(sign_in: SignIn, system: System) -> None:
    story_id = story(system)
    with system.db.write() as db:
        topic_id = make.topic(db, name="ثقافة", slug="culture")
    client = sign_in("editor")
    act(client, story_id, "topic", topic_id=topic_id)
    with system.db.read() as db:
        assert db.get_one(Story, story_id).topic_id == topic_id
    act(client, story_id, "topic", topic_id="")
    with system.db.read() as db:
        assert db.get_one(Story, story_id).topic_id is None


def test_an_unknown_story_is_named(sign_in: SignIn, system: System) -> None:
    story(system)
    answer = sign_in("editor").submit("/admin/inbox/99/save", page="/admin/inbox")
    assert answer.status_code == 404
    assert "لم يعد هذا الخبر موجوداً" in answer.get_data(as_text=True)


def test_a_story_goes_into_the_open_draft_and_is_marked_as_used(
    sign_in: SignIn, system: System
) -> None:
    story_id = story(system)
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=system.clock.now())
        issue_id = make.issue(db, now=system.clock.now(), newsletter_id=newsletter_id, items=0)
    client = sign_in("editor")
    answer = client.submit(
        f"/admin/issues/{issue_id}/stories",
        {"story_id": story_id, "back": "/admin/inbox?tab=new"},
        page="/admin/inbox",
    )
    assert answer.headers["Location"] == f"/admin/inbox?tab=new#story-{story_id}"
    with system.db.read() as db:
        assert db.query(Item).filter_by(story_id=story_id).one().issue_id == issue_id
    assert "البرلمان" in page(client, tab="used")
    assert "البرلمان" not in page(client)


def test_collecting_now_queues_every_active_source_once(sign_in: SignIn, system: System) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        active = make.source(db, now=now)
        make.source(db, now=now, url="http://127.0.0.1/2", state="paused")
    client = sign_in("editor")
    for _again in range(2):
        client.submit("/admin/inbox/collect", page="/admin/inbox")
    with system.db.read() as db:
        jobs = [job.args for job in db.query(Job).filter_by(kind="collect_source")]
    assert jobs == [{"source_id": active}]


def test_an_article_is_added_by_its_link(sign_in: SignIn, system: System) -> None:
    client = sign_in("editor")
    client.submit(
        "/admin/inbox/link", {"url": "https://news.example/1"}, page="/admin/inbox"
    )
    with system.db.read() as db:
        assert db.query(Source).one().kind == "page"
    answer = client.submit("/admin/inbox/link", {"url": "javascript:1"}, page="/admin/inbox")
    assert answer.status_code == 422


def test_the_way_back_never_leaves_the_site(sign_in: SignIn, system: System) -> None:
    story_id = story(system)
    answer = sign_in("editor").submit(
        f"/admin/inbox/{story_id}/save", {"back": "//evil.example/"}, page="/admin/inbox"
    )
    assert answer.headers["Location"] == "/admin/inbox"


def test_a_story_whose_text_could_not_be_read_stays_usable(
    sign_in: SignIn, system: System
) -> None:
    story(system, state="unreadable", summary="", reason="no_text")
    text = page(sign_in("viewer"))
    assert "لم نستطع قراءة النص" in text
    assert "البرلمان يقرّ الموازنة" in text


def test_a_viewer_sees_no_buttons(sign_in: SignIn, system: System) -> None:
    story_id = story(system)
    assert f"/admin/inbox/{story_id}/" not in page(sign_in("viewer"))


def sent_issue(system: System, story_id: int, *, number: int = 12) -> int:
    """An issue that was sent with a story."""
    now = system.clock.now()
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=now)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id, number=number, items=1,
                              state="sent", sent_at=now)
        db.query(Item).filter_by(issue_id=issue_id).one().story_id = story_id
    return issue_id


def test_a_sent_story_names_its_issue(sign_in: SignIn, system: System) -> None:
    story_id = story(system)
    issue_id = sent_issue(system, story_id)
    text = page(sign_in("editor"), tab="used")
    assert "أُرسلت في العدد 12" in text
    assert f'href="/admin/issues/{issue_id}"' in text


def test_a_development_links_to_the_issue_that_told_before(
    sign_in: SignIn, system: System
) -> None:
    earlier, later = story(system), story(system, "البرلمان يعدّل الموازنة")
    issue_id = sent_issue(system, earlier)
    with system.db.write() as db:
        db.get_one(Story, later).follows_id = earlier
    editor = sign_in("editor")
    text = page(editor)
    assert "متابعة للعدد 12" in text
    assert f'href="/admin/issues/{issue_id}"' in text
    with system.db.write() as db:
        draft = make.issue(db, now=system.clock.now(), newsletter_id=1, number=13)
    assert "متابعة للعدد 12" in editor.get(f"/admin/issues/{draft}").get_data(as_text=True)


def test_a_story_of_several_sources_says_how_alike_they_are(
    sign_in: SignIn, system: System
) -> None:
    story_id = story(system)
    with system.db.write() as db:
        other = make.article(db, now=system.clock.now(), title="إقرار الموازنة",
                             source_name="وكالة الساحل", with_story=False)
        db.get_one(Article, other).story_id = story_id
        db.get_one(Story, story_id).likeness = 0.724
    assert "مصدران · \u200e72% تشابه" in page(sign_in("editor"))
