"""GGUF: what is in the file, and that llama.cpp writes the same tokens as bayou in float32."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bayou.engine.array_store import NO_CACHE
from bayou.engine.model import load
from bayou.errors import MissingExtraError, ModelError, UsageError
from bayou.export.member import open_member
from bayou.export.to_gguf import GGUF_PRECISIONS, GGUFPrecision, export_gguf
from bayou.inputs.tokenizer import Tokenizer
from bayou.model.released import read_config
from bayou.model.vlm import MississippiVLM
from bayou.model.weights import save_weights
from tests.golden_set import CHECKPOINTS, cases, golden

gguf = pytest.importorskip("gguf")

GGUF_Q8_STEP_BOUND = 0.57  # of a block's scale
GGUF_Q4_STEP_BOUND = 1.01
LLAMA_CPP_TOLERANCE = 2e-4
END = 32009
MOST_TOKENS = 24

QUICK_AND_SLOW = [pytest.param(p, marks=() if p == "f32" else pytest.mark.slow) for p in GGUF_PRECISIONS]
Exported = Callable[[str, GGUFPrecision], Path]
PROMPT = "<|prompt|>Hello, how are you?<|end|><|answer|>"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """The file of a checkpoint in a precision, made once."""

    @cache
    def export(checkpoint: str, precision: GGUFPrecision) -> Path:
        return export_gguf(open_member(golden(checkpoint)), tmp_path_factory.mktemp("gguf") / "out", precision)

    return export


@pytest.fixture(scope="module")
def llama() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")


def opened(llama: Any, path: Path) -> Any:
    """The model with nothing rounded but what the file has rounded: keys and values in float32."""
    return llama.Llama(
        str(path),
        n_ctx=512,
        n_threads=1,
        n_batch=512,
        type_k=0,
        type_v=0,
        logits_all=True,
        verbose=False,
        flash_attn=False,
    )


def greedy(model: Any, prompt: list[int], most: int = MOST_TOKENS) -> list[int]:
    written: list[int] = []
    for token in model.generate(prompt, temp=0.0, repeat_penalty=1.0, top_k=1):
        written.append(int(token))
        if token == END or len(written) == most:
            break
    return written


@pytest.fixture(scope="module")
def suitable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random checkpoint with loud weights and the 0.8B's head of 96."""
    folder = tmp_path_factory.mktemp("suitable")
    values = json.loads((golden("tiny-800m") / "config.json").read_text(encoding="utf-8"))
    sizes = {"hidden_size": 384, "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 512}
    values["llm_config"].update(sizes, num_hidden_layers=3)
    (folder / "config.json").write_text(json.dumps(values), encoding="utf-8")
    for name in ("tokenizer.model", "added_tokens.json"):
        (folder / name).write_bytes((golden("tiny-800m") / name).read_bytes())
    torch.manual_seed(1)
    network = MississippiVLM(read_config(folder))
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "norm" in name:
                parameter.uniform_(0.5, 1.5)
            else:
                parameter.mul_(4)
    save_weights(network, folder / "model.safetensors")
    return folder


@pytest.fixture(scope="module", params=[*CHECKPOINTS, "suitable"])
def both(
    request: pytest.FixtureRequest, llama: Any, exported: Exported, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Any]:
    """A checkpoint's folder, and the model that llama.cpp made of its float32 export."""
    if request.param != "suitable":
        return golden(request.param), opened(llama, exported(request.param, "f32"))
    folder: Path = request.getfixturevalue("suitable")
    return folder, opened(llama, export_gguf(open_member(folder), tmp_path_factory.mktemp("gguf") / "out", "f32"))


def test_llama_cpp_writes_the_same_text(both: tuple[Path, Any]) -> None:
    folder, theirs = both
    ours = load(folder, "openvino", "float32", threads=1, cache=NO_CACHE)
    for question in ("Hello, how are you?", "Read the text: Größe 漢字!"):
        messages = [{"role": "user", "content": question}]
        expected = ours.generate(messages, max_new_tokens=MOST_TOKENS)
        prompt = theirs.tokenize(f"<|prompt|>{question}<|end|><|answer|>".encode(), add_bos=False, special=True)
        assert tuple(prompt) == expected.prompt_ids
        assert tuple(greedy(theirs, prompt)) == expected.token_ids
        theirs.reset()
        theirs.eval(prompt)
        logits = np.array(theirs.scores[len(prompt) - 1])
        np.testing.assert_allclose(logits, ours.logits(messages), rtol=0, atol=LLAMA_CPP_TOLERANCE)


@pytest.mark.parametrize("both", CHECKPOINTS, indirect=True)
def test_llama_cpp_writes_what_the_reference_writes(both: tuple[Path, Any]) -> None:
    folder, theirs = both
    found = [parameter.values[0] for parameter in cases(pictures=False)]
    found = [case for case in found if case.checkpoint == folder.name]
    assert found
    for case in found:
        arrays = case.arrays()
        assert greedy(theirs, arrays["input_ids"].tolist()) == arrays["generated"].tolist()


@pytest.mark.parametrize("precision", GGUF_PRECISIONS)
def test_llama_cpp_loads_every_precision(precision: GGUFPrecision, llama: Any, exported: Exported) -> None:
    model = opened(llama, exported("tiny-2b", precision))
    assert model.n_vocab() == 32010
    assert model.token_eos() == END
    assert len(greedy(model, model.tokenize(PROMPT.encode(), add_bos=False, special=True), 4)) == 4


@pytest.fixture(scope="module")
def vocabulary(llama: Any, exported: Exported) -> Any:
    return llama.Llama(str(exported("tiny-800m", "q4_0")), vocab_only=True, verbose=False)


TOKENIZER = Tokenizer.from_folder(golden("tiny-800m"))
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(["<|prompt|>", "<|answer|>", "<|end|>", "<img>", "</img>", "<IMG_CONTEXT>", " ", "\n", "  "]),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    ),
    max_size=8,
).map("".join)


@settings(max_examples=80, deadline=None)
@given(text=TEXTS)
def test_llama_cpp_spells_as_the_slow_tokenizer(text: str, vocabulary: Any) -> None:
    assert vocabulary.tokenize(text.encode(), add_bos=False, special=True) == TOKENIZER.encode(text)


@pytest.mark.parametrize("precision", QUICK_AND_SLOW)
def test_the_tensors(precision: GGUFPrecision, exported: Exported) -> None:
    member = open_member(golden("tiny-2b"))
    reader = gguf.GGUFReader(exported("tiny-2b", precision))
    kinds = gguf.GGMLQuantizationType
    held = {tensor.name: tensor for tensor in reader.tensors}
    assert len(held) == 3 + 9 * member.config.language.num_hidden_layers
    wanted = {"q4_0": kinds.Q4_0}.get(precision, kinds[precision.upper()])
    assert held["blk.1.ffn_down.weight"].tensor_type == wanted
    assert held["output.weight"].tensor_type == (kinds.Q8_0 if precision == "q4_0" else wanted)
    assert held["blk.0.attn_norm.weight"].tensor_type == kinds.F32

    ours = member.weights["language_model.model.layers.1.mlp.down_proj.weight"].dense()
    found = gguf.dequantize(held["blk.1.ffn_down.weight"].data, wanted).reshape(ours.shape)
    if precision in ("q8_0", "q4_0"):
        steps, bound = (127, GGUF_Q8_STEP_BOUND) if precision == "q8_0" else (8, GGUF_Q4_STEP_BOUND)
        blocks = ours.reshape(-1, 32)
        scale = np.abs(blocks).max(axis=1, keepdims=True) / steps
        assert (np.abs(found.reshape(blocks.shape) - blocks) <= bound * scale).all()
    else:
        np.testing.assert_array_equal(found, ours.astype({"f16": np.float16}.get(precision, np.float32)))


def test_the_modelfile(exported: Exported) -> None:
    path = exported("tiny-800m", "q4_0")
    said = (path.parent / "Modelfile").read_text(encoding="utf-8")
    assert f"FROM ./{path.name}\n" in said
    assert 'PARAMETER stop "<|end|>"' in said
    assert "<|prompt|>{{ .Content }}<|end|>" in said
    assert "Ollama can't run the vision part" in said


def test_without_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(MissingExtraError, match=r"bayou\[export\]"):
        export_gguf(open_member(golden("tiny-2b")), tmp_path / "out", "f16")
    assert not (tmp_path / "out").exists()


def test_what_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nano can't be exported to gguf"):
        export_gguf(open_member("nano"), tmp_path / "out", "f16")
    with pytest.raises(UsageError, match="q5_0"):
        export_gguf(open_member(golden("tiny-2b")), tmp_path / "out", "q5_0")  # type: ignore[arg-type]


def test_columns_that_fill_no_block_are_refused(suitable: Path, tmp_path: Path) -> None:
    values = json.loads((suitable / "config.json").read_text(encoding="utf-8"))
    values["llm_config"]["intermediate_size"] = 500
    for path in suitable.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "config.json").write_text(json.dumps(values), encoding="utf-8")
    save_weights(MississippiVLM(read_config(tmp_path)), tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match="500 columns"):
        export_gguf(open_member(tmp_path), tmp_path / "out", "q8_0")
    assert not (tmp_path / "out").exists()
