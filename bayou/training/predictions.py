"""What a model writes of samples while it learns, as pictures (torch). Knows greedy writing; no log, no engine.

All processes write together, since the weights are shared out among them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from bayou.data.sample import Sample
from bayou.inputs.images import load_image
from bayou.inputs.processor import Processor
from bayou.model.vlm import MississippiVLM
from bayou.training.vlm_settings import Stage

NEW_TOKENS = 64
_PICTURE, _WIDTH, _TYPE, _COLUMNS, _MARGIN = 320, 960, 14, 78, 8
_ASKED, _TRUTH, _WRITTEN = (90, 90, 90), (0, 110, 40), (20, 20, 160)


@dataclass(frozen=True, eq=False, slots=True)
class Prediction:
    """A sample and what the model wrote where its last answer stands."""

    sample: Sample
    written: str


@torch.no_grad()
def write_answer(
    model: MississippiVLM, processor: Processor, sample: Sample, stage: Stage, agree: Callable[[int], int]
) -> str:
    """The likeliest tokens, one by one, up to the end of the answer or ``NEW_TOKENS``.

    Args:
        agree: One process's choice for all: were they to part, each would wait for the others for ever.
    """
    device = next(model.parameters()).device
    prompt = processor(sample.messages[:-1], stage.max_tiles, stage.msac)
    ids = torch.from_numpy(prompt.ids).long()[None].to(device)
    pixels = torch.from_numpy(prompt.pixels).to(device) if len(prompt.pixels) else None
    cache, written = model.language_model.new_cache(), list[int]()
    while len(written) < NEW_TOKENS:
        token = agree(int(model(ids, pixels, cache=cache).logits[0, -1].argmax()))
        if token == processor.config.end_token_id:
            break
        written.append(token)
        ids, pixels = torch.tensor([[token]], device=device), None
    return processor.tokenizer.decode(written)


def prediction_sheet(predictions: Sequence[Prediction]) -> NDArray[np.uint8]:
    """uint8 RGB [H, 960, 3]: each picture; beside it what was asked, what is right (green), what was written (blue)."""
    rows = [_row(prediction) for prediction in predictions]
    sheet = Image.new("RGB", (_WIDTH, max(1, sum(row.height for row in rows))), "white")
    top = 0
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height
    return np.asarray(sheet, dtype=np.uint8)


def _row(prediction: Prediction) -> Image.Image:
    sample = prediction.sample
    asked, answer = sample.messages[-2], sample.messages[-1]
    texts = (
        (" ".join(part for part in asked.parts if isinstance(part, str)), _ASKED),
        ("".join(part for part in answer.parts if isinstance(part, str)), _TRUTH),
        (prediction.written or "(nothing)", _WRITTEN),
    )
    lines = [(line, colour) for text, colour in texts for line in textwrap.wrap(text, _COLUMNS)[:5]]
    row = Image.new("RGB", (_WIDTH, max(_PICTURE, len(lines) * (_TYPE + 4)) + 2 * _MARGIN), "white")
    pictures = [part for message in sample.messages for part in message.images]
    if pictures:
        picture = load_image(pictures[-1].source)
        picture.thumbnail((_PICTURE, _PICTURE))
        row.paste(picture, (_MARGIN, _MARGIN))
    draw, font = ImageDraw.Draw(row), ImageFont.load_default(_TYPE)
    for number, (line, colour) in enumerate(lines):
        draw.text((_PICTURE + 2 * _MARGIN, _MARGIN + number * (_TYPE + 4)), line, colour, font)
    return row
