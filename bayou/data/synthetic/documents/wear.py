"""What printers, scanners, cameras and folds do to a whole page, and where its points end up. Knows pictures; no texts.

All of it works on whole bytes through OpenCV: a page has a million pixels, and a float for each costs more than the
drawing does.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.data.synthetic.damage import smooth
from bayou.data.synthetic.documents.geometry import Bent, Flat, Points, placed, turned
from bayou.data.synthetic.documents.surfaces import desk

Picture = NDArray[np.uint8]
WEARS = ("clean", "print", "scan", "photo", "fold")

_NOISE_SIDE = 1400


@dataclass(slots=True)
class Worn:
    """A picture on its way from the printer to the file: moves so far, and what was done, in words.

    ``small`` is the height in pixels of small text: how much it stands before nobody can read it.
    """

    image: Picture
    small: float
    moves: list[Flat | Bent] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    colourless: bool = False

    def move(self, how: Flat | Bent, ground: tuple[int, int, int] = (255, 255, 255)) -> None:
        self.image = how.picture(self.image, ground)
        self.moves.append(how)

    def points(self, points: Points) -> Points:
        """Where points of the drawn page are now."""
        for how in self.moves:
            points = how.points(points)
        return points


@lru_cache(maxsize=2)
def _noise(channels: int) -> Picture:
    """Normal noise about 128 with a deviation of 40 levels."""
    drawn = np.random.default_rng(31 + channels).normal(128, 40, (_NOISE_SIDE, _NOISE_SIDE, channels))
    soft = np.clip(drawn, 0, 255).astype(np.uint8)
    return soft[:, :, 0] if channels == 1 else soft


def grain(rng: random.Random, image: Picture, sigma: float) -> Picture:
    """Noise of a deviation in levels."""
    field = _noise(1 if image.ndim == 2 else 3)
    height, width = image.shape[:2]
    rows, columns = -(-height // _NOISE_SIDE) + 1, -(-width // _NOISE_SIDE) + 1
    if height > _NOISE_SIDE - 64 or width > _NOISE_SIDE - 64:
        field = np.tile(field, (rows, columns) if image.ndim == 2 else (rows, columns, 1))
    y, x = rng.randint(0, field.shape[0] - height), rng.randint(0, field.shape[1] - width)
    share = sigma / 40.0
    part = np.ascontiguousarray(field[y : y + height, x : x + width])
    return np.asarray(cv2.addWeighted(image, 1.0, part, share, -128.0 * share), np.uint8)


def gain(image: Picture, field: NDArray[np.float32]) -> Picture:
    """Light: the picture times a field of 0 to 1 that may be far coarser than it."""
    height, width = image.shape[:2]
    coarse = np.clip(field * 255.0, 0, 255).astype(np.uint8)
    fine = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    if image.ndim == 3:
        fine = cv2.merge([fine, fine, fine])
    return np.asarray(cv2.multiply(image, fine, scale=1 / 255.0), np.uint8)


def levels(image: Picture, dark: tuple[float, float, float], light: tuple[float, float, float]) -> Picture:
    """Black becomes ``dark`` and white ``light``, each channel for itself."""
    ramp = np.arange(256, dtype=np.float32) / 255.0
    tables = [np.clip(d + (w - d) * ramp, 0, 255).astype(np.uint8) for d, w in zip(dark, light, strict=True)]
    if image.ndim == 2:
        return np.asarray(cv2.LUT(image, tables[0]), np.uint8)
    return np.asarray(cv2.LUT(image, np.stack(tables, axis=1)[None]), np.uint8)


def grey(image: Picture) -> Picture:
    return image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)


def soften(worn: Worn, sigma: float) -> None:
    """Out of focus, but never so far that small text is lost."""
    sigma = min(sigma, 0.075 * worn.small)
    if sigma > 0.25:
        worn.image = np.asarray(cv2.GaussianBlur(worn.image, (0, 0), sigma), np.uint8)


def printed(rng: random.Random, worn: Worn) -> None:
    """A printer short of ink, with streaks along the paper's way, or toner dust."""
    if rng.random() < 0.5:
        worn.image = grey(worn.image)
    low = rng.uniform(0.55, 0.9)
    if rng.random() < 0.6:
        columns = np.ones((8, 160), np.float32)
        for _ in range(rng.randint(1, 5)):
            columns[:, rng.randrange(160)] = rng.uniform(low, 0.95)
        keep = columns
        worn.words.append("streaks")
    else:
        keep = low + (1 - low) * smooth(rng, 48, 36, 8)
        worn.words.append("faded print")
    worn.image = 255 - gain(255 - worn.image, keep)
    if rng.random() < 0.4:
        dust(rng, worn.image, rng.randint(10, 80), 40)
    soften(worn, rng.uniform(0.0, 0.6))
    if rng.random() < 0.5:
        worn.image = grain(rng, worn.image, rng.uniform(1, 5))


def dust(rng: random.Random, image: Picture, count: int, level: int) -> None:
    """Specks of a pixel or two."""
    height, width = image.shape[:2]
    for _ in range(count):
        x, y = rng.randrange(width - 2), rng.randrange(height - 2)
        image[y : y + rng.randint(1, 2), x : x + rng.randint(1, 2)] = level


def scanned(rng: random.Random, worn: Worn) -> None:
    """A flatbed or a feeder: a little crooked, greyish, with edges, holes and dust; now and then in two levels."""
    height, width = worn.image.shape[:2]
    colour = rng.random() < 0.4
    if not colour:
        worn.image = grey(worn.image)
    paper = rng.uniform(232, 255)
    warm = rng.uniform(-2, 7) if colour else 0.0
    dark = rng.uniform(0, 45)
    worn.image = levels(worn.image, (dark, dark, dark + 3), (min(255.0, paper + warm / 2), paper, paper - warm))
    if rng.random() < 0.4:
        _holes(rng, worn.image)
    if rng.random() < 0.8:
        ground = rng.choice((255, 250, int(paper), 60, 20))
        worn.move(turned(width, height, rng.gauss(0, 0.9)), (ground,) * 3)
        worn.words.append("skewed")
    if rng.random() < 0.35:
        worn.image = gain(worn.image, _edges(rng))
    soften(worn, rng.uniform(0.2, 0.9))
    if rng.random() < 0.6:
        worn.image = grain(rng, worn.image, rng.uniform(1.5, 8))
    if rng.random() < 0.5:
        dust(rng, worn.image, rng.randint(5, 60), rng.choice((50, 90, 140)))
    if worn.image.ndim == 2 and rng.random() < 0.22 and worn.small > 9 and "faded print" not in worn.words:
        # Above the level that parts ink from paper best, or grey and thin letters would be lost.
        best, _ = cv2.threshold(worn.image, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        level = min(paper - 25, best + rng.randint(15, 45))
        worn.image = np.asarray(cv2.threshold(worn.image, level, 255, cv2.THRESH_BINARY)[1], np.uint8)
        worn.words.append("two levels")
    worn.words.append("scanned")


def _edges(rng: random.Random) -> NDArray[np.float32]:
    """Darker along one side, where the lid let light in or the spine stood."""
    field = np.ones((64, 64), np.float32)
    depth = rng.uniform(0.1, 0.5)
    ramp = 1 - depth * np.exp(-np.arange(64) / rng.uniform(1.0, 4.0)).astype(np.float32)
    field *= ramp[None, :] if rng.random() < 0.7 else ramp[:, None]
    return np.ascontiguousarray(np.rot90(field, rng.choice((0, 2))))


def _holes(rng: random.Random, image: Picture) -> None:
    """Punched for a file: two or four holes along the left edge."""
    height, width = image.shape[:2]
    if height < width:
        return
    radius = max(3, round(width * 0.0135))
    x, level = round(width * rng.uniform(0.04, 0.055)), rng.choice((235, 120, 60, 30))
    spread = 0.135 if rng.random() < 0.8 else 0.4
    for y in (0.5 - spread, 0.5 + spread):
        cv2.circle(image, (x, round(height * y)), radius, (level,) * 3, -1, cv2.LINE_AA)


def folded(rng: random.Random, worn: Worn) -> None:
    """Folded for an envelope or crumpled: creases with light and shade, and paper that no longer lies flat."""
    height, width = worn.image.shape[:2]
    field = np.full((96, 96), 0.97, np.float32)
    shift = np.zeros((25, 25, 2), np.float32)
    places = rng.choice(((0.5,), (1 / 3, 2 / 3), (0.5,), (0.34, 0.67)))
    for place in places:
        _crease(rng, field, shift, place + rng.uniform(-0.02, 0.02), height, rows=True)
    if rng.random() < 0.5:
        _crease(rng, field, shift, 0.5 + rng.uniform(-0.03, 0.03), width, rows=False)
    if rng.random() < 0.35:
        relief = smooth(rng, 96, 96, 16) + 0.5 * smooth(rng, 96, 96, 8)
        slope = np.diff(relief, axis=1, append=relief[:, -1:]) + np.diff(relief, axis=0, append=relief[-1:])
        field += np.clip(slope * rng.uniform(0.4, 1.0), -0.12, 0.03)
        worn.words.append("crumpled")
    wave = rng.uniform(0.0, 0.004) * height
    shift[:, :, 1] += wave * np.sin(np.linspace(0, rng.uniform(2, 6), 25) + rng.uniform(0, 6)).astype(np.float32)[None]
    worn.image = gain(worn.image, np.clip(field, 0, 1))
    paper = rng.uniform(236, 252)
    worn.image = levels(worn.image, (12, 12, 14), (paper, paper - 1, paper - rng.uniform(2, 12)))
    worn.move(Bent(shift, width, height), (round(paper * 0.9),) * 3)
    soften(worn, rng.uniform(0.2, 0.7))
    worn.image = grain(rng, worn.image, rng.uniform(1, 5))
    worn.words.append("folded")


def _crease(
    rng: random.Random, field: NDArray[np.float32], shift: NDArray[np.float32], place: float, extent: int, rows: bool
) -> None:
    at = np.linspace(0, 1, 96, dtype=np.float32) - np.float32(place)
    side = rng.choice((-1, 1))
    shade = -rng.uniform(0.02, 0.10) * np.exp(-np.abs(at) / 0.12) * (side * at > 0)
    shade = shade - rng.uniform(0.04, 0.16) * np.exp(-((at / 0.008) ** 2)) + 0.02 * np.exp(-((at / 0.02) ** 2))
    kink = rng.uniform(-0.0035, 0.0035) * extent * np.exp(-np.abs(np.linspace(0, 1, 25) - place) / 0.1)
    if rows:
        field += shade[:, None].astype(np.float32)
        shift[:, :, 1] += kink[:, None]
    else:
        field += shade[None, :].astype(np.float32)
        shift[:, :, 0] += kink[None, :]


def photographed(rng: random.Random, worn: Worn) -> None:
    """By a phone, on a table: perspective, what lies around it, uneven light, a shadow, softness, noise."""
    height, width = worn.image.shape[:2]
    margin = rng.uniform(0.02, 0.09)
    out_w, out_h = round(width * (1 + 2 * margin)), round(height * (1 + 2 * margin))
    reach = rng.uniform(0.004, 0.03) * min(width, height)
    left, top = width * margin, height * margin
    angle = np.deg2rad(rng.gauss(0, 1.8))
    c, s = np.cos(angle), np.sin(angle)
    corners: Points = []
    for x, y in ((0, 0), (width, 0), (width, height), (0, height)):
        dx, dy = x - width / 2, y - height / 2
        px = left + width / 2 + c * dx - s * dy + rng.uniform(-reach, reach)
        py = top + height / 2 + s * dx + c * dy + rng.uniform(-reach, reach)
        corners.append((min(max(px, 1.0), out_w - 1.0), min(max(py, 1.0), out_h - 1.0)))
    if worn.image.ndim == 2:
        worn.image = np.asarray(cv2.cvtColor(worn.image, cv2.COLOR_GRAY2RGB), np.uint8)
    table = desk(rng, out_h, out_w)
    ring = np.array(corners, np.float32)
    _cast_shadow(rng, table, ring)
    how = placed(width, height, corners, (out_w, out_h))
    worn.move(how)
    inside = np.zeros((out_h, out_w), np.uint8)
    cv2.fillConvexPoly(inside, np.round(ring * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    worn.image = np.asarray(cv2.copyTo(worn.image, (inside > 127).astype(np.uint8), table), np.uint8)
    light = 1 - rng.uniform(0.1, 0.4) * smooth(rng, 96, 96, 64)
    if rng.random() < 0.45:
        light *= _shadow(rng)
        worn.words.append("shadow")
    worn.image = gain(worn.image, light)
    warm = rng.gauss(0, 9)
    top_level = rng.uniform(226, 252)
    worn.image = levels(worn.image, (rng.uniform(4, 26),) * 3, (top_level + warm, top_level, top_level - warm))
    soften(worn, rng.uniform(0.3, 1.0))
    worn.image = grain(rng, worn.image, rng.uniform(1.5, 7))
    worn.words.append("photographed")


def _cast_shadow(rng: random.Random, table: Picture, ring: NDArray[np.float32]) -> None:
    """Paper keeps some light from the table beside it."""
    mask = np.full((table.shape[0] // 4 + 1, table.shape[1] // 4 + 1), 255, np.uint8)
    shifted = (ring + np.array([rng.uniform(-6, 10), rng.uniform(2, 12)])) / 4
    cv2.fillConvexPoly(mask, np.round(shifted).astype(np.int32), 130)
    soft = cv2.GaussianBlur(mask, (0, 0), rng.uniform(1.2, 3.5)).astype(np.float32) / 255
    table[:] = gain(table, soft)


def _shadow(rng: random.Random) -> NDArray[np.float32]:
    """Of the hand or the phone that takes the picture."""
    field = np.full((96, 96), 255, np.uint8)
    x, y = rng.uniform(0, 96), rng.uniform(0, 96)
    angles = sorted(rng.uniform(0, 6.283) for _ in range(7))
    ring = [(x + rng.uniform(25, 70) * np.cos(a), y + rng.uniform(25, 70) * np.sin(a)) for a in angles]
    cv2.fillPoly(field, [np.array(ring, np.int32)], rng.randint(140, 205))
    return np.asarray(cv2.GaussianBlur(field, (0, 0), rng.uniform(2, 9)), np.float32) * np.float32(1 / 255)


def wear(rng: random.Random, image: Picture, small: float, how: str) -> Worn:
    """A page after its fate ``how`` (one of ``WEARS``); its picture is RGB again."""
    worn = Worn(image, small)
    if how == "print":
        printed(rng, worn)
    elif how == "scan":
        if rng.random() < 0.25:
            printed(rng, worn)
        scanned(rng, worn)
    elif how == "fold":
        folded(rng, worn)
        if rng.random() < 0.5:
            photographed(rng, worn)
    elif how == "photo":
        photographed(rng, worn)
    if worn.image.ndim == 2:
        worn.image = np.asarray(cv2.cvtColor(worn.image, cv2.COLOR_GRAY2RGB), np.uint8)
        worn.colourless = True
    return worn
