"""Samples with pictures drawn from their number, and folders of them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from bayou.data.sample import Sample
from bayou.data.shards import write_shards
from bayou.inputs.messages import ImagePart, Message


def picture(seed: int, width: int = 48, height: int = 32, kind: str = "PNG") -> bytes:
    """An encoded picture of soft blots, another for each seed."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 255, (4, 6, 3), dtype=np.uint8))
    file = io.BytesIO()
    small.resize((width, height), Image.Resampling.BICUBIC).save(file, kind)
    return file.getvalue()


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
