"""How well a model reads a fixed set of drafted lines while it learns (torch). Knows the reading rule; no optimiser."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from bayou.data.sample import LineSample
from bayou.engine.line_reading import NEVER
from bayou.engine.request import Prompt, ReadingRule, Request
from bayou.engine.runtimes.torch import TorchRuntime
from bayou.engine.speculation import speculate_all
from bayou.engine.weight_files import Weight, Weights
from bayou.inputs.characters import BOS_ID, EOS_ID, UNK_ID, CharacterTokenizer
from bayou.model.line_vlm import LineVLM
from bayou.scorers.text import edit_distance
from bayou.training.adapters import merged_state
from bayou.training.line_batches import device_of
from bayou.training.line_features import DraftedLine
from bayou.training.sample_sheet import ReadSample

_BATCH = 32
Draft = Callable[[Sequence[LineSample]], list[DraftedLine]]
"""Samples through a tower as it is when asked; their order may change."""

THRESHOLDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)


def line_request(model: LineVLM, line: DraftedLine, threshold: float) -> Request:
    """The request that reads ``line``: its visual tokens, begin-of-text, and its draft."""
    draft, device = line.draft_ids.astype(np.int64), device_of(model)
    with torch.inference_mode():
        statistics = torch.from_numpy(line.statistics.astype(np.float32)).to(device)
        visual = model.visual_tokens(statistics, torch.from_numpy(draft).to(device))
        begin = model.language_model.embed(torch.tensor([BOS_ID], device=device))
    embeds = torch.cat((visual, begin)).cpu().numpy()
    positions = np.append(np.arange(len(draft)), 0)
    # As in reading: where the tower sees no character, none is written.
    rule = ReadingRule((EOS_ID,), threshold if len(draft) > 1 else NEVER, UNK_ID)
    return Request(Prompt(embeds, positions, 1), rule, 2 * len(draft) + 16, tuple(draft[1:].tolist()))


class LineJudge:
    """Scores of a model on validation lines, together and by source.

    Args:
        lines: Drafted lines that are not trained on.
        sources: Names that ``DraftedLine.source`` numbers.
        threshold: How sure the decoder must be for a correction to count.
    """

    def __init__(
        self, lines: Sequence[DraftedLine], sources: Sequence[str], tokenizer: CharacterTokenizer, threshold: float
    ) -> None:
        self.lines, self.sources, self.tokenizer, self.threshold = lines, sources, tokenizer, threshold

    @property
    def names(self) -> list[str]:
        """The sources that its lines are of."""
        return [self.sources[number] for number in sorted({line.source for line in self.lines})]

    def __call__(self, model: LineVLM) -> dict[str, float]:
        """Character error rate and share of lines read exactly, of the draft and of the model; passes a line."""
        errors: dict[str, list[int]] = defaultdict(list)
        exact: dict[str, list[bool]] = defaultdict(list)
        characters = passes = 0
        for line, ids, needed in self._readings(model):
            truth = self._text(line.text_ids.tolist())
            source = self.sources[line.source]
            for reader, written in (("", ids), ("draft_", line.draft_ids.tolist())):
                text = self._text(written)
                errors[reader].append(edit_distance(text, truth))
                exact[reader].append(text == truth)
                exact[f"{reader}{source}/"].append(text == truth)
            characters += len(truth)
            passes += needed
        scores = {f"validation/{name}exact": float(np.mean(values)) for name, values in exact.items()}
        rates = {f"validation/{name}cer": sum(values) / characters for name, values in errors.items()}
        return {**scores, **rates, "validation/passes": passes / len(self.lines)}

    def texts(self, model: LineVLM) -> list[str]:
        """What the model reads in each line."""
        return [self._text(ids) for _, ids, _ in self._readings(model)]

    def _readings(self, model: LineVLM) -> Iterator[tuple[DraftedLine, list[int], int]]:
        """Each line with the ids that the model writes and the passes it needs, at the judge's threshold."""
        weights = {name: Weight(value.cpu().numpy()) for name, value in merged_state(model).items()}
        runtime = TorchRuntime(model.config, Weights(weights), "float32", device=str(device_of(model)))
        for first in range(0, len(self.lines), _BATCH):
            group = self.lines[first : first + _BATCH]
            read = speculate_all(runtime, [line_request(model, line, self.threshold) for line in group])
            for line, (tokens, finished) in zip(group, read, strict=True):
                yield line, [token.id for token in tokens], finished.usage.passes

    def _text(self, ids: Sequence[int]) -> str:
        return " ".join(self.tokenizer.decode(ids).split())

    def weighted_exact(self, model: LineVLM) -> NDArray[np.float64]:
        """For each line its weight where it is read exactly, else 0; the weights add up to 1, each source as heavy."""
        sources, counts = np.unique([line.source for line in self.lines], return_counts=True)
        weight = {int(source): 1 / (len(sources) * count) for source, count in zip(sources, counts, strict=True)}
        readings = self._readings(model)
        return np.array(
            [weight[line.source] * (self._text(ids) == self._text(line.text_ids.tolist())) for line, ids, _ in readings]
        )

    def choose_threshold(self, model: LineVLM) -> tuple[float, dict[str, float]]:
        """The threshold to ship, and the share of lines read exactly by threshold, each source as heavy as any.

        Of those within one standard error of the best the highest is taken: it trusts the tower most. Thresholds are
        tried on the same lines, so the error is that of the difference, which only the lines read otherwise make.
        """
        given, exact = self.threshold, {}
        for threshold in THRESHOLDS:
            self.threshold = threshold
            exact[threshold] = self.weighted_exact(model)
        self.threshold = given
        shares = {threshold: float(right.sum()) for threshold, right in exact.items()}
        best = max(THRESHOLDS, key=lambda threshold: shares[threshold])
        chosen = max(threshold for threshold, right in exact.items() if _within_one_error(exact[best] - right))
        return chosen, {str(threshold): share for threshold, share in shares.items()}


def read_samples(model: LineVLM, samples: Sequence[LineSample], draft: Draft, judge: LineJudge) -> list[ReadSample]:
    """Samples with what the model reads in them, by the rule of ``judge``; those without a trusted label left out."""
    # Drafted one by one, since drafts of many change their order.
    pairs = [(sample, line) for sample in samples for line in draft([sample])]
    shown = LineJudge([line for _, line in pairs], judge.sources, judge.tokenizer, judge.threshold)
    texts = shown.texts(model) if pairs else []
    return [ReadSample(s.image, s.text, text) for (s, _), text in zip(pairs, texts, strict=True)]


def _within_one_error(differences: NDArray[np.float64]) -> bool:
    """Whether the sum of the lines' differences is at most its standard error."""
    return float(differences.sum()) <= math.sqrt(float(np.square(differences).sum()))
