"""Pages on which there is nothing to read, or nothing that anybody could. Knows pictures and paper; no texts."""

from __future__ import annotations

import random

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.data.synthetic.documents.locales import Locale
from bayou.data.synthetic.documents.painting import Desk, Made, paper_size
from bayou.data.synthetic.documents.wear import gain, grain, levels

RUINS = ("out of focus", "moved", "far too small", "too dark", "washed out", "soaked")


def blank(desk: Desk, rng: random.Random) -> Made:
    """Paper without a word: empty, ruled, squared or framed."""
    locale = Locale.draw(rng)
    width, height = paper_size(rng, locale)
    tone = rng.randint(240, 255)
    sheet = desk.sheet(rng, width, height, paper=(tone, tone, tone - rng.choice((0, 0, 5, 12))))
    form = rng.choice(("empty", "empty", "empty", "ruled", "squared", "framed"))
    line = rng.choice(((170, 190, 220), (190, 190, 190), (200, 170, 170)))
    if form in ("ruled", "squared"):
        step = rng.choice((14.2, 20.0, 24.0))
        for k in range(1, int(height / step)):
            sheet.rule(0, k * step, width, k * step, line, 0.4)
        if form == "squared":
            for k in range(1, int(width / step)):
                sheet.rule(k * step, 0, k * step, height, line, 0.4)
        elif rng.random() < 0.5:
            sheet.rule(62, 0, 62, height, (220, 120, 120), 0.5)
    if form == "framed":
        inset = rng.uniform(24, 50)
        sheet.box(inset, inset, width - inset, height - inset, edge=line, width=rng.choice((0.6, 1.5)))
    return Made(sheet, locale.language)


def ruined(rng: random.Random, image: NDArray[np.uint8], tallest: float, how: str) -> NDArray[np.uint8]:
    """A page whose largest text, ``tallest`` pixels high, nobody can read any more; ``how`` is one of ``RUINS``."""
    height, width = image.shape[:2]
    if how == "out of focus":
        # A Gaussian as wide as the letters are high leaves no stroke of them.
        sigma = tallest * rng.uniform(0.8, 1.3)
        shrink = max(1, int(sigma / 3))
        small = cv2.resize(image, (max(2, width // shrink), max(2, height // shrink)), interpolation=cv2.INTER_AREA)
        soft = cv2.GaussianBlur(small, (0, 0), sigma / shrink)
        return grain(rng, np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8), 3)
    if how == "moved":
        length = int(tallest * rng.uniform(2.2, 3.5)) | 1
        kernel = np.zeros((length, length), np.float32)
        cv2.line(kernel, (0, rng.randrange(length)), (length - 1, rng.randrange(length)), 1.0)
        turned = kernel if rng.random() < 0.4 else kernel.T
        once = cv2.filter2D(image, -1, turned / float(turned.sum()), borderType=cv2.BORDER_REPLICATE)
        # Across as well, or letters that moved along their lines could still be guessed.
        return grain(rng, np.asarray(cv2.blur(once, (length // 2, length // 2)), np.uint8), 4)
    if how == "far too small":
        share = rng.uniform(1.2, 1.8) / tallest
        small = cv2.resize(
            image, (max(8, round(width * share)), max(8, round(height * share))), interpolation=cv2.INTER_AREA
        )
        way = rng.choice((cv2.INTER_NEAREST, cv2.INTER_CUBIC))
        return np.asarray(cv2.resize(small, (width, height), interpolation=way), np.uint8)
    if how == "too dark":
        return grain(rng, levels(image, (2, 2, 2), (5, 5, 6)), 9)
    if how == "washed out":
        # What is left must be seen to be something: a page that looks empty can't be told from a blank one.
        faint = cv2.GaussianBlur(image, (0, 0), tallest * 0.6)
        return grain(rng, levels(np.asarray(faint, np.uint8), (120, 120, 120), (254, 254, 252)), 6)
    stains = np.random.default_rng(rng.getrandbits(32)).random((14, 10)).astype(np.float32)
    sigma = tallest * 0.7
    run = cv2.GaussianBlur(image, (0, 0), sigma, sigmaY=sigma * 2)
    return levels(gain(np.asarray(run, np.uint8), 0.72 + 0.28 * stains), (60, 56, 70), (236, 230, 214))
