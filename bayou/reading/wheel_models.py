"""Opens the models that the rapidocr wheel carries, with OpenVINO. Knows files and graphs; not pages or text.

The wheel's Python code is never imported: its models are data here. PP-OCR's detector, line classifier and recogniser
are PaddlePaddle's, licensed under Apache-2.0 like rapidocr itself.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from bayou.errors import ModelError, UsageError

if TYPE_CHECKING:
    import openvino

DETECTOR = "PP-OCRv6_det_small.onnx"
LINE_CLASSIFIER = "ch_ppocr_mobile_v2.0_cls_mobile.onnx"
RECOGNISER = "PP-OCRv6_rec_small.onnx"


def wheel_model(name: str) -> Path:
    """Path of one of the wheel's models; ModelError where the wheel or the model is missing."""
    spec = importlib.util.find_spec("rapidocr")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("the package rapidocr is not installed: pip install 'rapidocr>=3.10,<3.11'")
    path = Path(spec.submodule_search_locations[0]) / "models" / name
    if not path.is_file():
        raise ModelError(f"the installed rapidocr carries no {name}: pip install 'rapidocr>=3.10,<3.11'", str(path))
    return path


def import_openvino() -> ModuleType:
    """OpenVINO, imported when it is first needed and without its telemetry."""
    importlib.import_module("bayou.engine.runtimes")  # switches the telemetry off
    return importlib.import_module("openvino")


def compile_model(model: openvino.Model, device: str = "CPU", threads: int | None = None) -> openvino.CompiledModel:
    """A graph made ready to run, in float32 on every processor, so that answers don't hang on bf16 units.

    On a CPU nothing is kept of one size of picture for the next: it grew with every new size of page, to gigabytes.

    Args:
        threads: On how many threads of the processor; None leaves it to OpenVINO. Answers don't hang on it.

    Raises:
        UsageError: There is no such device here.
    """
    core = import_openvino().Core()
    families = {name.partition(".")[0] for name in core.available_devices}
    if device.upper().partition(":")[0].partition(".")[0] not in families | {"AUTO", "MULTI", "HETERO"}:
        raise UsageError(f"OpenVINO finds no device {device!r} here, only {', '.join(core.available_devices)}")
    properties: dict[str, str | int] = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    if device == "CPU":
        properties["CPU_RUNTIME_CACHE_CAPACITY"] = "0"
    if threads is not None:
        properties["INFERENCE_NUM_THREADS"] = threads
    return core.compile_model(model, device, properties)


def read_model(name: str) -> openvino.Model:
    """The graph of one of the wheel's models, not yet compiled."""
    return import_openvino().Core().read_model(wheel_model(name))
