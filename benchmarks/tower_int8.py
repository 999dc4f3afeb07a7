"""The vision tower's precisions: what they do to visual tokens and to what is written, and the seconds of a tile.

    python -m benchmarks.tower_int8
    python -m benchmarks.tower_int8 FOLDER

The first tells the effects on both tiny checkpoints of the golden set, all their cases with pictures, beside a float32
tower; the decoder is float32 throughout. The second times FOLDER, of the full shape (``benchmarks.random_checkpoint``),
one tile at a time and several in one inference. Knows no accuracy.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np
import openvino as ov
from PIL import Image

from bayou.engine.checkpoint import open_checkpoint
from bayou.engine.loading import TOWER_PRECISIONS, RuntimeOptions, load_member
from bayou.engine.model import Model
from bayou.engine.rounded_weights import RoundedWeights
from bayou.engine.runtime import FloatArray, SquarePrecision, TowerPrecision
from bayou.engine.runtimes.openvino_graph import weight_form
from bayou.engine.runtimes.openvino_settings import square_properties
from bayou.engine.runtimes.openvino_square_tower import square_tower_graph
from bayou.engine.tile_reader import Options
from bayou.inputs.messages import Message, chat_messages
from bayou.inputs.processor import Processor
from benchmarks.asking_again import PAGE
from benchmarks.measurement import show, write
from benchmarks.random_checkpoint import GOLDEN
from benchmarks.watched import WatchedRuntime, agreeing, answer, gap, reader_of

TINY = ("tiny-800m", "tiny-2b")
NEW_TOKENS = 24
TILES, RUNS = 3, 2


def golden_cases(kind: str) -> list[tuple[tuple[Message, ...], int, bool | None]]:
    """Messages, largest grid and MSAC of each case with pictures that the reference answers."""
    cases = json.loads((GOLDEN / "expected" / kind / "cases.json").read_text(encoding="utf-8"))["cases"]
    found = []
    for case in cases:
        if "raises" in case or not case["images"]:
            continue
        names = [case["images"]] if isinstance(case["images"], str) else case["images"]
        messages = chat_messages(case["question"], [GOLDEN / "images" / name for name in names], case["history"])
        found.append((messages, case["max_tiles"], False if case["images_passed_as"] == "list" else None))
    return found


def relative_error(found: FloatArray, expected: FloatArray) -> float:
    """Root mean square of the difference over that of the expected."""
    return float(np.sqrt(np.mean((found - expected) ** 2) / np.mean(expected**2)))


class Effects:
    """What each tower does to one checkpoint's cases."""

    def __init__(self, kind: str) -> None:
        self._kind, self._cases = kind, golden_cases(kind)
        self._reference = self._model("float32")
        self._expected = [self._outcome(self._reference, *case) for case in self._cases]

    def _model(self, tower: TowerPrecision) -> Model:
        return Model(load_member(GOLDEN / self._kind, RuntimeOptions(precision="float32", tower=tower)))

    def _outcome(
        self, model: Model, messages: Sequence[Message], max_tiles: int, msac: bool | None
    ) -> tuple[FloatArray, FloatArray, tuple[int, ...]]:
        """Visual tokens, logits after the prompt, and what is written."""
        runtime = WatchedRuntime(model.runtime)
        reader, options = reader_of(model, runtime), Options(NEW_TOKENS, max_tiles, msac)
        pixels = reader.request(messages, options)[1].prompt.pixels
        visual = np.stack([tile.tokens for tile in model.runtime.encode(list(pixels))])
        written = answer(reader, messages, options)
        assert runtime.logits is not None
        return visual, runtime.logits, written.token_ids

    def of(self, tower: TowerPrecision) -> dict[str, object]:
        model, gaps, equal, tokens, same_tokens = self._model(tower), [], 0, 0, 0
        errors, largest, logits = [], [], []
        for case, expected in zip(self._cases, self._expected, strict=True):
            found = self._outcome(model, *case)
            errors.append(relative_error(found[0], expected[0]))
            largest.append(float(np.abs(found[0] - expected[0]).max()))
            logits.append(float(np.abs(found[1] - expected[1]).max()))
            same = agreeing(expected[2], found[2])
            equal += found[2] == expected[2]
            tokens += len(expected[2])
            same_tokens += same
            if same < min(len(expected[2]), len(found[2])):
                messages, max_tiles, msac = case
                reader = reader_of(self._reference, WatchedRuntime(self._reference.runtime))
                options = Options(max_tiles=max_tiles, msac=msac)
                gaps.append(gap(reader, messages, options, expected[2][: same + 1], found[2][same]))
        return {
            "model": self._kind,
            "tower": tower,
            "cases": len(self._cases),
            "visual_error": max(errors),
            "largest_visual_difference": max(largest),
            "largest_logit_difference": max(logits),
            "texts_equal": equal,
            "tokens": tokens,
            "tokens_equal_before_first_other": same_tokens,
            "largest_gap": max(gaps, default=None),
        }


def page_tiles(processor: Processor) -> FloatArray:
    image = Image.open(PAGE).convert("RGB")
    return processor([Message("user", [image, "?"])], msac=False).pixels[:TILES]


def timed(folder: Path) -> list[dict[str, object]]:
    """Seconds of a tile alone and of one among several in one inference, by precision."""
    checkpoint, core = open_checkpoint(folder), ov.Core()
    tiles = page_tiles(Processor(checkpoint.config, checkpoint.tokenizer))
    expected: FloatArray | None = None
    rows: list[dict[str, object]] = []
    for tower in TOWER_PRECISIONS:
        weights = RoundedWeights(checkpoint.weights, SquarePrecision("float32", tower))
        graph = square_tower_graph(checkpoint.config, weights, weight_form(tower))
        request = core.compile_model(graph, "CPU", square_properties(tower, None)).create_infer_request()
        request.infer({0: tiles[:1]})
        alone, processor = [], time.process_time()
        for tile in tiles[:RUNS]:
            started = time.perf_counter()
            request.infer({0: tile[None]})
            alone.append(time.perf_counter() - started)
        processor, started = (time.process_time() - processor) / RUNS, time.process_time()
        found = request.infer({0: tiles})["tokens"].copy()
        together = (time.process_time() - started) / len(tiles)
        expected = found if expected is None else expected
        rows.append(
            {
                "model": folder.name,
                "tower": tower,
                "tile_s": median(alone),
                "tile_processor_s": processor,
                "tile_processor_s_together": together,
                "visual_error": relative_error(found, expected),
            }
        )
        print(rows[-1], flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    options = parser.parse_args()
    settings = {"new_tokens": NEW_TOKENS, "page": PAGE.name, "tiles_together": TILES, "runs": RUNS}
    if options.folder:
        rows = timed(options.folder)
        print(write("tower_speed", settings, rows))
        return
    rows = []
    for kind in TINY:
        effects = Effects(kind)
        rows += [effects.of(tower) for tower in TOWER_PRECISIONS]
    show(rows)
    print(write("tower_int8", settings, rows))


if __name__ == "__main__":
    main()
