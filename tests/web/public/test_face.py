"""What reader pages say of a newsletter."""

from __future__ import annotations

from typing import Any

import pytest

from digest.system.build import System
from digest.web.public.face import NOBODY, face_of, rhythm
from tests.web.public.conftest import Place
from tests.webapp import build_app


@pytest.mark.parametrize(("rule", "digits", "words"), [
    ({"kind": "daily", "at": "06:00"}, "latn", "كل يوم عند 6:00 صباحاً"),
    ({"kind": "daily", "at": "18:30"}, "arab", "كل يوم عند ٦:٣٠ مساءً"),
    ({"kind": "weekly", "at": "07:00", "days": [4]}, "latn", "كل أسبوع، يوم الجمعة عند 7:00 صباحاً"),
    ({"kind": "weekly", "at": "07:00", "days": [3, 6, 1]}, "latn",
     "كل أسبوع، أيام الأحد والثلاثاء والخميس عند 7:00 صباحاً"),
    ({"kind": "weekly", "at": "07:00", "days": list(range(7))}, "latn", "كل يوم عند 7:00 صباحاً"),
    ({"kind": "cron", "cron": "0 6 * * 0"}, "latn", ""),
    ({}, "latn", ""),
])
def test_the_hours_of_a_newsletter_in_words(rule: dict[str, Any], digits: str, words: str) -> None:
    assert rhythm(rule, digits) == words


def test_a_newsletter_that_is_gone_has_a_face_too(system: System, place: Place) -> None:
    with build_app(system).test_request_context(), system.db.read() as db:
        assert face_of(db, 99) == NOBODY
        found = face_of(db, place.newsletter_id)
    assert (found.name, found.archive) == ("موجز الميناء", "/archive/mina")
    assert found.subscribe == f"/subscribe/{place.key}"
