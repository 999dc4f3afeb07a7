"""OpenVINO's graphs against the torch network on the same weights; int8 against float."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from bayou.engine.draft import read_draft
from bayou.engine.line_tokens import Drafter
from bayou.engine.loading import RUNTIMES
from bayou.engine.quantization import quantise
from bayou.engine.runtime import Precision, Runtime
from bayou.engine.runtimes.openvino import OpenVINORuntime
from bayou.engine.runtimes.torch import TorchRuntime
from bayou.engine.weight_files import Weight, Weights
from bayou.errors import ModelError, UsageError
from bayou.inputs.characters import CharacterTokenizer
from bayou.inputs.line_images import prepare_line
from bayou.model.line_vision_import import read_characters
from tests.engine.small_nano import TEXTS, VOCABULARY, draw_line, network, published_tower

DECODER_TOLERANCE = 2e-4
FEATURE_TOLERANCE = 2e-4
COLUMN_PROBABILITY_TOLERANCE = 5e-5
BFLOAT16_LOGIT_BOUND = 0.5
INT8_LOGIT_BOUND = 0.8

RANDOM = np.random.default_rng(11)


@cache
def drafter() -> Drafter:
    return Drafter((*read_characters(published_tower()), " "), CharacterTokenizer(VOCABULARY))


def weights() -> Weights:
    return Weights({name: Weight(value.numpy()) for name, value in network().state_dict().items()})


@cache
def runtime(name: str, precision: Precision = "float32") -> Runtime:
    made = weights()
    if precision == "int8":
        made = quantise({key: weight.dense() for key, weight in made.items()})
    if name == "openvino":
        return OpenVINORuntime(network().config, made, precision, drafter(), threads=1)
    return TorchRuntime(network().config, made, precision, drafter())


def stepwise(name: str, precision: Precision = "float32") -> list[np.ndarray]:
    """Logits of three passes of a batch: with hidden slots, positions twice, a row dropped, and few logits wanted."""
    model, random = runtime(name, precision), np.random.default_rng(3)
    hidden = model.config.language.hidden_size
    cache_ = model.new_cache(3)
    embeds = random.normal(size=(3, 14, hidden)).astype(np.float32)
    positions = np.array([[0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]] * 3)
    visible = np.tril(np.ones((3, 14, 14), dtype=bool))
    visible[1, 8:, 6] = False
    visible[2, 3:, 2] = False
    first = model.step(cache_, embeds[:, :8], positions[:, :8], visible[:, :8, :8])
    assert (cache_.length, cache_.batch) == (8, 3)
    wanted = np.array([[1], [0], [2]])
    second = model.step(cache_, embeds[:, 8:11], positions[:, 8:11], visible[:, 8:11, :11], wanted)
    cache_.keep([2, 0])
    assert (cache_.length, cache_.batch) == (11, 2)
    rows = [2, 0]
    third = model.step(cache_, embeds[rows, 11:], positions[rows, 11:], visible[rows, 11:])
    return [first, second, third]


def test_the_decoder_is_the_torch_network() -> None:
    for found, expected in zip(stepwise("openvino"), stepwise("torch"), strict=True):
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=0, atol=DECODER_TOLERANCE)


@pytest.mark.parametrize("name", RUNTIMES)
def test_passes_equal_one_whole_pass(name: str) -> None:
    model, random = runtime(name), np.random.default_rng(4)
    embeds = random.normal(size=(2, 9, model.config.language.hidden_size)).astype(np.float32)
    positions = np.tile(np.arange(9), (2, 1))
    visible = np.tril(np.ones((2, 9, 9), dtype=bool))
    whole = model.step(model.new_cache(2), embeds, positions, visible)
    cache_ = model.new_cache(2)
    parts = [
        model.step(cache_, embeds[:, a:b], positions[:, a:b], visible[:, a:b, :b]) for a, b in ((0, 1), (1, 6), (6, 9))
    ]
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, rtol=0, atol=DECODER_TOLERANCE)
    alone = model.step(model.new_cache(1), embeds[1:], positions[1:], visible[1:])
    np.testing.assert_allclose(alone[0], whole[1], rtol=0, atol=DECODER_TOLERANCE)


def test_two_caches_do_not_disturb_each_other() -> None:
    model = runtime("openvino")
    embeds = RANDOM.normal(size=(1, 2, model.config.language.hidden_size)).astype(np.float32)
    seen = np.tril(np.ones((1, 2, 2), dtype=bool))
    one, two = model.new_cache(1), model.new_cache(1)
    positions = np.array([[0, 1]])
    model.step(one, embeds[:, :1], positions[:, :1], seen[:, :1, :1])
    model.step(two, -embeds[:, :1], positions[:, :1], seen[:, :1, :1])
    found = model.step(one, embeds[:, 1:], positions[:, 1:], seen[:, 1:])
    expected = model.step(model.new_cache(1), embeds, positions, seen)[:, 1:]
    np.testing.assert_allclose(found, expected, rtol=0, atol=DECODER_TOLERANCE)


def test_lines_are_encoded_as_the_torch_network_does() -> None:
    lines = [prepare_line(draw_line(text)) for text in TEXTS]
    found, expected = runtime("openvino").encode(lines), runtime("torch").encode(lines)
    for one, other in zip(found, expected, strict=True):
        assert one.draft is not None and other.draft is not None
        assert (one.draft.text, one.draft.ids) == (other.draft.text, other.draft.ids)
        assert np.array_equal(one.draft.spans, other.draft.spans)
        np.testing.assert_allclose(
            one.draft.probabilities, other.draft.probabilities, rtol=0, atol=COLUMN_PROBABILITY_TOLERANCE
        )
        assert len(one.tokens) == len(one.draft.ids) + 1
        np.testing.assert_allclose(one.tokens, other.tokens, rtol=0, atol=FEATURE_TOLERANCE)
    assert [line.draft.text for line in found if line.draft][:2] == ["Invoice 2024-118", "a"]


def test_int8_is_near_float_and_the_same_in_both_runtimes() -> None:
    exact = stepwise("torch")
    for found, same, expected in zip(stepwise("openvino", "int8"), stepwise("torch", "int8"), exact, strict=True):
        np.testing.assert_allclose(found, same, rtol=0, atol=DECODER_TOLERANCE)
        assert 0 < np.abs(found - expected).max() < INT8_LOGIT_BOUND


def test_bf16_is_near_float() -> None:
    for found, expected in zip(stepwise("openvino", "bf16"), stepwise("torch"), strict=True):
        assert 0 < np.abs(found - expected).max() < BFLOAT16_LOGIT_BOUND


def test_wrong_weights_and_devices_are_refused() -> None:
    config, right = network().config, dict(weights())
    missing = {name: weight for name, weight in right.items() if name != "projector.fc1.bias"}
    extra = {**right, "projector.fc3.bias": right["projector.fc1.bias"]}
    misshaped = {**right, "projector.fc1.bias": Weight(np.zeros(3, dtype=np.float32))}
    for kind in (OpenVINORuntime, TorchRuntime):
        for wrong, message in ((missing, "fc1.bias"), (extra, "fc3.bias"), (misshaped, "fc1.bias")):
            with pytest.raises(ModelError, match=message):
                kind(config, Weights(wrong), "float32", drafter())
        with pytest.raises(UsageError, match="no device"):
            kind(config, Weights(right), "float32", drafter(), "abacus")


def test_the_draft_is_what_softmax_and_argmax_say() -> None:
    """The graph never stores a softmax: its class and probability are those of the torch head all the same."""
    torch = pytest.importorskip("torch")
    line = prepare_line(draw_line(TEXTS[0]))
    with torch.inference_mode():
        tower = network().vision_model
        best = tower.head(tower(torch.from_numpy(line)[None])).softmax(-1)[0].max(-1)
    found = runtime("openvino").encode([line])[0].draft
    expected = read_draft(best.indices.numpy(), best.values.numpy(), drafter().alphabet, drafter().tokenizer)
    assert found is not None
    assert found.text == expected.text
    np.testing.assert_allclose(found.probabilities, expected.probabilities, rtol=0, atol=COLUMN_PROBABILITY_TOLERANCE)
