"""An issue to the bytes that are previewed, tested, sent and archived. Pure: same in, same out."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from html import escape
from typing import TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from mjml import mjml2html

from digest.issues.checks import findings
from digest.issues.document import Finding, IssueDoc, Level, Look, Rendered, Slot, Variant
from digest.issues.mailhtml import repair_direction
from digest.issues.mailview import (
    IssueView,
    one_line,
    outside,
    paragraphs,
    view_issue,
    web_address,
)
from digest.issues.plaintext import MARK, mark_lines
from digest.issues.sandbox import NAMES, BadTemplate, Fault, fill
from digest.newsletters import colours
from digest.newsletters.looks import FONTS
from digest.system.paths import resource
from digest.text.bidi import isolate

# Invisible and without width: keeps mail programs from filling the preheader's line with the
# mail's first words.
FILLER = "\u00a0\u200c" * 60
BRAND = colours.LIGHT.brand
MANY = 32  # mails that are remembered, of some 100 KB each
T = TypeVar("T")


def render_issue(doc: IssueDoc, variant: Variant) -> Rendered:
    """Return HTML, text and findings of an issue in one variant.

    An item that MRML cannot take is left out and named by an error ``render_failed``. A template
    of the newsletter's own that fails gives way to the one before it, in the end to the design; a
    warning ``template_broken`` names it.

    A page and the preview in it ask for the same mail, so what was made of the same document is
    remembered, unless a template of the newsletter's own, whose time is limited, had a part in it.
    """
    return _rendered(doc, variant) if doc.look.own else _remembered(doc, variant)


@lru_cache(maxsize=MANY)
def _remembered(doc: IssueDoc, variant: Variant) -> Rendered:
    return _rendered(doc, variant)


def _rendered(doc: IssueDoc, variant: Variant) -> Rendered:
    parts, broken = _own_parts(doc, variant)
    failed: tuple[int, ...] = ()
    if parts is None:
        parts, failed = without_failing(doc, lambda one: _parts(one, variant))
    html, text = parts or ("", "")
    subject = one_line(doc.subject)
    return Rendered(
        subject=subject,
        html=html,
        text=text,
        findings=(*findings(doc, html, failed=failed), *broken),
        size=len(html.encode()),
        sha256=hashlib.sha256("\0".join((subject, html, text)).encode()).hexdigest(),
    )


def broken_templates(rendered: Iterable[Rendered]) -> frozenset[int]:
    """Return the versions of a newsletter's own template that failed on an issue."""
    return frozenset(
        int(str(one.facts["n"])) for mail in rendered for one in mail.findings
        if one.code == "template_broken"
    )


def without_failing(
    doc: IssueDoc, render: Callable[[IssueDoc], T]
) -> tuple[T | None, tuple[int, ...]]:
    """Return what ``render`` makes of the document less the items that make it raise ValueError.

    With it come the ids of those items. MRML names no place, so after a failure each item is
    tried alone. None means that the fault is elsewhere, in the note or the look.
    """
    whole = _tried(doc, render)
    if whole is not None:
        return whole, ()
    failed = tuple(
        item.id for item in doc.items if _tried(_only(doc, {item.id}), render) is None
    )
    return _tried(_only(doc, {item.id for item in doc.items} - set(failed)), render), failed


def render_plain_mail(template: str, **facts: object) -> tuple[str, str]:
    """Return HTML and text of a mail of our own: ``confirm``, ``notice``, ``draft`` or ``invite``.

    Both take ``name`` (the newsletter's), ``title``, ``url`` and, if wished, ``brand`` and
    ``preheader``; ``confirm`` also ``valid`` (the link's life in words) and ``postal_address``;
    ``notice`` also ``body`` (paragraphs, one a line) and ``action`` (the button's words); ``draft``
    also ``body``, ``stop`` and ``board`` (two more addresses); ``invite`` also ``role`` and ``valid``.
    """
    values: dict[str, object] = {"preheader": "", **facts}
    for name, value in values.items():
        if isinstance(value, str):
            values[name] = outside(value)
    for name in ("url", "stop", "board"):
        values[name] = web_address(str(facts.get(name) or ""))
    for name in ("body", "postal_address"):
        values[name] = paragraphs(str(facts.get(name) or ""))
    brand = str(values.pop("brand", BRAND))
    dress = _dress(colours.light(brand), colours.dark(brand), FONTS["segoe"])
    html = _to_html(_render(f"{template}.mjml", **dress, **values))
    return html, mark_lines(_render(f"{template}.txt", **values))


def closed_subject(subject: str) -> str:
    """Return a subject for a header: one clean line, its last punctuation held in place by a mark.

    In a mail program that writes from the left, a final full stop would jump to the right.
    """
    subject = one_line(subject)
    closes = bool(subject) and unicodedata.category(subject[-1]).startswith("P")
    return subject + MARK if closes else subject


def fill_html(html: str, values: Mapping[Slot, str]) -> str:
    """Put a reader's addresses into the HTML, escaped as attribute values."""
    for slot, value in values.items():
        html = html.replace(slot.value, escape(_address(value)))
    return html


def fill_text(text: str, values: Mapping[Slot, str]) -> str:
    """Put a reader's addresses into the text."""
    for slot, value in values.items():
        text = text.replace(slot.value, _address(value))
    return text


def _address(value: str) -> str:
    """Refuse what could begin a new line or header; our own addresses never hold it."""
    if any(letter.isspace() for letter in value):
        raise ValueError("an address has no white space")
    return value


def issue_mjml(view: IssueView, look: Look) -> str:
    """Return the MJML of a prepared issue in its newsletter's look."""
    return _render("issue.mjml", design_name=look.design, **dressed(view, look))


def dressed(view: IssueView, look: Look) -> dict[str, object]:
    """Return what a template of an issue is given."""
    light = colours.light(look.brand, ink=look.ink, surface=look.surface, ground=look.ground)
    return {
        "issue": view, "title": view.subject or view.name, "preheader": view.preheader,
        "logo": web_address(look.logo), "logo_width": look.logo_width,
        **_dress(light, colours.dark(look.brand), FONTS[look.font]),
    }


def own_parts(doc: IssueDoc, variant: Variant, source: str) -> tuple[str, str]:
    """Return HTML and text of an issue in a template of the newsletter's own.

    Raises BadTemplate, also where a reader would miss a story, the way to leave or the address.
    """
    view = view_issue(doc, variant)
    given = {**dressed(view, doc.look), "design_name": doc.look.design}
    trusted = _templates()
    head = trusted.get_template("_head.mjml").render(**given)
    filled = fill(
        source, {
            **{name: given[name] for name in NAMES & given.keys()},
            "head": Markup(head),  # noqa: S704 - our own, escaped where it was made
            "part": trusted.get_template("_parts.mjml").make_module(given),
            "design": trusted.get_template(f"designs/{doc.look.design}.mjml").make_module(given),
        }, {"bidi": _isolated},
    )
    try:
        html = _to_html(filled)
    except ValueError as error:
        raise BadTemplate(Fault("template_mjml", what=str(error)[:200])) from error
    if lost := missing(view, html):
        raise BadTemplate(Fault("template_misses", what=lost))
    return html, mark_lines(_render("issue.txt", issue=view))


def missing(view: IssueView, html: str) -> str:
    """Return what no mail may be without and this one is; "" when it has everything."""
    stories = [story for section in view.sections for block in section.blocks for story in block.stories]
    if any(str(escape(slot.value)) not in html for slot in (Slot.LEAVE, Slot.PREFERENCES)):
        return Slot.LEAVE.value
    needed = [str(_isolated(text)) for text in (*view.postal_address, *(one.title for one in stories))]
    return next((text for text in needed if text not in html), "")


def _own_parts(
    doc: IssueDoc, variant: Variant
) -> tuple[tuple[str, str] | None, tuple[Finding, ...]]:
    """What the newest template that works makes, and those before it that did not."""
    broken: list[Finding] = []
    for own in doc.look.own:
        try:
            return own_parts(doc, variant, own.source), tuple(broken)
        except BadTemplate as error:
            facts = {"n": own.n, "code": error.fault.code}
            broken.append(Finding(Level.WARNING, "template_broken", facts))
    return None, tuple(broken)


def _parts(doc: IssueDoc, variant: Variant) -> tuple[str, str]:
    """Return HTML and text; raises ValueError."""
    view = view_issue(doc, variant)
    return (
        _to_html(issue_mjml(view, doc.look)), mark_lines(_render("issue.txt", issue=view))
    )


def _to_html(mjml: str) -> str:
    """Run MRML; raises ValueError. Without ``fonts={}`` it would link a third party's fonts."""
    return repair_direction(mjml2html(mjml, fonts={}, disable_comments=True))


def _dress(light: colours.Shades, dark: colours.Shades, font: str) -> dict[str, object]:
    return {"light": light, "dark": dark, "filler": FILLER, "font": font}


def _tried(doc: IssueDoc, render: Callable[[IssueDoc], T]) -> T | None:
    try:
        return render(doc)
    except ValueError:  # MRML's only error; its text has no usable place
        return None


def _only(doc: IssueDoc, wanted: set[int]) -> IssueDoc:
    sections = tuple(
        replace(section, items=tuple(item for item in section.items if item.id in wanted))
        for section in doc.sections
    )
    return replace(doc, sections=sections)


def _render(template: str, **values: object) -> str:
    return _templates().get_template(template).render(**values)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(resource("templates") / "mail"),
        autoescape=select_autoescape(("mjml",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["bidi"] = _isolated
    return environment


def _isolated(text: str) -> Markup:
    return Markup(isolate(text, "span"))  # noqa: S704 - isolate() escapes
