"""Samples with pictures drawn from their number, and folders of them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bayou.data.sample import Sample
from bayou.data.shards import write_shards
from bayou.inputs.messages import ImagePart, Message


def pixels(seed: int, width: int = 96, height: int = 64) -> NDArray[np.uint8]:
    """Dark lines and boxes on light paper, like a page seen from afar; others for each seed."""
    rng = np.random.default_rng(seed)
    image = np.full((height, width, 3), 240, np.uint8)
    for _ in range(40):
        top, left = int(rng.integers(0, height - 4)), int(rng.integers(0, width - 8))
        high, wide = int(rng.integers(2, 12)), int(rng.integers(4, 30))
        image[top : top + high, left : left + wide] = rng.integers(0, 200, 3)
    return image


def encoded(image: NDArray[np.uint8] | Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(file, kind, **options)
    return file.getvalue()


def picture(seed: int) -> bytes:
    """An encoded picture, another for each seed."""
    return encoded(pixels(seed))


def sample(number: int, source: str = "made", pictures: int = 1) -> Sample:
    parts = [ImagePart(picture(number * 10 + i)) for i in range(pictures)]
    return Sample(
        f"{source}/{number}",
        (Message("user", [*parts, f"What is number {number}?"]), Message("assistant", [f"It is {number}."])),
        source,
        "CC0-1.0",
        "general-vqa",
        {"number": number},
    )


def samples(count: int, source: str = "made") -> Iterator[Sample]:
    return (sample(number, source) for number in range(count))


def folder(path: Path, count: int, source: str, rows_a_shard: int = 40) -> Path:
    write_shards(samples(count, source), path, rows_a_shard)
    return path


def plain(value: Sample) -> tuple[object, ...]:
    """Everything a sample says, to be compared."""
    turns = tuple(
        (message.role, tuple(part if isinstance(part, str) else part.source for part in message.parts))
        for message in value.messages
    )
    return value.key, turns, value.source, value.licence, value.task, dict(value.notes)
