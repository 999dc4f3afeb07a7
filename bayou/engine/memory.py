"""How much memory a member takes in each precision, and which precision fits. Knows sizes; loads nothing.

An estimate for one request with as many tiles as one picture can have and a text of ordinary length. What the operating
system keeps of files for speed's sake is not counted: it gives it up when memory runs short.
"""

from __future__ import annotations

from math import prod

from bayou.engine.quantization import DECODER, EMBEDDINGS, GROUP_SIZES, OUTPUT
from bayou.engine.runtime import Precision, SquarePrecision, TowerPrecision, with_its_tower
from bayou.errors import UsageError
from bayou.model.config import LineVisionConfig, VLMConfig
from bayou.model.square_layout import tensor_shapes

PROGRAM = 330_000_000
"""Python, OpenVINO and what they need to run anything."""

NANO = 500_000_000
TEXT_POSITIONS = 1280
"""Question and answer."""

_BYTES: dict[Precision | TowerPrecision, float] = {
    "float32": 8.0,  # once in the graph, once as the plugin arranges it
    "bf16": 2.0,
    "int8": 1.0,
    "int4": 0.5 + 2.5 / GROUP_SIZES[0],
}
_TORCH_BYTES: dict[Precision | TowerPrecision, float] = {"float32": 4.0, "bf16": 2.0, "int8": 4.0, "int4": 4.0}
_STREAM_COPIES, _INNER_COPIES = 8, 4
"""Arrays of the stream's and of the feed-forward's width that an inference holds at its fullest."""

_WIDE_TOWER = 4.0
"""Bytes a number of a bfloat16 tower where the processor doesn't multiply in bfloat16: OpenVINO makes float32 of it.

Of a decoder, whose state tells OpenVINO that it is a language model, it doesn't.
"""

OPENVINO_CHOICES = (
    SquarePrecision("int8", "bf16"),
    SquarePrecision("int8", "int8"),
    SquarePrecision("int4", "int8"),
)
"""bayou's default, and what it gives way to where memory is short."""

TORCH_CHOICES = (SquarePrecision("float32", "float32"), SquarePrecision("bf16", "bf16"))


def memory_needed(
    config: VLMConfig, precision: SquarePrecision, runtime: str = "openvino", bfloat16: bool = True
) -> int:
    """Bytes at the fullest moment.

    Args:
        bfloat16: Whether the device multiplies in bfloat16.
    """
    if isinstance(config.vision, LineVisionConfig):
        return NANO
    per_number = dict(_BYTES if runtime == "openvino" else _TORCH_BYTES)
    tower = _WIDE_TOWER if precision.tower == "bf16" and not bfloat16 else per_number[precision.tower]
    weights = 0.0
    for name, shape in tensor_shapes(config).items():
        if not name.startswith(DECODER):
            each = tower
        elif name.endswith(OUTPUT) and precision.decoder == "int4":
            each = per_number["int8"]
        else:
            each = per_number[precision.decoder]
        # OpenVINO's embeddings are read from their file row by row.
        weights += 0 if name.endswith(EMBEDDINGS) and runtime == "openvino" else prod(shape) * each
    width = 4 if precision.decoder == "float32" else 2
    return round(PROGRAM + weights + _kept(config) * width + _passing(config))


def _positions(config: VLMConfig) -> int:
    tiles = 2 * config.max_tiles + 1 if config.use_msac else config.max_tiles + 1
    return tiles * 256 + TEXT_POSITIONS


def _kept(config: VLMConfig) -> int:
    """Numbers of keys and values."""
    language = config.language
    return 2 * language.num_hidden_layers * language.num_key_value_heads * language.head_dim * _positions(config)


def _passing(config: VLMConfig) -> int:
    """Bytes of what one inference computes and forgets: the prompt's, the larger part by far."""
    language = config.language
    row = _STREAM_COPIES * language.hidden_size + _INNER_COPIES * language.intermediate_size
    return 4 * row * _positions(config)


def fitting_precision(
    config: VLMConfig,
    max_memory: int,
    runtime: str = "openvino",
    wanted: SquarePrecision | None = None,
    bfloat16: bool = True,
) -> SquarePrecision:
    """The first of the runtime's choices that needs no more memory than there may be.

    Args:
        max_memory: Bytes.
        wanted: The one that the user asks for, which alone may be taken then.
        bfloat16: Whether the device multiplies in bfloat16.

    Raises:
        UsageError: None fits; the message says what each needs.
    """
    choices = _choices(config, runtime)
    listed = dict.fromkeys((*(() if wanted is None else (wanted,)), *choices))
    needed = {choice: memory_needed(config, choice, runtime, bfloat16) for choice in listed}
    for choice in choices if wanted is None else (wanted,):
        if needed[choice] <= max_memory:
            return choice
    needs = ", ".join(f"{_spelt(choice)} {size / 1e9:.1f} GB" for choice, size in needed.items())
    raise UsageError(f"{max_memory / 1e9:.1f} GB of memory is too little; what it would take: {needs}")


def _choices(config: VLMConfig, runtime: str) -> tuple[SquarePrecision, ...]:
    if isinstance(config.vision, LineVisionConfig):
        return (SquarePrecision("int8", "int8"),)
    return OPENVINO_CHOICES if runtime == "openvino" else TORCH_CHOICES


def _spelt(precision: SquarePrecision) -> str:
    usual = with_its_tower(precision.decoder).tower
    return precision.decoder + (f" with its tower in {precision.tower}" if precision.tower != usual else "")
