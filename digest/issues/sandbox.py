"""A newsletter's own MJML: read with suspicion, filled with a fixed list of names, never trusted.

It may repeat, choose and print what an issue holds, and call the pieces of our own designs. It
cannot assign, calculate, join texts, include files or load anything; its work is counted, so the
same template costs the same everywhere. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

LARGEST = 64 * 1024  # letters of a template
MOST_MJML = 512 * 1024  # letters it may write; mails are cut at 102 KB
MOST_NODES = 4000
MOST_WORK = 1_000_000  # nodes visited by its loops; half a second at most
DEEPEST = 60  # elements in each other: MRML calls itself for each, and a process has one stack
CHAIN = 3  # filters after each other
NAMES = frozenset(
    {"issue", "title", "preheader", "head", "light", "dark", "font", "logo", "logo_width", "part",
     "design"}
)  # fmt: skip
CALLED = frozenset({"part", "design"})  # whose pieces may be called
ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Name, nodes.Const,
    nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Compare, nodes.Operand, nodes.And, nodes.Or,
    nodes.Not, nodes.CondExpr, nodes.Call,
)
FILTERS = frozenset({"bidi", "urlencode", "escape", "e", "length", "first", "last", "default"})
TAGS = frozenset(
    {"mjml", "mj-head", "mj-body", "mj-section", "mj-wrapper", "mj-group", "mj-column", "mj-text",
     "mj-image", "mj-button", "mj-divider", "mj-spacer", "mj-table", "mj-raw", "mj-social",
     "mj-social-element", "mj-hero", "mj-navbar", "mj-navbar-link", "mj-accordion",
     "mj-accordion-element", "mj-accordion-title", "mj-accordion-text", "mj-style", "mj-title",
     "mj-preview", "mj-attributes", "mj-all", "mj-class", "mj-breakpoint"}
)  # fmt: skip
VOID = frozenset({"br", "img", "hr", "meta"})
FORBIDDEN = re.compile(
    r"<\s*(?:[!?]|(?:script|iframe|object|embed|form|input|link|base|svg|math|video|audio|mj-include|mj-font"
    r"|mj-html-attributes)\b)|<[^<>]*\shttp-equiv\b|<[^<>]*\son[a-z]+\s*=|javascript\s*:", re.I
)
LOADED = re.compile(r"(?:\bsrc|\bbackground(?:-url)?)\s*=\s*[\"']?\s*(?:https?:|//)|url\s*\(|@import", re.I)
TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]*)((?:\"[^\"]*\"|'[^']*'|[^<>\"'])*?)(/?)>")
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a template: a code, the line where it is known, and what stands there."""

    code: str
    line: int | None = None
    what: str = ""


class BadTemplate(ValueError):
    """A template that cannot be used; it carries its first fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


@dataclass(slots=True)
class _Meter:
    """The work that a template has done."""

    done: int = 0

    def __call__(self, weight: int) -> str:
        self.done += weight
        if self.done > MOST_WORK:
            raise BadTemplate(Fault("template_slow"))
        return ""


@dataclass(frozen=True, slots=True)
class OwnTemplate:
    """A version that may be used for mails."""

    n: int
    source: str = field(repr=False)


def faults(source: str) -> tuple[Fault, ...]:
    """Return what is wrong with a template before it is filled, by lines."""
    if len(source) > LARGEST:
        return (Fault("template_large", what=str(LARGEST // 1024)),)
    found = [*_forbidden(source), *_unknown_tags(source)]
    try:
        found += _strangers(_environment({}).parse(source))
    except TemplateSyntaxError as error:
        found.append(Fault("template_syntax", error.lineno, error.message or ""))
    except RecursionError:
        found.append(Fault("template_deep"))
    return tuple(sorted(found, key=lambda one: one.line or 0))


def fill(
    source: str, values: Mapping[str, object], filters: Mapping[str, Callable[[str], Markup]]
) -> str:
    """Return the MJML that a template makes of the values; raises BadTemplate."""
    for fault in faults(source):
        raise BadTemplate(fault)
    environment = _environment(filters)
    tree = environment.parse(source)
    _count_loops(tree, environment)
    meter = _Meter()
    written: list[str] = []
    size = 0
    try:
        for piece in environment.from_string(tree).generate(**values, _work=meter):
            size += len(piece)
            meter(1)
            if size > MOST_MJML:
                raise BadTemplate(Fault("template_output", what=str(MOST_MJML // 1024)))
            written.append(piece)
    except BadTemplate:
        raise
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        raise BadTemplate(Fault("template_fails", _line(error), str(error)[:200])) from error
    mjml = "".join(written)
    try:
        guard(mjml)
    except BadTemplate as error:
        # The same mistake in the template itself has a line.
        raise BadTemplate(unclosed(source) or error.fault) from error
    return mjml


def guard(mjml: str) -> None:
    """Refuse filled MJML that MRML should not see; raises BadTemplate."""
    if found := FORBIDDEN.search(mjml):
        raise BadTemplate(Fault("template_forbidden", what=found.group()[:40]))
    tags = list(TAG.finditer(mjml))
    # What the pattern does not take for a tag, MRML might: then nobody knows how deep it goes.
    if "<!" in mjml or "<?" in mjml or mjml.count("<") != len(tags):
        raise BadTemplate(Fault("template_forbidden", what="<"))
    open_names: list[str] = []
    for found in tags:
        closes, name, _rest, itself = found.groups()
        if itself or name.lower() in VOID:
            continue
        if not closes:
            open_names.append(name)
        elif not open_names or open_names.pop() != name:
            raise BadTemplate(Fault("template_unclosed", what=f"</{name}>"))
        if len(open_names) > DEEPEST:
            raise BadTemplate(Fault("template_deep", what=str(DEEPEST)))


def unclosed(source: str) -> Fault | None:
    """Return the first element that is not closed as it should be, to tell where MRML stumbled."""
    plain = JINJA.sub(_blank, source)
    open_tags: list[tuple[str, int]] = []
    for found in TAG.finditer(plain):
        closes, name, _rest, itself = found.groups()
        line = plain.count("\n", 0, found.start()) + 1
        if itself or name.lower() in VOID:
            continue
        if not closes:
            open_tags.append((name, line))
        elif not open_tags or open_tags[-1][0] != name:
            return Fault("template_unclosed", line, f"</{name}>")
        else:
            open_tags.pop()
    return Fault("template_unclosed", open_tags[-1][1], f"<{open_tags[-1][0]}>") if open_tags else None


def _environment(filters: Mapping[str, Callable[[str], Markup]]) -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals = {}
    environment.tests = {}
    environment.filters = {name: one for name, one in environment.filters.items() if name in FILTERS}
    environment.filters.setdefault("bidi", str)
    environment.filters.update(filters)
    return environment


def _forbidden(source: str) -> Iterator[Fault]:
    for number, line in enumerate(source.split("\n"), 1):
        if found := FORBIDDEN.search(line):
            yield Fault("template_forbidden", number, found.group()[:40])
        if found := LOADED.search(line):
            yield Fault("template_loads", number, found.group()[:40])


def _unknown_tags(source: str) -> Iterator[Fault]:
    for found in re.finditer(r"<(mj[\w-]*)", source):
        if found.group(1) not in TAGS and not FORBIDDEN.match(found.group()):
            yield Fault("template_tag", source.count("\n", 0, found.start()) + 1, found.group(1))


def _strangers(tree: nodes.Template) -> Iterator[Fault]:
    """Every node that is not allowed, and every name that is not given."""
    count = 0
    targets = {"loop"} | {
        name.name for loop in tree.find_all(nodes.For) for name in loop.target.find_all(nodes.Name)
    } | {loop.target.name for loop in tree.find_all(nodes.For) if isinstance(loop.target, nodes.Name)}
    for node in tree.find_all(nodes.Node):
        count += 1
        if fault := _strange(node, targets):
            yield fault
    if count > MOST_NODES:
        yield Fault("template_large", what=str(LARGEST // 1024))


def _strange(node: nodes.Node, targets: set[str]) -> Fault | None:
    line = node.lineno
    if not isinstance(node, (*ALLOWED, nodes.Keyword)):
        return Fault("template_statement", line, type(node).__name__.lower())
    if isinstance(node, nodes.For) and node.recursive:
        return Fault("template_statement", line, "recursive")
    if isinstance(node, nodes.Name) and node.name not in NAMES | targets:
        return Fault("template_name", line, node.name)
    if isinstance(node, nodes.Name) and node.ctx == "store" and node.name in NAMES:
        return Fault("template_name", line, node.name)
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        return Fault("template_name", line, node.attr)
    if isinstance(node, nodes.Filter) and (node.name not in FILTERS or _chain(node) > CHAIN):
        return Fault("template_filter", line, node.name)
    if isinstance(node, nodes.Call) and not _callable(node):
        return Fault("template_call", line)
    return None


def _chain(node: nodes.Node | None) -> int:
    length = 0
    while isinstance(node, nodes.Filter):
        length, node = length + 1, node.node
    return length


def _callable(node: nodes.Call) -> bool:
    """A piece of our own designs, by its name or by a kind of story."""
    called = node.node
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        return False
    return isinstance(called, (nodes.Getattr, nodes.Getitem)) and isinstance(
        called.node, nodes.Name
    ) and called.node.name in CALLED


def _count_loops(tree: nodes.Template, environment: SandboxedEnvironment) -> None:
    """Let each round of a loop say how much work it is, before it is done."""
    for loop in list(tree.find_all(nodes.For)):
        weight = sum(1 for part in loop.body for _node in part.find_all(nodes.Node)) + 1
        tick = nodes.Call(nodes.Name("_work", "load"), [nodes.Const(weight)], [], None, None)
        loop.body.insert(0, nodes.Output([tick]).set_lineno(loop.lineno))
        loop.set_environment(environment)


def _line(error: BaseException) -> int | None:
    """The line of the template that raised; Jinja names it in the traceback."""
    line, at = None, error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename in {"<template>", "<unknown>"}:
            line = at.tb_lineno
        at = at.tb_next
    return line


def _blank(found: re.Match[str]) -> str:
    """The line ends of what is left out, so that lines keep their numbers."""
    return "\n" * found.group().count("\n")
