"""A nano's weights from its folder into the network (torch). Knows the folder's file; nothing of how it was trained."""

from __future__ import annotations

from pathlib import Path

import torch

from bayou.engine.loading import WEIGHTS_FILE
from bayou.engine.quantization import read_weights
from bayou.model.line_vlm import LineVLM
from bayou.model.weights import check_shapes


def load_line_weights(model: LineVLM, folder: Path) -> None:
    """Take a model folder's weights, rounded ones as what they stand for.

    Raises:
        ModelError: The folder is damaged, or its model is of another shape.
    """
    weights = read_weights(folder / WEIGHTS_FILE)
    tensors = {name: torch.from_numpy(weight.dense().copy()) for name, weight in weights.items()}
    check_shapes({n: tuple(t.shape) for n, t in model.state_dict().items()}, weights.shapes(), str(folder))
    model.load_state_dict(tensors)
