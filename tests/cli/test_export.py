"""``bayou export``: arguments, what is printed, and errors as exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayou.cli.main import main
from bayou.errors import ModelError, OutputError, UsageError
from tests.golden_set import golden

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (["gguf", "--precision", "q4_0"], {"tiny-2b-q4_0.gguf", "Modelfile"}),
        (["transformers"], {"model.safetensors", "config.json", "tokenizer.json", "chat_template.jinja"}),
        (["openvino"], {"tower.xml", "decoder.bin", "embeddings.xml", "run.py", "tokenizer.model", "README.md"}),
    ],
)
def test_each_format(kind: list[str], wanted: set[str], tmp_path: Path, capsys: Captured) -> None:
    command = ["export", *kind, str(golden("tiny-2b")), str(tmp_path / "out")]
    assert main(command) == 0
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert wanted <= written
    assert main(command) == OutputError.exit_code
    assert "--force" in capsys.readouterr().err
    assert main([*command, "--force"]) == 0


def test_what_was_written_is_listed(tmp_path: Path, capsys: Captured) -> None:
    assert main(["export", "transformers", str(golden("tiny-800m")), str(tmp_path / "out")]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert len(listed) == len(list((tmp_path / "out").iterdir()))
    assert any(line.split()[:2] == ["8.7", "MB"] and line.endswith("model.safetensors") for line in listed)


def test_errors(tmp_path: Path, capsys: Captured) -> None:
    out = str(tmp_path / "out")
    assert main(["export", "gguf", "nano", out]) == UsageError.exit_code
    assert "can't be exported to gguf" in capsys.readouterr().err
    assert main(["export", "gguf", "absent", out]) == UsageError.exit_code
    assert main(["export", "gguf", str(golden("tiny-2b")), out, "--precision", "q2"]) == UsageError.exit_code
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged/config.json").write_text("{}")
    assert main(["export", "openvino", str(tmp_path / "damaged"), out]) == ModelError.exit_code
    assert not (tmp_path / "out").exists()
