"""Which samples are in an evaluation set. Knows what was taken in of those sets; keeps nothing of the samples asked."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bayou.data.fingerprints import Words, differing_bits, grams
from bayou.data.inspection import Inspected
from bayou.data.recipe import Overlap


class EvaluationSets:
    """What must not be trained on: pixels, perceptual hashes and runs of words.

    Args:
        members: The name of its set, and each sample.
    """

    def __init__(self, members: Iterable[tuple[str, Inspected]], settings: Overlap) -> None:
        self._settings = settings
        self._digests: dict[bytes, str] = {}
        hashes: list[NDArray[np.uint8]] = []
        names: list[str] = []
        runs: list[Words] = []
        self._wholes: set[int] = set()
        for name, member in members:
            for digest in member.digests:
                self._digests.setdefault(digest, name)
            hashes += list(member.hashes)
            names += [name] * len(member.hashes)
            for words in member.turns:
                if len(words) >= settings.words:
                    runs.append(np.unique(grams(words, settings.words)))
                elif len(words) >= settings.least_words and not member.digests:
                    self._wholes.add(int(grams(words, len(words))[0]))
        self._hashes = np.stack(hashes) if hashes else np.zeros((0, 32), np.uint8)
        self._names = names
        values, counts = np.unique(np.concatenate(runs) if runs else np.zeros(0, np.uint64), return_counts=True)
        self._runs = values[counts <= settings.common]

    def find(self, sample: Inspected) -> tuple[str, str] | None:
        """Why a sample isn't to be trained on (``evaluation-picture`` or ``evaluation-text``, and more), or None."""
        for digest in sample.digests:
            if digest in self._digests:
                return "evaluation-picture", f"the same pixels as one of {self._digests[digest]}"
        for one in sample.hashes:
            bits = differing_bits(one, self._hashes)
            if len(bits) and bits.min() <= self._settings.picture_bits:
                nearest = int(bits.argmin())
                return "evaluation-picture", f"{bits[nearest]} bits from one of {self._names[nearest]}"
        for words in sample.turns:
            shared = self._shared(np.unique(grams(words, self._settings.words)))
            if shared >= self._settings.least_runs:
                return "evaluation-text", f"{shared} runs of {self._settings.words} words in common"
            short = self._settings.least_words <= len(words) < self._settings.words
            if short and not sample.digests and int(grams(words, len(words))[0]) in self._wholes:
                return "evaluation-text", "the same question and answer"
        return None

    def _shared(self, runs: Words) -> int:
        if len(self._runs) == 0:
            return 0
        places = np.searchsorted(self._runs, runs).clip(max=len(self._runs) - 1)
        return int((self._runs[places] == runs).sum())
