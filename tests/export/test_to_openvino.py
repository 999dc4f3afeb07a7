"""OpenVINO's own files: compiled from disk they say what bayou says, by the program that stands beside them."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bayou.engine.runtimes  # before OpenVINO: it switches its telemetry off
from bayou.engine.array_store import NO_CACHE
from bayou.engine.model import load
from bayou.engine.runtime import Precision
from bayou.errors import UsageError
from bayou.export.member import open_member
from bayou.export.to_openvino import export_openvino
from tests.golden_set import CHECKPOINTS, cases, golden

EXPORTED_LOGIT_TOLERANCE = 1e-5
MOST_TOKENS = 24


@pytest.fixture(scope="module", params=CHECKPOINTS)
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("openvino") / "out"
    export_openvino(open_member(golden(request.param)), folder, "float32")
    return request.param, folder


def program(folder: Path) -> Any:
    """The class of the folder's own run.py, loaded from there."""
    spec = importlib.util.spec_from_file_location("exported_program", folder / "run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    return module.Program(folder, {name: chosen | {"INFERENCE_NUM_THREADS": 1} for name, chosen in settings.items()})


def test_its_program_writes_what_the_reference_writes(exported: tuple[str, Path]) -> None:
    checkpoint, folder = exported
    runs = program(folder)
    for name in ("text_hello", "text_stop_1", "single_1", "two_images", "history_image"):
        for case in [p.values[0] for p in cases() if p.id == f"{checkpoint}-{name}"]:
            inputs, arrays = case.process(), case.arrays()
            assert runs.encode(inputs.prompt) == inputs.ids.tolist()
            pixels = inputs.pixels if len(inputs.pixels) else None
            written = runs.generate(inputs.prompt, pixels, MOST_TOKENS)
            assert written == arrays["generated"].tolist()
            assert runs.decode(written).strip() == case.values["response"]


@pytest.mark.slow
def test_it_runs_as_a_command_without_bayou(exported: tuple[str, Path]) -> None:
    checkpoint, folder = exported
    command = [sys.executable, "-I", "run.py", "Hello,", "how", "are", "you?"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=300)
    ours = load(golden(checkpoint), "openvino", "float32", threads=1, cache=NO_CACHE)
    written = ours.generate([{"role": "user", "content": "Hello, how are you?"}])
    assert run.stdout.rstrip("\n").split() == written.text.split()
    assert "bayou" not in (folder / "run.py").read_text(encoding="utf-8").partition('"""')[2].partition('"""')[2]


@pytest.mark.parametrize("precision", ["float32", "bf16", "int8", "int4"])
def test_the_saved_decoder_gives_the_same_logits(precision: Precision, tmp_path: Path) -> None:
    import openvino as ov

    export_openvino(open_member(golden("tiny-2b")), tmp_path / "out", precision)
    ours = load(golden("tiny-2b"), "openvino", precision, threads=1, cache=NO_CACHE)
    messages = [{"role": "user", "content": "Hello, how are you?"}]
    ids = np.array([ours.generate(messages, max_new_tokens=1).prompt_ids], dtype=np.int32)
    core, length = ov.Core(), ids.shape[1]
    settings = json.loads((tmp_path / "out/settings.json").read_text(encoding="utf-8"))
    graphs = [
        core.compile_model(tmp_path / f"out/{name}.xml", "CPU", settings[name]) for name in ("embeddings", "decoder")
    ]
    inputs = {
        "inputs_embeds": graphs[0](ids)[0],
        "positions": np.arange(length, dtype=np.int32)[None],
        "mask": np.triu(np.full((1, 1, length, length), -1e30, np.float32), 1),
        "beam_idx": np.zeros(1, np.int32),
        "wanted": np.array([[length - 1]], np.int32),
    }
    logits = graphs[1].create_infer_request().infer(inputs)["logits"][0, 0]
    np.testing.assert_allclose(logits, ours.logits(messages), rtol=0, atol=EXPORTED_LOGIT_TOLERANCE)


def test_nano(tmp_path: Path) -> None:
    import openvino as ov

    export_openvino(open_member("nano"), tmp_path / "out", "int8")
    core = ov.Core()
    pixels = np.random.default_rng(0).uniform(-1, 1, (1, 3, 48, 160)).astype(np.float32)
    tower = core.compile_model(tmp_path / "out/tower.xml", "CPU")(pixels)
    assert tower["features"].shape == (1, 20, 120)
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"projector.xml", "decoder.xml", "characters.txt"}
    assert not (tmp_path / "out/run.py").exists()


@pytest.mark.parametrize("precision", ["int4", "int5"])
def test_a_precision_that_it_has_not(precision: Precision, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=precision):
        export_openvino(open_member("nano"), tmp_path / "out", precision)
    assert bayou.engine.runtimes is not None
