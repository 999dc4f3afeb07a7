"""The reference runtime (needs torch): the network of ``bayou.model`` on any device of torch's. Knows no text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from bayou.engine.line_tokens import Drafter, LineColumns, line_tokens
from bayou.engine.runtime import BoolArray, Cache, Encoded, FloatArray, IntArray, Precision, TowerPrecision
from bayou.engine.weight_files import Weights
from bayou.errors import ModelError, UsageError
from bayou.model.config import LineVisionConfig, VLMConfig
from bayou.model.language import KeyValueCache
from bayou.model.line_vlm import LineVLM
from bayou.model.vlm import MississippiVLM
from bayou.model.weights import check_shapes

_TYPES = {"float32": torch.float32, "bf16": torch.bfloat16, "int8": torch.float32, "int4": torch.float32}
"""Weights in 8 and 4 bits are rounded before they come here; this runtime computes with what they stand for."""


class TorchCache:
    """A cache of the network's own kind."""

    def __init__(self, layers: int, batch: int) -> None:
        self.pairs = KeyValueCache(layers)
        self._batch = batch

    @property
    def batch(self) -> int:
        return self._batch

    @property
    def length(self) -> int:
        return self.pairs.length

    def keep(self, rows: Sequence[int]) -> None:
        self.pairs.keep(torch.tensor(list(rows)))
        self._batch = len(rows)

    def fill(self, tensors: Iterable[Tensor]) -> None:
        """Hold these instead: keys, then values of each layer in turn."""
        self.pairs.fill(tensors)
        self._batch = len(next(self.pairs.tensors()))

    def state(self) -> Iterator[FloatArray]:
        for tensor in self.pairs.tensors():
            yield _array(tensor)


class TorchRuntime:
    """A member as a torch network; see ``bayou.engine.runtime.Runtime``.

    Args:
        weights: All of the member's tensors, and no others.
        drafter: Spells nano's drafts; None for members with square tiles.
        device: torch's name of it: "cpu", "cuda", "cuda:1", "mps"...

    Raises:
        ModelError: The weights are not those of the configuration.
        UsageError: A precision or device that this runtime doesn't have.
    """

    name = "torch"

    def __init__(
        self,
        config: VLMConfig,
        weights: Weights,
        precision: Precision,
        drafter: Drafter | None = None,
        device: str | None = None,
    ) -> None:
        if precision not in _TYPES:
            raise UsageError(f"the torch runtime has no precision {precision!r}, only {', '.join(_TYPES)}")
        self.config, self.precision, self.drafter = config, precision, drafter
        self.tower_precision: TowerPrecision = "bf16" if precision == "bf16" else "float32"
        self._type = _TYPES[precision]
        self._device = _known_device(device or "cpu")
        with torch.device("meta"):
            network = LineVLM(config) if isinstance(config.vision, LineVisionConfig) else MississippiVLM(config)
        expected = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
        check_shapes(expected, weights.shapes(), weights.source or None)
        try:
            tensors = {name: torch.tensor(weights[name].dense()).to(self._device, self._type) for name in expected}
        except torch.OutOfMemoryError as error:
            advice = "bf16 takes half" if self._type == torch.float32 else "choose another device"
            raise UsageError(f"{self._device} has too little free memory for {precision}; {advice}") from error
        network.load_state_dict(tensors, assign=True)
        self._network = network.eval()

    def _tensor(self, values: FloatArray) -> Tensor:
        return torch.tensor(values).to(self._device, self._type)

    @torch.inference_mode()
    def encode(self, pixels: Sequence[FloatArray], doubted: bool = False) -> list[Encoded]:
        network = self._network
        if isinstance(network, MississippiVLM):
            return [Encoded(_array(network.encode(self._tensor(tile[None]))[0])) for tile in pixels]
        if self.drafter is None:
            raise ModelError("a line tower without a drafter")
        columns = []
        for line in pixels:
            features = network.vision_model(self._tensor(line[None]))[0]
            best = network.vision_model.head(features).float().softmax(-1).max(-1)
            columns.append(LineColumns(_array(features), best.indices.cpu().numpy(), _array(best.values)))
        projector = network.projector
        return line_tokens(columns, self.drafter, lambda rows: _array(projector(self._tensor(rows))), self.embed)

    @torch.inference_mode()
    def embed(self, ids: IntArray) -> FloatArray:
        return _array(self._network.language_model.embed(torch.tensor(ids, device=self._device).long()))

    def new_cache(self, batch: int) -> TorchCache:
        return TorchCache(self.config.language.num_hidden_layers, batch)

    def restore(self, state: Iterable[FloatArray]) -> TorchCache:
        cache = self.new_cache(0)
        cache.fill(self._tensor(array) for array in state)
        return cache

    @torch.inference_mode()
    def step(
        self,
        cache: Cache,
        embeds: FloatArray,
        positions: IntArray,
        visible: BoolArray,
        wanted: IntArray | None = None,
    ) -> FloatArray:
        if not isinstance(cache, TorchCache):
            raise TypeError("a cache of another runtime")
        decoder = self._network.language_model
        places = torch.tensor(positions, device=self._device)
        mask = torch.tensor(visible, device=self._device)[:, None]
        hidden = decoder.hidden_states(self._tensor(embeds), places, mask, cache.pairs)
        if wanted is not None:
            rows = torch.arange(len(wanted), device=self._device)[:, None]
            hidden = hidden[rows, torch.tensor(wanted, device=self._device)]
        return _array(decoder.logits(hidden))


def _array(values: Tensor) -> FloatArray:
    found: FloatArray = values.float().cpu().numpy()
    return np.ascontiguousarray(found)


def _known_device(device: str) -> torch.device:
    try:
        known = torch.device(device)
        torch.empty(1, device=known)
    except (RuntimeError, AssertionError) as error:  # AssertionError: torch built without CUDA
        raise UsageError(f"torch has no device {device!r} here, only {', '.join(_devices())}") from error
    return known


def _devices() -> list[str]:
    found = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return ["cpu", *(name for name, there in found.items() if there)]
