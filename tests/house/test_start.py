"""What a process imports and reaches for: help, the pages of the web, and texts without a network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from digest.cli import COMMANDS, cli
from digest.system.build import System
from digest.system.settings import Settings
from tests import make

ROOT = Path(make.__file__).parents[1]
HEAVY = (
    "sumy", "nltk", "sklearn", "scipy", "numpy", "trafilatura", "feedparser", "lxml", "nh3",
)
FOR_WORK = ("sqlalchemy", "alembic", "flask", "flask_security", "mjml", "aiosmtpd", "httpx2")

# Signs in as a browser does, asks for every page that has no number in its address and for those
# named, and prints their answers and the heavy packages that the process imported.
PAGES = """
import json, re, sys
from flask_security import hash_password
from digest.app import create_app
from digest.system.build import build_system
from digest.system.settings import from_env
from tests import make
heavy, named = json.loads(sys.argv[1])
system = build_system(from_env())
app = create_app(system)
with app.app_context(), system.db.write() as db:
    make.user(db, now=system.clock.now(), role="admin", password=hash_password("ten-letters"))
client = app.test_client()
token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/admin/login").text)[1]
signed = client.post(
    "/admin/login",
    data={"email": "salma@example.org", "password": "ten-letters", "csrf_token": token})
paths = {"login": signed.status_code}
free = [rule.rule for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.arguments]
for path in [*free, *named]:
    paths[path] = client.get(path).status_code
print(json.dumps([paths, [name for name in heavy if name in sys.modules]]))
"""

# A network that is not there and a home that is empty; then each thing that is done with texts.
TEXTS = """
import json, socket, sys
def refuse(*words, **names):
    raise AssertionError(f"a text reached for the network: {words}")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
socket.create_connection = socket.gethostbyname = refuse
from digest.articles.dedupe import near_duplicates
from digest.articles.extract import extract_text
from digest.articles.group import GroupInput, group_articles
from digest.articles.summarise import Method, summarise
from digest.articles.hints import DEFAULTS, split_hints
from digest.articles.sorting import TopicHint, sort_article, teach
from digest.text.clean import clean_html, plain_text
from tests.articles import samples
texts = [samples.BRIDGE, samples.BRIDGE_AGAIN, samples.OLIVES, samples.MATCH, samples.VACCINE]
page = "<html><body><article>" + "".join(
    f"<p>{line}</p>" for line in samples.BRIDGE.split("\\n") if line) + "</article></body></html>"
rows = [GroupInput(str(n), text.split(".")[0], text) for n, text in enumerate(texts)]
topics = [TopicHint(n, name, tuple(split_hints(hints)))
          for n, (name, _, hints) in enumerate(DEFAULTS)]
print(json.dumps({
    "summaries": {method.value: [summarise(text, method=method).text for text in texts]
                  for method in Method},
    "groups": len(group_articles(rows)),
    "duplicates": len(set(near_duplicates(rows).values())),
    "topics": [sort_article("", text, (), teach(topics, ())).best for text in texts],
    "page": extract_text(page, url="https://news.example/1").text,
    "plain": plain_text(clean_html(page)),
}))
"""


def child(code: str, *words: str, env: dict[str, str] | None = None) -> object:
    """Run Python in a fresh process, warnings as errors, and read the JSON it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", "-c", code, *words],
        check=False, capture_output=True, text=True, cwd=ROOT, env=os.environ | (env or {}),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_help_imports_no_database_no_web_and_no_text_library() -> None:
    code = (
        "import json, sys\nfrom digest.cli import main\nsys.argv = ['digest', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert end.code == 0\n"
        f"print(json.dumps([name for name in {HEAVY + FOR_WORK!r} if name in sys.modules]))"
    )
    assert child(code) == []


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_that_help_names_is_there(name: str) -> None:
    command = cli.get_command(cli.make_context("digest", ["--help"], resilient_parsing=True), name)
    assert command is not None
    assert command.name == name
    assert command.help


# Pages of Flask-Security that this house does by its own.
SHUT = ("/admin/factor/setup", "/admin/factor/rescue", "/admin/factor/codes", "/admin/passkey/new",
        "/admin/passkey/delete")


def test_answering_a_page_imports_no_text_library(system: System, settings: Settings) -> None:
    now = system.clock.now()
    with system.db.write() as db:
        make.article(db, now=now)
        list_id = make.mailing_list(db, now=now)
        newsletter_id = make.newsletter(db, now=now, list_id=list_id)
        issue_id = make.issue(db, now=now, newsletter_id=newsletter_id)
        source_id = make.source(db, now=now)
        reader = make.subscriber(db, now=now, list_id=list_id)
    named = [
        f"/admin/issues/{issue_id}", f"/admin/issues/{issue_id}/preview", "/archive/mina",
        f"/admin/sources/{source_id}", f"/admin/subscribers/{reader}", "/archive/mina/feed.xml",
        f"/admin/newsletters/{newsletter_id}", "/subscribe/nobody",
    ]
    env = {
        "DIGEST_DATABASE_URL": settings.database_url, "DIGEST_DATA_DIR": str(settings.data_dir),
        "DIGEST_SECRET_KEY": settings.secret_key,
    }
    heavy = [name for name in HEAVY if name != "nh3"]  # a small parser; the feed cleans with it
    answers, imported = child(PAGES, json.dumps([heavy, named]), env=env)
    assert imported == []
    assert answers.pop("login") == 302
    assert answers.pop("/subscribe/nobody") == 404
    assert {"/admin/inbox", "/archive", "/healthz"} <= answers.keys()
    for path in SHUT:
        assert answers.pop(path) == 404
    assert set(answers.values()) <= {200, 302, 303}, answers
    assert [answers[path] for path in named if path in answers] == [200] * 7


def test_texts_are_read_without_a_network_and_with_an_empty_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    hidden = {name: str(home) for name in ("HOME", "XDG_CACHE_HOME", "NLTK_DATA", "TMPDIR")}
    hidden["PYTHONDONTWRITEBYTECODE"] = "1"
    made = child(TEXTS, env=hidden)
    assert all(text for texts in made["summaries"].values() for text in texts)
    assert made["groups"] == 4  # the two reports on the bridge are one
    assert made["duplicates"] == 5
    assert made["page"].startswith("أعلنت وزارة النقل")
    assert "جسر الوادي" in made["plain"]
    assert list(home.iterdir()) == []
