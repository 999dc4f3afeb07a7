"""Fine-tuning a member with square tiles: it learns, what is merged is what was learnt, and both runtimes load it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from bayou.cli.main import main
from bayou.errors import InputError
from bayou.inputs.template import IMAGE_MARK
from bayou.model.weights import load_model
from bayou.reading.tasks import CARD_PROMPT
from bayou.recipes import finetune_tiles as recipe
from bayou.recipes.given_samples import given_samples
from bayou.training.adapters import load_adapters, merged_state
from bayou.training.vlm_trainer import VLMTrainer
from tests.golden_set import COMMITTED

START = COMMITTED / "tiny-800m"
ANSWER = "Nothing."
QUICK = ["max_tiles=1", "samples_a_step=3", "device=cpu", "recompute=false", "rank=4"]
TAUGHT = ["epochs=10", "learning_rate=1e-2", *QUICK]

MERGED_MEMBER_TOLERANCE = 1e-4
"""Logits of the merged member beside those with adapters in place."""


def rows() -> list[dict[str, object]]:
    """A row of each form that a file may have, and more of the first."""
    asked = {"from": "human", "value": f"{IMAGE_MARK}\nWhat?"}
    talks = [
        {"image": f"{n}.png", "conversations": [asked, {"from": "gpt", "value": ANSWER}]}
        for n in range(3)
    ]  # fmt: skip
    content = [{"type": "image", "image": "3.png"}, {"type": "text", "text": "What?"}]
    messages = [{"role": "user", "content": content}, {"role": "assistant", "content": ANSWER}]
    return [
        *talks,
        {"messages": messages},
        {"image": "4.png", "text": ANSWER},
        {"image": "5.png", "lines": [{"text": ANSWER}]},
    ]


def some_data(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    for number in range(6):
        Image.fromarray(rng.integers(0, 255, (12, 15, 3), dtype=np.uint8)).save(folder / f"{number}.png")
    path = folder / "my.jsonl"
    path.write_text("\n".join(map(json.dumps, rows())), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that was taught by low-rank adapters."""
    folder = tmp_path_factory.mktemp("taught")
    arguments = ["finetune", str(START), "--data", str(some_data(folder)), "-o", str(folder / "new"), *TAUGHT]
    assert main(arguments) == 0
    return folder / "new"


@pytest.mark.slow
def test_the_loss_falls_and_both_are_told(taught: Path) -> None:
    found = json.loads((taught / "finetune.json").read_text())
    assert found["held_out"] == 1
    assert found["after"] < 0.5 * found["before"]
    logged = [json.loads(line) for line in (taught / "run/logs/rank0/log.jsonl").read_text().splitlines()]
    losses = [row["loss"] for row in logged if "loss" in row]
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.slow
def test_what_is_merged_is_what_was_learnt(taught: Path) -> None:
    learnt = load_model(START)
    settings = load_adapters(learnt, taught / "run/adapter")
    assert (settings.rank, settings.dora) == (4, False)
    saved, begun = load_model(taught), load_model(START).state_dict()
    expected = merged_state(learnt)
    changed = {name for name, value in saved.state_dict().items() if not torch.equal(value, begun[name])}
    assert changed == {name for name in begun if ".layers." in name and name.endswith("proj.weight")} - {
        name for name in begun if name.startswith("vision_model")
    }
    assert all(torch.equal(value.bfloat16(), expected[name].bfloat16()) for name, value in saved.state_dict().items())
    merged, ids = load_model(START), torch.arange(5, 40)[None]
    merged.load_state_dict(expected)
    with torch.no_grad():
        assert (merged(ids).logits - learnt(ids).logits).abs().max() < MERGED_MEMBER_TOLERANCE


@pytest.mark.slow
def test_both_runtimes_take_the_folder_and_answer_as_taught(taught: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["ask", str(taught.parent / "0.png"), "What?", "--model", str(taught), "--max-tiles", "1"]
    for runtime in ("torch", "openvino"):
        assert main([*asked, "--runtime", runtime, "--precision", "float32"]) == 0
        assert capsys.readouterr().out.strip() == ANSWER


@pytest.mark.slow
def test_an_interrupted_run_goes_on_and_ends_the_same(
    taught: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = VLMTrainer._learn

    def stopped(self: VLMTrainer, *given: object) -> None:
        if self.progress.step == 7:
            raise KeyboardInterrupt
        plain(self, *given)  # type: ignore[arg-type]

    data = taught.parent / "my.jsonl"
    arguments = ["finetune", str(START), "--data", str(data), "-o", str(tmp_path / "new"), *TAUGHT]
    with monkeypatch.context() as patch:
        patch.setattr(VLMTrainer, "_learn", stopped)
        assert main(arguments) == 130
    assert not (tmp_path / "new/config.json").exists()
    assert main(arguments) == 0
    assert "going on from" in capsys.readouterr().err
    names = ("model.safetensors", "run/adapter/adapter_model.safetensors")
    assert all((tmp_path / "new" / name).read_bytes() == (taught / name).read_bytes() for name in names)
    assert main(arguments) == 0
    assert "finished earlier" in capsys.readouterr().err
    assert main([*arguments, "seed=1"]) == 2
    assert "begun here" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        pytest.param(["method=dora", "projector=true"], {"language_model", "mlp1"}, marks=pytest.mark.slow),
        (["method=full", "vision=true"], {"language_model", "vision_model"}),
    ],
)
def test_what_is_no_better_is_not_saved_unless_told(
    given: list[str],
    parts: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(recipe._Judge, "loss", lambda self, folder: 1.0)
    out = tmp_path / "new"
    arguments = ["finetune", str(START), "--data", str(some_data(tmp_path)), "-o", str(out)]
    arguments += ["epochs=1", "learning_rate=1e-2", *QUICK, *given]
    assert main(arguments) == 1
    assert "not saved: the loss on what was held out is no lower" in capsys.readouterr().err
    assert not (out / "config.json").exists()
    assert main([*arguments, "--force"]) == 0
    begun, saved = load_model(START).state_dict(), load_model(out).state_dict()
    assert {name.partition(".")[0] for name in begun if not torch.equal(begun[name], saved[name])} == parts
    assert (out / "run/adapter").exists() == ("method=full" not in given)


def test_rows_of_each_form_are_conversations(tmp_path: Path) -> None:
    path = some_data(tmp_path)
    path.write_text(path.read_text().replace(f'{{"text": "{ANSWER}"}}', '{"text": "a b"}, {"text": "c"}'))
    samples = list(given_samples(path, "Read it."))
    assert [sample.messages[-1].parts for sample in samples] == [(ANSWER,)] * 5 + [("a b\nc",)]
    assert [sample.messages[0].parts[-1] for sample in samples] == ["What?"] * 4 + ["Read it."] * 2
    assert all(len(sample.messages[0].images) == 1 for sample in samples)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{", "row 1: unreadable-text"),
        ('{"image": "none.png", "text": "a"}', "row 1: missing-picture: no file"),
        ('{"image": "0.png"}', "row 1: other-schema"),
        ('{"image": "0.png", "lines": [3]}', 'row 1: other-schema: each of "lines"'),
        ('{"conversations": [{"from": "human", "value": "a"}]}', "row 1: a conversation ends with an answer"),
    ],
)
def test_wrong_rows_are_named(row: str, said: str, tmp_path: Path) -> None:
    some_data(tmp_path)
    (tmp_path / "wrong.jsonl").write_text(row, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        list(given_samples(tmp_path / "wrong.jsonl", CARD_PROMPT))


def test_a_plan_needs_no_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["finetune", "800m", "--plan"]) == 0
    page = capsys.readouterr().out
    matrices = 16 * (1536 * (2 * 1536 + 2 * 768) + 3 * 1536 * 4096)
    assert f"on matrices of {matrices:,} elements" in page
    assert "RTX4090" in page and "(fits)" in page
    assert main(["finetune", str(START), "--plan", "--data", str(some_data(tmp_path)), "max_tiles=1"]) == 0
    assert "5 samples to learn from, 1 held out" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nano", "--plan"], 2, "--plan is for members with square tiles"),
        ([str(START)], 2, "--data FILE and --output DIR are needed"),
        ([str(START), "--plan", "learns=neck"], 2, "there is no setting 'learns'"),
        ([str(START), "--plan", "held_out=1"], 2, "held_out lies between 0 and 1"),
        ([str(START), "--data", "none.jsonl", "-o", "out"], 3, "no such file"),
    ],
)
def test_wrong_asks_are_named(arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["finetune", *arguments]) == code
    assert said in capsys.readouterr().err
