"""How alike two texts are: exact match, error rates, words in common. Knows strings; not where they came from."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from bayou.errors import MissingExtraError


def fold(text: str) -> str:
    """Lower-cased, accents removed, and of the rest only a-z and 0-9 kept; so spaces and punctuation don't count."""
    plain = unicodedata.normalize("NFKD", text).lower()
    return "".join(c for c in plain if c in "abcdefghijklmnopqrstuvwxyz0123456789")


def exact_match(prediction: str, truth: str, *, folded: bool = False) -> bool:
    """Whether two texts are equal: after ``fold``, or strictly (case, inner spaces, punctuation; ends stripped)."""
    return fold(prediction) == fold(truth) if folded else prediction.strip() == truth.strip()


def edit_distance(first: Sequence[Hashable], second: Sequence[Hashable]) -> int:
    """Levenshtein distance: the fewest insertions, deletions and substitutions that turn one into the other.

    Raises:
        MissingExtraError: The extra ``evaluate`` is not installed.
    """
    try:
        from rapidfuzz.distance import Levenshtein
    except ImportError as error:
        raise MissingExtraError("edit distances need rapidfuzz: pip install 'bayou[evaluate]'") from error
    return Levenshtein.distance(first, second)


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """Edits and the number of items (characters or words) in the truth; sums of several pairs make a corpus's rate."""

    edits: int
    length: int

    @property
    def rate(self) -> float:
        """Edits for each item of the truth. An empty truth has rate 0 where nothing was read, else 1."""
        if self.length == 0:
            return float(self.edits > 0)
        return self.edits / self.length

    def __add__(self, other: ErrorRate) -> ErrorRate:
        return ErrorRate(self.edits + other.edits, self.length + other.length)


def character_errors(prediction: str, truth: str) -> ErrorRate:
    """Character edits; white space at the ends doesn't count, inside it does (jiwer's default ``cer``)."""
    prediction, truth = prediction.strip(), truth.strip()
    return ErrorRate(edit_distance(prediction, truth), len(truth))


def word_errors(prediction: str, truth: str) -> ErrorRate:
    """Word edits; only the space separates words, runs of white space count as one space (jiwer's default ``wer``)."""
    first, second = _spaced_words(prediction), _spaced_words(truth)
    return ErrorRate(edit_distance(first, second), len(second))


def _spaced_words(text: str) -> list[str]:
    return [word for word in re.sub(r"\s\s+", " ", text).strip().split(" ") if word]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Precision, recall and their harmonic mean, each 0 to 1."""

    precision: float
    recall: float
    f1: float


def word_overlap(prediction: str, truth: str) -> Overlap:
    """Words of a page in common, whatever their order: split at white space, folded, empty ones dropped, as multisets.

    A page without words that is read as such scores 1; where only one side has words, 0.
    """
    read, wanted = _folded_words(prediction), _folded_words(truth)
    if not read and not wanted:
        return Overlap(1.0, 1.0, 1.0)
    common = (read & wanted).total()
    if not common:
        return Overlap(0.0, 0.0, 0.0)
    precision, recall = common / read.total(), common / wanted.total()
    return Overlap(precision, recall, 2 * precision * recall / (precision + recall))


def _folded_words(text: str) -> Counter[str]:
    return Counter(word for word in map(fold, text.split()) if word)
