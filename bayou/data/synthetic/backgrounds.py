"""Colours and surfaces under and in letters: paper, walls, gradients, clutter. Knows pictures; knows no texts."""

from __future__ import annotations

import colorsys
import random

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.data.synthetic.damage import noise, smooth

Colour = tuple[float, float, float]


def random_colour(rng: random.Random) -> Colour:
    """Any colour as streets and phones show them: greyish mostly, now and then one of a brand."""
    level = rng.uniform(5, 250)
    roll = rng.random()
    if roll < 0.4:
        cast = rng.uniform(-14, 14)
        return (level + cast, level + rng.uniform(-4, 4), level - cast)
    saturation = rng.betavariate(1.3, 2.6) if roll < 0.78 else rng.betavariate(4, 1.5)
    red, green, blue = colorsys.hsv_to_rgb(
        rng.choice((rng.random(), rng.gauss(0.08, 0.06) % 1.0, rng.gauss(0.6, 0.05))), saturation, level / 255
    )
    return (255 * red, 255 * green, 255 * blue)


def luminance(colour: Colour) -> float:
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def colour_pair(rng: random.Random, contrast: float) -> tuple[Colour, Colour]:
    """Ink and ground whose brightness differs by at least ``contrast`` levels."""
    for _ in range(30):
        ink, ground = random_colour(rng), random_colour(rng)
        if abs(luminance(ink) - luminance(ground)) >= contrast:
            return ink, ground
    return (
        ((20.0, 20.0, 20.0), (235.0, 235.0, 235.0))
        if rng.random() < 0.5
        else ((240.0, 240.0, 240.0), (25.0, 25.0, 25.0))
    )


def plane(colour: Colour, height: int, width: int) -> NDArray[np.float32]:
    return np.broadcast_to(np.array(colour, np.float32), (height, width, 3)).copy()


def surface(rng: random.Random, colour: Colour, height: int, width: int) -> NDArray[np.float32]:
    """A ground of about ``colour``: flat, graded, mottled or cluttered, float32 [H, W, 3]."""
    ground = plane(colour, height, width)
    roll = rng.random()
    if roll < 0.45:
        other = np.array([c + rng.uniform(-45, 45) for c in colour], np.float32)
        angle = rng.uniform(0, 2 * np.pi)
        x = np.linspace(-1, 1, width, dtype=np.float32)[None, :] * np.float32(np.cos(angle))
        y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * np.float32(np.sin(angle))
        share = np.clip((x + y) / 2 + 0.5, 0, 1)[:, :, None]
        ground += (other - np.array(colour, np.float32)) * share
    if rng.random() < 0.4:
        depth = rng.uniform(5, 35)
        ground += (smooth(rng, height, width, rng.choice((4, 8, 16, 32, 64)))[:, :, None] - 0.5) * depth
    if rng.random() < 0.25:
        _clutter(rng, ground, colour)
    return ground


def _clutter(rng: random.Random, ground: NDArray[np.float32], colour: Colour) -> None:
    """Edges of other things: bars, discs, a neighbouring panel; mild, so that letters stay the clearest thing."""
    height, width = ground.shape[:2]
    for _ in range(rng.randint(1, 3)):
        near = tuple(float(np.clip(c + rng.uniform(-40, 40), 0, 255)) for c in colour)
        form = rng.randrange(4)
        if form == 0:
            x = rng.randint(0, width)
            cv2.line(
                ground, (x, 0), (x + rng.randint(-height, height), height), near, rng.randint(1, max(2, height // 6))
            )
        elif form == 1:
            y = rng.choice((rng.randint(0, height // 5), rng.randint(4 * height // 5, height)))
            cv2.line(ground, (0, y), (width, y + rng.randint(-4, 4)), near, rng.randint(1, max(2, height // 5)))
        elif form == 2:
            cv2.circle(
                ground,
                (rng.randint(0, width), rng.randint(0, height)),
                rng.randint(3, max(4, height // 2)),
                near,
                rng.choice((-1, 2)),
            )
        else:
            edge = rng.choice((rng.randint(0, height // 4), rng.randint(3 * height // 4, height)))
            panel = slice(0, edge) if edge < height // 2 else slice(edge, height)
            ground[panel] = np.array(random_colour(rng), np.float32)


def _share(ink: NDArray[np.uint8]) -> NDArray[np.float32]:
    return (ink.astype(np.float32) / 255.0)[:, :, None]


def lay_ink(
    rng: random.Random, ground: NDArray[np.float32], ink: NDArray[np.uint8], colour: Colour
) -> NDArray[np.uint8]:
    """Letters of ``colour`` on a ground, flat, graded, outlined or with a shadow; uint8 [H, W, 3]."""
    height, width = ink.shape
    share = _share(ink)
    effect = rng.random()
    tall = max(1, height // 40)
    if effect < 0.10:
        offset = (rng.randint(-2, 2) * tall, rng.randint(1, 2) * tall)
        move = np.array([[1, 0, offset[0]], [0, 1, offset[1]]], np.float32)
        cast = _share(np.asarray(cv2.warpAffine(ink, move, (width, height)), dtype=np.uint8))
        dark = [0.2 * c for c in colour] if luminance(colour) > 110 else [150.0] * 3
        ground = ground + (np.array(dark, np.float32) - ground) * cast * np.float32(rng.uniform(0.3, 0.8))
    elif effect < 0.20:
        size = 2 * rng.randint(1, 1 + tall) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        other = [250.0] * 3 if luminance(colour) < 128 else [12.0] * 3
        rim = _share(np.asarray(cv2.dilate(ink, kernel), dtype=np.uint8))
        ground = ground + (np.array(other, np.float32) - ground) * rim
    fill = np.array(colour, np.float32)[None, None, :]
    if rng.random() < 0.2:
        end = np.array([c + rng.uniform(-50, 50) for c in colour], np.float32)
        ramp = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
        fill = (fill + (end - fill) * ramp).astype(np.float32)
    painted = ground + (fill - ground) * share * rng.uniform(0.85, 1.0)
    return np.clip(painted, 0, 255).astype(np.uint8)


def tint(rng: random.Random, grey: NDArray[np.uint8], ink: Colour, paper: Colour) -> NDArray[np.uint8]:
    """A grey picture in two colours: 0 becomes ``ink``, 255 becomes ``paper``; uint8 RGB [H, W, 3]."""
    ramp = np.arange(256, dtype=np.float32)[:, None] / 255.0
    table = np.array(ink, np.float32) + (np.array(paper, np.float32) - np.array(ink, np.float32)) * ramp
    return np.asarray(np.clip(table, 0, 255).astype(np.uint8)[grey], dtype=np.uint8)


def paper_grain(rng: random.Random, grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Fibre and toner dust of paper."""
    return noise(rng, grey, rng.uniform(1.0, 6.0))
