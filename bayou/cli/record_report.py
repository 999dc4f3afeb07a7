"""What ``bayou extract`` shows and gathers: records on standard output, or in tables. Knows extractions as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bayou.cli.read_report import ReadReport
from bayou.errors import BayouError
from bayou.reading.folder_run import Outcome
from bayou.reading.folder_workers import Failure
from bayou.reading.gathered import gather, read_record
from bayou.reading.record_tables import csv_text, main_table


class RecordReport(ReadReport):
    """The report of a run whose texts are extractions, a line of JSON each."""

    _format = "json"
    _values = False
    _schema: Mapping[str, Any] = {}

    def show(self, format: str, schema: Mapping[str, Any], values: bool) -> None:
        """How records go to standard output; ``values``: without their evidence."""
        self._format, self._schema, self._values = format, schema, values
        self._names: list[str] = []
        self._begun = False

    def outcome(self, outcome: Outcome) -> None:
        """Takes in what became of one source; its record in the format that is shown."""
        if outcome.status != "failed":
            self._names.append(outcome.source.name)
        text = self._shown(json.loads(outcome.text)) if outcome.text else ""
        super().outcome(replace(outcome, text=text))

    def _shown(self, extraction: dict[str, Any]) -> str:
        if self._format == "csv":
            rows = main_table(self._schema, [extraction], whole=True)
            rows = rows[1:] if self._begun else rows
            self._begun = True
            return csv_text(rows)
        shown = extraction["record"] if self._values else extraction
        return json.dumps(shown, ensure_ascii=False, indent=2 if self._format == "json" else None) + "\n"

    def gather(self, output: Path, formats: Sequence[str], schema: Mapping[str, Any], overwrite: bool) -> None:
        """Writes the tables of all records of the run; a table that can't be written is a failure of the run."""
        records = [record for name in sorted(self._names) if (record := read_record(output, name)) is not None]
        try:
            gather(output, formats, schema, records, overwrite)
        except BayouError as error:
            self.stopped(Failure(str(error), error.exit_code))
