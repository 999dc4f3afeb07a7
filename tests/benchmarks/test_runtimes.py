"""The engines that are compared do the same work: the same tokens of the same prompt. And the arithmetic of bytes."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from bayou.engine.runtime import FloatArray
from bayou.model.released import read_config
from benchmarks import bandwidth, runtimes
from benchmarks.runtime_engines import ENGINES, BayouEngine, Engine, LlamaCppEngine, TransformersEngine, prepare_gguf
from benchmarks.runtime_engines import prepare_transformers as to_transformers
from tests.golden_set import golden

VISUAL_TOLERANCE = 2e-6
TINY = "tiny-800m"


@pytest.fixture(scope="module")
def embeds() -> FloatArray:
    """A prompt longer than a chunk."""
    hidden = read_config(golden(TINY)).language.hidden_size
    return np.random.default_rng(0).standard_normal((600, hidden)).astype(np.float32)


def bayou() -> BayouEngine:
    return BayouEngine(golden(TINY), "openvino", "float32", None, 1)


def texts(engine: Engine, embeds: FloatArray) -> list[int]:
    """First and later tokens of a prompt, twice, with another prompt between."""
    found = [engine.read(embeds), *(engine.write(1) for _ in range(6))]
    engine.read(embeds[:20])
    assert [engine.read(embeds), *(engine.write(1) for _ in range(6))] == found
    return found


@pytest.mark.slow
def test_transformers_does_the_same(embeds: FloatArray, tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    to_transformers(golden(TINY), tmp_path)
    ours, theirs = bayou(), TransformersEngine(tmp_path / "transformers", "float32", 1)
    assert texts(theirs, embeds) == texts(ours, embeds)
    tiles = np.random.default_rng(0).standard_normal((2, 3, 448, 448)).astype(np.float32)
    np.testing.assert_allclose(theirs.encode(tiles), ours.encode(tiles), rtol=0, atol=VISUAL_TOLERANCE)


def test_llama_cpp_does_the_same(embeds: FloatArray, tmp_path: Path) -> None:
    if find_spec("llama_cpp") is None:
        pytest.skip("llama-cpp-python is not installed")
    path = prepare_gguf(golden(TINY), tmp_path, "f32")
    assert texts(LlamaCppEngine(path, 1), embeds) == texts(bayou(), embeds)


def test_bytes_of_a_token() -> None:
    config = read_config(golden("tiny-800m"))
    language = config.language
    output = language.vocab_size * language.hidden_size
    only_output = bandwidth.bytes_a_token(config, 0, 1, 0, 0)
    assert only_output == output
    kept = bandwidth.bytes_a_token(config, 0, 0, 2, 100)
    assert kept == 2 * 2 * language.num_hidden_layers * language.num_key_value_heads * language.head_dim * 100
    weights = bandwidth.bytes_a_token(config, 1, 0, 0, 0)
    heads = (2 * language.num_attention_heads + 2 * language.num_key_value_heads) * language.head_dim
    layer = language.hidden_size * (heads + 3 * language.intermediate_size + 2)
    assert weights == language.num_hidden_layers * layer + language.hidden_size


def test_runs_end_when_they_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtimes, "ENOUGH_SECONDS", 10.0)
    assert runtimes.repeated(lambda: [3.0, 4.0], 5) == [[3.0, 3.0], [4.0, 4.0]]
    assert runtimes.repeated(lambda: [1.0], 5) == [[1.0] * 5]


def test_rows_of_earlier_runs_stay_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtimes.measurement, "RESULTS", tmp_path)
    assert runtimes.earlier() == []
    rows = [{"part": part, "engine": name} for part in ("decoder", "tower") for name in ("bayou-int4", "bayou-int8")]
    (tmp_path / "runtimes.json").write_text(json.dumps({"results": rows}), encoding="utf-8")
    replaced: runtimes.Row = {"part": "tower", "engine": "bayou-int4", "runs": 5}
    added: runtimes.Row = {"part": "decoder", "engine": "llama.cpp-f16"}
    found = runtimes.with_row(runtimes.with_row(runtimes.earlier(), added), replaced)
    assert found == [*rows[:2], added, replaced, rows[3]]


def test_each_engine_has_a_part() -> None:
    assert all(runtimes.suits("decoder", name) for name in ENGINES)
    assert not runtimes.suits("tower", "llama.cpp-q4_0")
    assert not runtimes.suits("page", "transformers-bf16")
