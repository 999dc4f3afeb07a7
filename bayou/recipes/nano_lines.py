"""The lines of nano's run (needs torch): where they come from, what is kept, which are watched. Knows no learner.

What the frozen tower makes of a line is kept in the run's folder, so a run that was stopped does it once.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bayou.data.line_views import other_view
from bayou.data.packed_lines import write_packed
from bayou.data.real import RECEIPTS, RealLine, RealLines
from bayou.data.sample import LineSample
from bayou.data.synthetic.alphabet import ALPHABET
from bayou.data.synthetic.hand_digits import SOURCE as DIGIT_LINES
from bayou.data.synthetic.hand_digits import hand_digits
from bayou.data.synthetic.lines import MIX, render_line
from bayou.data.synthetic.no_text import SOURCE as NO_TEXT
from bayou.data.validation import CATEGORIES, VALIDATION_SEED, validation_lines
from bayou.errors import InputError, UsageError
from bayou.inputs.characters import CharacterTokenizer
from bayou.inputs.line_images import prepare_line
from bayou.model.config import VLMConfig
from bayou.model.family import nano_config, nano_vit_config
from bayou.model.line_vision_import import read_characters
from bayou.reading.wheel_models import RECOGNISER, wheel_model
from bayou.training.frozen_tower import FrozenTower
from bayou.training.line_features import Drafter, trusted_text
from bayou.training.made_ahead import made_ahead
from bayou.training.settings import LineRun, LineTrainingConfig, Tower
from bayou.training.shards import read_shard, write_shard

Kept = TypeVar("Kept")
Make = Callable[[Iterable[LineSample], np.random.Generator], Iterator[Kept]]

SHARD_LINES = 2048
_CALIBRATION_LINES = 80
_LABELS_AT_ONCE = 64
_REAL = (RECEIPTS, "icdar2015_words")
_HELD_OUT_DIGITS = "validation/digits that people wrote (held-out MNIST, put together)"
SOURCES = (
    *(f"synthetic/{name}" for name in MIX),
    *_REAL,
    *(f"validation/{category.name}" for category in CATEGORIES),
    *(f"validation/{name}" for name in _REAL),
    DIGIT_LINES,
    _HELD_OUT_DIGITS,
    NO_TEXT,
)
"""Where a line comes from; shards hold its place in this list."""

KEPT_SIGNS = "¦¨´¯¸′″≤≥≠≈≡∞√∑∫∂∆Ωπ↑↓↔⇒■□▪▫▲△▼▽◆◇○●◦★☆✔✗✘☐☑☒♦♣♠♥♪⅓⅔⅛⅜⅝⅞⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉ⅠⅡⅢⅣⅤ℃℉"
"""Too rare to render lines with, but known to the tower's head; so a draft of them can be kept."""


def vocabulary() -> tuple[str, ...]:
    """The characters that nano writes: Latin script of the European languages, digits and common signs."""
    return tuple(dict.fromkeys(ALPHABET + KEPT_SIGNS))


def head_alphabet(tower: Tower) -> list[str]:
    """The characters of the tower's head, class i + 1 being entry i; the space, its last class, isn't among them."""
    if tower == "vit":
        return [character for character in vocabulary() if character != " "]
    return read_characters(wheel_model(RECOGNISER))


def model_config(tower: Tower) -> VLMConfig:
    """The sizes of nano, or of nano-vit."""
    ids = CharacterTokenizer(vocabulary()).vocab_size
    return nano_vit_config(ids, len(head_alphabet("vit")) + 2) if tower == "vit" else nano_config(ids)


def published_drafter(precision: str = "float32") -> Drafter:
    """The published tower, frozen, as drafter."""
    published = wheel_model(RECOGNISER)
    tower = FrozenTower(published, precision=precision)
    return Drafter(tower, read_characters(published), CharacterTokenizer(vocabulary()))


def _synthetic(config: LineTrainingConfig, shard: int) -> Iterator[LineSample]:
    first = shard * SHARD_LINES
    for index in range(first, min(first + SHARD_LINES, config.data.synthetic_lines)):
        yield render_line(config.seed, index, asdict(config.data.mix))


def _digits(config: LineTrainingConfig, folder: Path, shard: int) -> Iterator[LineSample]:
    digits = hand_digits(folder)
    for index in range(shard * SHARD_LINES, min((shard + 1) * SHARD_LINES, config.data.digit_lines)):
        yield digits.line(config.seed, index)


def _real(lines: Sequence[RealLine], config: LineTrainingConfig, view: int) -> Iterator[LineSample]:
    for line in lines:
        rng = random.Random(f"{config.seed}:{view}:{line.key}")
        if line.source == RECEIPTS and rng.random() >= config.data.receipt_share:
            continue
        yield other_view(line, rng) if view else line.sample(rng)


def sample_shards(config: LineTrainingConfig) -> list[tuple[str, Iterator[LineSample]]]:
    """All of a run's samples in named parts, real ones first."""
    parts: list[tuple[str, Iterator[LineSample]]] = []
    if config.data.real is not None:
        real = RealLines.find(config.data.real).lines
        pieces = [real[first : first + SHARD_LINES] for first in range(0, len(real), SHARD_LINES)]
        for view in range(config.data.real_views):
            for number, piece in enumerate(pieces):
                parts.append((f"real-{config.seed}-{view}-{number:03d}", _real(piece, config, view)))
    if config.data.digits is not None:
        for shard in range(-(-config.data.digit_lines // SHARD_LINES)):
            samples = _digits(config, config.data.digits, shard)
            parts.append((f"digits-{config.seed}-{shard:05d}", samples))
    for shard in range(-(-config.data.synthetic_lines // SHARD_LINES)):
        parts.append((f"synthetic-{config.seed}-{shard:05d}", _synthetic(config, shard)))
    return parts


def build_features(run: LineRun, make: Make[Kept], kind: type[Kept], part: tuple[int, int]) -> list[Kept]:
    """What the frozen tower makes of every n-th shard of samples: made where missing, then read.

    Args:
        part: Which shards: (the first, every how many).

    Raises:
        UsageError: There are fewer shards than processes to share them.
    """
    keep_vocabulary(run.folder)
    lines: list[Kept] = []
    for number, (name, samples) in enumerate(sample_shards(run.config)):
        if number % part[1] != part[0]:
            continue
        path = run.folder / "features" / f"{name}.safetensors"
        if not path.exists():
            write_shard(path, list(make(samples, np.random.default_rng([run.config.seed, number]))))
        lines += read_shard(path, kind)
    if not lines:
        raise UsageError(f"too few lines for {part[1]} ranks: each needs a part of {SHARD_LINES}; lower ranks")
    return lines


def keep_vocabulary(folder: Path) -> None:
    """Remember the vocabulary of a run's features; another one later would read them wrongly.

    Raises:
        UsageError: The run was begun with another vocabulary.
    """
    path = folder / "features" / "vocabulary.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and CharacterTokenizer.from_file(path).characters != vocabulary():
        raise UsageError("the run was begun with another vocabulary; take another output", str(folder))
    CharacterTokenizer(vocabulary()).save(path)


def validation_samples(config: LineTrainingConfig) -> list[LineSample]:
    """The fixed lines to watch training by: held-out fonts, and where there are real crops, those kept for this."""
    samples = validation_lines(config.data.validation_lines)
    if config.data.digits is not None:
        digits = hand_digits(config.data.digits, held_out=True)
        drawn = (digits.line(VALIDATION_SEED, index) for index in range(config.data.validation_lines))
        samples += [replace(line, source=_HELD_OUT_DIGITS) for line in drawn]
    if config.data.real is not None:
        kept = RealLines.find(config.data.real, "validation").lines
        for name in _REAL:
            group = [line for line in kept if line.source == name][: 3 * config.data.validation_lines]
            samples += [replace(line.sample(), source=f"validation/{name}") for line in group]
    return samples


def with_trusted_texts(samples: Sequence[LineSample]) -> list[LineSample]:
    """Samples as the published tower lets them be learned, whatever reads them: as printed; others left out."""
    drafter = published_drafter()
    texts = [_trusted(sample, drafter) for sample in samples]
    pairs = zip(samples, texts, strict=True)
    return [replace(sample, text=text, case_known=True) for sample, text in pairs if text]


def calibration_crops(config: LineTrainingConfig) -> list[NDArray[np.uint8]]:
    """Lines of every kind, printed and where there are any real, to choose the tower's 8-bit steps on."""
    crops = [render_line(config.seed + 2, index).image for index in range(_CALIBRATION_LINES)]
    if config.data.real is not None:
        lines = RealLines.find(config.data.real).lines
        crops += [
            line.image() for line in random.Random(config.seed).sample(lines, min(len(lines), _CALIBRATION_LINES))
        ]
    return crops


@dataclass(frozen=True, slots=True)
class _Labeller:
    """The trusted texts of some real lines by their number; a process of its own loads lines and tower once."""

    real: Path

    def __call__(self, number: int) -> list[str | None]:
        lines = _Loaded.lines(self.real)[number * _LABELS_AT_ONCE : (number + 1) * _LABELS_AT_ONCE]
        return [_trusted(line.sample(), _Loaded.drafter()) for line in lines]


class _Loaded:
    """What a process that judges labels has read."""

    _lines: tuple[Path, list[RealLine]] | None = None
    _drafter: Drafter | None = None

    @classmethod
    def lines(cls, path: Path) -> list[RealLine]:
        if cls._lines is None or cls._lines[0] != path:
            cls._lines = (path, RealLines.find(path, "all").lines)
        return cls._lines[1]

    @classmethod
    def drafter(cls) -> Drafter:
        if cls._drafter is None:
            cls._drafter = published_drafter()
        return cls._drafter


def _trusted(sample: LineSample, drafter: Drafter) -> str | None:
    if sample.case_known:
        return sample.text
    [(_, classes)] = drafter.draft(prepare_line(sample.image)[None])
    return trusted_text(sample, drafter.spell(classes))


def pack_real(real: Path, target: Path, workers: int = 0) -> Path:
    """Real crops with labels that the published tower supports, their case as printed, in one file.

    Args:
        real: As for ``LineData.real``.
        workers: Processes that read the crops; 0: this one.

    Raises:
        InputError: No label can be trusted.
    """
    lines = RealLines.find(real, "all").lines
    parts = -(-len(lines) // _LABELS_AT_ONCE)
    texts = [text for some in made_ahead(_Labeller(real), 0, workers, 2, parts) for text in some]
    kept = [
        RealLine(line.key, text, line.source, True, line.png, line.box)
        for line, text in zip(lines, texts, strict=True)
        if text
    ]
    if not kept:
        raise InputError("no label of these crops can be trusted", str(real))
    write_packed(target, kept)
    return target
