"""A run's log as curves of numbers over steps. Knows the log's form; draws nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bayou.errors import InputError

LOG_FILE = "log.jsonl"
PICTURES = "pictures"


@dataclass(frozen=True, slots=True)
class Curve:
    """Values by step, ascending; of a step that was made twice (a run that went on) the later."""

    steps: list[int]
    values: list[float]


@dataclass(frozen=True, slots=True)
class RunCurves:
    """One log: its name within what was asked for, its curves by name, its pictures in the order of their steps."""

    name: str
    curves: dict[str, Curve]
    pictures: list[Path]


def read_runs(folders: list[Path]) -> list[RunCurves]:
    """The logs of some runs, each run's ranks and stages apart.

    Args:
        folders: Each holds a log, anywhere within it; or is the log itself.

    Raises:
        InputError: A folder holds no log, or a log is damaged.
    """
    runs = []
    for folder in folders:
        logs = [folder] if folder.is_file() else sorted(folder.rglob(LOG_FILE))
        if not logs:
            raise InputError(f"no run here: there is no {LOG_FILE} in it", str(folder))
        for log in logs:
            place = "" if log == folder else log.parent.relative_to(folder).as_posix().replace("logs/", "")
            name = folder.name if place in ("", ".") else f"{folder.name}/{place}"
            runs.append(RunCurves(name, _curves(log), sorted((log.parent / PICTURES).glob("*.png"))))
    return runs


def _curves(log: Path) -> dict[str, Curve]:
    values: dict[str, dict[int, float]] = {}
    for number, row in enumerate(log.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            entries = json.loads(row)
            step = int(entries.pop("step"))
        except (ValueError, KeyError, AttributeError) as error:
            raise InputError(f"line {number} is no entry of a log", str(log)) from error
        for name, value in entries.items():
            if name != "time" and isinstance(value, int | float):
                values.setdefault(name, {})[step] = float(value)
    return {name: Curve(sorted(found), [found[s] for s in sorted(found)]) for name, found in sorted(values.items())}
