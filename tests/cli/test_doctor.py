"""``bayou doctor``: what it lists is what the package needs, and what is missing is a problem, not an exception."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
import tomllib
from pathlib import Path

import pytest

from bayou.cli import doctor
from bayou.cli.main import main
from bayou.errors import ModelError

ROOT = Path(__file__).resolve().parents[2]
Captured = pytest.CaptureFixture[str]


def names(requirements: list[str]) -> set[str]:
    return {match[0] for text in requirements if (match := re.match(r"[\w-]+(\[[\w,-]+\])?", text))}


def test_the_packages_are_those_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(doctor.PACKAGES) == names(project["dependencies"])
    extras = project["optional-dependencies"]
    assert set(doctor.EXTRAS) == extras.keys() - {"compare", "dev"}  # those two are for work on bayou itself
    for name, packages in doctor.EXTRAS.items():
        wanted = names(extras[name])
        for others in [one for one in wanted if one.startswith("bayou[")]:
            wanted.remove(others)
            wanted |= {package for other in others[len("bayou[") : -1].split(",") for package in names(extras[other])}
        assert set(packages) == {package.partition("[")[0] for package in wanted}


def test_json_says_all_of_it(capsys: Captured) -> None:
    code = main(["doctor", "--json"])
    health = json.loads(capsys.readouterr().out)
    assert code == (doctor.PROBLEM if health["problems"] else 0)
    assert health["memory"]["total"] >= health["memory"]["available"] > 0
    assert health["processor"]["threads"] >= 1
    assert health["packages"]["numpy"] == importlib.metadata.version("numpy")
    assert any(device["name"] == "CPU" for device in health["openvino_devices"])
    for model in health["models"].values():
        for file in model["files"]:
            data = (Path(model["folder"]) / file["name"]).read_bytes()
            assert (file["size"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert health["models"]["ppocr"]["files"]
    assert health["extras"]["train"]["install"] == 'pip install "bayou[train]"'


def test_the_text_names_what_json_names(capsys: Captured) -> None:
    main(["doctor"])
    out = capsys.readouterr().out
    for word in ("processor", "memory", "device     CPU", "model      nano", "cache", "openvino", "extra      train"):
        assert word in out


def test_what_is_missing_is_a_problem_with_a_cure(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    version = importlib.metadata.version

    def without_rich(name: str) -> str:
        if name == "rich":
            raise importlib.metadata.PackageNotFoundError(name)
        return version(name)

    def broken() -> object:
        raise ImportError("libopenvino.so: cannot open shared object file")

    def no_wheel(name: str) -> Path:
        raise ModelError("the package rapidocr is not installed: pip install rapidocr")

    monkeypatch.setattr(importlib.metadata, "version", without_rich)
    monkeypatch.setattr(doctor, "import_openvino", broken)
    monkeypatch.setattr(doctor, "wheel_model", no_wheel)
    assert main(["doctor"]) == doctor.PROBLEM
    out = capsys.readouterr().out
    assert "pip install rich" in out
    assert "libopenvino.so" in out
    assert "pip install rapidocr" in out
    assert "all is well" not in out
