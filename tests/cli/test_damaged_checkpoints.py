"""Checkpoints that are damaged or another model's: refused with the reason, in Python and by the program."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

import bayou
from bayou.cli.main import main
from bayou.engine.loading import RUNTIMES
from bayou.inputs.tokenizer import ADDED_TOKENS
from tests.golden_set import golden
from tests.reading.documents import noise

Damage = Callable[[Path], None]
WEIGHTS, NORM = "model.safetensors", "language_model.model.norm.weight"


def tensors(change: Callable[[dict[str, Any]], None]) -> Damage:
    """The weights written anew, as float32, with a change."""

    def damage(folder: Path) -> None:
        made = {name: np.zeros(shape, np.float32) for name, shape in shapes(folder).items()}
        change(made)
        save_file(made, folder / WEIGHTS)

    return damage


def shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    content = (folder / WEIGHTS).read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return {name: tuple(entry["shape"]) for name, entry in header.items() if name != "__metadata__"}


def cut(length: int) -> Damage:
    return lambda folder: (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:length]) and None


def setting(**values: Any) -> Damage:
    def damage(folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        for name, value in values.items():
            section, _, inner = name.rpartition("__")
            (config[section] if section else config)[inner] = value
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")

    return damage


def added(**changes: int) -> Damage:
    """Other ids of added tokens: image for ``<img>``, end for ``<|end|>`` and so on."""
    names = {"image": "<img>", "image_end": "</img>", "context": "<IMG_CONTEXT>", "end": "<|end|>", "more": "<more>"}
    ids = ADDED_TOKENS | {names[name]: number for name, number in changes.items()}
    return lambda folder: (folder / "added_tokens.json").write_text(json.dumps(ids), encoding="utf-8") and None


def swapped_pieces(folder: Path) -> None:
    """A vocabulary of the same size in which a piece of the template has another spelling."""
    model = (folder / "tokenizer.model").read_bytes()
    assert model.count(b"\n\x04prom") == 1  # a piece of <|prompt|>, its length before it
    (folder / "tokenizer.model").write_bytes(model.replace(b"\n\x04prom", b"\n\x04qrom"))


def removed(name: str) -> Damage:
    return lambda folder: (folder / name).unlink()


DAMAGES: dict[str, tuple[Damage, str]] = {
    "a tensor is missing": (tensors(lambda made: made.pop(NORM) is None), f"1 missing: {NORM}"),
    "a tensor too many": (tensors(lambda made: made.update(spare=np.zeros(3, np.float32))), "1 unexpected: spare"),
    "a misshaped tensor": (tensors(lambda made: made.update({NORM: np.zeros(65, np.float32)})), f"{NORM} [65]"),
    "the last byte is missing": (cut(-1), "truncated"),
    "half of the file": (cut(4_000_000), "truncated"),
    "only the header": (cut(5_000), "truncated"),
    "an empty file": (cut(0), "safetensors"),
    "no weights": (removed(WEIGHTS), "can't read the weights"),
    "no tokenizer": (removed("tokenizer.model"), "tokenizer"),
    "no added tokens": (removed("added_tokens.json"), "tokenizer"),
    "a smaller vocabulary": (setting(llm_config__vocab_size=32000), "misshaped"),
    "one token too many": (added(more=32010), "the tokenizer has 32011 ids, the decoder's vocabulary 32010"),
    "two tokens exchanged": (added(image=32001, image_end=32000), "<img> has the id 32000, here 32001"),
    "the image token elsewhere": (added(context=32009, end=32002), "<IMG_CONTEXT> has the id 32002, here 32009"),
    "another vocabulary": (swapped_pieces, "another vocabulary"),
    "another family": (setting(model_type="llava"), "model of type 'llava'"),
    "another template": (setting(template="internlm2-chat"), "template"),
    "another tower": (setting(vision_config__model_type="clip_vision_model"), "clip_vision_model"),
    "another decoder": (setting(llm_config__model_type="qwen2"), "qwen2"),
    "no heads": (setting(llm_config__num_attention_heads=0), "num_attention_heads"),
    "endless layers": (setting(llm_config__num_hidden_layers=10**18), "num_hidden_layers"),
    "no JSON": (lambda folder: (folder / "config.json").write_text("{") and None, "JSON"),
}


def damaged(kind: str, tmp_path: Path) -> Path:
    folder = tmp_path / "tiny-800m"
    folder.mkdir()
    for file in golden("tiny-800m").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    DAMAGES[kind][0](folder)
    return folder


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_checkpoint_is_refused_with_the_reason(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, said = damaged(kind, tmp_path), DAMAGES[kind][1]
    for runtime in RUNTIMES:
        with pytest.raises(bayou.ModelError) as error:
            bayou.load(folder, runtime)
        assert said in str(error.value) and str(folder) in str(error.value)
    assert main(["ask", str(noise(tmp_path / "a.png")), "What?", "--model", str(folder)]) == 7
    out, err = capsys.readouterr()
    assert out == "" and said in err and str(folder) in err
    assert len(err.splitlines()) == 1 and err.startswith("bayou: ")


def test_a_whole_one_is_not(tmp_path: Path) -> None:
    """The folder that the damages are done to, and weights written anew as float32, are good."""
    DAMAGES["nothing"] = (lambda folder: None, "")
    DAMAGES["written anew"] = (tensors(lambda made: None), "")
    try:
        for kind in ("nothing", "written anew"):
            place = tmp_path / kind
            place.mkdir()
            bayou.load(damaged(kind, place))
    finally:
        del DAMAGES["nothing"], DAMAGES["written anew"]


def test_a_folder_without_a_model_is_a_wrong_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan = noise(tmp_path / "a.png")
    (tmp_path / "empty").mkdir()
    assert main(["ask", str(scan), "What?", "--model", str(tmp_path / "empty")]) == 2
    assert "config.json" in capsys.readouterr().err
    assert main(["ask", str(scan), "What?", "--model", str(scan)]) == 2
    assert str(scan) in capsys.readouterr().err
