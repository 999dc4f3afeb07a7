"""How a flat line of ink comes to lie in a picture: slant, turn, perspective, curve. Knows coordinates only."""

from __future__ import annotations

import random
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Bend:
    """How strongly a line is bent.

    Attributes:
        slant: Horizontal shear, in pixels a pixel of height.
        turn: Degrees, positive clockwise.
        perspective: Share of the line's height by which its corners wander.
        curve: Height of the arc, as a share of the line's height.
        wave: Amplitude of a wave along the line, as a share of the line's height.
        elastic: Amplitude in pixels of small irregular distortions, as of a hand.
        sway: How far the slant wanders along the line, as a shear; letters grow wider and narrower with it.
    """

    slant: float = 0.0
    turn: float = 0.0
    perspective: float = 0.0
    curve: float = 0.0
    wave: float = 0.0
    elastic: float = 0.0
    sway: float = 0.0

    @property
    def straight(self) -> bool:
        return not any((self.slant, self.turn, self.perspective, self.curve, self.wave, self.elastic, self.sway))


def _corners(
    rng: random.Random, bend: Bend, box: tuple[int, int, int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    left, top, right, bottom = box
    height = bottom - top
    source = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    middle = source.mean(0)
    target = source - middle
    target[:, 0] -= bend.slant * target[:, 1]
    angle = np.deg2rad(bend.turn)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    target = target @ spin.T
    reach = bend.perspective * height
    if reach:
        target += np.array(
            [[rng.uniform(-reach, reach) * (1.5 if i % 2 == 0 else 1.0) for i in range(2)] for _ in range(4)],
            np.float32,
        )
    return source, target.astype(np.float32)


def bend_ink(
    rng: random.Random, ink: NDArray[np.uint8], box: tuple[int, int, int, int], bend: Bend
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Warp a mask and give the outline that its text box gets.

    Args:
        rng: Random stream.
        ink: uint8 [H, W].
        box: left, top, right, bottom of the text in ``ink``.
        bend: What to do.

    Returns:
        The warped mask, large enough for everything, and the outline float32 [8, 2] of the box in it: upper edge from
        left to right (4 points), then lower edge from right to left.
    """
    height, width = ink.shape
    if bend.curve or bend.wave or bend.elastic or bend.sway:
        ink, shift = _displace(rng, ink, box, bend)
        box = (box[0], box[1] - shift, box[2], box[3] + shift)
        box = (max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3]))
    source, target = _corners(rng, bend, box)
    matrix = cv2.getPerspectiveTransform(source, target)
    rim = np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float32)
    spread = cv2.perspectiveTransform(rim, matrix).reshape(-1, 2)
    low = np.maximum(spread.min(0), target.min(0) - 1.0 * height)
    high = np.minimum(spread.max(0), target.max(0) + 1.0 * height)
    move = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]], np.float64)
    size = (max(4, int(high[0] - low[0])), max(4, int(high[1] - low[1])))
    warped = cv2.warpPerspective(ink, move @ matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    left, top, right, bottom = box
    xs = np.linspace(left, right, 4)
    edge = [(x, top) for x in xs] + [(x, bottom) for x in xs[::-1]]
    outline = cv2.perspectiveTransform(np.array(edge, np.float32)[None], move @ matrix)[0]
    return np.asarray(warped, dtype=np.uint8), np.asarray(outline, dtype=np.float32)


def _displace(
    rng: random.Random, ink: NDArray[np.uint8], box: tuple[int, int, int, int], bend: Bend
) -> tuple[NDArray[np.uint8], int]:
    """Move columns up and down (arc, wave), pixels a little (elastic); gives the mask and how far the box grew."""
    height, width = ink.shape
    tall = box[3] - box[1]
    x = np.arange(width, dtype=np.float32)
    place = (x - box[0]) / max(1, box[2] - box[0])
    lift = bend.curve * tall * (4 * (place - 0.5) ** 2 - 0.5)
    if bend.wave:
        lift = lift + bend.wave * tall * np.sin(2 * np.pi * (place * rng.uniform(0.5, 2.5) + rng.random()))
    reach = int(np.ceil(np.abs(lift[max(0, box[0]) : box[2]]).max())) if box[2] > box[0] else 0
    map_y = np.broadcast_to(np.arange(height, dtype=np.float32)[:, None], (height, width)) + lift[None, :].astype(
        np.float32
    )
    map_x = np.broadcast_to(x[None, :], (height, width)).copy()
    if bend.elastic:
        coarse = (max(2, width // max(6, tall // 3)), max(2, height // max(6, tall // 3)))
        stream = np.random.default_rng(rng.getrandbits(32))
        for_x = cv2.resize(
            stream.normal(0, bend.elastic, coarse[::-1]).astype(np.float32),
            (width, height),
            interpolation=cv2.INTER_CUBIC,
        )
        for_y = cv2.resize(
            stream.normal(0, bend.elastic, coarse[::-1]).astype(np.float32),
            (width, height),
            interpolation=cv2.INTER_CUBIC,
        )
        map_x = map_x + for_x
        map_y = map_y + for_y
    if bend.sway:
        map_x = map_x + _swayed(rng, bend.sway, map_y - (box[1] + box[3]) / 2, tall)
    moved = cv2.remap(
        ink, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
    )
    return np.asarray(moved, dtype=np.uint8), reach


def _swayed(rng: random.Random, sway: float, below: NDArray[np.float32], tall: int) -> NDArray[np.float32]:
    """How far to the side each pixel moves where slant and width wander along the line; ``below``: its row's height."""
    knots = max(2, below.shape[1] // max(8, 2 * tall)) + 2
    stream = np.random.default_rng(rng.getrandbits(32))
    slant, width = (
        cv2.resize(
            stream.normal(0, sway * share, (1, knots)).astype(np.float32),
            (below.shape[1], 1),
            interpolation=cv2.INTER_CUBIC,
        )
        for share in (1.0, 0.5 * tall)
    )
    return np.asarray(below * slant + width, dtype=np.float32)
