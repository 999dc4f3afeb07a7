"""The default runtime: OpenVINO on any of its devices, graphs written from the weights. Knows no torch and no text.

Tiles or lines go through the tower one by one, a few side by side; a batch of lines goes through the decoder together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from types import MappingProxyType

import numpy as np
import openvino as ov

from bayou.engine.calibration import Calibration
from bayou.engine.line_tokens import Drafter, LineColumns, is_doubtful, line_tokens
from bayou.engine.runtime import (
    BoolArray,
    Cache,
    Encoded,
    FloatArray,
    IntArray,
    Precision,
    TowerPrecision,
    with_its_tower,
)
from bayou.engine.runtimes.openvino_calibration import int8_sums
from bayou.engine.runtimes.openvino_decoder import EMBEDDINGS, decoder_graph
from bayou.engine.runtimes.openvino_graph import weight_form
from bayou.engine.runtimes.openvino_line_tower import HEAD, projector_graph, tower_graph
from bayou.engine.runtimes.openvino_settings import (
    DEFAULT_DEVICE,
    LINES_SIDE_BY_SIDE,
    decoder_properties,
    kept_type,
    square_properties,
    tower_properties,
)
from bayou.engine.runtimes.openvino_square import SquareGraphs, square_graphs
from bayou.engine.runtimes.openvino_tower import AdaptiveTower, CompiledTower
from bayou.engine.weight_files import Weights
from bayou.errors import UsageError
from bayou.model.config import LineVisionConfig, VLMConfig

HIDDEN_SCORE = np.float32(-1e30)
"""Added to a hidden slot's score: no probability is left of it, and it fits bfloat16."""


PROJECTED_AT_ONCE = 128
"""Rows that go through nano's projector at a time, filled up with zeros: for each new number of them the plugin would
keep something for good."""


class OpenVINOCache:
    """A cache that lives in an inference request's state."""

    def __init__(self, request: ov.InferRequest, batch: int) -> None:
        self.request = request
        self.rows = np.arange(batch, dtype=np.int32)
        self._length = 0

    @property
    def batch(self) -> int:
        return len(self.rows)

    @property
    def length(self) -> int:
        return self._length

    def keep(self, rows: Sequence[int]) -> None:
        self.rows = self.rows[list(rows)]

    def state(self) -> Iterator[FloatArray]:
        held = {variable.name: variable for variable in self.request.query_state()}
        for name in _state_names(len(held)):
            yield held[name].state.data[self.rows]

    def fill(self, state: Iterable[FloatArray]) -> None:
        """Hold these instead: keys, then values of each layer in turn."""
        held = {variable.name: variable for variable in self.request.query_state()}
        for name, array in zip(_state_names(len(held)), state, strict=True):
            held[name].state = ov.Tensor(np.ascontiguousarray(array))
            self.rows, self._length = np.arange(len(array), dtype=np.int32), array.shape[2]

    def stepped(self, positions: int) -> None:
        """An inference has picked the rows and added so many slots."""
        self.rows = np.arange(len(self.rows), dtype=np.int32)
        self._length += positions


def _state_names(variables: int) -> Iterator[str]:
    """The decoder graph's variables in the order of ``Cache.state``."""
    for layer in range(variables // 2):
        yield from (f"keys.{layer}", f"values.{layer}")


class OpenVINORuntime:
    """A member compiled for a device; see ``bayou.engine.runtime.Runtime``.

    Args:
        weights: All of the member's tensors, and no others.
        drafter: Spells nano's drafts; None for members with square tiles.
        device: OpenVINO's name of it: "CPU", "GPU", "NPU", "AUTO"...
        threads: CPU threads; None leaves it to OpenVINO.
        calibrations: Of convolutions of nano's tower that may compute in int8; unused where the device can't do so.
            Lines that it then doubts go through the tower once more, in float32.
        graphs: Of a member with square tiles, where they are made already; of the weights then only embeddings are
            used.

    Raises:
        ModelError: The weights are not those of the configuration.
        UsageError: There is no such device here.
    """

    name = "openvino"

    def __init__(
        self,
        config: VLMConfig,
        weights: Weights,
        precision: Precision,
        drafter: Drafter | None = None,
        device: str | None = None,
        threads: int | None = None,
        calibrations: Mapping[str, Calibration] = MappingProxyType({}),
        graphs: SquareGraphs | None = None,
    ) -> None:
        self.config, self.precision = config, precision
        self.drafter = drafter
        self._tower: CompiledTower | AdaptiveTower
        self._second_look: Callable[[], AdaptiveTower] | None = None
        self._core = ov.Core()
        self._device = _known_device(self._core, device or DEFAULT_DEVICE)
        if isinstance(config.vision, LineVisionConfig):
            self._compile_line_member(config.vision, weights, calibrations, threads)
        else:
            self._compile(graphs or square_graphs(config, weights, with_its_tower(precision)), threads)
        self._embeddings = weights.shaped(EMBEDDINGS, config.language.vocab_size, config.language.hidden_size)
        if graphs is None:
            weights.check_all_used()

    def _compile_line_member(
        self, vision: LineVisionConfig, weights: Weights, calibrations: Mapping[str, Calibration], threads: int | None
    ) -> None:
        form, language = weight_form(self.precision), self.config.language
        sums = int8_sums(self._core, self._device) if calibrations else None
        if sums is None:
            calibrations = {}
        elif sums == "pairs":
            # The head in int8 is no faster than in float32 on such processors.
            calibrations = {name: found for name, found in calibrations.items() if name != HEAD}
        self.tower_precision: TowerPrecision = "int8" if calibrations else "float32"
        self._tower = self._line_tower(tower_graph(vision, weights, calibrations), threads)
        if calibrations:
            plain = tower_graph(vision, weights)
            # Compiled when the first line needs it: a page of clean print may need none.
            self._second_look = cache(lambda: self._line_tower(plain, threads))
        others = decoder_properties(self.precision, threads)
        projector = projector_graph(vision.features, language.hidden_size, weights, form)
        self._projector = self._core.compile_model(projector, self._device, others)
        self._decoder = self._core.compile_model(decoder_graph(language, weights, form), self._device, others)

    def _line_tower(self, graph: ov.Model, threads: int | None) -> AdaptiveTower:
        several, one = (tower_properties(self.precision, threads, self._device, n) for n in (LINES_SIDE_BY_SIDE, 1))
        tower = CompiledTower(self._core, graph, self._device, several)
        alone = partial(CompiledTower, self._core, graph, self._device, one)
        return AdaptiveTower(tower, alone if one != several else None)

    def _compile(self, graphs: SquareGraphs, threads: int | None) -> None:
        self.tower_precision = graphs.precision.tower
        self._source = graphs.source  # what is compiled reads from there
        tower = square_properties(graphs.precision.tower, threads)
        self._tower = CompiledTower(self._core, graphs.tower, self._device, tower, graphs.release)
        decoder = square_properties(self.precision, threads, kept_type(self._device))
        self._decoder = self._core.compile_model(graphs.decoder, self._device, decoder)
        # The first inference makes the plugin read all weights; what it read is given back before anything else comes.
        one = np.zeros((1, 1), dtype=np.int64)
        nothing = np.zeros((1, 1, self.config.language.hidden_size), dtype=np.float32)
        self.step(self.new_cache(1), nothing, one, np.ones((1, 1, 1), dtype=bool))
        graphs.release()

    def encode(self, pixels: Sequence[FloatArray], doubted: bool = False) -> list[Encoded]:
        tower = self._second_look() if doubted and self._second_look is not None else self._tower
        outputs = tower(pixels)
        if self.drafter is None:
            return [Encoded(found["tokens"]) for found in outputs]
        columns = [LineColumns(**found) for found in outputs]
        doubtful = [] if doubted else [i for i, line in enumerate(columns) if is_doubtful(line)]
        if self._second_look is not None and doubtful:
            again = self._second_look()([pixels[i] for i in doubtful])
            for i, found in zip(doubtful, again, strict=True):
                columns[i] = LineColumns(**found)
        return line_tokens(columns, self.drafter, self._project, self.embed)

    def _project(self, statistics: FloatArray) -> FloatArray:
        rows = len(statistics)
        filled = np.pad(statistics, ((0, -rows % PROJECTED_AT_ONCE), (0, 0)))
        parts = [
            np.array(self._projector({0: filled[first : first + PROJECTED_AT_ONCE]})[0])
            for first in range(0, len(filled), PROJECTED_AT_ONCE)
        ]
        tokens: FloatArray = np.concatenate(parts)[:rows]
        return tokens

    def embed(self, ids: IntArray) -> FloatArray:
        return self._embeddings.rows(np.asarray(ids))

    def new_cache(self, batch: int) -> OpenVINOCache:
        return OpenVINOCache(self._decoder.create_infer_request(), batch)

    def restore(self, state: Iterable[FloatArray]) -> OpenVINOCache:
        cache = self.new_cache(0)
        cache.fill(state)
        return cache

    def step(
        self,
        cache: Cache,
        embeds: FloatArray,
        positions: IntArray,
        visible: BoolArray,
        wanted: IntArray | None = None,
    ) -> FloatArray:
        if not isinstance(cache, OpenVINOCache):
            raise TypeError("a cache of another runtime")
        batch, length = positions.shape
        if wanted is None:
            wanted = np.broadcast_to(np.arange(length), (batch, length))
        inputs = {
            "inputs_embeds": np.ascontiguousarray(embeds, dtype=np.float32),
            "positions": positions.astype(np.int32),
            "mask": np.where(visible, np.float32(0), HIDDEN_SCORE)[:, None],
            "beam_idx": cache.rows,
            "wanted": wanted.astype(np.int32),
        }
        logits = cache.request.infer(inputs, share_inputs=True)["logits"]
        cache.stepped(length)
        copied: FloatArray = np.array(logits)
        return copied


def _known_device(core: ov.Core, device: str) -> str:
    """The device's name, checked against what this machine has; of GPU.0 or MULTI:CPU,GPU the first part."""
    available = list(core.available_devices)
    wanted = device.upper()
    first = wanted.partition(":")[0].partition(".")[0]
    if first not in {"AUTO", "MULTI", "HETERO"} and first not in {name.partition(".")[0] for name in available}:
        raise UsageError(f"OpenVINO finds no device {device!r} here, only {', '.join(available)}")
    return wanted
