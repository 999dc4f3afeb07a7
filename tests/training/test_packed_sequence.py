"""Samples as one sequence: where each begins, what is learnt, what it weighs, and the padding."""

from __future__ import annotations

import numpy as np
import pytest

from bayou.data.packing import Budget
from bayou.inputs.messages import Message
from bayou.inputs.processor import IGNORED_LABEL, TrainingSample
from bayou.training.packed_sequence import PackedSequence, answer_weights, join_samples
from tests.golden_set import processor

WEIGHT_TOLERANCE = 1e-6
PICTURE = np.full((300, 320, 3), 200, dtype=np.uint8)
IMAGE = 32002


def samples() -> list[tuple[str, str, TrainingSample]]:
    made = processor("tiny-800m")
    talks = [
        [Message("user", "One?"), Message("assistant", "Two")],
        [Message("user", [PICTURE, "What?"]), Message("assistant", "A grey picture of nothing in particular")],
        [Message("user", "A?"), Message("assistant", "B"), Message("user", "C?"), Message("assistant", "D E F")],
    ]
    return [(str(number), f"source-{number % 2}", made.sample(talk)) for number, talk in enumerate(talks)]


def joined(fill: Budget | None = None, exponent: float = 0.5) -> PackedSequence:
    return join_samples(samples(), IMAGE, exponent, fill)


def test_each_sample_begins_anew_and_predicts_its_own_answers() -> None:
    pack = joined()
    for number, (_, _, sample) in enumerate(samples()):
        first, end = pack.bounds[number : number + 2]
        np.testing.assert_array_equal(pack.ids[first:end], sample.inputs.ids)
        np.testing.assert_array_equal(pack.positions[first:end], np.arange(end - first))
        mine = pack.answer_documents == number
        learnt = np.flatnonzero(sample.labels != IGNORED_LABEL)
        np.testing.assert_array_equal(pack.answer_places[mine], first + learnt - 1)
        np.testing.assert_array_equal(pack.targets[mine], sample.labels[learnt])
    assert (pack.ids[pack.image_places] == IMAGE).all()
    assert len(pack.image_places) == 256 * len(pack.pixels)
    assert pack.keys == ("0", "1", "2") and pack.sources == ("source-0", "source-1", "source-0")


def test_an_answer_of_n_tokens_weighs_the_root_of_n() -> None:
    labels = np.array([IGNORED_LABEL] * 3 + [7] * 4 + [IGNORED_LABEL] + [7] * 100)
    for exponent, weights in ((0.5, (2, 10)), (0.0, (4, 100)), (1.0, (1, 1))):
        found = answer_weights(labels, exponent)
        assert found[3:7].sum() == pytest.approx(weights[0], rel=WEIGHT_TOLERANCE)
        assert found[8:].sum() == pytest.approx(weights[1], rel=WEIGHT_TOLERANCE)
        assert not found[:3].any() and found[7] == 0


def test_padding_is_a_document_of_its_own_that_nobody_learns_from() -> None:
    plain, padded = joined(), joined(Budget(640, 4))
    assert len(padded.ids) == 640 and len(padded.pixels) == 4
    assert padded.bounds.tolist() == [*plain.bounds.tolist(), 640]
    np.testing.assert_array_equal(padded.answer_places, plain.answer_places)
    np.testing.assert_array_equal(padded.image_places, plain.image_places)
    assert not padded.pixels[1:].any()


def test_text_alone_brings_a_blank_tile() -> None:
    text = join_samples(samples()[:1], IMAGE, 0.5)
    assert len(text.pixels) == 1 and len(text.image_places) == 0
