"""Adds to a nano's folder how its tower computes in 8 bits. Knows the folder's files; nothing of how it was trained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bayou.engine.calibration import write_calibrations
from bayou.engine.loading import CALIBRATION_FILE, TOWER, WEIGHTS_FILE
from bayou.engine.quantization import read_weights
from bayou.engine.runtimes.openvino_calibration import calibrate_tower
from bayou.errors import ModelError
from bayou.inputs.line_images import prepare_line
from bayou.model.config import LineVisionConfig
from bayou.model.released import read_config


def calibrate_folder(folder: Path, crops: Sequence[NDArray[np.uint8]]) -> Path:
    """Write ``calibration.safetensors`` into the folder; to be done again whenever the tower's weights change.

    Args:
        folder: As ``bayou.load`` reads it.
        crops: Lines such as will be read, of every kind, RGB uint8 [H, W, 3]; 80 are enough.

    Raises:
        ModelError: The folder is not nano's, or there are no crops.
        OutputError: It can't be written.
    """
    vision = read_config(folder).vision
    if not isinstance(vision, LineVisionConfig):
        raise ModelError("only a tower for lines is calibrated", str(folder))
    if not crops:
        raise ModelError("calibrating needs lines to look at", str(folder))
    weights = read_weights(folder / WEIGHTS_FILE)
    target = folder / CALIBRATION_FILE
    found = calibrate_tower(vision, weights, [prepare_line(crop) for crop in crops])
    write_calibrations(found, {name: weights[f"{TOWER}{name}.weight"].dense() for name in found}, target)
    return target
