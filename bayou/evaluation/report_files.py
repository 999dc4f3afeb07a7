"""Reports as files beside the results they are of. Knows names; not what is in them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from bayou.documents.write_file import whole_file
from bayou.evaluation.comparison import Comparison
from bayou.evaluation.report import Report
from bayou.evaluation.report_html import report_html
from bayou.evaluation.report_markdown import comparison_markdown, report_markdown


def write_report(report: Report, folder: Path) -> dict[str, Path]:
    """``report.md``, ``report.html`` and ``report.json``, each whole; OutputError where one can't be written."""
    texts = {
        "md": report_markdown(report),
        "html": report_html(report),
        "json": json.dumps(report, indent=1, ensure_ascii=False) + "\n",
    }
    return {kind: _write(folder / f"report.{kind}", text) for kind, text in texts.items()}


def write_comparison(comparison: Comparison, folder: Path) -> dict[str, Path]:
    """``comparison.md`` and ``comparison.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "md": comparison_markdown(comparison),
        "json": json.dumps(asdict(comparison), indent=1, ensure_ascii=False) + "\n",
    }
    return {kind: _write(folder / f"comparison.{kind}", text) for kind, text in texts.items()}


def _write(path: Path, text: str) -> Path:
    with whole_file(path) as file:
        file.write(text.encode("utf-8"))
    return path
