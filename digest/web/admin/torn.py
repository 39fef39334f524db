"""Two people wrote the same text: both are shown, and the editor chooses, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import cast

from flask import abort, make_response, render_template, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from digest.system.errors import Conflict
from digest.web.errors import status
from digest.web.guard import wants_json

FIELDS: dict[str, LazyString] = {
    "subject": _l("العنوان"),
    "preheader": _l("التمهيد"),
    "note": _l("كلمة المحرّر"),
    "note_by": _l("التوقيع"),
    "title": _l("العنوان"),
    "summary": _l("الملخص"),
    "link": _l("الرابط"),
    "image": _l("الصورة"),
    "image_alt": _l("النص البديل"),
}
OWN = frozenset({"csrf_token", "based_on"})  # the page of choices has its own


@contextmanager
def torn(issue_id: int) -> Iterator[None]:
    """Answer a save that collides with a page of both texts, of which the editor keeps one.

    The form of that page goes where the save went, from the version it was drawn from.
    """
    try:
        yield
    except Conflict as conflict:
        fields = cast(Mapping[str, Mapping[str, str | None]], conflict.facts.get("fields", {}))
        if not fields or wants_json():
            raise
        kept = [
            (name, value) for name, value in request.form.items(multi=True)
            if name not in OWN and name not in fields
        ]
        page = render_template(
            "admin/board/torn.html", issue_id=issue_id, fields=fields, names=FIELDS, kept=kept,
            version=conflict.facts["version"],
        )
        abort(make_response(page, status(conflict)))
