"""What a run says of itself (torch): JSON lines and TensorBoard. Knows names and numbers, no training."""

from __future__ import annotations

import json
import time
from pathlib import Path
from types import TracebackType

from torch.utils.tensorboard import SummaryWriter


class RunLog:
    """Appends to ``log.jsonl`` and to TensorBoard's event files in ``folder``."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / "log.jsonl").open("a", encoding="utf-8", buffering=1)
        self._board = SummaryWriter(str(folder / "tensorboard"))

    def __enter__(self) -> RunLog:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
        self._board.close()

    def write(self, step: int, values: dict[str, float]) -> None:
        """One row for ``step``; each value is also a TensorBoard scalar."""
        rounded = {name: round(value, 6) for name, value in values.items()}
        self._file.write(json.dumps({"step": step, "time": round(time.time(), 1), **rounded}) + "\n")
        for name, value in values.items():
            self._board.add_scalar(name, value, step)
