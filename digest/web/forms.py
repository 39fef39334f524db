"""What the forms of all screens share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.fields.choices import SelectChoice
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from digest.system.errors import Refused
from digest.text.clean import strip_controls
from digest.web.errors import sentence

# Colleagues, not readers: a newsroom's own domain may end in ".local", so only the shape counts.
ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")


class Form(FlaskForm):  # type: ignore[misc]
    """A form with CSRF protection whose messages speak the reader's language.

    Control characters never get in: PostgreSQL takes no NUL, and nobody types the others.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How a sent form is read."""

        def wrap_formdata(self, form: BaseForm, formdata: object) -> object:
            """Return what was sent, texts without control characters, files as they are."""
            sent = super().wrap_formdata(form, formdata)
            if sent is None:
                return None
            return MultiDict([(name, _clean(value)) for name, value in sent.items(multi=True)])


class AddressField(StringField):  # type: ignore[misc]
    """An e-mail address: left to right, no capital letters by the phone's keyboard."""

    def pre_validate(self, _form: BaseForm) -> None:
        """Refuse what cannot be an address, before anything is stored."""
        if not ADDRESS.fullmatch((self.data or "").strip()):
            raise ValidationError(_("هذا العنوان غير صالح. اكتبه هكذا: name@example.org"))

    def __call__(self, **words: object) -> str:
        """Render with the attributes that phones and password managers look for."""
        rendered: str = super().__call__(
            **{
                "type": "email",
                "dir": "ltr",
                "inputmode": "email",
                "autocapitalize": "none",
                "spellcheck": "false",
                **words,
            }
        )
        return rendered


def _clean(value: object) -> object:
    return strip_controls(value) if isinstance(value, str) else value


def options(pairs: Iterable[tuple[object, object]], group: str | None = None) -> list[SelectChoice]:
    """Return (value, label) pairs as the choices of a select, below the heading ``group``."""
    return [SelectChoice(value, label, optgroup=group) for value, label in pairs]


def blame(form: FlaskForm, error: Refused, **fields: str) -> None:
    """Show a "no" beside the field it is about, named by its code; raise it when none is named.

    The form is then shown again with everything that was typed.
    """
    name = fields.get(error.code)
    if name is None:
        raise error
    form[name].errors = [*form[name].errors, sentence(error)]


def to_utc(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a wall-clock time that a person typed.

    An hour that spring skips moves forward; of an hour that autumn repeats, the first is meant.
    """
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def safe_back(default: str, value: str | None = None) -> str:
    """Return where to go after a change: a path of this site, never another one.

    ``value`` or the form's field ``back`` is used only when it is a path below this application.
    """
    wanted = value if value is not None else request.form.get("back", "")
    return wanted if is_local(wanted) else default


def is_local(target: str) -> bool:
    """Tell whether a redirect target stays here.

    Browsers read ``//host`` and ``/\\host`` as another site and drop control characters, so these
    are refused (WHATWG URL, relative-slash state).
    """
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        return False
    return "\\" not in target and all(letter > " " for letter in target)
