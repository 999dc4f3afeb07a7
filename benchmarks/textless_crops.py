"""Crops that hold no text, or none that anyone could read, drawn from a seed. Knows pixels; no reader and no scores.

What a text detector may hand over by mistake, or a person by hand: paper, noise, blur, cloth, clouds, shapes, codes of
bars and dots, rulings, stamps, scribbles, and the mirrored back of a sheet.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from bayou.data.synthetic.fonts import FontFace, load_font

Pixels = NDArray[np.uint8]
Drawer = Callable[[random.Random, list[FontFace]], Image.Image]

WORDS = (
    "harbour Invoice copper delivered Quarter signed Balance winter PAPER received number account garden second order "
    "MARKET Monday payment bridge General report island window TOTAL season letter yellow member station amount river"
).split()
INK_OF_BLUR = 0.5
"""Radius of the blur as a share of the type's size: strokes of neighbouring letters run into one."""


def _size(rng: random.Random) -> tuple[int, int]:
    height = rng.randint(20, 80)
    return round(height * rng.uniform(1.2, 12)), height


def _paper(rng: random.Random, size: tuple[int, int] | None = None) -> Image.Image:
    level = rng.randint(190, 255)
    tint = [level + rng.randint(-25, 0) for _ in range(3)] if rng.random() < 0.4 else [level] * 3
    return Image.new("RGB", size or _size(rng), tuple(tint))


def _grain(rng: random.Random, image: Image.Image, sigma: float, coarse: int = 1) -> Image.Image:
    numbers = np.random.default_rng(rng.getrandbits(32))
    rows, columns = -(-image.height // coarse), -(-image.width // coarse)
    noise = numbers.standard_normal((rows, columns, 1), dtype=np.float32) * sigma
    noise = noise.repeat(coarse, 0).repeat(coarse, 1)[: image.height, : image.width]
    return Image.fromarray(np.clip(np.asarray(image, np.float32) + noise, 0, 255).astype(np.uint8))


def _ink(rng: random.Random) -> tuple[int, int, int]:
    if rng.random() < 0.5:
        return (rng.randint(0, 70),) * 3
    return rng.randint(0, 160), rng.randint(0, 160), rng.randint(0, 200)


def _blank(rng: random.Random, _: list[FontFace]) -> Image.Image:
    return _grain(rng, _paper(rng), rng.uniform(0, 5))


def _gradient(rng: random.Random, _: list[FontFace]) -> Image.Image:
    """A shadow, a fold or the edge of a page."""
    image = _paper(rng)
    x = np.linspace(0, 1, image.width, dtype=np.float32)[None, :, None]
    edge = 1 / (1 + np.exp(-(x - rng.random()) * rng.uniform(4, 80)))
    shade = 1 - rng.uniform(0.2, 0.8) * (edge if rng.random() < 0.5 else 1 - edge)
    image = Image.fromarray((np.asarray(image, np.float32) * shade).astype(np.uint8))
    return _grain(rng, image.rotate(rng.choice((0, 0, 180)) + rng.uniform(-2, 2)), rng.uniform(0, 6))


def _noise(rng: random.Random, _: list[FontFace]) -> Image.Image:
    return _grain(rng, _paper(rng), rng.uniform(15, 90), rng.choice((1, 1, 2, 3)))


def _specks(rng: random.Random, _: list[FontFace]) -> Image.Image:
    """Dirt on glass, ink spray, leftovers of a bad copy."""
    image = _paper(rng)
    draw = ImageDraw.Draw(image)
    for _number in range(rng.randint(3, 60)):
        x, y, radius = rng.randint(0, image.width), rng.randint(0, image.height), rng.uniform(0.5, image.height / 9)
        draw.ellipse((x, y, x + radius, y + radius * rng.uniform(0.4, 2)), fill=_ink(rng))
    return _grain(rng, image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.5))), rng.uniform(0, 10))


def _blurred(rng: random.Random, faces: list[FontFace]) -> Image.Image:
    image, size = _written(rng, faces)
    return _grain(rng, image.filter(ImageFilter.GaussianBlur(INK_OF_BLUR * size * rng.uniform(1, 1.6))), 4)


def _cloth(rng: random.Random, _: list[FontFace]) -> Image.Image:
    """Stripes and weaves: cloth, wood, brick, corrugated board."""
    image = _paper(rng)
    y, x = np.mgrid[: image.height, : image.width].astype(np.float32)
    waves = np.zeros_like(x)
    for _number in range(rng.randint(1, 3)):
        angle, length = rng.uniform(0, np.pi), rng.uniform(3, image.height)
        bend = rng.uniform(0, 4) * np.sin(y / rng.uniform(5, 40) + x / rng.uniform(5, 60))
        waves += np.sin((x * np.cos(angle) + y * np.sin(angle) + bend) * 2 * np.pi / length)
    if rng.random() < 0.4:
        waves = np.sign(waves)
    shade = (1 - rng.uniform(0.1, 0.35) * (1 + waves / 3))[:, :, None]
    return _grain(rng, Image.fromarray(np.clip(np.asarray(image) * shade, 0, 255).astype(np.uint8)), rng.uniform(0, 10))


def _scenery(rng: random.Random, _: list[FontFace]) -> Image.Image:
    """Clouds of colour with some edges, as a photo's background, leaves or gravel."""
    width, height = _size(rng)
    numbers = np.random.default_rng(rng.getrandbits(32))
    mixed = np.zeros((height, width, 3), np.float32)
    for cells, share in zip((2, 5, rng.randint(8, 20)), rng.choice(((5, 3, 2), (2, 3, 5), (1, 1, 8))), strict=True):
        rows = min(cells, height)
        coarse = numbers.integers(0, 255, (rows, max(2, rows * width // height), 3), dtype=np.uint8)
        if rng.random() < 0.4:
            coarse = coarse.mean(axis=2, keepdims=True).repeat(3, 2).astype(np.uint8)
        mixed += share / 10 * np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))
    image = Image.fromarray(mixed.astype(np.uint8))
    return ImageOps.posterize(image, rng.randint(2, 4)) if rng.random() < 0.3 else image


def _shapes(rng: random.Random, _: list[FontFace]) -> Image.Image:
    """Parts of a logo, a diagram or a window: polygons, ellipses and arcs, most larger than the crop or its part."""
    image = _paper(rng)
    width, height = image.size
    draw = ImageDraw.Draw(image)
    for _number in range(rng.randint(1, 5)):
        points = [(rng.randint(-width // 4, width * 5 // 4), rng.randint(-height, 2 * height)) for _ in range(4)]
        x, y = sorted((points[0][0], points[1][0])), sorted((points[0][1], points[1][1]))
        box = (x[0], y[0], x[1] + 1, y[1] + 1)
        kind = rng.randrange(4)
        if kind == 0:
            draw.polygon(points, fill=_ink(rng))
        elif kind == 1:
            draw.ellipse(box, fill=_ink(rng), outline=_ink(rng))
        elif kind == 2:
            draw.rectangle(box, outline=_ink(rng), width=rng.randint(1, 6))
        else:
            draw.arc(box, rng.randint(0, 180), rng.randint(181, 360), fill=_ink(rng), width=rng.randint(2, 9))
    return _grain(rng, image, rng.uniform(0, 6))


def _barcode(rng: random.Random, _: list[FontFace]) -> Image.Image:
    image = _paper(rng)
    draw, unit, x = ImageDraw.Draw(image), rng.uniform(1.5, 4), 0.0
    while x < image.width:
        bar, gap = unit * rng.randint(1, 4), unit * rng.randint(1, 4)
        draw.rectangle((x, 0, x + bar - 1, image.height), fill=(20, 20, 20))
        x += bar + gap
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1)))


def _dot_code(rng: random.Random, _: list[FontFace]) -> Image.Image:
    """Part of a two-dimensional code."""
    width, height = _size(rng)
    numbers = np.random.default_rng(rng.getrandbits(32))
    rows = rng.randint(6, 16)
    cells = (numbers.random((rows, max(4, rows * width // height))) < 0.5).astype(np.uint8) * 235
    image = Image.fromarray(cells).resize((width, height), Image.Resampling.NEAREST).convert("RGB")
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1)))


def _rulings(rng: random.Random, _: list[FontFace]) -> Image.Image:
    """Lines of forms and tables, dotted or whole, squared paper, crossed-out fields."""
    image = _paper(rng)
    draw, thick = ImageDraw.Draw(image), rng.randint(1, 4)
    step = rng.randint(12, 60)
    if rng.random() < 0.7:
        for y in range(rng.randint(3, image.height - 3), image.height, step):
            dash = rng.choice((image.width, image.width, 3, 10))
            for x in range(0, image.width, 2 * dash):
                draw.line((x, y, x + dash, y), fill=_ink(rng), width=thick)
    if rng.random() < 0.5:
        for x in range(rng.randint(0, step), image.width, step):
            draw.line((x, 0, x, image.height), fill=_ink(rng), width=thick)
    if rng.random() < 0.2:
        draw.line((0, image.height, image.width, 0), fill=_ink(rng), width=thick)
    return _grain(rng, image.rotate(rng.uniform(-1, 1), fillcolor=image.getpixel((0, 0))), rng.uniform(0, 6))


def _stamp(rng: random.Random, _: list[FontFace]) -> Image.Image:
    """Rings, stars and waves of a stamp without its words."""
    image = _paper(rng)
    draw, colour = ImageDraw.Draw(image), rng.choice(((150, 30, 40), (40, 50, 150), (60, 60, 60)))
    x, y, radius = rng.randint(0, image.width), rng.randint(0, image.height), rng.uniform(0.5, 2) * image.height
    for ring in (1.0, 0.9, rng.uniform(0.3, 0.8)):
        reach = radius * ring
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), outline=colour, width=rng.randint(1, 4))
    for wave in range(rng.randint(0, 5)):
        points = [(px, wave * image.height / 4 + 4 * np.sin(px / 9 + wave)) for px in range(0, image.width, 3)]
        draw.line(points, fill=colour, width=rng.randint(1, 3))
    blurred = image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.2)))
    return _grain(rng, blurred, rng.uniform(0, 12))


def _scribble(rng: random.Random, _: list[FontFace]) -> Image.Image:
    """A flourish of a pen that runs along and says nothing."""
    image = _paper(rng)
    width, height = image.size
    draw, x, steps = ImageDraw.Draw(image), 0.0, rng.randint(12, 60)
    phase, swing, loops = rng.random() * 6, rng.uniform(0.15, 0.42) * height, rng.uniform(0.3, 1.4)
    points = []
    for number in range(8 * steps):
        angle = number * loops * 0.5 + phase
        x += width / (8 * steps)
        drift = np.sin(number / 9 + phase)
        points.append((x + 0.4 * swing * np.cos(angle), height / 2 + swing * np.sin(angle) * (0.6 + 0.4 * drift)))
    draw.line(points, fill=_ink(rng), width=rng.randint(1, 4), joint="curve")
    return _grain(rng, image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.8))), rng.uniform(0, 6))


def _mirrored(rng: random.Random, faces: list[FontFace]) -> Image.Image:
    """Of three words or more: a word alone can have another word as its mirrored back."""
    image, _size_of_type = _written(rng, faces, least=3)
    back = ImageOps.mirror(image).filter(ImageFilter.GaussianBlur(rng.uniform(0, 2)))
    pale = Image.blend(Image.new("RGB", back.size, (245, 244, 240)), back, rng.uniform(0.15, 0.6))
    return _grain(rng, pale, rng.uniform(0, 6))


def _written(rng: random.Random, faces: list[FontFace], least: int = 1) -> tuple[Image.Image, int]:
    face, size = rng.choice(faces), rng.randint(22, 44)
    font = load_font(face.path, size, face.weight)
    text = " ".join(rng.sample(WORDS, rng.randint(least, 5)))
    left, top, right, bottom = (round(value) for value in font.getbbox(text))
    margin = size // 3
    image = _paper(rng, (right - left + 2 * margin, bottom - top + 2 * margin))
    ImageDraw.Draw(image).text((margin - left, margin - top), text, fill=(25, 25, 30), font=font)
    return image, size


DRAWERS: dict[str, Drawer] = {
    "blank": _blank,
    "shadow": _gradient,
    "noise": _noise,
    "specks": _specks,
    "blurred text": _blurred,
    "cloth": _cloth,
    "scenery": _scenery,
    "shapes": _shapes,
    "bar code": _barcode,
    "dot code": _dot_code,
    "rulings": _rulings,
    "stamp": _stamp,
    "scribble": _scribble,
    "mirrored text": _mirrored,
}


def draw(kind: str, seed: int, faces: list[FontFace]) -> Image.Image:
    """A crop of one of the kinds in DRAWERS, RGB; the same for the same seed and fonts."""
    return DRAWERS[kind](random.Random(f"{kind} {seed}"), faces).convert("RGB")
