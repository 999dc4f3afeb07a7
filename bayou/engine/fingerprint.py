"""Which model computes, in one short word. Knows files and versions; not what is computed."""

from __future__ import annotations

import hashlib
import sys
from importlib.metadata import version
from pathlib import Path

from bayou.engine.runtime import Runtime

SAMPLES = 64
SAMPLE_BYTES = 4096


def fingerprint(folder: Path, runtime: Runtime, device: str | None) -> str:
    """Differs where what a model computes may differ: other weights, runtime, precision, device or version.

    Weights are known by size, time of change and 64 places of each file: reading all of them would take seconds.
    """
    ours = vars(sys.modules["bayou"])["__version__"]
    made_by = f"{ours} {runtime.name} {version(runtime.name)} {runtime.precision} {runtime.tower_precision} {device}"
    said = hashlib.sha256(made_by.encode())
    for path in sorted([*folder.glob("*.json"), *folder.glob("*.safetensors")]):
        status = path.stat()
        said.update(f"\n{path.name} {status.st_size} {status.st_mtime_ns}".encode())
        with path.open("rb") as file:
            for place in range(SAMPLES):
                file.seek(place * status.st_size // SAMPLES)
                said.update(file.read(SAMPLE_BYTES))
    return said.hexdigest()[:32]
