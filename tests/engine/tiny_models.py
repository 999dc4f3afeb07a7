"""Tiny members with square tiles, pages drawn for them and questions to ask, for the tests of the engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

from bayou.engine.array_store import NO_CACHE, CacheSettings
from bayou.engine.loading import RuntimeName
from bayou.engine.model import Model, load
from bayou.engine.runtime import Precision
from bayou.inputs.messages import Message
from tests.golden_set import golden

IN_MEMORY = CacheSettings(cache_bytes=0, memory_bytes=1 << 28)
QUESTIONS = ("Read the text in the image.", "What is the total?", "Answer in one word. Which day?", "And the address?")


@cache
def tiny(
    checkpoint: str = "tiny-800m",
    runtime: RuntimeName = "openvino",
    precision: Precision = "float32",
    settings: CacheSettings = NO_CACHE,
) -> Model:
    return load(golden(checkpoint), runtime, precision, threads=1, cache=settings)


def page(width: int = 300, height: int = 300, text: str = "Invoice 2024-118", seed: int = 0) -> Image.Image:
    """Text at the top of white paper; wide or high ones have white tiles."""
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).text((10 + seed, 10), text, fill="black")
    return image


def grain(image: Image.Image, levels: int, seed: int = 0) -> Image.Image:
    """The page with paper's grain: so many grey levels up or down."""
    noise = np.random.default_rng(seed).integers(-levels, levels + 1, size=(image.height, image.width, 1))
    return Image.fromarray(np.clip(np.asarray(image, dtype=np.int64) - levels + noise, 0, 255).astype(np.uint8))


def ask(question: str, *images: Image.Image) -> list[Message]:
    return [Message("user", [*images, question])]


@contextmanager
def counted(model: Model) -> Iterator[dict[str, int]]:
    """How many tiles and positions go through the networks meanwhile."""
    runtime, counts = model.runtime, {"tiles": 0, "positions": 0}
    encode, step = runtime.encode, runtime.step

    def counting_encode(pixels: Sequence[np.ndarray]) -> list:
        counts["tiles"] += len(pixels)
        return encode(pixels)

    def counting_step(cache: object, embeds: np.ndarray, *rest: object) -> np.ndarray:
        counts["positions"] += embeds.shape[1]
        return step(cache, embeds, *rest)  # type: ignore[arg-type]

    runtime.encode, runtime.step = counting_encode, counting_step  # type: ignore[method-assign, assignment]
    try:
        yield counts
    finally:
        runtime.encode, runtime.step = encode, step  # type: ignore[method-assign]
