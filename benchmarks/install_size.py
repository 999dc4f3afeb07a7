"""What ``pip install .`` brings: the size of a fresh environment and its largest packages. Knows folders of files.

    python -m benchmarks.install_size

Fails where torch, onnxruntime or a second OpenCV comes along, or the whole exceeds 650 MB. Figures go to
``results/install_size.json``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from benchmarks import measurement

MOST_MB = 650
UNWANTED = {"torch", "onnxruntime", "onnx", "opencv-python", "opencv-contrib-python"}
SHOWN = 8


def size_mb(folder: Path) -> float:
    """Megabytes (10**6 bytes) of all files below a folder; a link counts nothing."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) / 1e6


def main() -> int:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "environment"
        venv.create(folder, with_pip=True)
        python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        empty = size_mb(folder)
        pip = [str(python), "-m", "pip"]
        constraints = ["--constraint", str(measurement.ROOT / "constraints.txt")]
        subprocess.run([*pip, "install", "--quiet", *constraints, str(measurement.ROOT)], check=True)
        listing = subprocess.run([*pip, "list", "--format=json"], check=True, capture_output=True, text=True).stdout
        packages = {package["name"].lower() for package in json.loads(listing)}
        whole = size_mb(folder)
        site = next(folder.rglob("site-packages"))
        parts = sorted(((size_mb(part), part.name) for part in site.iterdir() if part.is_dir()), reverse=True)
    rows = [{"what": "environment with bayou", "mb": whole}, {"what": "empty environment (pip)", "mb": empty}]
    rows += [{"what": name, "mb": size} for size, name in parts[:SHOWN]]
    measurement.show(rows)
    unwanted = sorted(packages & UNWANTED)
    print(measurement.write("install_size", {"limit_mb": MOST_MB, "packages": len(packages)}, rows))
    if unwanted or whole > MOST_MB:
        print(f"install_size: {whole:.0f} MB of {MOST_MB} allowed; unwanted packages: {unwanted or 'none'}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
