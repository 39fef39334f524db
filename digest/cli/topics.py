"""The sections that articles are sorted into."""

from __future__ import annotations

import click

from digest.articles.lessons import count_lessons
from digest.articles.topics import add_topic, list_topics
from digest.cli.session import json_option, opened, print_json


@click.group()
def topics() -> None:
    """The newsroom's topics: names, hint words, what was learned."""


@topics.command()
@click.argument("name")
@click.argument("hints", nargs=-1)
def add(name: str, hints: tuple[str, ...]) -> None:
    """Add a topic with words and phrases that hint at it; prints its number."""
    with opened() as system, system.db.write() as db:
        click.echo(add_topic(db, name, "\n".join(hints)))


@topics.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the topics in their order, with the stories and the corrections of each."""
    with opened() as system, system.db.read() as db:
        rows, lessons = list_topics(db), count_lessons(db)
    if as_json:
        print_json({"topics": rows, "lessons": lessons})
        return
    for row in rows:
        click.echo(f"{row.id}\t{row.name}\t{len(row.hints)} hints\t{row.stories} stories\t"
                   f"{row.lessons} lessons")  # fmt: skip
