"""What OpenVINO is told for each precision, and what a device can. Knows property names; no graphs."""

from __future__ import annotations

from typing import Any

import openvino as ov

from bayou.engine.runtime import Precision, TowerPrecision

DEFAULT_DEVICE = "CPU"
LINES_SIDE_BY_SIDE = 2
"""Lines in nano's tower at a time, each on its share of the threads."""

_EXACT = {
    "INFERENCE_PRECISION_HINT": "f32",
    "KV_CACHE_PRECISION": "f32",
    "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0",
}
_BFLOAT16 = {"INFERENCE_PRECISION_HINT": "bf16", "KV_CACHE_PRECISION": "bf16"}
"""A processor without bfloat16 arithmetic computes in float32 all the same."""

_GROUP = "128"
"""Inputs that share a scale where they are rounded to 8 bits for each product, row by row and as they come.

On two cores with avx512-vnni, processor time of random weights of the full 0.8B, with it against without: a prompt of
512 positions int8 0.60, int4 0.83; one position int8 1.08, int4 0.65; a tile through the tower with int8 matrices 0.72
of bfloat16. Groups of 32 were no better in any of them. Where there is no vnni the plugin leaves inputs in float32.
"""


def multiplies_bfloat16(device: str | None) -> bool:
    """Whether this machine's processor has instructions for it; other devices are taken to keep 16 bits as they are."""
    name = (device or DEFAULT_DEVICE).upper()
    return name != DEFAULT_DEVICE or "BF16" in ov.Core().get_property(name, "OPTIMIZATION_CAPABILITIES")


def decoder_properties(precision: Precision, threads: int | None) -> dict[str, Any]:
    """For nano's decoder: one inference at a time on all threads.

    int8 here means weights alone: activations stay float32, so that the text doesn't hang on what shares its batch.
    """
    return _properties(_BFLOAT16 if precision == "bf16" else {}, threads)


def square_properties(precision: Precision | TowerPrecision, threads: int | None, kept: str = "bf16") -> dict[str, Any]:
    """For tower or decoder of a member with square tiles.

    All but float32 compute in bfloat16; matrices in 8 or 4 bits are multiplied with inputs rounded to 8.

    Args:
        kept: The 16-bit type of keys and values, where not all is float32; see ``kept_type``.
    """
    if precision == "float32":
        return _properties({}, threads)
    group = _GROUP if precision in ("int8", "int4") else "0"
    others = {"KV_CACHE_PRECISION": kept, "DYNAMIC_QUANTIZATION_GROUP_SIZE": group}
    return _properties({**_BFLOAT16, **others}, threads)


def kept_type(device: str | None) -> str:
    """In which 16 bits a device keeps keys and values: asked for bfloat16, a CPU without it would take float32."""
    return "bf16" if multiplies_bfloat16(device) else "f16"


def _properties(chosen: dict[str, str], threads: int | None) -> dict[str, Any]:
    properties: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY", **_EXACT, **chosen}
    if threads is not None:
        properties["INFERENCE_NUM_THREADS"] = threads
    return properties


def tower_properties(
    precision: Precision, threads: int | None, device: str, side_by_side: int = LINES_SIDE_BY_SIDE
) -> dict[str, Any]:
    """For nano's tower: as the decoder, but on a CPU two lines side by side and nothing kept of one width for the next.

    What is kept would grow with every new width of a line, to hundreds of megabytes; making it anew costs a twentieth
    of a page's time. Two lines on a thread each take a fifth less time than one line on two, whose threads wait for
    each other a hundred times; every further line would need 60 MB more.
    """
    properties = decoder_properties(precision, threads)
    if device == DEFAULT_DEVICE:
        properties["CPU_RUNTIME_CACHE_CAPACITY"] = "0"
        properties["NUM_STREAMS"] = str(min(side_by_side, threads or side_by_side))
    return properties
