"""``bayou search`` as a user sees it: a line a place, JSON, and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bayou.cli.main import main
from bayou.cli.search import search
from bayou.documents.document import Document
from bayou.errors import InputError
from tests.reading.documents import noise
from tests.reading.placed_lines import invoice, page

ROOT = Path(__file__).resolve().parents[2]
Captured = pytest.CaptureFixture[str]


class Reads:
    """A reader of one document, whatever it is given."""

    def __init__(self, document: Document | None = None) -> None:
        self.document, self.given = document, list[Any]()

    def make(self, settings: Any) -> Reads:
        return self

    def as_document(self, source: Any, options: Any) -> Document:
        self.given.append((source, options))
        if self.document is None:
            raise InputError("is damaged", str(source))
        return self.document


def bayou(reads: Reads, *arguments: str | Path) -> int:
    return main(["search", *map(str, arguments)], reads.make)  # type: ignore[arg-type]


def test_a_line_for_each_place(tmp_path: Path, capsys: Captured) -> None:
    scan = noise(tmp_path / "a.png")
    reads = Reads(Document((page(1, "Fee 5.00", "none"), page(2, "no fee"))))
    assert bayou(reads, scan, "FEE") == 0
    assert capsys.readouterr() == (f"{scan}:1:1: Fee 5.00\n{scan}:2:1: no fee\n", "")
    ((source, options),) = reads.given
    assert (source, options.pages, options.dpi) == (scan, None, 200)
    assert bayou(reads, scan, "fee", "--limit", "1", "--pages", "1-2", "--password", "x") == 0
    assert capsys.readouterr().out == f"{scan}:1:1: Fee 5.00\n"
    assert (reads.given[1][1].pages, reads.given[1][1].password) == ("1-2", "x")


def test_json_has_boxes_and_documents_that_were_read_are_not_read_again(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "invoice.json"
    path.write_text(invoice().to_json(), encoding="utf-8")
    assert bayou(Reads(), path, "total due", "--json") == 0
    (told,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (told["file"], told["page"], told["line"], told["quote"]) == (str(path), 1, 6, "Total due")
    assert (told["context"], told["score"], len(told["boxes"])) == ("Total due £4,399.14", 1.0, 1)


def test_what_is_nowhere_has_its_exit_code(tmp_path: Path, capsys: Captured) -> None:
    reads = Reads(invoice())
    assert bayou(reads, noise(tmp_path / "a.png"), "warranty") == 11
    assert capsys.readouterr() == ("", "bayou: 'warranty' was not found in 1 document\n")
    assert bayou(reads, tmp_path, "warranty", "--quiet") == 11
    assert capsys.readouterr() == ("", "")


def test_failures_are_told_and_the_others_searched(tmp_path: Path, capsys: Captured) -> None:
    good, bad = tmp_path / "good.json", noise(tmp_path / "bad.png")
    good.write_text(invoice().to_json(), encoding="utf-8")
    assert bayou(Reads(), bad, "total") == 3
    assert bayou(Reads(), bad, good, "subtotal") == 10
    out, err = capsys.readouterr()
    assert out == f"{good}:1:5: Subtotal £3,858.90\n" and err.count("bad.png: is damaged") == 2
    assert bayou(Reads(), tmp_path / "none.png", "total") == 3


@pytest.mark.parametrize("arguments", [["total"], ["a.png", "  "], ["a.png", "total", "--pages", "3-1"]])
def test_a_wrong_call_is_told_before_anything_is_read(capsys: Captured, arguments: list[str]) -> None:
    reads = Reads(invoice())
    assert bayou(reads, *arguments) == 2
    assert capsys.readouterr().err and not reads.given


def test_the_guide_knows_every_option_of_search() -> None:
    guide = (ROOT / "docs/guide/ask.md").read_text(encoding="utf-8")
    options = {name for parameter in search.params for name in parameter.opts if name.startswith("--")}
    assert {name for name in options if f"`{name}" not in guide} == set()
