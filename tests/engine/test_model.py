"""``load`` and ``Model`` on a nano with the real tower and a random decoder: alone and in batches, slow and fast."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from shutil import copytree
from tempfile import mkdtemp

import numpy as np
import pytest
from openvino import Core

from bayou.engine.folder_calibration import calibrate_folder
from bayou.engine.generate import generate_all
from bayou.engine.line_reader import LineReader
from bayou.engine.line_reading import LineReading
from bayou.engine.line_tokens import LineColumns, is_doubtful
from bayou.engine.loading import RuntimeName, RuntimeOptions, load_member
from bayou.engine.model import Model, load
from bayou.engine.quantization import quantise, read_weights, write_weights
from bayou.engine.runtime import Encoded
from bayou.engine.runtimes.openvino_calibration import int8_sums
from bayou.engine.runtimes.openvino_settings import DEFAULT_DEVICE
from bayou.engine.runtimes.openvino_tower import FEW_SINGLY
from bayou.engine.speculation import speculate_all
from bayou.errors import InputError, ModelError, UsageError
from bayou.inputs.characters import CharacterTokenizer
from bayou.inputs.line_images import prepare_line
from bayou.inputs.messages import Message
from tests.engine.small_nano import TEXTS, draw_line, write_folder
from tests.runtime_parameters import TORCH_SLOWLY

PROBABILITY_TOLERANCE = 1e-4
SHIPPED_MEGABYTES_BOUND = 12.0
CALIBRATED_PROBABILITY_BOUND = 0.05
CROPS = [draw_line(text, height) for height in (40, 25) for text in TEXTS]


@cache
def folder() -> Path:
    return write_folder(Path(mkdtemp()) / "nano")


@cache
def nano(runtime: RuntimeName = "openvino") -> Model:
    return load(folder(), runtime, threads=1)


@cache
def readings() -> list[LineReading]:
    return nano().read_lines(CROPS)


@cache
def at_first_sight(runtime: RuntimeName = "openvino") -> list[LineReading]:
    """Without the second looks, for which nearly each line of this decoder is read three times."""
    return nano(runtime).read_lines(CROPS, second_looks=False)


def test_the_readings_are_of_every_kind() -> None:
    """Else the tests below would prove little."""
    assert {reading.source for reading in readings()} == {"model", "draft"}
    tokens = [token for reading in readings() for token in reading.tokens]
    assert any(token.id == token.best_id != token.expected_id for token in tokens)
    assert any(token.id == token.expected_id != token.best_id for token in tokens)
    assert any(token.id == token.expected_id == token.best_id for token in tokens)
    assert {reading.passes for reading in at_first_sight()} > {0, 1, 4, 8}
    assert any(reading.looks for reading in readings())


def test_where_the_tower_sees_nothing_nothing_is_written() -> None:
    for reading in nano().read_lines([draw_line(""), np.full((48, 300, 3), 250, np.uint8)]):
        assert (reading.draft.text, reading.text, len(reading.token_ids)) == ("", "", 1)


def test_a_line_of_foreign_letters_is_given_as_the_tower_spells_it() -> None:
    (reading,) = nano().read_lines([draw_line("KAY ZXQ")])
    assert (reading.text, reading.source, reading.token_ids) == ("KAY ZXQ", "draft", ())
    assert len(reading.spans) == len(reading.probabilities) == 7


def test_a_threshold_that_nothing_reaches_gives_the_draft() -> None:
    member = load_member(folder(), RuntimeOptions(threads=1))
    assert isinstance(member.tokenizer, CharacterTokenizer)
    for reading in LineReader(member.runtime, member.tokenizer, 1.1).read([draw_line(TEXTS[0]), draw_line(TEXTS[2])]):
        assert reading.text == reading.draft.text
        assert np.array_equal(reading.spans.argsort(axis=0)[:, 0], np.arange(len(reading.text)))


@pytest.mark.slow
def test_one_line_at_a_time_reads_as_a_batch_does() -> None:
    cases = [(crop, reading, False) for crop, reading in zip(CROPS, at_first_sight(), strict=True)]
    cases += [(CROPS[number], readings()[number], True) for number in (0, 3, 5, 12)]
    for crop, reading, second_looks in cases:
        (alone,) = nano().read_lines([crop], second_looks=second_looks)
        assert (alone.text, alone.token_ids, alone.source) == (reading.text, reading.token_ids, reading.source)
        assert np.array_equal(alone.spans, reading.spans)
        np.testing.assert_allclose(alone.probabilities, reading.probabilities, rtol=0, atol=PROBABILITY_TOLERANCE)
    assert nano().read_lines([]) == []


def test_lines_side_by_side_read_as_one_after_the_other() -> None:
    lines = [prepare_line(crop) for crop in CROPS]
    on_two_threads, alone = load(folder(), threads=2).runtime, nano().runtime.encode(lines)
    assert_encoded(on_two_threads.encode(lines), alone)
    # From some line on they come to a tower compiled for one at a time.
    assert len(lines) > FEW_SINGLY
    assert_encoded([on_two_threads.encode([line])[0] for line in lines], alone)


def assert_encoded(found: Sequence[Encoded], expected: Sequence[Encoded]) -> None:
    for one, other in zip(found, expected, strict=True):
        assert one.draft is not None and other.draft is not None
        assert one.draft.ids == other.draft.ids
        np.testing.assert_array_equal(one.tokens, other.tokens)


def test_both_runtimes_read_the_same() -> None:
    for one, other in zip(at_first_sight(), at_first_sight("torch"), strict=True):
        assert (one.text, one.token_ids) == (other.text, other.token_ids)


@pytest.mark.parametrize("runtime", TORCH_SLOWLY)
def test_the_fast_loop_writes_what_the_slow_one_does(runtime: RuntimeName) -> None:
    member = load_member(folder(), RuntimeOptions(runtime, threads=1))
    assert isinstance(member.tokenizer, CharacterTokenizer)
    encoded = member.runtime.encode([prepare_line(crop) for crop in CROPS[:10]])
    for threshold in (0.0, 0.3, 0.9):
        reader = LineReader(member.runtime, member.tokenizer, threshold)
        requests = [reader.request(line) for line in encoded]
        for request, (fast, _) in zip(requests, speculate_all(member.runtime, requests), strict=True):
            slow, _ = generate_all(member.runtime, request)
            assert [token.id for token in fast] == [token.id for token in slow]


def test_spans_ascend_within_the_crop() -> None:
    for reading in readings():
        assert reading.spans.shape == (len(reading.text), 2)
        flat = reading.spans.reshape(-1)
        assert (np.diff(flat) >= 0).all()
        assert flat.min(initial=0) >= 0 and flat.max(initial=0) <= 1


def test_generate_reads_one_line_and_nothing_else() -> None:
    crop = draw_line(TEXTS[0])
    (reading,) = nano().read_lines([crop])
    written = nano().generate([Message("user", crop)])
    assert (written.text, written.token_ids) == (reading.text, reading.token_ids)
    assert written.draft is not None and written.draft.text == reading.draft.text
    assert len(written.prompt_ids) == len(written.draft.ids) + 2
    assert nano().logits([Message("user", crop)]).shape == (nano().config.language.vocab_size,)
    assert int(nano().logits([Message("user", crop)]).argmax()) == reading.tokens[0].best_id
    for wrong in ([Message("user", ["What does it say?", crop])], [Message("user", [crop, crop])], []):
        with pytest.raises(InputError, match="800m"):
            nano().generate(wrong)
    with pytest.raises(UsageError, match="draft"):
        nano().generate([Message("user", crop)], draft="Invoice")
    assert len(nano().generate([Message("user", crop)], max_new_tokens=3).token_ids) == 3


@cache
def shipped() -> Path:
    """The folder as the package carries it, but for the calibration."""
    target = Path(mkdtemp())
    for name in ("config.json", "vocabulary.txt", "characters.txt"):
        (target / name).write_bytes((folder() / name).read_bytes())
    weights = read_weights(folder() / "model.safetensors")
    quantised = quantise({name: weight.dense() for name, weight in weights.items()})
    write_weights(quantised, target / "model.safetensors")
    return target


@cache
def calibrated() -> Model:
    """As the package carries it, calibrated on each text in one size."""
    folder = Path(mkdtemp()) / "calibrated"
    copytree(shipped(), folder)
    calibrate_folder(folder, CROPS[: len(TEXTS)])
    return load(folder, threads=1)


@pytest.mark.slow
def test_the_shipped_folder_is_small_and_reads_like_its_float_original() -> None:
    assert sum(file.stat().st_size for file in shipped().iterdir()) / 1e6 < SHIPPED_MEGABYTES_BOUND
    model = load(shipped(), threads=1)
    assert model.runtime.precision == "int8"
    found = model.read_lines(CROPS, second_looks=False)
    assert [reading.draft.text for reading in found] == [reading.draft.text for reading in at_first_sight()]
    texts = [reading.text for reading in found]
    for other in (load(shipped(), "torch"), load(folder(), precision="int8", threads=1)):
        assert [reading.text for reading in other.read_lines(CROPS, second_looks=False)] == texts


@pytest.mark.slow
def test_a_doubtful_line_is_read_again_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [prepare_line(crop) for crop in CROPS[: len(TEXTS)]]
    expected = load(shipped(), threads=1).runtime.encode(lines)
    # With all doubted, and with none; where 8-bit sums overflow, the float32 tower reads all anyway.
    for sure, alike in ((2.0, True), (0.0, int8_sums(Core(), DEFAULT_DEVICE) is None)):
        monkeypatch.setattr("bayou.engine.line_tokens.SURE_IN_8_BITS", sure)
        found = calibrated().runtime.encode(lines)
        assert [np.array_equal(a.tokens, b.tokens) for a, b in zip(found, expected, strict=True)] == [alike] * len(
            lines
        )


def test_a_line_without_a_sure_character_is_doubtful() -> None:
    features = np.zeros((4, 120), dtype=np.float32)
    for classes, probabilities, doubtful in (
        ([0, 5, 5, 0], [0.5, 0.6, 0.9, 0.5], False),
        ([0, 5, 6, 0], [0.9, 0.9, 0.6, 0.9], True),
        ([0, 0, 0, 0], [1.0, 1.0, 1.0, 1.0], True),
    ):
        assert is_doubtful(LineColumns(features, np.array(classes), np.array(probabilities, np.float32))) is doubtful


@pytest.mark.slow
def test_a_calibrated_tower_drafts_what_the_float_one_does() -> None:
    lines = [prepare_line(crop) for crop in CROPS]
    errors: list[float] = []
    for found, expected in zip(calibrated().runtime.encode(lines), nano().runtime.encode(lines), strict=True):
        assert found.draft is not None and expected.draft is not None
        assert found.draft.text == expected.draft.text
        errors += np.abs(found.draft.probabilities - expected.draft.probabilities).tolist()
    assert 0 < np.mean(errors) < CALIBRATED_PROBABILITY_BOUND
    with pytest.raises(ModelError, match="lines to look at"):
        calibrate_folder(shipped(), ())


def test_unknown_models_runtimes_and_precisions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="known are nano"):
        load("giant")
    with pytest.raises(UsageError, match=r"config\.json"):
        load(tmp_path)
    with pytest.raises(UsageError, match="openvino, torch"):
        load(folder(), "abacus")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="float32"):
        load(folder(), precision="int3")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no device"):
        load(folder(), device="ABACUS")


def test_a_folder_whose_parts_do_not_fit_is_refused(tmp_path: Path) -> None:
    def changed(name: str, content: bytes) -> Path:
        for file in folder().iterdir():
            (tmp_path / file.name).write_bytes(file.read_bytes())
        (tmp_path / name).write_bytes(content)
        return tmp_path

    settings = json.loads((folder() / "config.json").read_text())
    with pytest.raises(ModelError, match="threshold"):
        load(changed("config.json", json.dumps({**settings, "threshold": "high"}).encode()))
    with pytest.raises(ModelError, match="decoder has"):
        load(changed("vocabulary.txt", b"a\nb\n"))
    with pytest.raises(ModelError, match="head has"):
        load(changed("characters.txt", b"a\nb\n"))
    with pytest.raises(ModelError, match="truncated"):
        load(changed("model.safetensors", (folder() / "model.safetensors").read_bytes()[:-10]))
