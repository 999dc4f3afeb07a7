"""Names of models, and what is said of names that stand for none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayou.errors import UsageError
from bayou.reading.models import choose_model


def test_known_names_are_chosen_without_loading_anything() -> None:
    assert choose_model("nano", None, None, None).name == "nano"
    choice = choose_model("ppocr", "openvino", "float32", "GPU")
    assert (choice.name, choice.place.device) == ("ppocr", "GPU")


def test_a_path_that_exists_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ppocr").mkdir()
    monkeypatch.chdir(tmp_path)
    assert choose_model(tmp_path / "ppocr", None, None, None).name == "ppocr"
    with pytest.raises(UsageError, match=r"config\.json"):
        choose_model("ppocr", None, None, None).load()


@pytest.mark.parametrize("name", ["800m", "2b", "pocket", "h2oai/h2ovl-mississippi-2b"])
def test_names_that_are_not_available_yet_say_so(name: str) -> None:
    with pytest.raises(UsageError, match=r"in this version|not part of this version"):
        choose_model(name, None, None, None)


@pytest.mark.parametrize("name", ["tesseract", "", "./missing/folder", "/no/such/folder", "a/b/c"])
def test_other_names_list_the_known_ones(name: str) -> None:
    with pytest.raises(UsageError, match="nano, ppocr, 800m, 2b, pocket, a Hub id"):
        choose_model(name, None, None, None)


@pytest.mark.parametrize(("runtime", "precision"), [("torch", None), (None, "int8")])
def test_the_peer_takes_no_other_runtime_or_precision(runtime: str | None, precision: str | None) -> None:
    with pytest.raises(UsageError, match="ppocr runs with OpenVINO in float32"):
        choose_model("ppocr", runtime, precision, None)


@pytest.mark.parametrize(("runtime", "precision"), [("onnx", None), (None, "fp4")])
def test_nano_takes_only_runtimes_and_precisions_that_exist(runtime: str | None, precision: str | None) -> None:
    with pytest.raises(UsageError, match="there is no"):
        choose_model("nano", runtime, precision, None)
