"""Which threshold a judge chooses: the highest that its lines can't tell from the best."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from bayou.inputs.characters import BOS_ID, CharacterTokenizer
from bayou.model.columns import statistics_size
from bayou.model.config import LanguageConfig, LineVisionConfig, VLMConfig
from bayou.model.line_vlm import LineVLM
from bayou.training.line_features import DraftedLine
from bayou.training.line_validation import LineJudge

TOKENIZER = CharacterTokenizer(["a", "b"])
LINES = 100


class Scripted(LineJudge):
    """Reads a line right where the script of the threshold says so."""

    script: dict[float, set[int]]

    def weighted_exact(self, model: LineVLM) -> NDArray[np.float64]:
        wrong = self.script.get(self.threshold, set(range(50)))
        return np.array([0.0 if line in wrong else 1 / LINES for line in range(LINES)])


def tiny_model() -> LineVLM:
    torch.manual_seed(0)
    vision = LineVisionConfig(features=8, classes=6, num_attention_heads=2, num_mixing_blocks=1)
    return LineVLM(VLMConfig(vision=vision, language=LanguageConfig(16, 1, 2, 1, 32, vocab_size=TOKENIZER.vocab_size)))


@pytest.mark.parametrize(
    ("at_95", "at_99", "chosen"),
    [
        # Three lines put right and two spoilt: a difference of one, an error of the root of five.
        ({10, 11, 12}, set(range(20)), 0.95),
        # Six put right and none spoilt by the lower threshold: beyond the error, though few of a hundred.
        (set(range(10, 18)), set(range(20)), 0.8),
        ({10, 11}, {10, 11}, 0.99),
    ],
)
def test_the_highest_threshold_that_is_as_good_as_the_best(at_95: set[int], at_99: set[int], chosen: float) -> None:
    judge = Scripted([], (), TOKENIZER, 0.9)
    judge.script = {0.8: {1, 2}, 0.95: at_95, 0.99: at_99}
    found, shares = judge.choose_threshold(tiny_model())
    assert found == chosen
    assert shares["0.8"] == pytest.approx(0.98)
    assert judge.threshold == 0.9


def test_each_source_weighs_the_same() -> None:
    empty = np.zeros((1, statistics_size(8)), np.float16)
    begin, nothing = np.array([BOS_ID], np.int16), np.array([], np.int16)
    letter = np.array([TOKENIZER.id_of("a")], np.int16)
    # Where the tower drafts nothing nothing is written: lines without text are right, the one with text is wrong.
    lines = [DraftedLine(empty, begin, text, source) for text, source in ((nothing, 0), (nothing, 0), (letter, 1))]
    judge = LineJudge(lines, ("one", "other"), TOKENIZER, 0.9)
    assert judge.weighted_exact(tiny_model()).tolist() == [0.25, 0.25, 0.0]
    assert judge(tiny_model())["validation/exact"] == pytest.approx(2 / 3)
