"""What OpenVINO is told for each precision. Knows property names; no graphs."""

from __future__ import annotations

from typing import Any

from bayou.engine.runtime import Precision

DEFAULT_DEVICE = "CPU"
_EXACT = {
    "INFERENCE_PRECISION_HINT": "f32",
    "KV_CACHE_PRECISION": "f32",
    "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0",
}


def decoder_properties(precision: Precision, threads: int | None) -> dict[str, Any]:
    """For a decoder: one inference at a time on all threads.

    int8 here means weights alone: activations stay float32, so that the text doesn't hang on what shares its batch.
    """
    properties: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY", **_EXACT}
    if precision == "bf16":
        properties |= {"INFERENCE_PRECISION_HINT": "bf16", "KV_CACHE_PRECISION": "bf16"}
    if threads is not None:
        properties["INFERENCE_NUM_THREADS"] = threads
    return properties


def tower_properties(precision: Precision, threads: int | None, device: str) -> dict[str, Any]:
    """For a tower: as the decoder, and on a CPU nothing prepared for one width is kept for the next.

    What is kept would grow with every new width of a line, to hundreds of megabytes; making it anew costs a twentieth
    of a page's time. Several pictures side by side, a thread each, were no faster and took 100 MB more.
    """
    properties = decoder_properties(precision, threads)
    if device == DEFAULT_DEVICE:
        properties["CPU_RUNTIME_CACHE_CAPACITY"] = "0"
    return properties
