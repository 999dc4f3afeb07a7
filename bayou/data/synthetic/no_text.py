"""Crops that hold no text, or none that can be read, to learn silence and doubt from. Knows pixels and a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.data.sample import LineSample
from bayou.data.synthetic.backgrounds import random_colour, surface

Picture = NDArray[np.uint8]

NO_TEXT_SEED = 977_002
SOURCE = "no text"


def no_text_lines(per_kind: int, texts: Sequence[Picture]) -> list[LineSample]:
    """The same crops every time, ``per_kind`` of each kind, source ``no text/KIND``, text "".

    Args:
        texts: Crops of lines, to be ruined beyond reading.
    """
    lines = []
    for name, make in KINDS.items():
        for index in range(per_kind):
            image = make(random.Random(f"{NO_TEXT_SEED}:{name}:{index}"))
            lines.append(LineSample(image, "", f"{SOURCE}/{name}", True))
    for name, ruin in RUINS.items() if texts else ():
        for index in range(per_kind):
            rng = random.Random(f"{NO_TEXT_SEED}:{name}:{index}")
            lines.append(LineSample(ruin(rng, rng.choice(texts)), "", f"{SOURCE}/{name}", True))
    return lines


def no_text_line(rng: random.Random, text: Callable[[], Picture]) -> LineSample:
    """A crop to learn silence from, source SOURCE: nothing that anyone could take for letters.

    Other ruins than blur are left out: some of what they leave can be read.

    Args:
        text: Gives a crop of a line, to be blurred beyond reading.
    """
    name = rng.choice((*KINDS, "blurred"))
    return LineSample(KINDS[name](rng) if name in KINDS else _blurred(rng, text()), "", SOURCE)


def _size(rng: random.Random) -> tuple[int, int]:
    height = rng.randint(18, 90)
    return height, max(4, round(height * rng.choice((1, 1.5, 2, 3, 4, 6, 8, 12)) * rng.uniform(0.8, 1.2)))


def _levels(image: NDArray[np.floating]) -> Picture:
    return np.asarray(np.clip(image, 0, 255), dtype=np.uint8)


def _numbers(rng: random.Random) -> np.random.Generator:
    return np.random.default_rng(rng.getrandbits(32))


def _blank(rng: random.Random) -> Picture:
    height, width = _size(rng)
    colour = random_colour(rng) if rng.random() < 0.5 else (float(rng.randint(225, 255)),) * 3
    return _levels(np.tile(np.array(colour, dtype=np.float32), (height, width, 1)))


def _grain(rng: random.Random) -> Picture:
    paper = _blank(rng).astype(np.float32)
    channels = rng.choice((1, 3))
    return _levels(paper + _numbers(rng).normal(0, rng.choice((3, 8, 20, 50, 90)), (*paper.shape[:2], channels)))


def _surface(rng: random.Random) -> Picture:
    return _levels(surface(rng, random_colour(rng), *_size(rng)))


def _clouds(rng: random.Random) -> Picture:
    field = _numbers(rng).normal(0, 1, _size(rng)).astype(np.float32)
    field = np.asarray(cv2.GaussianBlur(field, (0, 0), rng.choice((1, 2, 4, 8))))
    grey = (field - field.min()) / max(float(np.ptp(field)), 1e-6) * rng.choice((60, 150, 255))
    return _levels(np.repeat(grey[:, :, None], 3, axis=2))


def _shapes(rng: random.Random) -> Picture:
    image = _blank(rng)
    height, width = image.shape[:2]
    for _ in range(rng.randint(1, 9)):
        ink, thickness = tuple(float(level) for level in random_colour(rng)), rng.choice((1, 2, 3, cv2.FILLED))
        places = [(rng.randint(-width // 4, width * 5 // 4), rng.randint(-height // 4, height * 5 // 4)) for _ in "abc"]
        match rng.choice(("line", "box", "circle", "arc", "area")):
            case "line":
                cv2.line(image, places[0], places[1], ink, abs(thickness))
            case "box":
                cv2.rectangle(image, places[0], places[1], ink, thickness)
            case "circle":
                cv2.circle(image, places[0], rng.randint(2, height), ink, thickness)
            case "arc":
                axes = (rng.randint(2, width), rng.randint(2, height))
                cv2.ellipse(image, places[0], axes, rng.randint(0, 180), 0, rng.randint(90, 360), ink, abs(thickness))
            case _:
                cv2.fillPoly(image, [np.array(places, dtype=np.int32)], ink)
    return image


def _bars(rng: random.Random) -> Picture:
    image, x = _blank(rng), 0
    while x < image.shape[1]:
        bar = rng.randint(1, 5)
        image[:, x : x + bar] = 20
        x += bar + rng.randint(1, 6)
    return image


def _scribble(rng: random.Random) -> Picture:
    """A pen that runs on: flourishes, crossings-out, the end of a signature."""
    image = _blank(rng)
    height, width = image.shape[:2]
    numbers, count = _numbers(rng), rng.randint(30, 200)
    turns = np.cumsum(numbers.normal(rng.choice((0.0, 0.2, 0.5)), rng.uniform(0.1, 0.6), count))
    steps = np.stack((np.cos(turns), np.sin(turns)), axis=1) * rng.uniform(0.04, 0.15) * height
    steps[:, 0] += rng.uniform(0, 1.5) * width / count
    places = np.cumsum(steps, axis=0)
    places = (places - places.min(axis=0)) / np.maximum(np.ptp(places, axis=0), 1.0)
    places *= (rng.uniform(0.3, 1) * width, rng.uniform(0.3, 1.1) * height)
    ink = tuple(level * 0.5 for level in random_colour(rng))
    cv2.polylines(image, [places.astype(np.int32)], False, ink, rng.randint(1, 4), cv2.LINE_AA)
    return image


def _cells(rng: random.Random) -> Picture:
    """A piece of a two-dimensional code, or a coarse screen of print."""
    height, width = _size(rng)
    side = rng.randint(3, 9)
    cells = _numbers(rng).random((-(-height // side), -(-width // side))) < rng.uniform(0.35, 0.65)
    levels = np.where(cells, rng.randint(0, 60), rng.randint(190, 255)).astype(np.uint8)
    grey = levels.repeat(side, 0).repeat(side, 1)[:height, :width]
    return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))


def _specks(rng: random.Random) -> Picture:
    image = _blank(rng)
    height, width = image.shape[:2]
    ink = tuple(float(level) for level in random_colour(rng))
    for _ in range(rng.randint(1, 50)):
        cv2.circle(image, (rng.randint(0, width), rng.randint(0, height)), rng.randint(0, 2), ink, cv2.FILLED)
    return image


def _rules(rng: random.Random) -> Picture:
    image = _blank(rng)
    height, width = image.shape[:2]
    y = rng.randint(0, height - 1)
    cv2.line(image, (0, y), (width, y + rng.randint(-1, 1)), (40.0,) * 3, rng.randint(1, 4))
    if rng.random() < 0.4:
        x = rng.randint(0, width - 1)
        cv2.line(image, (x, 0), (x, height), (40.0,) * 3, rng.randint(1, 3))
    return image


def _mirrored(rng: random.Random, line: Picture) -> Picture:
    """As ink that shines through from the other side, or as a mirror shows it."""
    strength = rng.choice((1.0, rng.uniform(0.15, 0.6)))
    return _levels(255 - (255 - line[:, ::-1].astype(np.float32)) * strength)


def _too_small(rng: random.Random, line: Picture) -> Picture:
    height, width = line.shape[:2]
    rows = rng.choice((4, 5, 6))
    small = cv2.resize(line, (max(2, width * rows // height), rows), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height)), dtype=np.uint8)


def _cut(rng: random.Random, line: Picture) -> Picture:
    """The uppermost or lowest part alone."""
    rows = max(2, round(len(line) * rng.uniform(0.15, 0.28)))
    return np.ascontiguousarray(line[:rows] if rng.random() < 0.5 else line[-rows:])


def _blurred(rng: random.Random, line: Picture) -> Picture:
    return np.asarray(cv2.GaussianBlur(line, (0, 0), len(line) * rng.uniform(0.3, 0.6)), dtype=np.uint8)


KINDS: Mapping[str, Callable[[random.Random], Picture]] = MappingProxyType(
    {
        "blank": _blank,
        "grain": _grain,
        "surface": _surface,
        "clouds": _clouds,
        "shapes": _shapes,
        "bars": _bars,
        "rules": _rules,
        "scribble": _scribble,
        "cells": _cells,
        "specks": _specks,
    }
)
RUINS: Mapping[str, Callable[[random.Random, Picture], Picture]] = MappingProxyType(
    {"mirrored": _mirrored, "too small": _too_small, "cut": _cut, "blurred": _blurred}
)
