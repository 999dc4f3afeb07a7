"""What every benchmark writes down: the machine, the settings, the figures. Knows JSON files; not what is measured."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).resolve().parent / "results"
INSTRUCTIONS = {
    *("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8"),
    *("asimddp", "i8mm", "bf16"),
}
"""Flags of a processor that decide which precision is fast on it."""

PACKAGES = ("numpy", "openvino", "opencv-python-headless", "pillow", "rapidocr", "torch")

Row = Mapping[str, object]
Report = dict[str, Any]


def machine() -> dict[str, object]:
    """Processor, its instructions that matter, cores, memory, system and the versions that decide speed and text."""
    return {
        "processor": _processor(),
        "instructions": _instructions(),
        "cores": os.cpu_count(),
        "memory_gb": round(_memory_bytes() / 2**30, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "tesseract": tesseract_version(),
    }


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _instructions() -> list[str] | None:
    """Which of ``INSTRUCTIONS`` the processor has, where the system tells."""
    information = Path("/proc/cpuinfo")
    if not information.is_file():
        return None
    for line in information.read_text(encoding="utf-8").splitlines():
        if line.startswith(("flags", "Features")):
            return sorted(INSTRUCTIONS & set(line.partition(":")[2].split()))
    return None


def _memory_bytes() -> int:
    import psutil

    return int(psutil.virtual_memory().total)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def tesseract_version() -> str | None:
    """Tesseract's version line, or None where it isn't installed."""
    try:
        run = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return None
    return run.stdout.splitlines()[0]


def commit() -> str | None:
    """The commit that was measured, with a mark where files differ from it; None outside a checkout."""
    try:
        run = subprocess.run(
            ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        return None
    return run.stdout.strip()


def write(name: str, settings: Row, rows: Sequence[Row]) -> Path:
    """Writes ``results/NAME.json`` and returns its path."""
    report = {
        "program": f"python -m benchmarks.{Path(sys.argv[0]).stem}",
        # Where a folder lay is nobody's business; its name is enough.
        "arguments": [Path(argument).name for argument in sys.argv[1:]],
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(),
        "machine": machine(),
        "settings": dict(settings),
        "results": [dict(row) for row in rows],
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read(name: str) -> Report | None:
    """What ``write`` wrote last; None where it never did."""
    path = RESULTS / f"{name}.json"
    if not path.is_file():
        return None
    report: Report = json.loads(path.read_text(encoding="utf-8"))
    return report


def show(rows: Sequence[Row]) -> None:
    """Prints rows as an aligned table, the first row's keys on top."""
    if not rows:
        return
    names = list(rows[0])
    texts = [names, *([_text(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(line[k]) for line in texts) for k in range(len(names))]
    for line in texts:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def _text(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
