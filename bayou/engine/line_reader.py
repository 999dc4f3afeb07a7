"""Crops of lines to readings, in batches, on any runtime (nano). Knows lines; no pages, files or messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayou.engine.draft import is_foreign
from bayou.engine.line_reading import LineReading, line_rule, most_tokens, text_spans
from bayou.engine.request import Prompt, Request, Token
from bayou.engine.runtime import Draft, Encoded, Runtime
from bayou.engine.second_looks import look_again
from bayou.engine.speculation import speculate_all
from bayou.errors import ModelError
from bayou.inputs.characters import BOS_ID, CharacterTokenizer
from bayou.inputs.line_images import prepare_line, resized_width

LINES_AT_ONCE = 64
"""Lines whose pixels and visual tokens are held at a time."""

DECODER_BATCH = 8
"""16 were no faster and took 40 MB more."""


@dataclass(frozen=True, eq=False, slots=True)
class LineReader:
    """nano's reading rule on a runtime.

    Attributes:
        threshold: How sure the decoder must be to overrule the tower's draft.
    """

    runtime: Runtime
    tokenizer: CharacterTokenizer
    threshold: float

    def request(self, encoded: Encoded, max_new_tokens: int | None = None) -> Request:
        """What the decoder is asked for one line: its visual tokens, then begin-of-text at position 0 again."""
        draft = draft_of(encoded)
        begin = self.runtime.embed(np.array([[BOS_ID]]))[0]
        count = len(encoded.tokens)
        positions = np.append(np.arange(count), 0)
        prompt = Prompt(np.concatenate((encoded.tokens, begin)), positions, 1)
        limit = most_tokens(draft) if max_new_tokens is None else max_new_tokens
        return Request(prompt, line_rule(self.threshold, draft), limit, draft.ids)

    def read(self, crops: Sequence[NDArray[np.uint8]], second_looks: bool = True) -> list[LineReading]:
        """Readings in the order of the crops, each RGB uint8 [H, W, 3] and one upright line.

        Args:
            second_looks: Whether doubtful lines are read from further views too (``bayou.engine.second_looks``).

        Raises:
            InputError: A crop is not such an image, or empty.
        """
        readings = self._at_first_sight(crops)
        return look_again(crops, readings, self._once_more) if second_looks else readings

    def _once_more(self, views: Sequence[NDArray[np.uint8]]) -> list[LineReading]:
        return self._at_first_sight(views, doubted=True)

    def _at_first_sight(self, crops: Sequence[NDArray[np.uint8]], doubted: bool = False) -> list[LineReading]:
        # The longest first: what is then allocated is large enough for all that come after.
        order = sorted(range(len(crops)), key=lambda i: -crops[i].shape[1] / max(crops[i].shape[0], 1))
        readings: dict[int, LineReading] = {}
        for first in range(0, len(order), LINES_AT_ONCE):
            chosen = order[first : first + LINES_AT_ONCE]
            found = self._read([crops[i] for i in chosen], doubted)
            readings.update(zip(chosen, found, strict=True))
        return [readings[i] for i in range(len(crops))]

    def _read(self, crops: Sequence[NDArray[np.uint8]], doubted: bool) -> list[LineReading]:
        encoded = self.runtime.encode([prepare_line(crop) for crop in crops], doubted)
        widths = [resized_width(crop.shape[1], crop.shape[0]) for crop in crops]
        readings = {i: foreign_reading(draft_of(line), widths[i]) for i, line in enumerate(encoded)}
        waiting = [i for i in readings if not is_foreign(draft_of(encoded[i]))]
        waiting.sort(key=lambda i: -len(encoded[i].tokens))
        for first in range(0, len(waiting), DECODER_BATCH):
            batch = waiting[first : first + DECODER_BATCH]
            written = speculate_all(self.runtime, [self.request(encoded[i]) for i in batch])
            for i, (tokens, finished) in zip(batch, written, strict=True):
                draft, passes = draft_of(encoded[i]), finished.usage.passes
                readings[i] = self._reading(tokens, draft, widths[i], passes)
        return [readings[i] for i in range(len(crops))]

    def _reading(self, tokens: Sequence[Token], draft: Draft, scaled_width: int, passes: int) -> LineReading:
        ids = tuple(token.id for token in tokens)
        # Only what is shown has a place in the image: not the end of text, nor a special in the midst of it.
        shown = [token for token in ids if self.tokenizer.decode([token])]
        return LineReading(
            text=self.tokenizer.decode(shown),
            source="model",
            token_ids=ids,
            draft=draft,
            tokens=tuple(tokens),
            probabilities=np.array([token.probability for token in tokens], dtype=np.float32),
            spans=text_spans(shown, draft, scaled_width),
            passes=passes,
        )


def foreign_reading(draft: Draft, scaled_width: int) -> LineReading:
    """The head's reading as it stands."""
    spans = text_spans(draft.ids, draft, scaled_width)
    return LineReading(draft.text, "draft", (), draft, (), draft.probabilities, spans, 0)


def draft_of(encoded: Encoded) -> Draft:
    """The draft that comes with a line's visual tokens."""
    if encoded.draft is None:
        raise ModelError("this model's tower drafts no text")
    return encoded.draft


def prompt_ids(draft: Draft) -> tuple[int, ...]:
    """A line's prompt as ids: its visual tokens as the characters they were drafted as, then begin-of-text."""
    return (BOS_ID, *draft.ids, BOS_ID)
