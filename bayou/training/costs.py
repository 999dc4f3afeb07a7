"""What a step of a square-tile member costs: operations and bytes, counted from its shape. Knows no torch, no data.

Operations are those of matrix products, a multiplication and an addition each, as in published figures of MFU; what is
computed a second time to save memory is not counted. Activations are an estimate from what the layers keep.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from bayou.inputs.template import TOKENS_PER_TILE
from bayou.model.config import VisionConfig, VLMConfig
from bayou.model.square_layout import DECODER, EMBEDDINGS, OUTPUT, PROJECTOR, TOWER, tensor_shapes
from bayou.training.vlm_settings import PARTS, EngineSettings, Stage

_PREFIXES = {"vision": TOWER, "projector": PROJECTOR, "language": DECODER}


def parameters(shape: VLMConfig) -> dict[str, int]:
    """Parameters of each part."""
    shapes = tensor_shapes(shape)
    return {
        part: sum(prod(size) for name, size in shapes.items() if name.startswith(prefix))
        for part, prefix in _PREFIXES.items()
    }


@dataclass(frozen=True, slots=True)
class Load:
    """What is put through the network.

    Attributes:
        tokens: Places of the sequences, visual ones included.
        answers: Places whose next token is learnt.
        tiles: Tiles.
        document: Mean length of a document, for attention.
    """

    tokens: float
    answers: float
    tiles: float
    document: float


@dataclass(frozen=True, slots=True)
class Work:
    """Operations of one part: forward through its weights, forward in attention, backward."""

    weights: float
    attention: float
    backward: float

    @property
    def all(self) -> float:
        return self.weights + self.attention + self.backward


def forward(shape: VLMConfig, load: Load) -> dict[str, tuple[float, float]]:
    """Operations of a forward pass of each part: through its weights, and in attention."""
    vision, language = shape.vision, shape.language
    assert isinstance(vision, VisionConfig)
    sizes = tensor_shapes(shape)
    matrices = {name: prod(size) for name, size in sizes.items() if len(size) >= 2 and name.endswith("weight")}
    patches = (vision.image_size // vision.patch_size) ** 2
    inner = sum(size for name, size in matrices.items() if name.startswith(TOWER) and "layers" in name)
    projector = sum(size for name, size in matrices.items() if name.startswith(PROJECTOR))
    decoder = sum(size for name, size in matrices.items() if name.startswith(DECODER + "model.layers"))
    output = matrices[OUTPUT if OUTPUT in matrices else EMBEDDINGS]
    heads = language.num_attention_heads * language.head_dim
    tower_attention = 4 * (patches + 1) ** 2 * vision.hidden_size * vision.num_hidden_layers
    # Causal: a token looks at half of its document on average.
    attention = 4 * load.tokens * load.document / 2 * heads * language.num_hidden_layers
    return {
        "vision": (2 * load.tiles * inner * (patches + 1) + _patches(shape, load), load.tiles * tower_attention),
        "projector": (2 * load.tiles * TOKENS_PER_TILE * projector, 0.0),
        "language": (2 * (load.tokens * decoder + load.answers * output), attention),
    }


def training(shape: VLMConfig, load: Load, rates: Mapping[str, float]) -> dict[str, Work]:
    """Operations of a step of each part; ``rates`` says which learn.

    Backward, a part costs its weights once more where it learns, and once more (attention twice) where it or a part
    before it learns.
    """
    work, reached = {}, False
    for part in PARTS:
        weights, attention = forward(shape, load)[part]
        learns = rates[part] > 0
        # Gradients of inputs are needed where something before learns, or within the part itself, whose layers follow;
        # of pixels never.
        reached = reached or learns
        inner = weights - _patches(shape, load) if part == "vision" else weights
        work[part] = Work(weights, attention, (inner + 2 * attention) * reached + weights * learns)
    return work


def _patches(shape: VLMConfig, load: Load) -> float:
    """Operations of the patch embedding."""
    vision = shape.vision
    assert isinstance(vision, VisionConfig)
    patches = (vision.image_size // vision.patch_size) ** 2
    return 2 * load.tiles * patches * prod(tensor_shapes(shape)[TOWER + "embeddings.patch_embedding.weight"])


@dataclass(frozen=True, slots=True)
class Adapted:
    """What low-rank adapters make of a network.

    Attributes:
        learnt: Their parameters, all that learns.
        matrices: Elements of the matrices in whose place they stand.
        layer: Of these, in the largest layer.
    """

    learnt: int
    matrices: int
    layer: int


def memory(
    shape: VLMConfig, stage: Stage, engine: EngineSettings, shares: int, adapted: Adapted | None = None
) -> dict[str, float]:
    """Bytes that a process needs, by what for; activations and adapted matrices are estimates.

    Args:
        shares: Processes among which weights are shared out.
        adapted: Where adapters learn, and not the parts themselves.
    """
    vision, language = shape.vision, shape.language
    assert isinstance(vision, VisionConfig)
    counts, rates = parameters(shape), stage.rates
    learnt = sum(counts[part] for part in PARTS if rates[part] > 0) if adapted is None else adapted.learnt
    wide = 2 if engine.precision == "bf16" else 4
    sizes = tensor_shapes(shape)
    layer = max(
        sum(prod(size) for name, size in sizes.items() if name.startswith(prefix))
        for prefix in (f"{TOWER}encoder.layers.0.", f"{DECODER}model.layers.0.")
    )
    ends = sum(prod(size) for name, size in sizes.items() if "layers." not in name)
    need = {
        "weights, float32": 4 * sum(counts.values()) / shares,
        "gradients, float32": 4 * learnt / shares,
        "optimiser, float32": 8 * learnt / shares,
        "layers in use": wide * (2 * layer + ends) + 4 * layer,
        "activations": _activations(shape, stage, engine),
        "logits": 3 * 4 * engine.loss_rows * language.vocab_size,
    }
    if adapted is not None:
        # The matrix that a layer takes instead of its own is kept for gradients, in float32 too where rows are scaled;
        # one layer's is made in float32, and has a gradient before the adapter has one.
        kept = adapted.layer if engine.recompute else adapted.matrices
        need["adapted matrices"] = (wide + 4) * kept + 8 * adapted.layer
    return need


def _activations(shape: VLMConfig, stage: Stage, engine: EngineSettings) -> float:
    vision, language = shape.vision, shape.language
    assert isinstance(vision, VisionConfig)
    rows = stage.tiles_a_pack * ((vision.image_size // vision.patch_size) ** 2 + 1)
    heads = (2 * language.num_attention_heads + 2 * language.num_key_value_heads) * language.head_dim
    kept = {
        "vision": (rows * 2 * vision.hidden_size, rows * (20 * vision.hidden_size + 4 * vision.intermediate_size)),
        "language": (
            stage.tokens_a_pack * 2 * language.hidden_size,
            stage.tokens_a_pack * (22 * language.hidden_size + 2 * heads + 8 * language.intermediate_size),
        ),
    }
    layers = {"vision": vision.num_hidden_layers, "language": language.num_hidden_layers}
    total = 0.0
    for part, (between, within) in kept.items():
        if part == "vision" and stage.vision == 0:
            total += between + within  # nothing is kept but the layer at work
        elif part in engine.recompute:
            total += layers[part] * between + within
        else:
            total += layers[part] * within
    return total * (1 if engine.precision == "bf16" else 2)
