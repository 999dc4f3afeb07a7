"""What stands on documents beside text: logos, signatures, stamps, codes, portraits. Knows shapes; no texts."""

from __future__ import annotations

import random

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.data.synthetic.damage import smooth
from bayou.data.synthetic.documents.sheet import Colour, Sheet, Style


def lighter(colour: Colour, share: float) -> Colour:
    """A colour moved towards white."""
    return (mixed(colour[0], share), mixed(colour[1], share), mixed(colour[2], share))


def mixed(level: int, share: float) -> int:
    return round(level + (255 - level) * share)


def logo(sheet: Sheet, rng: random.Random, x: float, y: float, side: float, colour: Colour) -> None:
    """A firm's mark in a square whose upper left corner is x, y."""
    pale, half = lighter(colour, rng.uniform(0.35, 0.6)), side / 2
    form = rng.randrange(8)
    if form == 0:
        sheet.box(x, y, x + side, y + side, fill=colour, radius=side * 0.2)
        for k in range(3):
            sheet.disc(x + half, y + half, side * (0.34 - 0.1 * k), (255, 255, 255) if k % 2 == 0 else colour)
    elif form == 1:
        for k, share in enumerate((0.35, 0.6, 1.0)):
            left = x + side * 0.34 * k
            sheet.box(left, y + side * (1 - share), left + side * 0.26, y + side, fill=(pale, colour, pale)[k])
    elif form == 2:
        sheet.polygon([(x + half, y), (x + side, y + side), (x, y + side)], colour)
        sheet.polygon([(x + half, y + side * 0.45), (x + side * 0.78, y + side), (x + side * 0.22, y + side)], pale)
    elif form == 3:
        sheet.disc(x + side * 0.38, y + half, side * 0.36, colour)
        sheet.disc(x + side * 0.66, y + half, side * 0.32, pale)
        sheet.disc(x + side * 0.52, y + half, side * 0.12, (255, 255, 255))
    elif form == 4:
        angles = [np.pi / 3 * k + np.pi / 6 for k in range(6)]
        ring = [(x + half + half * np.cos(a), y + half + half * np.sin(a)) for a in angles]
        sheet.polygon(ring, colour)
        inner = [(x + half + half * 0.5 * np.cos(a), y + half + half * 0.5 * np.sin(a)) for a in angles[::2]]
        sheet.polygon(inner, (255, 255, 255))
    elif form == 5:
        for k in range(4):
            wave = [
                (x + side * t, y + side * (0.2 + 0.2 * k) + side * 0.08 * np.sin(6.3 * t + k))
                for t in np.linspace(0, 1, 16)
            ]
            sheet.curve(wave, colour if k % 2 else pale, side * 0.08)
    elif form == 6:
        n = rng.choice((5, 6, 8))
        for k in range(n):
            a = 2 * np.pi * k / n
            sheet.disc(x + half + side * 0.3 * np.cos(a), y + half + side * 0.3 * np.sin(a), side * 0.15, colour)
        sheet.disc(x + half, y + half, side * 0.13, pale)
    else:
        sheet.disc(x + half, y + half, half * 0.94, colour, width=side * 0.07)
        sheet.polygon(
            [
                (x + half, y + side * 0.2),
                (x + side * 0.7, y + half),
                (x + half, y + side * 0.8),
                (x + side * 0.3, y + half),
            ],
            colour,
        )


def signature(sheet: Sheet, rng: random.Random, x: float, y: float, width: float) -> None:
    """A scrawl in ink that nobody could read: a big first loop, then waves that grow flatter."""
    count = rng.randint(5, 9)
    t = np.linspace(0, 1, 90)
    high = width * rng.uniform(0.1, 0.17)
    fade = 1.0 - 0.65 * t
    wave = np.sin(2 * np.pi * count * t + rng.uniform(0, 6)) * fade
    slow = np.sin(2 * np.pi * rng.uniform(0.8, 2.2) * t + rng.uniform(0, 6)) * 0.5
    spike = np.where(rng.random() < 0.6, np.exp(-(((t - rng.uniform(0.05, 0.4)) / 0.05) ** 2)) * 1.6, 0.0)
    back = np.cos(2 * np.pi * count * t + rng.uniform(0, 2)) * rng.uniform(0.02, 0.05)
    xs = x + width * (t + back)
    ys = y - high * (wave + slow + spike) * rng.uniform(0.7, 1.0) - width * rng.uniform(-0.02, 0.1) * t
    ink = rng.choice(((20, 24, 60), (25, 35, 120), (15, 15, 20), (30, 50, 140)))
    pen = rng.uniform(0.6, 1.3) * min(1.0, width / 70)
    sheet.curve(list(zip(xs.tolist(), ys.tolist(), strict=True)), ink, pen)
    if rng.random() < 0.5:
        low = y + high * rng.uniform(0.4, 0.9)
        line = [(x + width * s, low - high * rng.uniform(0.0, 0.3) * s) for s in (0.05, 0.4, rng.uniform(0.8, 1.1))]
        sheet.curve(line, ink, pen * 0.8)


def stamp(sheet: Sheet, rng: random.Random, x: float, y: float, texts: tuple[str, str], style: Style) -> None:
    """A rubber stamp about x, y: one or two texts in a frame, a little turned, unevenly inked."""
    degrees = rng.uniform(-18, 14)
    colour = rng.choice(((176, 30, 40), (30, 60, 150), (20, 110, 70), (110, 40, 130)))
    style = Style(style.face, style.size, colour, 0.04, rng.uniform(0.6, 0.85))
    wide = max(sheet.text_width(text, style) for text in texts if text) + style.size * 1.3
    high = style.size * (1.9 if not texts[1] else 3.1)
    angle = np.deg2rad(degrees)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    frame = np.array([[-wide, -high], [wide, -high], [wide, high], [-wide, high]]) / 2
    ring = (frame @ spin.T + [x, y]) * sheet.scale
    mask = np.zeros(sheet.canvas.shape[:2], np.uint8)
    thick = max(2, sheet.px(1.4))
    cv2.polylines(mask, [np.round(ring).astype(np.int32)], True, 255, thick, cv2.LINE_AA)
    left, top = np.maximum(ring.min(0).astype(int) - thick, 0)
    right, bottom = ring.max(0).astype(int) + thick + 1
    sheet.blend(mask[top:bottom, left:right], int(left), int(top), colour, style.strength)
    with sheet.block("paragraph"):
        for number, text in enumerate(texts):
            if text:
                drop = 0.0 if not texts[1] else (-0.62 if number == 0 else 0.62) * style.size
                at = spin @ np.array([0.0, drop])
                sheet.write_turned(x + at[0], y + at[1], text, style, degrees)


def bars(sheet: Sheet, rng: random.Random, x: float, y: float, width: float, height: float) -> None:
    """A bar code."""
    left, top, right, bottom = sheet.px(x), sheet.px(y), sheet.px(x + width), sheet.px(y + height)
    unit = max(1, round(width * sheet.scale / 115))
    at = left
    while at < right:
        wide = unit * rng.choice((1, 1, 1, 2, 2, 3))
        sheet.canvas[max(0, top) : bottom, max(0, at) : min(right, at + wide)] = 0
        at += wide + unit * rng.choice((1, 1, 2, 3))


def squares(sheet: Sheet, rng: random.Random, x: float, y: float, side: float) -> None:
    """A square code with its three finders."""
    n = rng.choice((25, 29, 33))
    cells = np.random.default_rng(rng.getrandbits(32)).integers(0, 2, (n, n)).astype(np.uint8) * 255
    for row, column in ((0, 0), (0, n - 7), (n - 7, 0)):
        cells[max(0, row - 1) : row + 8, max(0, column - 1) : column + 8] = 255
        cells[row : row + 7, column : column + 7] = 0
        cells[row + 1 : row + 6, column + 1 : column + 6] = 255
        cells[row + 2 : row + 5, column + 2 : column + 5] = 0
    pixels = max(n, sheet.px(side) // n * n)
    big = cv2.resize(cells, (pixels, pixels), interpolation=cv2.INTER_NEAREST)
    sheet.paste(np.repeat(big[:, :, None], 3, axis=2), x, y)


def portrait(rng: random.Random, width: int, height: int) -> NDArray[np.uint8]:
    """Somebody's head and shoulders, out of focus; uint8 RGB [H, W, 3]."""
    ground = np.array(rng.choice(((196, 206, 216), (222, 222, 220), (180, 196, 210), (214, 208, 196))), np.float32)
    image = np.broadcast_to(ground, (height, width, 3)).copy()
    skin = rng.choice(((226, 184, 156), (204, 152, 118), (158, 108, 78), (112, 74, 54), (236, 200, 176)))
    hair = rng.choice(((46, 34, 28), (24, 22, 24), (112, 80, 48), (180, 146, 90), (128, 124, 122), (90, 48, 32)))
    cloth = rng.choice(((40, 48, 70), (70, 70, 76), (120, 40, 48), (30, 70, 66), (228, 228, 232)))
    cx, cy, r = width / 2 + rng.uniform(-2, 2), height * 0.43, height * 0.2
    long_hair = rng.random() < 0.5

    def oval(x: float, y: float, a: float, b: float, colour: tuple[int, int, int]) -> None:
        cv2.ellipse(
            image, (round(x), round(y)), (max(1, round(a)), max(1, round(b))), 0, 0, 360, colour, -1, cv2.LINE_AA
        )

    oval(cx, cy + r * (0.25 if long_hair else -0.15), r * 1.02, r * (1.55 if long_hair else 1.15), hair)
    oval(cx, height * 1.06, width * 0.46, height * 0.36, cloth)
    oval(cx, cy + r * 1.2, r * 0.42, r * 0.75, tuple(round(0.86 * c) for c in skin))  # type: ignore[arg-type]
    oval(cx, cy + r * 0.12, r * 0.78, r * 1.08, skin)
    oval(cx, cy - r * 0.82, r * 0.86, r * 0.52, hair)
    dark = tuple(round(0.35 * c) for c in skin)
    for side in (-1, 1):
        oval(cx + side * r * 0.33, cy + r * 0.02, r * 0.13, r * 0.07, (244, 240, 236))
        oval(cx + side * r * 0.33, cy + r * 0.02, r * 0.06, r * 0.07, (40, 30, 26))
        oval(cx + side * r * 0.33, cy - r * 0.18, r * 0.18, r * 0.04, hair)
    oval(cx, cy + r * 0.42, r * 0.1, r * 0.06, tuple(round(0.8 * c) for c in skin))  # type: ignore[arg-type]
    oval(cx, cy + r * 0.72, r * 0.26, r * 0.06, (160, 84, 78))
    cv2.line(image, (round(cx - r * 0.2), round(cy + r * 0.72)), (round(cx + r * 0.2), round(cy + r * 0.72)), dark, 1)
    image *= (0.9 + 0.2 * smooth(rng, height, width, 64))[:, :, None]
    soft = cv2.GaussianBlur(image, (0, 0), max(0.8, height / 90))
    return np.clip(soft, 0, 255).astype(np.uint8)


def guilloche(sheet: Sheet, rng: random.Random, colour: Colour, x0: float, y0: float, x1: float, y1: float) -> None:
    """Interlaced waves as on cheques and identity cards, pale enough to write on."""
    t = np.linspace(0, 1, 60)
    count, turns, phase = rng.randint(14, 26), rng.uniform(2, 6), rng.uniform(0, 6)
    high = y1 - y0
    form = rng.randrange(3)
    for k in range(count):
        share = k / count
        if form == 0:
            ys = y0 + high * share + high * 0.06 * np.sin(2 * np.pi * turns * t + phase + 6 * share)
        elif form == 1:
            ys = y0 + high / 2 + high * 0.48 * np.sin(2 * np.pi * turns * t + 6.28 * share) * np.cos(phase + 3 * t)
        else:
            ys = y0 + high * (0.5 + (share - 0.5) * (0.4 + 0.6 * np.cos(np.pi * turns / 2 * t + phase)))
        points = list(zip((x0 + (x1 - x0) * t).tolist(), ys.tolist(), strict=True))
        sheet.curve(points, lighter(colour, 0.45 + 0.3 * (k % 2)), 0.3)


def wash(sheet: Sheet, rng: random.Random, first: Colour, second: Colour) -> None:
    """The whole sheet in a gradient between two pale colours."""
    height, width = sheet.canvas.shape[:2]
    angle = rng.uniform(0, np.pi)
    x = np.linspace(0, np.cos(angle), width, dtype=np.float32)[None, :]
    y = np.linspace(0, np.sin(angle), height, dtype=np.float32)[:, None]
    share = x + y
    share = ((share - share.min()) / max(1e-6, float(share.max() - share.min())))[:, :, None]
    ends = np.array(first, np.float32), np.array(second, np.float32)
    sheet.canvas[:] = (ends[0] + (ends[1] - ends[0]) * share).astype(np.uint8)
