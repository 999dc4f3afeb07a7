"""A trained nano to the folder that ``bayou.load`` reads (torch). Knows the files; nothing of how it was trained."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bayou.engine.loading import CALIBRATION_FILE, CONFIDENCE_FILE
from bayou.engine.quantization import quantise, write_weights
from bayou.engine.weight_files import Weight, Weights
from bayou.inputs.characters import CharacterTokenizer
from bayou.model.line_vlm import LineVLM


@dataclass(frozen=True, slots=True)
class Spelling:
    """What turns nano's classes and ids into text: the head's characters (no blank, no space) and the decoder's."""

    alphabet: Sequence[str]
    tokenizer: CharacterTokenizer


def write_line_model(folder: Path, model: LineVLM, spelling: Spelling, threshold: float, quantised: bool) -> None:
    """Write ``config.json``, ``model.safetensors``, ``vocabulary.txt`` and ``characters.txt`` into ``folder``.

    Args:
        threshold: How sure the decoder must be for a correction to count.
        quantised: As shipped (large matrices int8, the rest float16), or float32 to train on from.
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
    (folder / "characters.txt").write_bytes(("\n".join(spelling.alphabet) + "\n").encode("utf-8"))
    spelling.tokenizer.save(folder / "vocabulary.txt")
    arrays = {
        name: np.ascontiguousarray(value.detach().float().cpu().numpy()) for name, value in model.state_dict().items()
    }
    plain = Weights({name: Weight(array) for name, array in arrays.items()})
    for earlier in (CALIBRATION_FILE, CONFIDENCE_FILE):  # of earlier weights, if any
        (folder / earlier).unlink(missing_ok=True)
    write_weights(quantise(arrays) if quantised else plain, folder / "model.safetensors")
