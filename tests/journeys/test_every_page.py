"""Every page of the panel, taken from the URL map, in a furnished newsroom (acceptance 1 to 3).

A page is Arabic and right to left, scrolls sideways at no width, is read in both colours, names its
controls, and shows where the focus is. 640 px are a window of 1280 at a zoom of 200 %.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask_security import hash_password
from sqlalchemy import func, select
from waitress.server import create_server

from digest.articles.models import Article, Story, Topic
from digest.audience.forms import FormValues, add_form
from digest.audience.models import Form, MailingList, Subscriber
from digest.demo import tour
from digest.demo.site import DemoSite
from digest.issues.models import Item, Section
from digest.newsletters.models import Newsletter
from digest.sources.models import Source
from digest.staff.models import User
from digest.system.build import System, build_system
from digest.system.clock import SystemClock
from digest.system.settings import Settings
from tests import browser, make
from tests.journeys.conftest import _free_port
from tests.webapp import build_app

WIDTHS = (320, 375, 640, 768, 1280, 1440)
WINDOW = {"width": 1280, "height": 720}
PASSWORD, ADDRESS = "a long enough password", "omar@example.org"
NAMED = {
    "newsletter_id": Newsletter, "list_id": MailingList, "form_id": Form, "user_id": User,
    "source_id": Source, "subscriber_id": Subscriber, "topic_id": Topic, "story_id": Story,
    "article_id": Article,
}


@dataclass(frozen=True, slots=True)
class Furnished:
    """A newsroom with something on each page, and the addresses of its pages."""

    url: str
    paths: tuple[str, ...]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser.running() as opened:
        yield opened


@pytest.fixture
def furnished(settings: Settings) -> Iterator[Furnished]:
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    system, site = build_system(replace(settings, base_url=url), clock=SystemClock()), DemoSite()
    site.start(system.clock.now())
    outcome = tour.run(system, site, lambda step, result: None)
    site.stop()
    app = build_app(system)
    draft = _filled(app, system)
    assert outcome.issue_id
    paths = dict.fromkeys([
        *(one for one in _paths(app, system, outcome.issue_id) if not one.endswith("/form")),
        *_paths(app, system, draft, only="/admin/issues/"),
    ])
    server = create_server(app, host="127.0.0.1", port=port, threads=8)
    web = threading.Thread(target=server.run, daemon=True)
    web.start()
    yield Furnished(url, tuple(paths))
    server.close()
    web.join(5)
    system.close()


def _filled(app: Flask, system: System) -> int:
    """What the tour does not leave behind: people, a form, a draft; returns the draft."""
    now = system.clock.now()
    with app.app_context(), system.db.write() as db:
        for name, role in (("omar", "admin"), ("salma", "editor")):
            make.user(db, now=now, email=f"{name}@example.org", role=role,
                      password=hash_password(PASSWORD))
        newsletter_id = db.scalars(select(Newsletter.id)).one()
        list_id = db.scalars(select(MailingList.id)).one()
        add_form(db, FormValues("آخر المقال", list_id, newsletter_id), now=now)
        return make.issue(db, now=now, newsletter_id=newsletter_id, number=9, items=4)


def _paths(app: Flask, system: System, issue_id: int, only: str = "/admin") -> Iterator[str]:
    """Yield the address of every route of the admin that answers GET, with values that exist."""
    mail = next((system.settings.mailbox_dir / "new").iterdir())
    values: dict[str, Any] = {"issue_id": issue_id, "name": mail.name, "about": "board"}
    with system.db.read() as db:
        for name, model in NAMED.items():
            values[name] = db.scalar(select(func.max(model.id)))
        for name, part in (("section_id", Section), ("item_id", Item)):
            values[name] = db.scalar(select(func.min(part.id)).where(part.issue_id == issue_id))
    for rule in app.url_map.iter_rules():
        found = {name: values.get(name) for name in rule.arguments}
        if "GET" in (rule.methods or ()) and rule.rule.startswith(only) and all(found.values()):
            with app.test_request_context():
                yield app.url_for(rule.endpoint, **found)


def _signed_in(chromium: Any, url: str, scheme: str) -> Any:
    page = chromium.new_context(color_scheme=scheme, viewport=WINDOW).new_page()
    page.goto(f"{url}/admin/login")
    page.locator("#email").fill(ADDRESS)
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    page.wait_for_url("**/admin/")
    return page


def _opened(page: Any, furnished: Furnished) -> Iterator[str]:
    """Open page after page; what answers with a file, a mail or a piece of a page is left out."""
    for path in furnished.paths:
        answer = page.request.get(furnished.url + path, max_redirects=0)
        if answer.status == 404 and path.startswith(LIBRARY):
            continue
        assert answer.status < 400, f"{path}: {answer.status}"
        headers = answer.headers
        if "sandbox" in headers.get("content-security-policy", ""):
            continue  # a mail, shown as it is
        if "html" in headers["content-type"] and "<html" in answer.text()[:300]:
            page.goto(furnished.url + path)
            yield path


LIBRARY = ("/admin/factor/", "/admin/passkey/")  # Flask-Security registers pages here of which we use some
# What a person meets on the way through a page with the Tab key: places that cannot be seen, that
# jump ahead, or that are named in another language than the panel's.
STOPS = """() => {
  const shown = one => one.checkVisibility({visibilityProperty: true});
  const stops = [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
  )].filter(one => !one.disabled && shown(one));
  const wrong = [];
  for (const one of stops) {
    const words = [
      one.getAttribute("aria-label"), one.innerText, one.title, one.placeholder,
      ...[...(one.labels ?? [])].map(label => label.innerText),
    ].filter(Boolean).join(" ");
    if (one.tabIndex > 0) wrong.push("jumps ahead: " + one.outerHTML.slice(0, 90));
    if (!/[\\u0621-\\u064a]/.test(words) && !one.closest("[dir=ltr], [lang=en], td")
      && !one.querySelector("bdi"))
      wrong.push("not named in Arabic: " + one.outerHTML.slice(0, 120));
    one.focus({focusVisible: true, preventScroll: true});
    const drawn = [one, one.parentElement, one.closest("label, .tick, .choice")].some(box => {
      const style = box && getComputedStyle(box);
      return style && (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
    });
    if (document.activeElement === one && !drawn)
      wrong.push("focus not seen: " + one.outerHTML.slice(0, 120));
  }
  return wrong;
}"""


def test_every_page_is_arabic_fits_each_width_and_satisfies_axe_in_both_colours(
    furnished: Furnished, chromium: Any
) -> None:
    page, wrong, seen = _signed_in(chromium, furnished.url, "light"), [], 0
    for path in _opened(page, furnished):
        seen += 1
        root = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
        if root != ["ar", "rtl"]:
            wrong.append(f"{path}: {root}")
        wrong += [f"{path}: {one}" for one in page.evaluate(STOPS)]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 720})
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                wrong.append(f"{path}: {wide} px wide at {width}")
        page.set_viewport_size(WINDOW)
        wrong += _violations(page, path)
        page.emulate_media(color_scheme="dark")
        wrong += _violations(page, f"{path} in the dark", {"runOnly": ["color-contrast"]})
        page.emulate_media(color_scheme="light")
    page.context.close()
    assert wrong == []
    assert seen > 40


PLANTED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { outline: none !important }");
  document.adoptedStyleSheets = [sheet];
  const button = document.createElement("button");
  button.textContent = "Save";
  document.querySelector("main").append(button);
}"""


def test_planted_faults_are_found(furnished: Furnished, chromium: Any) -> None:
    page = _signed_in(chromium, furnished.url, "light")
    assert page.evaluate(STOPS) == []
    page.evaluate(PLANTED)
    kinds = {one.partition(":")[0] for one in page.evaluate(STOPS)}
    page.context.close()
    assert kinds == {"focus not seen", "not named in Arabic"}


def _violations(page: Any, path: str, options: dict[str, Any] | None = None) -> list[str]:
    """What axe finds on the page that is open."""
    return [
        f"{path}: {one['id']} {[node['html'][:90] for node in one['nodes']]}"
        for one in Axe().run(page, options=options).response["violations"]
    ]
