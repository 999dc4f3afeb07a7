"""From a mask of ink to a picture: as printed and scanned, or as photographed. Knows colours; knows no texts."""

from __future__ import annotations

import random

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.data.synthetic import damage
from bayou.data.synthetic.backgrounds import colour_pair, lay_ink, surface, tint

Picture = NDArray[np.uint8]

#: Letters must differ from their ground by so many levels, and by this multiple of the ground's own deviation.
_SMALLEST_GAP = 14.0
_GAP_TO_SPREAD = 1.1


def _final_height(rng: random.Random, height: int, low: int, high: int) -> int:
    """A height in pixels between two bounds, small ones as likely as large ones, never far above what was drawn."""
    return int(min(1.4 * height, low * (high / low) ** rng.random()))


def paint_paper(rng: random.Random, ink: Picture, category: str) -> Picture:
    """Ink on paper: clean digital print, scans, thermal receipts, a pen. uint8 RGB [H, W, 3]."""
    clean = category == "document" and rng.random() < 0.45
    if clean:
        grey = 255 - ink
        grey = damage.resize_to(rng, grey, _final_height(rng, ink.shape[0], 22, 60)) if rng.random() < 0.6 else grey
    else:
        ink = _worn(rng, ink, category)
        grey = _printed(rng, ink, category)
        grey = _scanned(rng, grey, category)
    return _coloured(rng, grey, category)


def _worn(rng: random.Random, ink: Picture, category: str) -> Picture:
    """What printer or pen did to the strokes."""
    receipt = category == "receipt"
    if rng.random() < 0.4:
        ink = damage.thicken(rng, ink, rng.uniform(-0.7, 1.0))
    if rng.random() < (0.25 if receipt else 0.1):
        ink = damage.broken(rng, ink, rng.random())
    if rng.random() < (0.25 if receipt else 0.06):
        ink = damage.faded(rng, ink)
    if rng.random() < (0.15 if receipt else 0.03):
        ink = damage.dots(rng, ink, rng.uniform(2.5, max(3.0, ink.shape[0] / 9)))
    return ink


def _printed(rng: random.Random, ink: Picture, category: str) -> Picture:
    """Levels of ink and paper, grain, stray marks."""
    width = ink.shape[1]
    paper = rng.choice((255, 255, rng.randint(235, 254), rng.randint(190, 250)))
    dark = rng.choice((0, rng.randint(0, 60), rng.randint(30, 120)))
    if category == "receipt" and rng.random() < 0.25:
        dark = rng.randint(100, max(101, paper - 45))
    grey = (paper - (ink.astype(np.float32) * ((paper - dark) / 255.0))).astype(np.uint8)
    if rng.random() < 0.5:
        grey = damage.noise(rng, grey, rng.uniform(1, 9))
    if rng.random() < (0.1 if category == "receipt" else 0.22):
        grey = damage.shade(rng, grey, rng.uniform(0.05, 0.4))
    if rng.random() < 0.06:
        grey = damage.fold(rng, grey)
    if rng.random() < 0.05:
        grey = damage.specks(rng, grey, rng.randint(1, max(2, width // 60)))
    if rng.random() < 0.012:
        _scribble(rng, grey)
    return grey


def _scribble(rng: random.Random, grey: Picture) -> None:
    """A pen stroke across part of the line."""
    height, width = grey.shape
    x = rng.uniform(0, width)
    points = [
        (int(x + rng.uniform(-1, 1) * height * 1.5), int(rng.uniform(-0.2, 1.2) * height))
        for _ in range(rng.randint(2, 4))
    ]
    cv2.polylines(grey, [np.array(points, np.int32)], False, rng.randint(30, 140), rng.randint(1, 2), cv2.LINE_AA)


def _scanned(rng: random.Random, grey: Picture, category: str) -> Picture:
    """What scanner, camera and file format did."""
    low, high = (14, 50) if category == "receipt" else (16, 60)
    roll = rng.random()
    if roll < 0.3:
        grey = damage.blur(rng, grey, rng.uniform(0.3, 1.2) * grey.shape[0] / 48)
    elif roll < 0.4:
        grey = damage.low_resolution(rng, grey, rng.randint(15, 26))
    if rng.random() < 0.75:
        grey = damage.resize_to(rng, grey, max(10, _final_height(rng, grey.shape[0], low, high)))
    if category != "handwriting" and rng.random() < 0.08 and grey.shape[0] > 20:
        grey = damage.threshold(rng, grey)
    if rng.random() < 0.25:
        grey = damage.sharpen(rng, grey)
    if rng.random() < 0.3:
        grey = damage.noise(rng, grey, rng.uniform(1, 7))
    if rng.random() < 0.35:
        grey = damage.jpeg(grey, rng.randint(25, 92))
    return grey


def _coloured(rng: random.Random, grey: Picture, category: str) -> Picture:
    """To RGB: grey mostly, else tinted paper or coloured ink, or light on dark."""
    roll = rng.random()
    if roll < {"receipt": 0.86, "handwriting": 0.6}.get(category, 0.74):
        return np.repeat(grey[:, :, None], 3, axis=2)
    if roll < {"receipt": 0.94}.get(category, 0.85):
        paper = tuple(rng.uniform(205, 255) for _ in range(3))
        ink = tuple(rng.uniform(0, 70) for _ in range(3))
        return tint(rng, grey, ink, paper)  # type: ignore[arg-type]
    if roll < {"receipt": 0.98}.get(category, 0.93):
        blue = category == "handwriting" or rng.random() < 0.5
        ink = (
            (rng.uniform(0, 70), rng.uniform(0, 90), rng.uniform(100, 230))
            if blue
            else tuple(rng.uniform(0, 150) for _ in range(3))
        )
        level = rng.uniform(235, 255)
        return tint(rng, grey, ink, (level, level, level))  # type: ignore[arg-type]
    ink_colour, paper_colour = colour_pair(rng, 70.0)
    return tint(rng, grey, ink_colour, paper_colour)


def paint_scene(rng: random.Random, ink: Picture) -> Picture:
    """Letters on a thing in the street, photographed by a phone. uint8 RGB [H, W, 3]."""
    start = min(ink.shape[0], 72)
    if ink.shape[0] > start:
        ink = damage.resize_to(rng, ink, start)
    if rng.random() < 0.25:
        ink = damage.thicken(rng, ink, rng.uniform(-0.5, 1.2))
    if rng.random() < 0.05:
        ink = damage.broken(rng, ink, rng.uniform(0.0, 0.4))
    letters, ground_colour = colour_pair(rng, rng.choice((30.0, 50.0, 80.0, 110.0)))
    height, width = ink.shape
    image = lay_ink(rng, surface(rng, ground_colour, height, width), ink, letters)
    if rng.random() < 0.3:
        image = damage.shade(rng, image, rng.uniform(0.1, 0.6))
    if rng.random() < 0.12:
        image = damage.bloom(rng, image)
    return _photographed(rng, image)


def _photographed(rng: random.Random, image: Picture) -> Picture:
    """What lens, hand, sensor and file format did: mostly one kind of softness, seldom two."""
    scale = image.shape[0] / 48
    roll = rng.random()
    if roll < 0.4:
        image = damage.blur(rng, image, rng.uniform(0.3, 1.7) * scale)
    elif roll < 0.5:
        image = damage.motion(rng, image, rng.randint(3, max(4, int(6 * scale))))
    elif roll < 0.6:
        image = damage.low_resolution(rng, image, rng.randint(13, 22))
    if rng.random() < 0.8:
        low = 20 if roll < 0.5 else 13
        image = damage.resize_to(rng, image, max(10, _final_height(rng, image.shape[0], low, 64)))
    if rng.random() < 0.3:
        image = damage.tone(rng, image, rng.uniform(0.6, 1.25), rng.uniform(-40, 40))
    if rng.random() < 0.2:
        image = damage.sharpen(rng, image)
    if rng.random() < 0.5:
        image = damage.noise(rng, image, rng.uniform(1, 8))
    if rng.random() < 0.55:
        image = damage.jpeg(image, rng.randint(25, 90))
    return image


def legible(image: Picture, ink: Picture) -> bool:
    """Whether letters stand out: their brightness against the ground's, beside how restless that ground is."""
    height, width = image.shape[:2]
    mask = cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA)
    # Thin letters seen small are nowhere full ink: their own strongest parts count.
    letters, ground = mask >= max(40.0, 0.6 * float(mask.max())), cv2.dilate(mask, np.ones((3, 3), np.uint8)) < 20
    if not letters.any():
        return False
    if not ground.any():
        ground = mask < 0.2 * float(mask.max())
        if not ground.any():
            return True
    grey = image.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    inside, outside = grey[letters], grey[ground]
    gap = abs(float(inside.mean()) - float(outside.mean()))
    return gap > _SMALLEST_GAP and gap > _GAP_TO_SPREAD * float(outside.std())
