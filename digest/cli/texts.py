"""The Arabic room by itself: summarise, group and find duplicates, on files or a pipe."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from digest.articles.dedupe import near_duplicates
from digest.articles.fidelity.check import unsupported
from digest.articles.group import GroupInput, group_articles
from digest.articles.hints import DEFAULTS, split_hints
from digest.articles.sorting import Lesson, TopicHint, sort_article, teach, terms_of
from digest.articles.summarise import Method, summarise
from digest.cli.session import json_option, print_json

methods = click.Choice([method.value for method in Method])


@click.command()
@click.argument("file", default="-", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--method", type=methods, default=Method.MIX.value, show_default=True)
@click.option("--sentences", type=click.IntRange(1), help="How many sentences (default 3).")
@click.option("--words", type=click.IntRange(1), help="At most so many words, whole sentences.")
@click.option("--jsonl", is_flag=True, help="Read and write one JSON object a line.")
def summarize(
    file: str, method: str, sentences: int | None, words: int | None, jsonl: bool
) -> None:
    """Summarise a text, in whole sentences of its own.

    With --jsonl each line is {"id", "title"?, "text", "budget_words"?}; out comes {"id",
    "summary", "sentences": [{"text", "start", "end"}]} with character offsets into the text.
    """
    if sentences and words:
        raise click.UsageError("Give --sentences or --words, not both.")
    if not jsonl:
        text = _text(file)
        click.echo(
            summarise(text, sentences=sentences, words=words, method=Method(method)).text
        )
        return
    for row in _rows(file):
        budget = None if sentences else words or row.get("budget_words")
        made = summarise(
            row["text"], title=row.get("title") or "", sentences=sentences, words=budget,
            method=Method(method),
        )
        found = [{"text": one.text, "start": one.start, "end": one.end} for one in made.sentences]
        print_json({"id": row["id"], "summary": made.text, "sentences": found})


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
def group(file: str) -> None:
    """Group the articles of a JSONL file into stories.

    In: {"id", "title", "text", "date"?, "source"?}. Out: {"id", "cluster", "label"}.
    """
    rows = list(_rows(file))
    names = [str(row["id"]) for row in rows]
    labels: dict[str, tuple[int, str]] = {}
    for number, one in enumerate(group_articles([_input(row) for row in rows])):
        labels |= dict.fromkeys(one.ids, (number, one.label))
    for row, name in zip(rows, names, strict=True):
        cluster, label = labels[name]
        print_json({"id": row["id"], "cluster": cluster, "label": label})


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
def dedupe(file: str) -> None:
    """Find near-duplicates in a JSONL file. In: {"id", "title", "text"}. Out: {"id", "cluster"}."""
    rows = list(_rows(file))
    clusters = near_duplicates([_input(row) for row in rows])
    for row in rows:
        print_json({"id": row["id"], "cluster": clusters[str(row["id"])]})


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--learn", "lessons", type=click.Path(exists=True, dir_okay=False),
              help='JSONL with a "category" each: what an editor would have said.')  # fmt: skip
@click.option("--as", "renamed", multiple=True, metavar="CATEGORY=TOPIC",
              help="Read a category of the lessons as that topic; may be given again.")  # fmt: skip
def classify(file: str, lessons: str | None, renamed: tuple[str, ...]) -> None:
    """Sort the articles of a JSONL file into the default topics and those that lessons name.

    In: {"id", "title", "text", "tags"?}; lessons also have "category": a topic's slug or name, or
    a topic of your own. Out: {"id", "cluster": the topic's name or null when unsure, "topic": its
    slug or null, "best": the slug of the first guess, "sure": 0 to 1}.
    """
    taught = list(_rows(lessons)) if lessons else []
    said = [_category(row, renamed) for row in taught]
    topics, slugs = _newsroom(said)
    ids = {slug: topic_id for topic_id, slug in slugs.items()}
    sorter = teach(topics, [
        Lesson(terms_of(row.get("title") or "", row["text"], row.get("tags") or (), topics),
               ids[category])
        for row, category in zip(taught, said, strict=True)
    ])  # fmt: skip
    names = {topic.id: topic.name for topic in topics}
    for row in _rows(file):
        found = sort_article(row.get("title") or "", row["text"], row.get("tags") or (), sorter)
        print_json({
            "id": row["id"], "cluster": names.get(found.topic_id or 0),
            "topic": slugs.get(found.topic_id or 0), "best": slugs.get(found.best or 0),
            "sure": round(found.sure, 3),
        })  # fmt: skip


def _category(row: dict[str, Any], renamed: tuple[str, ...]) -> str:
    """The slug of the topic that a lesson is for; a topic of the file's own is its own slug."""
    category = row.get("category")
    if not isinstance(category, str) or not category.strip():
        raise click.ClickException(f'lesson {row["id"]!r} needs a "category"')
    for pair in renamed:
        old, mark, new = pair.partition("=")
        if not mark or not new:
            raise click.UsageError(f"Write --as CATEGORY=TOPIC, not {pair!r}.")
        if old == category:
            category = new
    return next((slug for name, slug, _ in DEFAULTS if category == name), category)


def _newsroom(said: list[str]) -> tuple[list[TopicHint], dict[int, str]]:
    """The default topics and those that lessons add, in order; and the slugs by id."""
    known = {slug: (name, tuple(split_hints(hints))) for name, slug, hints in DEFAULTS}
    known |= {slug: (slug, ()) for slug in sorted(set(said) - set(known))}
    topics = [
        TopicHint(number, name, hints) for number, (name, hints) in enumerate(known.values(), 1)
    ]
    return topics, dict(enumerate(known, 1))


@click.command()
@click.argument("summary", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.argument("source", type=click.Path(exists=True, dir_okay=False))
@json_option
def fidelity(summary: str, source: str, as_json: bool) -> None:
    """Say what in a summary its source does not hold: numbers, names, dates, negations.

    Prints a line a doubt: its kind, its place (characters from the start) and its text. With
    --json one list of {"kind", "text", "start", "end"}. Ends 1 when there are doubts.
    """
    found = unsupported(_text(summary), _text(source))
    if as_json:
        print_json(found)
    else:
        for doubt in found:
            click.echo(f"{doubt.kind.value} {doubt.start}-{doubt.end} {doubt.text}")
    if found:
        raise SystemExit(1)


def _input(row: dict[str, Any]) -> GroupInput:
    return GroupInput(
        id=str(row["id"]), title=row.get("title") or "", text=row.get("text") or "",
        at=_date(row.get("date")), source=row.get("source") or "",
    )


def _date(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.ClickException(f"not an ISO 8601 date: {text!r}") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _text(file: str) -> str:
    from digest.text.charset import decode

    return decode(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()).text


def _rows(file: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_text(file).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise click.ClickException(f"line {number} is not JSON: {error}") from error
        if not isinstance(row, dict) or "id" not in row or not isinstance(row.get("text"), str):
            raise click.ClickException(f'line {number} needs "id" and "text"')
        yield row
