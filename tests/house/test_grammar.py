"""The grammar of the house, read off the syntax tree: what a function may do by its kind."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import digest

PACKAGE = Path(digest.__file__).parent
TESTS = Path(__file__).parent.parent
OURS = sorted(
    path for path in PACKAGE.rglob("*.py")
    if not {"node_modules", "_resources"} & set(path.relative_to(PACKAGE).parts)
)
OUTSIDE = {"fetcher", "relay"}  # the doors of ``System`` to the network
DOORS = {"read", "write"}
SURFACES = {"web", "cli", "demo", "app.py", "runner.py"}  # they build a System, or get a Flask first
Function = ast.FunctionDef | ast.AsyncFunctionDef


def name(path: Path) -> str:
    return str(path.relative_to(PACKAGE.parent))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def endings(path: Path, source: ast.AST) -> list[str]:
    """Calls of ``commit`` or ``rollback``."""
    return [
        f"{path.name}:{node.lineno} {node.func.attr}"
        for node in ast.walk(source)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "rollback"}
    ]


def transactions(source: ast.AST) -> Iterator[ast.With]:
    """``with`` blocks that open one of the two doors of a database."""
    for node in ast.walk(source):
        if isinstance(node, ast.With) and any(opens_database(one) for one in node.items):
            yield node


def opens_database(item: ast.withitem) -> bool:
    call = item.context_expr
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return False
    owner = call.func.value
    return call.func.attr in DOORS and (
        (isinstance(owner, ast.Attribute) and owner.attr == "db")
        or (isinstance(owner, ast.Name) and owner.id in {"db", "database"})
    )


def network_inside(path: Path, source: ast.AST) -> list[str]:
    """Uses of the fetcher or the relay while a transaction is open."""
    return [
        f"{path.name}:{node.lineno} .{node.attr}"
        for block in transactions(source) for statement in block.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Attribute) and node.attr in OUTSIDE
    ]


def nested(path: Path, source: ast.AST) -> list[str]:
    """A transaction opened inside another one: SQLite would wait for itself."""
    return [
        f"{path.name}:{inner.lineno}"
        for outer in transactions(source) for statement in outer.body
        for inner in transactions(statement)
    ]


def parameters(function: Function) -> list[ast.arg]:
    found = [*function.args.posonlyargs, *function.args.args]
    return found[1:] if found and found[0].arg in {"self", "cls"} else found


def annotation(parameter: ast.arg) -> str:
    return ast.unparse(parameter.annotation) if parameter.annotation else ""


def functions(source: ast.AST) -> Iterator[Function]:
    for node in ast.walk(source):
        if isinstance(node, Function):
            yield node


def wrong_parameters(path: Path, source: ast.AST) -> list[str]:
    """Functions whose kind cannot be told by their first parameter; "_db" says it is not used."""
    wrong: list[str] = []
    if not uses_database_sessions(source):
        return wrong
    for function in functions(source):
        for place, one in enumerate(parameters(function)):
            kind = {"Session": "db", "System": "system"}.get(annotation(one))
            if kind and (place, one.arg.lstrip("_")) != (0, kind):
                wrong.append(f"{path.name}:{function.lineno} {function.name}")
        wrong += [
            f"{path.name}:{function.lineno} {function.name}"
            for one in function.args.kwonlyargs if annotation(one) in {"Session", "System"}
        ]
    return wrong


def uses_database_sessions(source: ast.AST) -> bool:
    """Tell whether ``Session`` here is SQLAlchemy's; aiosmtpd has one, too."""
    others = [
        node.module for node in ast.walk(source) if isinstance(node, ast.ImportFrom)
        and "Session" in [one.name for one in node.names] and node.module != "sqlalchemy.orm"
    ]
    return not others


def rules_that_go_out(path: Path, source: ast.AST) -> list[str]:
    """Rules, which get an open transaction, that touch the network or the clock.

    A function inside a command is part of that command.
    """
    inner = {one for outer in functions(source) for one in functions(outer) if one is not outer}
    return [
        f"{path.name}:{node.lineno} {function.name} .{node.attr}"
        for function in functions(source) if function not in inner
        if [annotation(one) for one in parameters(function)][:1] == ["Session"]
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr in OUTSIDE | {"clock"}
    ]


@pytest.mark.parametrize("path", OURS, ids=name)
def test_a_module_keeps_the_grammar(path: Path) -> None:
    source = tree(path)
    if path != PACKAGE / "system" / "db.py":
        assert endings(path, source) == []
    assert network_inside(path, source) == []
    assert nested(path, source) == []
    if path.relative_to(PACKAGE).parts[0] not in SURFACES:
        assert wrong_parameters(path, source) == []
    assert rules_that_go_out(path, source) == []


def test_only_the_doors_themselves_end_transactions() -> None:
    found = endings(Path("db.py"), tree(PACKAGE / "system" / "db.py"))
    assert [one.split()[1] for one in found] == ["rollback"]  # the commit is ``begin()``'s


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.py")), ids=lambda path: path.name)
def test_a_test_replaces_no_part_of_ours(path: Path) -> None:
    assert replaced(tree(path)) == []


def replaced(source: ast.AST) -> list[str]:
    """Everything by which a test could put a dummy in the place of a real part."""
    found = []
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            found += [one.name for one in node.names if "mock" in one.name.split(".")]
        elif isinstance(node, ast.ImportFrom):
            parts = [*(node.module or "").split("."), *(one.name for one in node.names)]
            found += [one for one in parts if one in {"mock", "Mock", "MagicMock", "patch"}]
        elif isinstance(node, ast.arg) and node.arg == "mocker":
            found.append(node.arg)
        elif (
            isinstance(node, ast.Attribute) and node.attr in {"setattr", "setitem", "delattr"}
            and isinstance(node.value, ast.Name) and node.value.id == "monkeypatch"
        ):
            found.append(f"monkeypatch.{node.attr}")
    return found


def test_no_module_is_called_utils() -> None:
    names = {"utils", "helpers", "common", "misc"}
    assert [path.name for path in OURS if path.stem in names] == []


PLANTED = '''
def rule(db: Session, system: System) -> None:
    db.commit()
    db.relay.submit()

def command(system: System, db: Session) -> None:
    with system.db.write() as db:
        system.fetcher.get("x")
        with system.db.read() as other:
            pass
'''


def test_planted_faults_are_found() -> None:
    """A checker that finds nothing anywhere proves nothing."""
    source, path = ast.parse(PLANTED), Path("planted.py")
    assert len(endings(path, source)) == 1
    assert network_inside(path, source) == ["planted.py:8 .fetcher"]
    assert nested(path, source) == ["planted.py:9"]
    assert len(wrong_parameters(path, source)) == 2
    assert len(rules_that_go_out(path, source)) == 1
    assert replaced(ast.parse("from unittest.mock import patch\nmonkeypatch.setattr(a, b)")) == [
        "mock", "patch", "monkeypatch.setattr"
    ]
