"""What a run says of itself (torch): JSON lines, TensorBoard, pictures. Knows names and numbers, no training."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch.utils.tensorboard import SummaryWriter

LOG_FILE = "log.jsonl"
PICTURES = "pictures"


class RunLog:
    """Appends to ``log.jsonl`` and to TensorBoard's event files in ``folder``; pictures are PNG files there too."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._file = (folder / LOG_FILE).open("a", encoding="utf-8", buffering=1)
        self._board = SummaryWriter(str(folder / "tensorboard"))

    def __enter__(self) -> RunLog:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
        self._board.close()

    def write(self, step: int, values: dict[str, float]) -> None:
        """One row for ``step``; each value is also a TensorBoard scalar. JSON has no NaN: such a value is null."""
        row = {name: round(value, 8) if math.isfinite(value) else None for name, value in values.items()}
        self._file.write(json.dumps({"step": step, "time": round(time.time(), 1), **row}, allow_nan=False) + "\n")
        for name, value in values.items():
            self._board.add_scalar(name, value, step)

    def picture(self, step: int, name: str, image: NDArray[np.uint8]) -> Path:
        """A picture of what the model makes of something, uint8 RGB [H, W, 3]; gives the path of its PNG file."""
        folder = self._folder / PICTURES
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}-{step:07d}.png"
        Image.fromarray(image).save(path)
        self._board.add_image(name, image, step, dataformats="HWC")
        return path
