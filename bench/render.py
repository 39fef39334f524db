"""How fast an issue of 20 stories becomes a mail, beside its bare parts.

Prints, as median of the rounds, renders per second of: the whole (view, Jinja, MRML, repairs,
text part, checks, hash); MRML alone on the same MJML; Jinja alone on a bare HTML page of the same
stories; both of these together; and the ratio of the whole to each within each round.

    python -m bench.render [--renders 1000] [--stories 20]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median
from time import perf_counter

from jinja2 import Environment
from mjml import mjml2html

from digest.issues.document import Variant
from digest.issues.mailview import view_issue
from digest.issues.render import issue_mjml, render_issue
from tests.issues.sample import large_doc

ROUNDS = 3
BARE = """<html lang="ar" dir="rtl"><h1>{{ name }}</h1>{% for section in sections %}
<h2>{{ section.title }}</h2>{% for item in section["items"] %}<table><tr><td><h3>
<a href="{{ item.link }}">{{ item.title }}</a></h3><p>{{ item.summary }}</p>
<p>{{ item.source_name }}</p></td></tr></table>{% endfor %}{% endfor %}</html>"""


def main() -> None:
    """Run the rounds and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--renders", type=int, default=1000)
    parser.add_argument("--stories", type=int, default=20)
    asked = parser.parse_args()
    doc, variant = large_doc(asked.stories), Variant()
    mjml = issue_mjml(view_issue(doc, variant), doc.look)
    bare = Environment(autoescape=True).from_string(BARE)
    sections = [{"title": one.title, "items": one.items} for one in doc.sections]
    ways: dict[str, Callable[[], object]] = {
        "whole": lambda: render_issue(doc, variant),
        "MRML alone": lambda: mjml2html(mjml, fonts={}, disable_comments=True),
        "bare Jinja": lambda: bare.render(name=doc.look.name, sections=sections),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(ROUNDS):
        for name, way in ways.items():
            taken[name].append(timed(way, asked.renders))
        print(f"round {number + 1}: " + ", ".join(
            f"{name} {times[-1]:.2f} s" for name, times in taken.items()
        ))
    whole = taken.pop("whole")
    print(f"{asked.renders} renders of {asked.stories} stories, "
          f"{render_issue(doc, variant).size:,} bytes each: {asked.renders / median(whole):,.0f}/s "
          f"(median of {ROUNDS})")
    parts = [sum(times) for times in zip(*taken.values(), strict=True)]
    for name, times in {**taken, "both parts": parts}.items():
        ratio = median(a / b for a, b in zip(whole, times, strict=True))
        print(f"{name}: {asked.renders / median(times):,.0f}/s, the whole takes {ratio:.1f} times that")


def timed(way: Callable[[], object], times: int) -> float:
    """Return the seconds of so many calls, after one that is not counted."""
    way()
    begun = perf_counter()
    for _ in range(times):
        way()
    return perf_counter() - begun


if __name__ == "__main__":
    main()
