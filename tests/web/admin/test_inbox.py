"""The inbox: tabs, search, folded duplicates, and what an editor does with a story."""

from __future__ import annotations

import re
from html import unescape

from digest.articles.models import Article, Story
from digest.issues.models import Issue, Item
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
    text = page(sign_in("publisher"))
    assert "لا أخبار بعد" in text
    assert "اجمع الآن" in text


def test_a_story_is_found_however_it_is_spelled(sign_in: SignIn, system: System) -> None:
    story(system)
    story(system, "معرض يعيد بناء حلب")
    text = page(sign_in("publisher"), q="موازنه برلمان")
    assert "البرلمان يقرّ الموازنة" in text
    assert "معرض يعيد" not in text
    assert "لا نتيجة" in page(sign_in("audience"), q="كسوف")


def test_the_topic_filter_shows_its_own_stories(sign_in: SignIn, system: System) -> None:
    with system.db.write() as db:
        politics = make.topic(db)
        culture = make.topic(db, name="ثقافة", slug="culture")
    story(system, topic_id=politics)
    story(system, "معرض يعيد بناء حلب", topic_id=culture)
    text = page(sign_in("publisher"), topic=culture)
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
    client = sign_in("publisher")
    text = page(client)
    assert len(re.findall(r'<article class="story"', text)) == 1
    assert "مصدر آخر" in text
    assert "إقرار الموازنة العامة" in text
    act(client, story_id, "representative", article_id=other)
    with system.db.read() as db:
        assert db.get_one(Story, story_id).representative_id == other


def test_a_story_is_saved_and_put_back(sign_in: SignIn, system: System) -> None:
    story_id = story(system)
    client = sign_in("publisher")
    act(client, story_id, "save")
    assert "البرلمان" in page(client, tab="saved")
    assert "البرلمان" not in page(client)
    act(client, story_id, "unsave")
    assert "البرلمان" in page(client)


def test_a_story_is_set_aside_and_brought_back(sign_in: SignIn, system: System) -> None:
    story_id = story(system)
    client = sign_in("publisher")
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
    client = sign_in("publisher")
    act(client, story_id, "topic", topic_id=topic_id)
    with system.db.read() as db:
        assert db.get_one(Story, story_id).topic_id == topic_id
    act(client, story_id, "topic", topic_id="")
    with system.db.read() as db:
        assert db.get_one(Story, story_id).topic_id is None


def test_an_unknown_story_is_named(sign_in: SignIn, system: System) -> None:
    story(system)
    answer = sign_in("publisher").submit("/admin/inbox/99/save", page="/admin/inbox")
    assert answer.status_code == 404
    assert "لم يعد هذا الخبر موجوداً" in answer.get_data(as_text=True)


def test_a_story_goes_into_the_open_draft_and_is_marked_as_used(
    sign_in: SignIn, system: System
) -> None:
    story_id = story(system)
    with system.db.write() as db:
        newsletter_id = make.newsletter(db, now=system.clock.now())
        issue_id = make.issue(db, now=system.clock.now(), newsletter_id=newsletter_id, items=0)
    client = sign_in("publisher")
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
    client = sign_in("publisher")
    for _again in range(2):
        client.submit("/admin/inbox/collect", page="/admin/inbox")
    with system.db.read() as db:
        jobs = [job.args for job in db.query(Job).filter_by(kind="collect_source")]
    assert jobs == [{"source_id": active}]


def test_several_stories_are_changed_at_once(sign_in: SignIn, system: System) -> None:
    first, second, third = story(system), story(system, "إقرار الموازنة"), story(system, "كسوف")
    with system.db.write() as db:
        topic_id = make.topic(db, name="ثقافة", slug="culture")
    client = sign_in("publisher")

    def many(act: str, **fields: object) -> str:
        answer = client.submit(
            "/admin/inbox/many", {"act": act, "story_id": [first, second, 99], **fields},
            page="/admin/inbox", follow_redirects=True,
        )
        return answer.get_data(as_text=True)

    assert "تغيّر الموضوع: خبران." in many("topic", topic_id=topic_id)
    with system.db.read() as db:
        assert [db.get_one(Story, one).topic_id for one in (first, second, third)] == [
            topic_id, topic_id, None,
        ]
    many("save")
    assert "إقرار الموازنة" in page(client, tab="saved")
    many("unsave")
    many("exclude")
    assert "إقرار الموازنة" in page(client, tab="excluded")
    assert "كسوف" in page(client)
    many("restore")
    assert "إقرار الموازنة" in page(client)
    assert acts_done(system)[-2:] == [("story.restore", first), ("story.restore", second)]


def test_without_a_tick_nothing_is_done(sign_in: SignIn, system: System) -> None:
    story(system)
    for fields in ({"act": "save"}, {"act": "burn", "story_id": [1]}):
        answer = sign_in("publisher", email=f"{fields['act']}@example.org").submit(
            "/admin/inbox/many", fields, page="/admin/inbox"
        )
        assert answer.status_code == 422
        assert "لم تختر شيئاً" in answer.get_data(as_text=True)


def test_the_way_back_never_leaves_the_site(sign_in: SignIn, system: System) -> None:
    story_id = story(system)
    answer = sign_in("publisher").submit(
        f"/admin/inbox/{story_id}/save", {"back": "//evil.example/"}, page="/admin/inbox"
    )
    assert answer.headers["Location"] == "/admin/inbox"


def test_a_story_whose_text_could_not_be_read_stays_usable(
    sign_in: SignIn, system: System
) -> None:
    story(system, state="unreadable", summary="", reason="no_text")
    text = page(sign_in("audience"))
    assert "لم نستطع قراءة النص" in text
    assert "البرلمان يقرّ الموازنة" in text


def test_a_viewer_sees_no_buttons(sign_in: SignIn, system: System) -> None:
    story_id = story(system)
    assert f'action="/admin/inbox/{story_id}/' not in page(sign_in("audience"))


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
    text = page(sign_in("publisher"), tab="used")
    assert "أُرسلت في العدد 12" in text
    assert f'href="/admin/issues/{issue_id}"' in text


def test_a_card_of_an_issue_names_the_issue_that_told_its_story(
    sign_in: SignIn, system: System
) -> None:
    story_id = story(system)
    earlier_id = sent_issue(system, story_id)
    with system.db.write() as db:
        newsletter_id = db.query(Issue.newsletter_id).filter_by(id=earlier_id).scalar()
        issue_id = make.issue(db, now=system.clock.now(), newsletter_id=newsletter_id, number=13,
                              items=1)
        item = db.query(Item).filter_by(issue_id=issue_id).one()
        item.story_id, item_id = story_id, item.id
    text = unescape(sign_in("editor").get(f"/admin/issues/{issue_id}").get_data(as_text=True))
    card = text.partition(f'id="item-{item_id}"')[2].partition("</article>")[0]
    assert "أُرسلت في العدد 12" in card
    assert f'href="/admin/issues/{earlier_id}"' in card


def test_a_development_links_to_the_issue_that_told_before(
    sign_in: SignIn, system: System
) -> None:
    earlier, later = story(system), story(system, "البرلمان يعدّل الموازنة")
    issue_id = sent_issue(system, earlier)
    with system.db.write() as db:
        db.get_one(Story, later).follows_id = earlier
    editor = sign_in("publisher")
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
    assert "مصدران · \u200e72% تشابه" in page(sign_in("publisher"))


def two_articles(system: System) -> tuple[int, int]:
    """A story that two sources tell; returns its id and that of its other article."""
    story_id = story(system)
    with system.db.write() as db:
        other = make.article(
            db, now=system.clock.now(), title="افتتاح معرض الكتاب", source_name="وكالة الساحل",
            with_story=False,
        )
        db.get_one(Article, other).story_id = story_id
    return story_id, other


def stories(system: System) -> dict[int, int | None]:
    """Each article's story."""
    with system.db.read() as db:
        return {one.id: one.story_id for one in db.query(Article).order_by(Article.id)}


def acts_done(system: System) -> list[tuple[str, int | None]]:
    with system.db.read() as db:
        rows = db.query(AuditEntry).filter_by(subject="story").order_by(AuditEntry.id)
        return [(one.action, one.subject_id) for one in rows]


def test_ticked_stories_become_one_and_the_first_keeps_its_headline(
    sign_in: SignIn, system: System
) -> None:
    first, second, third = story(system), story(system, "إقرار الموازنة"), story(system, "كسوف")
    client = sign_in("publisher")
    shown = page(client)
    assert len(re.findall(r'<input type="checkbox" name="story_id"[^>]*form="merge"', shown)) == 3
    answer = client.submit(
        "/admin/inbox/many",
        {"act": "merge", "story_id": [second, first, second], "back": "/admin/inbox?tab=new"},
        page="/admin/inbox",
    )
    assert answer.headers["Location"] == f"/admin/inbox?tab=new#story-{second}"
    assert list(stories(system).values()) == [second, second, third]
    text = page(client)
    assert "دُمجت الأخبار المختارة في «\u2068إقرار الموازنة\u2069»، وفيه الآن مقالتان." in text
    assert acts_done(system) == [("story.merge", second)]
    with system.db.read() as db:
        assert db.query(Job).filter_by(kind="regroup").count() == 1


def test_one_ticked_story_is_not_merged(sign_in: SignIn, system: System) -> None:
    first, second = story(system), story(system, "إقرار الموازنة")
    client = sign_in("publisher")
    for ticked in ([], [first], [first, first]):
        answer = client.submit(
            "/admin/inbox/many", {"act": "merge", "story_id": ticked}, page="/admin/inbox"
        )
        assert answer.status_code == 422
        assert "اختر خبرين على الأقل" in answer.get_data(as_text=True)
    for ticked in ([first, 99], [first, 2**40], list(range(1, 200))):
        answer = client.submit("/admin/inbox/many", {"act": "merge", "story_id": ticked}, page="/admin/inbox")
        assert answer.status_code in {400, 404}
    assert list(stories(system).values()) == [first, second]
    assert acts_done(system) == []


def test_a_merge_keeps_a_story_in_the_issue_that_has_it(sign_in: SignIn, system: System) -> None:
    first, second = story(system), story(system, "إقرار الموازنة")
    issue_id = sent_issue(system, second)
    client = sign_in("publisher")
    client.submit("/admin/inbox/many", {"act": "merge", "story_id": [first, second]}, page="/admin/inbox")
    with system.db.read() as db:
        assert db.query(Item).filter_by(issue_id=issue_id).one().story_id == first
    assert "أُرسلت في العدد 12" in page(client, tab="used")


def test_another_source_becomes_a_story_of_its_own_and_goes_back(
    sign_in: SignIn, system: System
) -> None:
    story_id, other = two_articles(system)
    client = sign_in("publisher")
    text = act(client, story_id, "split", article_id=other, back="/admin/inbox?tab=new")
    own = stories(system)[other]
    assert own is not None
    assert own != story_id
    assert len(re.findall(r'<article class="story"', text)) == 2
    assert "صار «افتتاح معرض الكتاب» خبراً مستقلاً." in text
    back = re.search(r'action="(/admin/inbox/\d+/rejoin)".*?name="own_id" value="(\d+)"', text,
                     re.S)
    assert back is not None
    assert (back[1], back[2]) == (f"/admin/inbox/{story_id}/rejoin", str(own))
    assert "«افتتاح" not in page(client), "said once"
    assert "عاد المقال إلى «" in act(client, story_id, "rejoin", own_id=own)
    assert list(stories(system).values()) == [story_id, story_id]
    assert acts_done(system) == [("story.split", story_id), ("story.merge", story_id)]


def test_the_answer_to_a_split_escapes_an_evil_title(sign_in: SignIn, system: System) -> None:
    story_id, other = two_articles(system)
    with system.db.write() as db:
        db.get_one(Article, other).title = "<script>alert(1)</script> خبر" + " طويل جداً" * 90
    text = act(sign_in("publisher"), story_id, "split", article_id=other)
    assert "خبراً مستقلاً" in text
    assert "<script>alert" not in text


def test_only_another_article_of_the_same_story_is_split(
    sign_in: SignIn, system: System
) -> None:
    story_id, other = two_articles(system)
    alone = story(system, "كسوف")
    own = max(stories(system))
    client = sign_in("publisher")
    for path, article_id, status in (
        (story_id, own, 404), (story_id, 99, 404), (99, other, 404), (alone, own, 422),
    ):
        answer = client.submit(
            f"/admin/inbox/{path}/split", {"article_id": article_id}, page="/admin/inbox"
        )
        assert answer.status_code == status
    assert list(stories(system).values()) == [story_id, story_id, alone]


def test_a_viewer_neither_merges_nor_splits(sign_in: SignIn, system: System) -> None:
    story_id, other = two_articles(system)
    second = story(system, "كسوف")
    client = sign_in("audience")
    assert 'form="merge"' not in page(client)
    for path, fields in (
        ("many", {"act": "merge", "story_id": [story_id, second]}),
        (f"{story_id}/split", {"article_id": other}),
        (f"{story_id}/rejoin", {"own_id": second}),
    ):
        answer = client.submit(f"/admin/inbox/{path}", fields, page="/admin/inbox")
        assert answer.status_code == 403
    assert list(stories(system).values()) == [story_id, story_id, second]


def test_on_an_english_page_an_arabic_name_keeps_to_itself(
    sign_in: SignIn, system: System
) -> None:
    story(system, "WhatsApp يخفي الرقم", source_name="وكالة الساحل")
    client = sign_in("publisher")
    client.submit("/admin/language", {"language": "en"}, page="/admin/inbox")
    text = page(client)
    assert "<bdi>وكالة الساحل</bdi> · " in text
    assert '<bdi><bdi dir="ltr">WhatsApp</bdi> يخفي الرقم</bdi>' in text
