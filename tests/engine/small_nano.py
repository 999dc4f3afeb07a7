"""A nano for tests: the real tower and alphabet, a small decoder of random weights, as a folder that ``load`` reads."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from safetensors.numpy import save_file

from bayou.inputs.characters import CharacterTokenizer
from bayou.model.config import LanguageConfig, LineVisionConfig, VLMConfig
from bayou.model.line_vision_import import import_tower, read_characters
from bayou.model.line_vlm import LineVLM

FOREIGN = "KQXYZ"
VOCABULARY = "".join(chr(code) for code in range(32, 127) if chr(code) not in FOREIGN)
THRESHOLD = 0.3
LOUDNESS, OUTPUT_LOUDNESS = 6.0, 3.0
"""By how much the decoder's weights, and its last matrix, are larger than before training: at times it is sure then."""

TEXTS = (
    "Invoice 2024-118",
    "a",
    "The quick brown fox jumps over the lazy dog, twice.",
    "Total: 1,204.50 EUR",
    "KAY ZXQ",
    "x = 3",
    "No. 7",
    "Wednesday, 12 February 2025 at half past nine",
    "Zyx",
    "QXYZ KQX",
    "",
)


def published_tower() -> Path:
    """The recogniser in RapidOCR's wheel."""
    spec = find_spec("rapidocr")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "models" / "PP-OCRv6_rec_small.onnx"


@cache
def network(seed: int = 0) -> LineVLM:
    """The torch network in float32."""
    torch.manual_seed(seed)
    language = LanguageConfig(64, 2, 4, 2, 128, vocab_size=CharacterTokenizer(VOCABULARY).vocab_size)
    model = LineVLM(VLMConfig(LineVisionConfig(), language, name="small-nano", max_tiles=1, template="line")).eval()
    import_tower(model.vision_model, published_tower())
    for parameter in model.language_model.parameters():
        parameter.data *= LOUDNESS if parameter.ndim > 1 else 1.0
    model.language_model.lm_head.weight.data *= OUTPUT_LOUDNESS
    return model


def write_folder(folder: Path, seed: int = 0) -> Path:
    """The network's folder, in float32 as training leaves it."""
    model = network(seed)
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "model_type": "bayou_nano",
        "name": model.config.name,
        "vision": asdict(model.config.vision),
        "language": asdict(model.config.language),
        "threshold": THRESHOLD,
    }
    (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    CharacterTokenizer(VOCABULARY).save(folder / "vocabulary.txt")
    alphabet = "\n".join(read_characters(published_tower())) + "\n"
    (folder / "characters.txt").write_bytes(alphabet.encode("utf-8"))
    tensors = {name: np.ascontiguousarray(value.numpy()) for name, value in model.state_dict().items()}
    save_file(tensors, folder / "model.safetensors")
    return folder


def draw_line(text: str, height: int = 40) -> np.ndarray:
    """A crop of printed text, uint8 RGB; narrow white where there is none."""
    font = ImageFont.load_default(size=0.7 * height)
    width = max(20, int(font.getlength(text)) + 12)
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).text((6, 0.08 * height), text, fill=(20, 20, 40), font=font)
    return np.array(image)
