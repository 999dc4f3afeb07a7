"""The rule of the house as tests: imports go down one floor at a time, files stay small, nothing probes or hides."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "bayou"

FLOORS = {
    "config": 0,
    "errors": 0,
    "cache": 1,
    "model": 1,
    "documents": 1,
    "scorers": 1,
    "inputs": 2,
    "engine": 3,
    "data": 3,
    "reading": 4,
    "training": 4,
    "export": 4,
    "evaluation": 5,
    "serving": 5,
    "bulk": 5,
    "recipes": 6,
    "cli": 7,
    "__main__": 8,  # python -m bayou
}

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
MOST_PARAMETERS = 8
DRAWERS = re.compile(r"^(utils|common|helpers|misc|legacy_.*)\.py$")
PROBES = {"hasattr", "getattr"}
NUMERIC_NAME = re.compile(r"^_?[A-Z0-9_]*(TOLERANCE|BOUND)[A-Z0-9_]*$")
NUMERIC_ARGUMENTS = {"atol", "rtol", "abs", "rel", "abs_tol", "rel_tol", "tolerance"}

# Rule and place of what may stay as it is for now, for instance ("long file", "bayou/cli/main.py"). The list only
# shrinks: a line that isn't needed any more fails a test, and so does a list longer than MOST_EXCEPTIONS, which is
# lowered with it and never raised.
EXCEPTIONS: frozenset[tuple[str, str]] = frozenset()
MOST_EXCEPTIONS = 0

Finding = tuple[str, str, str]
"""Rule, place (as it would stand in EXCEPTIONS) and what is wrong there."""


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


Nodes = Sequence[ast.AST]
"""All nodes of a file, its module first; not kept beyond that file, since the trees of all of them are heavy."""


def room_of(path: Path) -> str | None:
    """The room a file of the package belongs to; None for ``bayou/__init__.py`` itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return None if parts == ("__init__",) else parts[0]


def imported_modules(node: ast.AST) -> Iterator[str]:
    """Absolute dotted names that a node imports, also through ``import_module("...")``."""
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=str(module), names=names, level=0):
            yield from (f"{module}.{alias.name}" for alias in names)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Constant(value=str(module)), *_]):
            if name in {"import_module", "__import__"}:
                yield module


def import_findings(path: Path, nodes: Nodes) -> Iterator[Finding]:
    room = room_of(path)
    if room is None:
        return
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.level:
            yield "relative import", place(path), f"line {node.lineno}"
        for name in imported_modules(node):
            parts = name.split(".")
            if parts[0] != "bayou":
                continue
            target = parts[1] if len(parts) > 1 else ""
            if target == room:
                continue
            if target not in FLOORS:
                yield "import of the package itself", place(path), f"{name}: import the room that has the name"
            elif FLOORS[target] >= FLOORS[room]:
                direction = "sideways" if FLOORS[target] == FLOORS[room] else "upward"
                yield f"{direction} import", place(path), f"{room} (floor {FLOORS[room]}) imports {name}"


def size_findings(path: Path, nodes: Nodes) -> Iterator[Finding]:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if lines > LONGEST_FILE:
        yield "long file", place(path), f"{lines} lines"
    for node in nodes:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        where = f"{place(path)}:{node.name}"
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > LONGEST_FUNCTION:
            yield "long function", where, f"{length} lines"
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        names = [a.arg for a in arguments if a.arg not in {"self", "cls"}]
        if len(names) > MOST_PARAMETERS:
            yield "many parameters", where, f"{len(names)} parameters"


def probing_findings(path: Path, nodes: Nodes) -> Iterator[Finding]:
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PROBES:
            yield "probing", place(path), f"line {node.lineno}: {node.func.id}"


def docstring_findings(path: Path, nodes: Nodes) -> Iterator[Finding]:
    module = nodes[0]
    assert isinstance(module, ast.Module)
    first = (ast.get_docstring(module) or "").partition("\n")[0]
    if not first:
        yield "no docstring", place(path), "a module says what it knows"
    names = [name for node in nodes for name in imported_modules(node)]
    if any(name.split(".")[0] == "torch" for name in names) and "torch" not in first:
        yield "unannounced torch", place(path), "a file that needs torch says so in its first line"
    is_room = path.parent == PACKAGE or (path.name == "__init__.py" and path.parent.parent == PACKAGE)
    if is_room and room_of(path) is not None and not re.search(r"\bknow", first, re.IGNORECASE):
        yield "room without its line", place(path), "the first line says what the room knows and what it does not"


def name_findings(path: Path, nodes: Nodes) -> Iterator[Finding]:
    if DRAWERS.match(path.name):
        yield "drawer", place(path), "give the file a name that says what is in it"


def named_tolerances() -> dict[tuple[str, float], str]:
    """Name and value of each tolerance constant of the tests, and the file it stands in."""
    found = {}
    for path in python_files("tests"):
        if not re.search("TOLERANCE|BOUND", path.read_text(encoding="utf-8")):
            continue
        for node in tree(path).body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                    if NUMERIC_NAME.match(name) and node.value is not None:
                        found[name.lstrip("_"), plain_number(node.value, f"{place(path)}: {name}")] = place(path)
    return found


def plain_number(node: ast.expr, where: str) -> float:
    """The value of a number or of arithmetic on numbers, such as ``2**-8`` or ``1 / 255``."""
    for part in ast.walk(node):
        allowed = ast.Constant | ast.BinOp | ast.UnaryOp | ast.operator | ast.unaryop
        assert isinstance(part, allowed), f"{where}: a tolerance is a plain number"
    return float(eval(compile(ast.Expression(node), where, "eval"), {}))


def documented_tolerances() -> set[tuple[str, float]]:
    rows = set()
    for line in (ROOT / "docs/numerics.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if len(cells) >= 4 and NUMERIC_NAME.match(cells[0]):
            value = plain_number(ast.parse(cells[1], mode="eval").body, f"docs/numerics.md: {cells[0]}")
            rows.add((cells[0].lstrip("_"), value))
    return rows


def unnamed_tolerance_findings(path: Path, nodes: Nodes) -> Iterator[Finding]:
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            value = keyword.value
            if keyword.arg in NUMERIC_ARGUMENTS and isinstance(value, ast.Constant) and value.value:
                yield "unnamed tolerance", place(path), f"line {node.lineno}: {keyword.arg}={value.value}"


RULES = {
    "bayou": (import_findings, size_findings, probing_findings, docstring_findings, name_findings),
    "benchmarks": (size_findings, probing_findings, docstring_findings, name_findings),
    "examples": (size_findings, probing_findings, docstring_findings, name_findings),
    "scripts": (size_findings, probing_findings, docstring_findings, name_findings),
    "tests": (size_findings, name_findings, unnamed_tolerance_findings),
}


def all_findings() -> list[Finding]:
    found: list[Finding] = []
    for folder, rules in RULES.items():
        for path in python_files(folder):
            nodes = tuple(ast.walk(tree(path)))
            found += (finding for rule in rules for finding in rule(path, nodes))
    return found


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(path) for path in python_files("bayou")} - {None}
    assert rooms <= FLOORS.keys(), "give the room a floor in FLOORS and in docs/architecture.md"


def test_the_house_rules_hold() -> None:
    findings = [f"{rule}: {where}: {what}" for rule, where, what in all_findings() if (rule, where) not in EXCEPTIONS]
    assert not findings, "\n" + "\n".join(findings)


def test_exceptions_only_shrink() -> None:
    assert len(EXCEPTIONS) <= MOST_EXCEPTIONS
    unneeded = EXCEPTIONS and EXCEPTIONS - {(rule, where) for rule, where, _ in all_findings()}
    assert not unneeded, "these exceptions are no longer needed: take them out and lower MOST_EXCEPTIONS"


def test_every_tolerance_is_explained() -> None:
    named, documented = named_tolerances(), documented_tolerances()
    missing = [f"{name} = {value:g} ({named[name, value]})" for name, value in sorted(named.keys() - documented)]
    assert not missing, "missing in docs/numerics.md: " + ", ".join(missing)
    stale = sorted(documented - named.keys())
    assert not stale, f"docs/numerics.md explains what no code names: {stale}"


BAD_SOURCES = {
    "relative import": "from . import lines",
    "upward import": "def f():\n    from bayou.cli import main",
    "sideways import": "import bayou.data.sample",
    "import of the package itself": "from bayou import Reader",
    "long file": "x = 1\n" * 401,
    "long function": "def f():\n" + "    x = 1\n" * 60,
    "many parameters": "def f(a, b, c, d, e, *, g, h, i, j): ...",
    "probing": "hasattr(1, 'x')",
    "no docstring": "x = 1",
    "unannounced torch": '"""Knows nothing."""\ndef f():\n    import torch.nn',
    "room without its line": '"""Some things."""',
    "drawer": "",
    "unnamed tolerance": "assert_allclose(a, b, atol=1e-3)",
}


@pytest.mark.parametrize("rule", BAD_SOURCES)
def test_each_rule_can_fail(rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each rule finds a source made to break it; a rule that can't fail would guard nothing."""
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path / "bayou")
    names = {"drawer": "bayou/engine/utils.py", "room without its line": "bayou/engine/__init__.py"}
    path = tmp_path / names.get(rule, "bayou/engine/bad.py")
    if rule == "unnamed tolerance":
        path = tmp_path / "tests/test_bad.py"
    path.parent.mkdir(parents=True)
    path.write_text(BAD_SOURCES[rule], encoding="utf-8")
    assert rule in {found for found, _, _ in all_findings()}
