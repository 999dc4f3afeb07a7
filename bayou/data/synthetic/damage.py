"""What time, printers, scanners and cameras do to a line of text. Knows pictures; knows no fonts and no texts.

Every function takes and returns uint8 pictures, [H, W] or [H, W, 3], and draws at random from the given stream.
"""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

_NOISE_SIDE = 1024
_SMOOTH_SIDE = 512


@lru_cache(maxsize=1)
def _noise_field() -> NDArray[np.int16]:
    """A fixed field of normal noise (sigma 32); cuts of it stand for fresh noise at a fraction of the cost."""
    field = np.random.default_rng(20).normal(0.0, 32.0, (_NOISE_SIDE, _NOISE_SIDE))
    return field.astype(np.int16)


@lru_cache(maxsize=8)
def _smooth_field(grain: int) -> NDArray[np.float32]:
    """A fixed field of smooth noise in 0..1 whose spots are about ``grain`` pixels wide."""
    rows, columns = _SMOOTH_SIDE // grain + 3, 4 * _SMOOTH_SIDE // grain + 3
    coarse = np.random.default_rng(grain).random((rows, columns)).astype(np.float32)
    return np.asarray(
        cv2.resize(coarse, (4 * _SMOOTH_SIDE, _SMOOTH_SIDE), interpolation=cv2.INTER_CUBIC), dtype=np.float32
    )


def _cut(field: NDArray[Any], rng: random.Random, height: int, width: int) -> NDArray[Any]:
    if height > field.shape[0] or width > field.shape[1]:
        field = np.tile(field, (height // field.shape[0] + 1, width // field.shape[1] + 1))
    y, x = rng.randint(0, field.shape[0] - height), rng.randint(0, field.shape[1] - width)
    return field[y : y + height, x : x + width]


def smooth(rng: random.Random, height: int, width: int, grain: int) -> NDArray[np.float32]:
    """Smooth noise in 0..1, float32 [H, W]."""
    return np.clip(_cut(_smooth_field(grain), rng, height, width), 0.0, 1.0).astype(np.float32)


def noise(rng: random.Random, image: Picture, sigma: float) -> Picture:
    """Sensor noise of a standard deviation in levels; colour pictures get some of it by channel."""
    height, width = image.shape[:2]
    plane = _cut(_noise_field(), rng, height, width)
    scaled = (plane * (sigma / 32.0)).astype(np.int16)
    if image.ndim == 3:
        scaled = scaled[:, :, None]
        if rng.random() < 0.5:
            planes = [_cut(_noise_field(), rng, height, width) for _ in range(3)]
            scaled = (np.stack(planes, axis=2) * (sigma / 32.0)).astype(np.int16)
    return np.clip(image.astype(np.int16) + scaled, 0, 255).astype(np.uint8)


def blur(rng: random.Random, image: Picture, strength: float) -> Picture:
    """Out of focus: a Gaussian of ``strength`` pixels."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), max(0.2, strength)), dtype=np.uint8)


def motion(rng: random.Random, image: Picture, length: int) -> Picture:
    """Moved while taken: a line of ``length`` pixels in any direction."""
    kernel = np.zeros((length, length), np.float32)
    angle = rng.uniform(0, np.pi)
    half = (length - 1) / 2
    dx, dy = half * np.cos(angle), half * np.sin(angle)
    start, end = (round(half - dx), round(half - dy)), (round(half + dx), round(half + dy))
    cv2.line(kernel, start, end, 1.0)
    return np.asarray(
        cv2.filter2D(image, -1, kernel / max(1.0, float(kernel.sum())), borderType=cv2.BORDER_REPLICATE), dtype=np.uint8
    )


def jpeg(image: Picture, quality: int) -> Picture:
    """Through JPEG and back."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    flag = cv2.IMREAD_GRAYSCALE if image.ndim == 2 else cv2.IMREAD_COLOR
    return np.asarray(cv2.imdecode(data, flag), dtype=np.uint8)


def resize_to(rng: random.Random, image: Picture, height: int) -> Picture:
    """To a height, by one of the ways programs do it."""
    width = max(1, round(image.shape[1] * height / image.shape[0]))
    smaller = height < image.shape[0]
    ways = (
        (cv2.INTER_AREA, cv2.INTER_AREA, cv2.INTER_LINEAR)
        if smaller
        else (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)
    )
    return np.asarray(cv2.resize(image, (width, height), interpolation=rng.choice(ways)), dtype=np.uint8)


def low_resolution(rng: random.Random, image: Picture, height: int) -> Picture:
    """Seen at ``height`` pixels only, then enlarged again."""
    small = resize_to(rng, image, height)
    way = rng.choice((cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4, cv2.INTER_LINEAR))
    return np.asarray(cv2.resize(small, (image.shape[1], image.shape[0]), interpolation=way), dtype=np.uint8)


def thicken(rng: random.Random, ink: Picture, amount: float) -> Picture:
    """Stroke weight of an ink mask: positive bleeds, negative thins, in pixels (fractions by blending)."""
    size = 3 if abs(amount) <= 1.5 else 5
    shape = rng.choice((cv2.MORPH_ELLIPSE, cv2.MORPH_CROSS, cv2.MORPH_RECT))
    kernel = cv2.getStructuringElement(shape, (size, size))
    changed = cv2.dilate(ink, kernel) if amount > 0 else cv2.erode(ink, kernel)
    share = min(1.0, abs(amount))
    return np.asarray(cv2.addWeighted(changed, share, ink, 1.0 - share, 0.0), dtype=np.uint8)


def broken(rng: random.Random, ink: Picture, amount: float) -> Picture:
    """Worn ink: specks and patches where the print is missing or pale; ``amount`` 0..1."""
    height, width = ink.shape[:2]
    grain = rng.choice((2, 2, 4, 8))
    field = smooth(rng, height, width, grain)
    floor = rng.uniform(0.0, 0.6)
    threshold = 0.05 + 0.35 * amount
    keep = np.clip((field - threshold) * 6.0 + 0.5, floor, 1.0)
    return (ink * keep).astype(np.uint8)


def faded(rng: random.Random, ink: Picture) -> Picture:
    """Thermal paper or a dying ribbon: the ink grows paler along the line or in bands, but stays legible."""
    height, width = ink.shape[:2]
    if rng.random() < 0.5:
        field = smooth(rng, height, width, rng.choice((32, 64, 128)))
    else:
        ramp = np.interp(
            np.arange(width), [0, rng.uniform(0, width), width], [rng.random(), rng.random(), rng.random()]
        )
        field = np.broadcast_to(ramp.astype(np.float32)[None, :], (height, width))
    low = rng.uniform(0.25, 0.7)
    return (ink * (low + (1.0 - low) * field)).astype(np.uint8)


def dots(rng: random.Random, ink: Picture, pitch: float) -> Picture:
    """Needles of a matrix printer: the ink survives in dots of a square grid of ``pitch`` pixels."""
    height, width = ink.shape[:2]
    columns = np.cos((np.arange(width) + rng.random() * pitch) * (2 * np.pi / pitch)).astype(np.float32)
    rows = np.cos((np.arange(height) + rng.random() * pitch) * (2 * np.pi / pitch)).astype(np.float32)
    depth = rng.uniform(0.25, 0.6)
    grid = 1.0 - depth * (1.0 - (rows[:, None] * 0.5 + 0.5) * (columns[None, :] * 0.5 + 0.5)) ** 1.5
    return (ink * grid).astype(np.uint8)


def threshold(rng: random.Random, image: Picture) -> Picture:
    """A two-level scan (grey pictures), softened again as when it is scaled."""
    dark, light = np.percentile(image[::2, ::2], (2, 90))
    level = int(dark + (light - dark) * rng.uniform(0.4, 0.7))
    hard = np.where(image > level, rng.randint(225, 255), rng.randint(0, 40)).astype(np.uint8)
    return blur(rng, hard, rng.uniform(0.3, 0.8)) if rng.random() < 0.7 else hard


def specks(rng: random.Random, image: Picture, count: int) -> Picture:
    """Dust: dark or light points."""
    height, width = image.shape[:2]
    image = image.copy()
    for _ in range(count):
        x, y, level = rng.randrange(width), rng.randrange(height), rng.choice((0, 60, 255))
        cv2.circle(image, (x, y), rng.choice((0, 0, 1)), (level,) * 3 if image.ndim == 3 else level, -1)
    return image


def shade(rng: random.Random, image: Picture, depth: float) -> Picture:
    """Uneven light: a ramp or a soft shadow, down to ``1 - depth``."""
    height, width = image.shape[:2]
    if rng.random() < 0.5:
        field = smooth(rng, height, width, rng.choice((128, 256)))
    else:
        angle = rng.uniform(0, 2 * np.pi)
        x = np.linspace(-1, 1, width, dtype=np.float32)[None, :] * np.float32(np.cos(angle))
        y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * np.float32(np.sin(angle))
        field = np.clip((x + y) / 2 + 0.5, 0, 1)
    gain = 1.0 - depth * field
    return (image * (gain[:, :, None] if image.ndim == 3 else gain)).astype(np.uint8)


def fold(rng: random.Random, image: Picture) -> Picture:
    """A crease across the paper: a thin light or dark band, one side a little darker."""
    height, width = image.shape[:2]
    x0, lean = rng.uniform(0.05, 0.95) * width, rng.uniform(-0.4, 0.4) * height
    columns = np.arange(width, dtype=np.float32)[None, :] - (
        x0 + lean * np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    )
    band = np.exp(-((columns / rng.uniform(1.0, 4.0)) ** 2)) * rng.uniform(-60, 40)
    side = np.where(columns > 0, rng.uniform(-18, 0), 0.0)
    change = (band + side).astype(np.float32)
    return np.clip(image.astype(np.float32) + (change[:, :, None] if image.ndim == 3 else change), 0, 255).astype(
        np.uint8
    )


def tone(rng: random.Random, image: Picture, contrast: float, brightness: float) -> Picture:
    """Contrast about mid-grey, brightness in levels, and now and then a gamma."""
    levels = (np.arange(256, dtype=np.float32) - 128.0) * contrast + 128.0 + brightness
    if rng.random() < 0.3:
        levels = 255.0 * (np.clip(levels, 0, 255) / 255.0) ** rng.uniform(0.6, 1.6)
    return np.asarray(cv2.LUT(image, np.clip(levels, 0, 255).astype(np.uint8)), dtype=np.uint8)


def bloom(rng: random.Random, image: Picture) -> Picture:
    """Lit letters that outshine the sensor: bright parts spread over their surroundings."""
    glow = cv2.GaussianBlur(image, (0, 0), rng.uniform(1.5, 4.0))
    return np.asarray(cv2.addWeighted(image, 1.0, glow, rng.uniform(0.3, 0.7), rng.uniform(-20, 10)), dtype=np.uint8)


def sharpen(rng: random.Random, image: Picture) -> Picture:
    """A camera's or scanner's sharpening, with its halos."""
    soft = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.8, 2.0))
    amount = rng.uniform(0.4, 1.4)
    return np.asarray(cv2.addWeighted(image, 1.0 + amount, soft, -amount, 0.0), dtype=np.uint8)
