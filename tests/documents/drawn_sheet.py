"""A page of words and rulings that is drawn, with the lines that a reader would find on it. Knows no tables."""

import random
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bayou.documents.document import Line, Word
from bayou.documents.geometry import Box, bounding_box
from bayou.documents.tables import find_tables

FONT = ImageFont.load_default(20)
PROSE = (
    "the river bends under the old bridge where boats used to wait for the tide and nobody remembers who built the"
    " stone wall that keeps the meadow dry in spring while the upper field floods each year before the swallows return"
).split()


@cache
def length(text):
    return FONT.getlength(text)


class Sheet:
    """A page that is drawn, and the lines on it as a detector and reader would give them."""

    def __init__(self, width=900, height=1000):
        self.image = Image.new("RGB", (width, height), "white")
        self.draw = ImageDraw.Draw(self.image)
        self.lines = []

    def text(self, x, y, text):
        """One line whose top left corner is (x, y)."""
        words, left = [], float(x)
        for part in text.split(" "):
            width = length(part)
            words.append(Word(part, Box(left, y, left + width, y + 24), 0.9, "model"))
            left += width + length(" ")
        self.draw.text((x, y), text, font=FONT, fill="black")
        self.lines.append(Line(text, bounding_box(word.box for word in words), 0.9, "model", tuple(words)))
        return self

    def right(self, x, y, text):
        return self.text(x - length(text), y, text)

    def cells(self, rows, lefts, top=100, pitch=40):
        for index, row in enumerate(rows):
            for left, text in zip(lefts, row, strict=False):
                if text:
                    self.text(left, top + pitch * index, text)
        return self

    def grid(self, xs, ys, width=2, colour="black"):
        for x in xs:
            self.draw.line((x, ys[0], x, ys[-1]), fill=colour, width=width)
        for y in ys:
            self.draw.line((xs[0], y, xs[-1], y), fill=colour, width=width)
        return self

    def joined(self, gap=60):
        """The same page, found with lines that run through several cells."""
        lines = []
        for line in self.lines:
            last = lines[-1] if lines else None
            if last and abs(last.box.top - line.box.top) < 2 and 0 < line.box.left - last.box.right < gap:
                line = Line(f"{last.text} {line.text}", last.box.union(line.box), 0.9, "model", last.words + line.words)
                lines.pop()
            lines.append(line)
        self.lines = lines
        return self

    def tables(self, image=True):
        return find_tables(self.lines, np.asarray(self.image) if image else None, 1.0)

    def prose(self, left, top, right, lines, seed=0, justified=True):
        chance = random.Random(seed)
        for index in range(lines):
            words = [chance.choice(PROSE)]
            width = length(words[0])
            while (width := width + length(" ") + length(word := chance.choice(PROSE))) <= right - left:
                words.append(word)
            self._set(left, top + 30 * index, words, right if justified else None)
        return self

    def _set(self, left, y, words, right):
        spare = (
            0.0
            if right is None
            else (right - left - sum(map(length, words)) - length(" ") * (len(words) - 1)) / max(1, len(words) - 1)
        )
        placed, x = [], float(left)
        for word in words:
            width = length(word)
            self.draw.text((x, y), word, font=FONT, fill="black")
            placed.append(Word(word, Box(x, y, x + width, y + 24), 0.9, "model"))
            x += width + length(" ") + spare
        box = bounding_box(word.box for word in placed)
        self.lines.append(Line(" ".join(words), box, 0.9, "model", tuple(placed)))
