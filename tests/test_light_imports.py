"""What reads documents imports without torch and without the extras, and ``import bayou`` costs next to nothing."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = "apted datasets fsspec matplotlib onnx onnxruntime openpyxl pandas pyarrow rapidfuzz ray tensorboard".split()
HEAVY = ["torch", "transformers", *EXTRAS]
IMPORT_SECONDS_BOUND = 0.3

BLOCK_AND_IMPORT = """
import importlib, json, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {heavy!r}:
            raise ModuleNotFoundError("blocked by the test: " + name, name=name)

sys.meta_path.insert(0, Blocked())
failed = {{}}
for name in json.load(sys.stdin):
    try:
        importlib.import_module(name)
    except ImportError as error:
        failed[name] = str(error)
print(json.dumps(failed))
"""


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def test_everything_but_the_announced_files_imports_without_torch() -> None:
    modules = [module_name(p) for p in sorted((ROOT / "bayou").rglob("*.py")) if "torch" not in first_line(p)]
    assert {"bayou", "bayou.documents.document"} <= set(modules)
    result = subprocess.run(
        [sys.executable, "-c", BLOCK_AND_IMPORT.format(heavy=HEAVY)],
        input=json.dumps(modules),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert json.loads(result.stdout.splitlines()[-1]) == {}


def test_the_block_blocks() -> None:
    result = subprocess.run(
        [sys.executable, "-c", BLOCK_AND_IMPORT.format(heavy=["colorsys"])],
        input='["colorsys"]',
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert "colorsys" in json.loads(result.stdout.splitlines()[-1])


def test_import_bayou_is_quick_and_brings_nothing_along() -> None:
    program = (
        "import sys, time; start = time.process_time(); import bayou; seconds = time.process_time() - start; "
        "print(seconds); print(' '.join(sys.modules))"
    )
    seconds = []
    for _ in range(3):
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
        time_line, modules = run.stdout.splitlines()
        seconds.append(float(time_line))
        assert not {"numpy", "PIL", "cv2", "openvino", "rapidocr", "torch"} & set(modules.split())
    assert min(seconds) < IMPORT_SECONDS_BOUND
