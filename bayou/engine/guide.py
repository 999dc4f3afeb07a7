"""What keeps a text to a form while it is written. Knows ids and masks; no grammars and no library of them."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from bayou.engine.runtime import BoolArray, FloatArray


class Guide(Protocol):
    """Where one text stands in its form."""

    @property
    def forced(self) -> tuple[int, ...]:
        """The tokens that come next, whatever the decoder says; empty where it has a choice."""

    def allowed(self) -> BoolArray:
        """bool [vocabulary]: what may come next; asked for only where nothing is forced."""

    def push(self, token: int) -> None:
        """The text has grown by ``token``, the first of ``forced`` or one that is allowed."""


class Form(Protocol):
    """A form that texts can be kept to."""

    def begin(self) -> Guide:
        """For a new text."""


def guided(logits: FloatArray, allowed: BoolArray) -> FloatArray:
    """Logits [N, V] with minus infinity for what isn't allowed; V may be wider than the vocabulary that is known."""
    kept = np.full_like(logits, -np.inf)
    kept[:, : len(allowed)] = np.where(allowed[None], logits[:, : len(allowed)], -np.inf)
    return kept
