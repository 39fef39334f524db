"""The sign-up form as plain HTML, to be pasted into any page: no style, no font, and no script but
the one that may stand below it.

It sends no token of a page of ours, since it stands on another site; what proves a wish is the
mail that asks back.
"""

from __future__ import annotations

from html import escape

from flask import send_from_directory
from flask.typing import ResponseReturnValue

from digest.audience.forms import FormRow
from digest.system.links import subscribe_url
from digest.web.manifest import STATIC, read_manifest
from digest.web.public import bp

AN_HOUR = 3600  # seconds; a page that is open all day gets mended scripts the same day
ADDRESS, CONSENT, TRAP, TIME = "email", "consent", "homepage", "asked"

# ``hidden`` needs neither CSS nor script, so no policy of the host page can make the trap appear;
# where a style sheet undoes it all the same, its label tells people to leave it empty.
SNIPPET = """\
<form method="post" action="{url}" accept-charset="utf-8" lang="ar" dir="rtl">
  <p><strong>{heading}</strong></p>
{text}  <p>
    <label for="{id}-email">بريدك الإلكتروني</label><br>
    <input id="{id}-email" name="{address}" type="email" dir="ltr" required maxlength="254" \
autocomplete="email" inputmode="email" autocapitalize="none" spellcheck="false">
  </p>
  <p hidden>
    <label>اترك هذا الحقل فارغاً <input name="{trap}" tabindex="-1" autocomplete="off"></label>
  </p>
  <p>
    <label><input name="{consent}" type="checkbox" value="yes" required> {wording}</label>
  </p>
  <p><button type="submit">اشترك</button></p>
  <p><small>تُلغي الاشتراك متى شئت بنقرة.</small></p>
</form>
"""


def embed_html(form_row: FormRow, base_url: str) -> str:
    """Return the form as HTML that works alone, right to left whatever the page around it is."""
    return SNIPPET.format(
        url=escape(subscribe_url(base_url, form_row.public_key)),
        id=escape(f"digest-{form_row.public_key}"),
        heading=escape(heading_of(form_row)),
        text=f"  <p>{escape(form_row.text)}</p>\n" if form_row.text else "",
        wording=escape(form_row.consent_text),
        address=ADDRESS,
        consent=CONSENT,
        trap=TRAP,
    )


def embed_script(base_url: str) -> str:
    """Return the line that upgrades every pasted form of a page, to stand after them or in its head."""
    return f'<script defer src="{escape(base_url)}/embed.js"></script>\n'


@bp.get("/embed.js")
def script() -> ResponseReturnValue:
    """Serve the script at an address that never changes, for pages that we do not make."""
    response = send_from_directory(STATIC, read_manifest(STATIC)["embed.js"], max_age=AN_HOUR)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def heading_of(form_row: FormRow) -> str:
    """Return what a form is called before its readers."""
    return form_row.heading or form_row.newsletter_name
