"""The tables of all records of a run, beside its files and noted in its manifest. Knows names; not what records say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bayou.documents.write_file import whole_file
from bayou.errors import OutputError
from bayou.reading.folder_outputs import SUFFIX_OF, encoded
from bayou.reading.manifest import Entry, Made, Manifest, OutputFile
from bayou.reading.record_tables import csv_text, list_table, lists_of, main_table, workbook

NAME = "records"
_KEY = "<records>"
"""The tables' entry in the manifest; no source is called so."""


def read_record(folder: Path, name: str) -> dict[str, Any] | None:
    """The extraction that a run left of the document of this name; None where it left none."""
    path = folder / (name + SUFFIX_OF["record"])
    if not path.is_file():
        return None
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {**record, "name": name}


def gather(
    folder: Path,
    formats: Sequence[str],
    schema: Mapping[str, Any],
    records: Sequence[Mapping[str, Any]],
    overwrite: bool,
) -> None:
    """Writes ``records.csv`` (and a CSV for each list), ``records.jsonl``, ``records.xlsx``, whichever are asked for.

    Raises:
        OutputError: A table can't be written, or a file that bayou didn't write, or that was changed, is in the way.
        MissingExtraError: A workbook without the extra ``xlsx``.
    """
    wanted = {name: make for format in formats if format in _MAKERS for name, make in _MAKERS[format](schema, records)}
    if not wanted:
        return
    with Manifest(folder) as manifest:
        before = manifest.entries.get(_KEY)
        known = {output.name: output for output in before.outputs} if before is not None else {}
        for name in wanted if not overwrite else ():
            path = folder / name
            if path.exists() and (name not in known or known[name].state(folder) == "changed"):
                raise OutputError("exists, and isn't as bayou wrote it; --overwrite replaces it", str(path))
        for name, make in wanted.items():
            data = make()
            with whole_file(folder / name) as file:
                file.write(data)
            known[name] = OutputFile(name, len(data), hashlib.sha256(data).hexdigest())
        made = {"tables": Made("", "", tuple(known.values()))}
        manifest.record(Entry(_KEY, NAME, "read", formats=made))


Files = list[tuple[str, Callable[[], bytes]]]


def _csv(schema: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> Files:
    files: Files = [(f"{NAME}.csv", lambda: encoded(csv_text(main_table(schema, records, whole=False))))]
    for path, columns in lists_of(schema).items():

        def make(path: str = path, columns: Sequence[str] = columns) -> bytes:
            return encoded(csv_text(list_table(path, columns, records)))

        files.append((f"{NAME}.{path}.csv", make))
    return files


def _jsonl(schema: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> Files:
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    return [(f"{NAME}.jsonl", lambda: encoded("".join(lines)))]


def _xlsx(schema: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> Files:
    return [(f"{NAME}.xlsx", lambda: workbook(schema, records))]


_MAKERS: Mapping[str, Callable[[Mapping[str, Any], Sequence[Mapping[str, Any]]], Files]] = {
    "csv": _csv,
    "jsonl": _jsonl,
    "xlsx": _xlsx,
}
