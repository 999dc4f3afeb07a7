"""The folder of a fine-tuning: whose run it holds, and the finished model in it. Knows files; no model, no data."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bayou.config import to_dict
from bayou.errors import UsageError

SAVED = "finetune.json"


def claim_run(run: Path, settings: object, data: Path, weights: Path) -> None:
    """Keep what a run goes by in its folder, or hold it against what the run there was begun with.

    Raises:
        UsageError: It was begun with something else.
    """
    marks = {}
    for name, path in (("data", data), ("weights", weights)):
        with path.open("rb") as file:
            marks[name] = hashlib.file_digest(file, "sha256").hexdigest()
    record = json.dumps({"settings": to_dict(settings), **marks}, indent=1) + "\n"
    path = run / "begun.json"
    if path.exists() and path.read_text(encoding="utf-8") != record:
        raise UsageError("a run with other settings, data or model was begun here: take another output", str(run))
    run.mkdir(parents=True, exist_ok=True)
    path.write_text(record, encoding="utf-8")


def move_in(candidate: Path, output: Path, outcome: Any) -> None:
    """Make the files of ``candidate`` those of ``output``, with what was found before and after (a dataclass)."""
    (candidate / SAVED).write_text(json.dumps(asdict(outcome), indent=1) + "\n", encoding="utf-8")
    for path in sorted(
        candidate.iterdir(), key=lambda path: (path.name == SAVED, path.name)
    ):  # that one says: finished
        os.replace(path, output / path.name)
    candidate.rmdir()
