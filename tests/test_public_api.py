"""The public names: few, listed here, typed, and each found where ``bayou`` says it lives."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import bayou

ROOT = Path(__file__).resolve().parent.parent

PUBLIC = [
    "Answer",
    "BayouError",
    "Block",
    "Box",
    "Cell",
    "Conversation",
    "Document",
    "Evidence",
    "Extraction",
    "Field",
    "Hit",
    "InputError",
    "LimitError",
    "Line",
    "Message",
    "MissingExtraError",
    "Model",
    "ModelError",
    "OutputError",
    "Page",
    "PasswordError",
    "Reader",
    "Table",
    "UsageError",
    "Word",
    "load",
    "search",
]


def test_the_list_is_the_list() -> None:
    assert bayou.__all__ == PUBLIC
    assert dir(bayou) == sorted([*PUBLIC, "__version__"])


@pytest.mark.parametrize("name", PUBLIC)
def test_each_name_is_there_and_says_what_it_is(name: str) -> None:
    value = vars(bayou).get(name) or bayou.__getattr__(name)
    assert value.__name__ == name
    assert inspect.getdoc(value)


@pytest.mark.parametrize("name", PUBLIC)
def test_each_public_signature_is_typed(name: str) -> None:
    value = bayou.__getattr__(name)
    functions = [value]
    if inspect.isclass(value):
        functions = [f for n, f in vars(value).items() if inspect.isfunction(f) and not n.startswith("_")]
        if "__init__" in vars(value):
            functions.append(vars(value)["__init__"])
    for function in functions:
        signature = inspect.signature(function)
        assert signature.return_annotation is not inspect.Signature.empty, function.__qualname__
        for parameter in list(signature.parameters.values())[1 if inspect.isclass(value) else 0 :]:
            assert parameter.annotation is not inspect.Parameter.empty, f"{function.__qualname__}: {parameter}"


def test_type_checkers_see_the_same_names_in_the_same_homes() -> None:
    source = ast.parse((ROOT / "bayou/__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in source.body if isinstance(node, ast.If))
    seen = {alias.name: node.module for node in block.body for alias in node.names}
    assert seen == vars(bayou)["_HOMES"]
    assert sorted(seen) == PUBLIC
    assert (ROOT / "bayou/py.typed").is_file()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        bayou.__getattr__("no_such_name")


def test_star_import_brings_exactly_the_list() -> None:
    program = "before = set(globals()); from bayou import *; print(sorted(set(globals()) - before - {'before'}))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert ast.literal_eval(run.stdout) == PUBLIC


def test_each_error_has_its_own_exit_code() -> None:
    errors = [value for name in PUBLIC if inspect.isclass(value := bayou.__getattr__(name)) and name.endswith("Error")]
    codes = {error.__name__: error.exit_code for error in errors}
    assert len(set(codes.values())) == len(codes), codes
    assert all(0 < code < 64 for code in codes.values())
