"""Lists of feeds, in and out."""

from __future__ import annotations

import io

from digest.sources import opml
from digest.sources.models import Source
from digest.system.build import System
from tests import make
from tests.web.conftest import SignIn

LIST = (
    "<opml version='2.0'><body><outline text='سياسة'><outline text='الساحل' xmlUrl='https://a.example/f'/>"
    "</outline><outline text='غريبة' xmlUrl='ftp://b.example/f'/></body></opml>"
).encode()


def test_a_list_is_taken_in_and_each_feed_has_its_fate(sign_in: SignIn, system: System) -> None:
    with system.db.write() as db:
        topic_id = make.topic(db)
    client = sign_in("publisher")
    for words in ("أُضيف", "مضاف من قبل"):
        text = client.submit(
            "/admin/sources/opml", {"file": (io.BytesIO(LIST), "feeds.opml")},
            page="/admin/sources/opml", content_type="multipart/form-data",
        ).get_data(as_text=True)
        assert words in text
        assert "رابط غير صالح" in text
    with system.db.read() as db:
        source = db.query(Source).one()
        assert (source.name, source.topic_id) == ("الساحل", topic_id)


def test_what_is_no_list_is_refused(sign_in: SignIn, system: System) -> None:
    client = sign_in("publisher")
    for file in ((io.BytesIO(b"hello"), "x.opml"), (io.BytesIO(b""), "")):
        answer = client.submit(
            "/admin/sources/opml", {"file": file}, page="/admin/sources/opml",
            content_type="multipart/form-data",
        )
        assert answer.status_code == 422


def test_all_sources_go_out(sign_in: SignIn, system: System) -> None:
    with system.db.write() as db:
        make.source(db, now=system.clock.now(), url="https://a.example/f")
    answer = sign_in("author").get("/admin/sources/opml/file")
    assert [one.url for one in opml.read(answer.data)] == ["https://a.example/f"]
    assert "attachment" in answer.headers["Content-Disposition"]
