"""Rows of data sets, files of them, and what a build leaves of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bayou.data.build import REFUSED
from bayou.data.build_state import NAME
from bayou.data.recipe import Kind, SourceSettings
from tests.data.made_samples import picture

STORY = "It was a dark and stormy night when the old printer by the window began to hum again."


def source(name: str, path: Path, kind: Kind = "json", **more: Any) -> SourceSettings:
    given = {"licence": "CC0-1.0", "task": "general-vqa", **more}
    return SourceSettings(name=name, kind=kind, path=str(path), **given)


def row(image: str | None, question: str, answer: str) -> dict[str, object]:
    turns = [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]
    return {"image": image, "conversations": turns}


def write_rows(path: Path, rows: list[dict[str, object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one) + "\n" for one in rows))
    return path


def questions(path: Path, numbers: Iterator[int] | range) -> Path:
    """A JSON lines file with a picture and a question for each number."""
    rows = []
    for n in numbers:
        name = f"{n}.png"
        path.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(picture(n))
        rows.append(row(name, f"What stands in field {n} of this form?", f"The value {n * 37}."))
    return write_rows(path / "rows.jsonl", rows)


def refusals(output: Path) -> dict[str, str]:
    lines = [json.loads(line) for line in (output / REFUSED).read_text().splitlines()]
    return {line["key"]: line["reason"] for line in lines}


def tree(output: Path) -> dict[str, bytes]:
    """Everything that a build leaves but its memory."""
    return {
        p.relative_to(output).as_posix(): p.read_bytes() for p in output.rglob("*") if p.is_file() and p.name != NAME
    }
