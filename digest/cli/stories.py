"""The inbox of stories."""

from __future__ import annotations

import click

from digest.articles.queries import TABS, inbox
from digest.cli.session import json_option, opened, print_json
from digest.issues.earlier import earlier_issue, used_stories
from digest.text.reasons import told_by


@click.command()
@click.option("--tab", type=click.Choice(TABS), default="new", show_default=True)
@click.option("--search", default="", help="Words of titles and source names.")
@click.option("--page", type=click.IntRange(1), default=1)
@json_option
def stories(tab: str, search: str, page: int, as_json: bool) -> None:
    """List the collected stories, newest first, with what tells that they are one.

    A later development of a sent story is marked "follows issue N", a sent one "sent in issue N".
    """
    with opened() as system, system.db.read() as db:
        found = inbox(db, tab=tab, search=search, page=page, now=system.clock.now(),
                      used=used_stories(db))
        earlier = earlier_issue(db, [one.story_id for one in found.stories])
    if as_json:
        print_json({"page": found, "earlier": earlier})
        return
    for one in found.stories:
        issue = earlier.get(one.story_id)
        facts = [told_by(one.sources, one.likeness, lang="en", numerals="latn")]
        if issue is not None:
            said = "follows" if issue.follows else "sent in"
            facts.append(f"{said} issue {issue.number} of {issue.slug}")
        click.echo("\t".join([str(one.story_id), one.title, "; ".join(filter(None, facts))]))
