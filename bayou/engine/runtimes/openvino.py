"""The default runtime: OpenVINO on any of its devices, graphs written from the weights. Knows no torch and no text.

Tiles or lines go through the tower one by one, a few side by side; a batch of lines goes through the decoder together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import openvino as ov

from bayou.engine.calibration import Calibration
from bayou.engine.line_tokens import Drafter, LineColumns, line_tokens
from bayou.engine.runtime import BoolArray, Cache, Encoded, FloatArray, IntArray, Precision
from bayou.engine.runtimes.openvino_calibration import int8_is_exact
from bayou.engine.runtimes.openvino_decoder import EMBEDDINGS, decoder_graph
from bayou.engine.runtimes.openvino_graph import weight_form
from bayou.engine.runtimes.openvino_line_tower import projector_graph, tower_graph
from bayou.engine.runtimes.openvino_settings import DEFAULT_DEVICE, decoder_properties, tower_properties
from bayou.engine.runtimes.openvino_square_tower import square_tower_graph
from bayou.engine.weight_files import Weights
from bayou.errors import UsageError
from bayou.model.config import LineVisionConfig, VLMConfig

HIDDEN_SCORE = np.float32(-1e30)
"""Added to a hidden slot's score: no probability is left of it, and it fits bfloat16."""


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

    def stepped(self, positions: int) -> None:
        """An inference has picked the rows and added so many slots."""
        self.rows = np.arange(len(self.rows), dtype=np.int32)
        self._length += positions


class OpenVINORuntime:
    """A member compiled for a device; see ``bayou.engine.runtime.Runtime``.

    Args:
        weights: All of the member's tensors, and no others.
        drafter: Spells nano's drafts; None for members with square tiles.
        device: OpenVINO's name of it: "CPU", "GPU", "NPU", "AUTO"...
        threads: CPU threads; None leaves it to OpenVINO.
        calibrations: Of convolutions of nano's tower that may compute in int8; unused where the device can't do so.

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
    ) -> None:
        self.config, self.precision = config, precision
        self.drafter = drafter
        self._core = ov.Core()
        self._device = _known_device(self._core, device or DEFAULT_DEVICE)
        form, vision = weight_form(precision), config.vision
        language = config.language
        tower = tower_properties(precision, threads, self._device)
        if isinstance(vision, LineVisionConfig):
            if calibrations and not int8_is_exact(self._core, self._device):
                calibrations = {}
            graph = tower_graph(vision, weights, calibrations)
            self._tower = self._core.compile_model(graph, self._device, tower)
            projector = projector_graph(vision.features, language.hidden_size, weights, form)
            self._projector = self._core.compile_model(projector, self._device, decoder_properties(precision, threads))
        else:
            # In 8 bits it is only once its effect on the visual tokens has been measured.
            wide = square_tower_graph(config, weights, "float32" if precision == "float32" else "bf16")
            self._tower = self._core.compile_model(wide, self._device, tower)
        decoder = decoder_graph(language, weights, form)
        self._decoder = self._core.compile_model(decoder, self._device, decoder_properties(precision, threads))
        self._embeddings = weights.shaped(EMBEDDINGS, language.vocab_size, language.hidden_size)
        weights.check_all_used()
        self._queue = ov.AsyncInferQueue(self._tower)

    def encode(self, pixels: Sequence[FloatArray]) -> list[Encoded]:
        if self.drafter is None:
            return [Encoded(outputs["tokens"][0]) for outputs in self._through_tower(pixels, ("tokens",))]
        names = ("features", "classes", "probabilities")
        outputs = self._through_tower(pixels, names)
        columns = [LineColumns(*(line[name][0] for name in names)) for line in outputs]
        return line_tokens(columns, self.drafter, self._project, self.embed)

    def _through_tower(self, pixels: Sequence[FloatArray], names: Sequence[str]) -> list[dict[str, np.ndarray]]:
        """The tower's named outputs for each picture."""
        found: list[dict[str, np.ndarray]] = [{} for _ in pixels]

        def collect(request: ov.InferRequest, index: int) -> None:
            found[index] = {name: request.get_tensor(name).data.copy() for name in names}

        self._queue.set_callback(collect)
        for index, picture in enumerate(pixels):
            self._queue.start_async({0: picture[None]}, index)
        self._queue.wait_all()
        if len(pixels) > 1:
            # Activations of many widths would stay beside those of whatever runs next.
            self._tower.release_memory()
        return found

    def _project(self, statistics: FloatArray) -> FloatArray:
        tokens: FloatArray = self._projector({0: statistics})[0]
        return tokens

    def embed(self, ids: IntArray) -> FloatArray:
        return self._embeddings.rows(np.asarray(ids))

    def new_cache(self, batch: int) -> OpenVINOCache:
        return OpenVINOCache(self._decoder.create_infer_request(), batch)

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
