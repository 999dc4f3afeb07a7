"""One synthetic line from a seed and an index: text, setting, bending, damage, crop. Knows no model."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bayou.data.sample import LineSample
from bayou.data.synthetic.content import Writer
from bayou.data.synthetic.corpus import Corpus, default_corpus
from bayou.data.synthetic.fonts import FontFace, FontLibrary
from bayou.data.synthetic.looks import legible, paint_paper, paint_scene
from bayou.data.synthetic.setting import SetLine, Setting, set_line
from bayou.data.synthetic.warp import Bend, bend_ink

#: Categories and their shares of the training mix.
MIX: dict[str, float] = {"document": 0.35, "receipt": 0.20, "scene": 0.25, "handwriting": 0.10, "figures": 0.10}

#: Kinds of faces by category, repeated as often as they weigh.
_KINDS: dict[str, tuple[str, ...]] = {
    "document": ("print",) * 15 + ("mono",) * 3 + ("terminal",),
    "receipt": ("print",) * 8 + ("mono",) * 6 + ("terminal",) * 8,
    "scene": ("print",) * 10 + ("display",) * 6 + ("handwriting",) * 2 + ("mono",),
    "handwriting": ("handwriting",),
    "figures": ("print",) * 6
    + ("mono",) * 3
    + ("terminal",) * 2
    + ("display",) * 2
    + ("handwriting",) * 2
    + ("segment",),
}
#: What a seven-segment display can show so that people read it.
_SEGMENT_CHARACTERS = frozenset("0123456789:.- ")
#: How often a line is painted anew when its letters drowned.
_PAINTINGS = 4
_PLAIN_FACES = ("print",)


@dataclass(frozen=True, slots=True)
class LineRenderer:
    """Renders lines with given fonts and texts; picklable, and the same for the same seed, index, fonts and corpus."""

    fonts: FontLibrary
    corpus: Corpus

    def render(
        self, seed: int, index: int, category: str | None = None, mix: Mapping[str, float] | None = None
    ) -> LineSample:
        """The line ``index`` of the stream ``seed``.

        Args:
            seed: Which stream of lines.
            index: Which line of it, 0 or more.
            category: One of :data:`MIX`, or None to draw one by its share.
            mix: Shares of the categories, :data:`MIX` where there are none.

        Returns:
            The line; ``source`` is ``synthetic/CATEGORY``.
        """
        rng = random.Random(f"{seed}:{index}:{category or ''}")
        shares = mix or MIX
        chosen = category or rng.choices(list(shares), weights=list(shares.values()))[0]
        text = Writer(self.corpus, rng).text(chosen)
        face, text = self.face_for(rng, chosen, text)
        return self.render_text(rng, chosen, face, text)

    def face_for(self, rng: random.Random, category: str, text: str) -> tuple[FontFace, str]:
        """A face for a text, and the text as that face writes it (capitals where it has no small letters)."""
        kinds = _KINDS[category]
        face = self.fonts.pick_for(rng, kinds, text)
        if face is not None and face.kind == "segment" and not _SEGMENT_CHARACTERS.issuperset(text):
            face = None
        if face is None:
            face = self.fonts.pick_for(rng, _PLAIN_FACES, text)
        if face is None:
            face = self.fonts.pick(rng, "print")
            covered = set(face.characters)
            text = " ".join("".join(c for c in text if c in covered).split()) or "0"
        return face, text.upper() if face.unicase else text

    def render_text(self, rng: random.Random, category: str, face: FontFace, text: str) -> LineSample:
        """A given text in a given face, with the looks of a category."""
        setting = self._setting(rng, category, face, text)
        return finish_line(rng, category, text, set_line(rng, text, setting), setting.size, f"synthetic/{category}")

    def _setting(self, rng: random.Random, category: str, face: FontFace, text: str) -> Setting:
        writer = Writer(self.corpus, rng)
        long = len(text) > 50
        size = rng.randint(20, 34) if long else rng.randint(24, 52)
        tracking = 0.0
        if rng.random() < (0.06 if long else 0.15) and not face.cursive:
            widest = 0.2 if category in ("receipt", "document") else 0.45
            tracking = rng.choice((rng.uniform(-0.05, 0.0), rng.uniform(0.0, 0.12), rng.uniform(0.05, widest)))
        second = None
        if category == "document" and rng.random() < 0.12:
            second = self.fonts.pick(rng, rng.choice(("mono", "print", "print")))
            second = None if second.unicase else second
        neighbours = None
        if rng.random() < {"document": 0.4, "receipt": 0.45, "scene": 0.15}.get(category, 0.2):
            drawable = face.characters
            neighbours = (
                _drawable(writer.running(len(text) + 10), drawable) if rng.random() < 0.7 else "",
                _drawable(writer.running(len(text) + 10), drawable) if rng.random() < 0.7 else "",
            )
        rule = ""
        if rng.random() < 0.07:
            rule = rng.choice(("underline", "underline", "above", "below", "box"))
        elif category == "handwriting" and rng.random() < 0.25:
            rule = rng.choice(("ruled", "ruled", "squared"))
        return Setting(
            face=face,
            size=size,
            second=second,
            tracking=tracking,
            word_space=rng.choice((1.0, 1.0, 1.0, rng.uniform(0.7, 1.2), rng.uniform(1.2, 3.0)))
            if " " in text
            else 1.0,
            stretch=_stretch(rng, category, face.monospaced),
            wander=rng.uniform(0.0, 0.05) if category == "handwriting" else 0.0,
            jitter=_jitter(rng, face) if category == "handwriting" else 0.0,
            smooth=rng.random() < 0.4,
            neighbours=neighbours,
            leading=rng.uniform(1.0, 1.5),
            rule=rule,
        )


def finish_line(rng: random.Random, category: str, text: str, line: SetLine, size: int, source: str) -> LineSample:
    """A line's ink, bent, cut out and painted with the looks of a category; ``size``: pixels of its letters' height."""
    bend = _bend(rng, category, len(text))
    ink, box = line.ink, line.box
    if not bend.straight:
        ink, outline = bend_ink(rng, ink, box, bend)
        box = (
            int(outline[:, 0].min()),
            int(outline[:, 1].min()),
            int(np.ceil(outline[:, 0].max())),
            int(np.ceil(outline[:, 1].max())),
        )
    ink = _crop(rng, category, ink, box, size)
    street = category == "scene" or (category == "figures" and rng.random() < 0.45)
    for _ in range(_PAINTINGS):
        image = paint_scene(rng, ink) if street else paint_paper(rng, ink, category)
        if legible(image, ink):
            break
    return LineSample(image, text, source)


def _jitter(rng: random.Random, face: FontFace) -> float:
    """Joined letters are moved but a little, or they would part."""
    return rng.uniform(0.02, 0.08 if face.cursive else 0.22) if rng.random() < 0.6 else 0.0


def _drawable(text: str, characters: str) -> str:
    covered = set(characters)
    return "".join(c for c in text if c in covered)


def _stretch(rng: random.Random, category: str, monospaced: bool) -> float:
    if category == "receipt" and monospaced and rng.random() < 0.7:
        return rng.uniform(0.55, 0.9)  # the tall, narrow letters of thermal printers
    if category == "receipt" and rng.random() < 0.25:
        return rng.choice((rng.uniform(0.6, 0.95), rng.uniform(0.75, 0.95), rng.uniform(1.1, 1.7)))
    if category == "document" and rng.random() > 0.2:
        return 1.0
    return rng.uniform(0.75, 1.25) if rng.random() < 0.5 else 1.0


def _bend(rng: random.Random, category: str, length: int) -> Bend:
    """How bent lines of a category lie; long ones only a little, or they would leave the picture."""
    if category == "scene" or (category == "figures" and rng.random() < 0.4):
        if rng.random() < 0.2:
            return Bend(slant=rng.uniform(-0.1, 0.3) if rng.random() < 0.3 else 0.0)
        gentle = min(1.0, 8.0 / max(1, length))
        roll = rng.random()
        return Bend(
            slant=rng.uniform(-0.35, 0.45) if rng.random() < 0.4 else 0.0,
            turn=rng.gauss(0, 7.0) * (0.3 + 0.7 * gentle)
            if roll < 0.6
            else rng.uniform(-25, 25) * gentle
            if roll < 0.75
            else 0.0,
            perspective=rng.uniform(0.0, 0.22) if rng.random() < 0.5 else 0.0,
            curve=rng.uniform(-0.9, 0.9) * (0.4 + 0.6 * rng.random()) if rng.random() < 0.2 else 0.0,
            wave=rng.uniform(0.03, 0.15) if rng.random() < 0.05 else 0.0,
        )
    if category == "handwriting":
        return Bend(
            slant=rng.uniform(-0.2, 0.45),
            turn=rng.gauss(0, 2.0) * min(1.0, 12.0 / length),
            elastic=rng.uniform(0.3, 2.2) if rng.random() < 0.7 else 0.0,
            wave=rng.uniform(0.02, 0.12) if rng.random() < 0.15 else 0.0,
            sway=rng.uniform(0.03, 0.2) if rng.random() < 0.5 else 0.0,
        )
    if rng.random() < 0.6:
        return Bend()
    limit = min(1.0, 25.0 / max(1, length))
    return Bend(
        slant=rng.uniform(-0.05, 0.2) if rng.random() < 0.2 else 0.0,
        turn=rng.gauss(0, 1.2) * limit,
        perspective=rng.uniform(0.0, 0.06) if rng.random() < 0.3 else 0.0,
        curve=rng.uniform(-0.25, 0.25) if rng.random() < 0.15 else 0.0,
        wave=rng.uniform(0.01, 0.08) if rng.random() < 0.1 else 0.0,
    )


def _crop(
    rng: random.Random, category: str, ink: NDArray[np.uint8], box: tuple[int, int, int, int], size: int
) -> NDArray[np.uint8]:
    """Cut the line out as a detector or a person would: mostly loose, at times tight, seldom into the letters."""
    left, top, right, bottom = box
    # Letters without ascenders make a low box: a detector's line is at least as high as a small letter and a bit.
    tall = max(bottom - top, int(size * 0.5))
    middle = (top + bottom) / 2
    roll = rng.random()
    if roll < 0.15:
        shares = [rng.uniform(-0.04, 0.04) for _ in range(4)]
    elif roll < 0.85:
        shares = [rng.uniform(0.02, 0.22) for _ in range(4)]
    else:
        shares = [rng.uniform(0.0, 0.55) for _ in range(4)]
        shares[2] += rng.uniform(0, 0.8) if rng.random() < 0.3 else 0.0
        shares[3] += rng.uniform(0, 0.8) if rng.random() < 0.3 else 0.0
    y0, y1 = int(middle - tall * (0.5 + shares[0])), int(np.ceil(middle + tall * (0.5 + shares[1])))
    x0, x1 = int(left - tall * max(shares[2], -0.02)), int(np.ceil(right + tall * max(shares[3], -0.02)))
    pad = [max(0, -y0), max(0, y1 - ink.shape[0]), max(0, -x0), max(0, x1 - ink.shape[1])]
    if any(pad):
        ink = np.pad(ink, ((pad[0], pad[1]), (pad[2], pad[3])))
        y0, y1, x0, x1 = y0 + pad[0], y1 + pad[0], x0 + pad[2], x1 + pad[2]
    return np.ascontiguousarray(ink[y0 : max(y1, y0 + 4), x0 : max(x1, x0 + 4)])


@lru_cache(maxsize=1)
def default_renderer() -> LineRenderer:
    """The renderer with this machine's fonts (less those held out) and texts."""
    return LineRenderer(FontLibrary.find(), default_corpus())


def render_line(seed: int, index: int, mix: Mapping[str, float] | None = None) -> LineSample:
    """The training line ``index`` of the stream ``seed``, with this machine's fonts and texts."""
    return default_renderer().render(seed, index, mix=mix)
