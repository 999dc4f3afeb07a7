"""The two graphs of a member with square tiles: written from weights or read from files. Knows OpenVINO; no cache.

A graph's numbers are mapped from their file, the checkpoint or the kept one. The plugin makes its own arrangement of
them at the first inference; after that ``release`` gives the mapped pages back, so that they don't count twice.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openvino as ov

from bayou.engine.runtime import SquarePrecision
from bayou.engine.runtimes.openvino_decoder import decoder_graph
from bayou.engine.runtimes.openvino_graph import kept_narrow, weight_form
from bayou.engine.runtimes.openvino_square_tower import square_tower_graph
from bayou.engine.weight_files import Weights, map_file, release_pages
from bayou.errors import ModelError
from bayou.model.config import VLMConfig

TOWER, DECODER = "tower", "decoder"


@dataclass(frozen=True, eq=False, slots=True)
class SquareGraphs:
    """Tower (with projector) and decoder, and how to give back the memory of what was read of their files.

    ``source`` must live as long as the graphs and what is compiled of them.
    """

    tower: ov.Model
    decoder: ov.Model
    precision: SquarePrecision
    source: Weights | tuple[mmap.mmap, ...]

    def release(self) -> None:
        if isinstance(self.source, Weights):
            self.source.release()
            return
        for mapping in self.source:
            release_pages(mapping)


def _writers(config: VLMConfig, weights: Weights, precision: SquarePrecision) -> dict[str, Callable[[], ov.Model]]:
    tower, decoder = weight_form(precision.tower), weight_form(precision.decoder)
    return {
        TOWER: lambda: square_tower_graph(config, weights, tower),
        DECODER: lambda: decoder_graph(config.language, weights, decoder),
    }


def square_graphs(config: VLMConfig, weights: Weights, precision: SquarePrecision) -> SquareGraphs:
    """Both graphs.

    Args:
        weights: Rounded already, where the precision says so.

    Raises:
        ModelError: A weight is missing or misshaped.
    """
    write = _writers(config, weights, precision)
    return SquareGraphs(write[TOWER](), write[DECODER](), precision, weights)


def write_square_graphs(config: VLMConfig, weights: Weights, precision: SquarePrecision, folder: Path) -> None:
    """Both graphs into files of OpenVINO's own format, one after the other, so that only one is in memory."""
    for name, write in _writers(config, weights, precision).items():
        ov.serialize(write(), str(folder / f"{name}.xml"), str(folder / f"{name}.bin"))
        weights.release()


def read_square_graphs(folder: Path, precision: SquarePrecision) -> SquareGraphs:
    """What ``write_square_graphs`` wrote.

    Raises:
        ModelError: A file is missing or damaged.
    """
    core, models, mappings = ov.Core(), {}, []
    try:
        for name in (TOWER, DECODER):
            mapping = map_file(folder / f"{name}.bin")
            if mapping is None:
                raise ModelError("the file is empty", str(folder / f"{name}.bin"))
            numbers = ov.Tensor(np.frombuffer(mapping, dtype=np.uint8), shared_memory=True)
            models[name] = core.read_model((folder / f"{name}.xml").read_text(encoding="utf-8"), numbers)
            for node in models[name].get_ops():
                if node.get_type_name() == "Convert" and node.input(0).get_element_type() == ov.Type.bf16:
                    kept_narrow(node)
            mappings.append(mapping)
    except (OSError, RuntimeError) as error:
        raise ModelError(f"the converted model can't be read: {error}", str(folder)) from error
    return SquareGraphs(models[TOWER], models[DECODER], precision, tuple(mappings))
