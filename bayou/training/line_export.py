"""A trained nano to the folder that ``bayou.load`` reads (torch). Knows the files; nothing of how it was trained."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from bayou.inputs.characters import CharacterTokenizer
from bayou.model.line_vlm import LineVLM


def write_line_model(
    folder: Path, model: LineVLM, alphabet: Sequence[str], tokenizer: CharacterTokenizer, threshold: float
) -> None:
    """Write ``config.json``, ``model.safetensors``, ``vocabulary.txt`` and ``characters.txt`` into ``folder``.

    Args:
        alphabet: The head's characters without blank and space.
        threshold: How sure the decoder must be for a correction to count.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "model_type": "bayou_nano",
        "name": model.config.name,
        "vision": dataclasses.asdict(model.config.vision),
        "language": dataclasses.asdict(model.config.language),
        "threshold": threshold,
    }
    (folder / "config.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    (folder / "characters.txt").write_bytes(("\n".join(alphabet) + "\n").encode("utf-8"))
    tokenizer.save(folder / "vocabulary.txt")
    arrays = {name: np.ascontiguousarray(value.detach().float().numpy()) for name, value in model.state_dict().items()}
    save_file(arrays, folder / "model.safetensors")
