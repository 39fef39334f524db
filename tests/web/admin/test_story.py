"""A story close up: a page without scripts, where everything of the drawer can be done."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from digest.articles.models import Article, Story, Summary, TopicLesson
from digest.issues.models import Issue, Item
from digest.system.build import System
from tests import make
from tests.issues.test_summaries import SAHEL, SHAM
from tests.web.conftest import Browser, SignIn

OWN = "كتبته رنا بنفسها عن السوق. وزادت عليه جملة ثانية."


@pytest.fixture
def item_id(system: System) -> int:
    """The fish market in an issue, told by two sources; «سياسة» is a topic."""
    now = system.clock.now()
    with system.db.write() as db:
        make.topic(db)
        newsletter_id = make.newsletter(db, now=now)
        make.issue(db, now=now, newsletter_id=newsletter_id, items=1)
        ids = [
            make.article(db, now=now, title=f"سوق السمك عند {name}", text=text, source_name=name,
                         summary=text, with_story=first, image=f"https://news.example/{first}.jpg")
            for name, text, first in (("الساحل", SAHEL, True), ("شام بوست", SHAM, False))
        ]
        story_id = db.get_one(Article, ids[0]).story_id
        db.get_one(Article, ids[1]).story_id = story_id
        item = db.query(Item).one()
        item.story_id, item.article_id, item.summary = story_id, ids[0], SAHEL
        item.title, item.image = "سوق السمك عند الساحل", "https://news.example/True.jpg"
        return item.id


@pytest.fixture
def editor(sign_in: SignIn) -> Browser:
    """Salma."""
    return sign_in("publisher")


def item_of(system: System) -> Item:
    with system.db.read() as db:
        found = db.query(Item).one()
        db.expunge_all()
        return found


def home(system: System) -> str:
    item = item_of(system)
    return f"/admin/issues/{item.issue_id}/items/{item.id}/story"


def shown(client: Browser, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.fixture
def act(editor: Browser, system: System, item_id: int) -> Callable[..., TestResponse]:
    """Send a form of the page to an address of the item, back to the page."""
    page = home(system)

    def sent(what: str, **fields: object) -> TestResponse:
        with system.db.read() as db:
            version = db.query(Issue.version).scalar()
        where = what if what.startswith("/") else f"{page.rpartition('/')[0]}/{what}"
        return editor.submit(where, {"based_on": version, "back": page, **fields}, page=page)

    return sent


Act = Callable[..., TestResponse]


def write_own(system: System) -> None:
    with system.db.write() as db:
        db.query(Item).one().summary = OWN


def test_the_summary_stands_beside_its_sources(
    editor: Browser, system: System, item_id: int
) -> None:
    page = shown(editor, home(system))
    assert "مطابق للنص" in page
    assert page.count("<mark>") >= 1
    assert "شام بوست" in page
    assert "النسخة 1 من 1" in page


def test_what_no_source_says_is_marked(editor: Browser, system: System, item_id: int) -> None:
    with system.db.write() as db:
        db.query(Item).one().summary = "وبلغت كلفة الترميم 9 ملايين دولار."
    page = shown(editor, home(system))
    assert "راجع ما عُلّم" in page
    assert "مطابق للنص" not in page
    assert re.search(r"<mark>[^<]*9", page)


@pytest.mark.parametrize("length", ["short", "normal", "long"])
def test_a_new_summary_comes_back_to_the_page(act: Act, system: System, length: str) -> None:
    answer = act("write", method="lead", length=length)
    assert (answer.status_code, answer.location) == (303, home(system))
    assert item_of(system).summary.count(".") == {"short": 2, "normal": 3, "long": 3}[length]


def test_an_editors_text_is_not_overwritten(act: Act, editor: Browser, system: System) -> None:
    write_own(system)
    assert "كتبه محرّر" in shown(editor, home(system))
    act("write", method="retell", length="normal")
    assert item_of(system).summary == OWN
    page = shown(editor, home(system))
    assert "بقي نصك كما هو" in page
    assert "من كل المصادر" in page


def test_a_version_is_put_in_and_the_text_before_is_kept(act: Act, system: System) -> None:
    write_own(system)
    with system.db.read() as db:
        version_id = db.query(Summary.id).order_by(Summary.id).first()[0]  # type: ignore[index]
    act("version", version_id=version_id)
    assert item_of(system).summary == SAHEL
    with system.db.read() as db:
        assert db.query(Summary).filter_by(text=OWN, origin="editor").count() == 1


def test_another_source_is_chosen(act: Act, system: System) -> None:
    with system.db.read() as db:
        article_id = db.query(Article.id).filter_by(source_name="شام بوست").scalar()
    act("source", article_id=article_id)
    item = item_of(system)
    assert (item.source_name, item.title) == ("شام بوست", "سوق السمك عند شام بوست")
    assert item.image == "https://news.example/False.jpg"


def test_image_and_alt_text_are_saved_with_the_words(act: Act, system: System) -> None:
    page = home(system).rpartition("/")[0]
    act(page, title="سوق", summary=OWN, link="https://news.example/1",
        image="https://news.example/False.jpg", image_alt="واجهة السوق")
    item = item_of(system)
    assert (item.image, item.image_alt) == ("https://news.example/False.jpg", "واجهة السوق")


def test_the_topic_is_corrected_by_one_button_and_learned(
    act: Act, editor: Browser, system: System
) -> None:
    item = item_of(system)
    page = shown(editor, home(system))
    topic = re.search(r'name="topic_id" value="(\d+)" data-key="Digit1" aria-pressed="false"', page)
    assert topic
    answer = act(f"/admin/inbox/{item.story_id}/topic", topic_id=topic[1])
    assert answer.location == home(system)
    assert f'value="{topic[1]}" data-key="Digit1" aria-pressed="true"' in shown(editor, home(system))
    with system.db.read() as db:
        assert db.query(TopicLesson).filter_by(topic_id=int(topic[1])).count() == 2


def test_stories_are_split_and_merged_from_here(act: Act, editor: Browser, system: System) -> None:
    story_id = item_of(system).story_id
    with system.db.read() as db:
        article_id = db.query(Article.id).filter_by(source_name="شام بوست").scalar()
    act(f"/admin/inbox/{story_id}/split", article_id=article_id)
    with system.db.read() as db:
        own_id = db.get_one(Article, article_id).story_id
    assert own_id != story_id
    assert f'name="story_id" value="{own_id}"' in shown(editor, home(system))  # offered to merge
    act("/admin/inbox/many", act="merge", story_id=[story_id, own_id])
    with system.db.read() as db:
        assert db.get_one(Article, article_id).story_id == story_id
        assert db.query(Story).count() == 1


def test_a_search_offers_other_stories(editor: Browser, system: System, item_id: int) -> None:
    with system.db.write() as db:
        make.article(db, now=system.clock.now(), title="أزمة المياه في إدلب")
    page = home(system)
    assert "لا خبر يشبه هذا" in shown(editor, page)
    assert "أزمة المياه في إدلب" in shown(editor, f"{page}?q=ازمه+ادلب")


def test_a_story_of_the_inbox_has_a_page_of_its_own(
    editor: Browser, system: System, item_id: int
) -> None:
    story_id = item_of(system).story_id
    page = shown(editor, f"/admin/inbox/{story_id}/story")
    assert "اعتمد هذا المصدر" in page
    assert "/write" not in page
    assert f"/admin/inbox/{story_id}/story" in shown(editor, "/admin/inbox?tab=used")
    assert editor.get("/admin/inbox/404/story").status_code == 404


def test_a_viewer_reads_and_a_sent_issue_is_closed(
    sign_in: SignIn, editor: Browser, system: System, item_id: int
) -> None:
    viewer = sign_in("audience")
    page = shown(viewer, home(system))
    assert "شام بوست" in page
    assert 'method="post" action="/admin/issues' not in page
    assert viewer.submit(home(system).replace("/story", "/write"), page=home(system)).status_code == 403
    with system.db.write() as db:
        db.query(Issue).one().state = "sent"
    assert 'action="/admin/issues' not in shown(editor, home(system))


def test_the_lists_lead_here(editor: Browser, system: System, item_id: int) -> None:
    board = shown(editor, home(system).partition("/items")[0])
    assert f'href="{home(system)}" data-drawer data-card-key="Enter"' in board
