"""Names of models, and what is said of names that stand for none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayou.engine.loading import model_folder
from bayou.errors import UsageError
from bayou.reading.models import choose_model
from tests.golden_set import golden

NANO = model_folder("nano")


def test_known_names_are_chosen_without_loading_anything() -> None:
    for name in ("nano", "800m", "2b", "h2oai/h2ovl-mississippi-2b"):
        assert choose_model(name, None, None, None).name == name
    choice = choose_model("ppocr", "openvino", "float32", "GPU")
    assert (choice.name, choice.place.device) == ("ppocr", "GPU")
    assert choose_model("800m", "torch", None, "cuda").place.device == "CPU"  # what finds lines is OpenVINO's


def test_a_path_that_exists_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ppocr").mkdir()
    monkeypatch.chdir(tmp_path)
    assert choose_model(tmp_path / "ppocr", None, None, None).name == "ppocr"
    with pytest.raises(UsageError, match=r"config\.json"):
        choose_model("ppocr", None, None, None).load(None)


def test_a_folder_is_what_its_configuration_says() -> None:
    folder = golden("tiny-800m")
    loaded = choose_model(folder, None, "float32", None, 1).load(None)
    assert loaded.recogniser is None and loaded.answerer is not None and loaded.answerer.name == "tiny-800m"
    loaded = choose_model(NANO, None, None, None, 1).load(None)
    assert loaded.answerer is None and loaded.recogniser is not None


def test_names_that_are_not_available_yet_say_so() -> None:
    with pytest.raises(UsageError, match="not part of this version"):
        choose_model("pocket", None, None, None)


def test_a_server_needs_an_address_and_takes_no_settings_of_runtimes() -> None:
    choice = choose_model("any name", "endpoint", None, None, None, None, "http://localhost:8000/v1")
    assert choice.name == "any name"
    with pytest.raises(UsageError, match="needs the address"):
        choose_model("any name", "endpoint", None, None)
    with pytest.raises(UsageError, match="goes with the runtime endpoint"):
        choose_model("nano", None, None, None, None, None, "http://localhost:8000/v1")
    with pytest.raises(UsageError, match="its own precision"):
        choose_model("any name", "endpoint", "int8", None, None, None, "http://localhost:8000/v1")
    with pytest.raises(UsageError, match="as the server calls it"):
        choose_model("", "endpoint", None, None, None, None, "http://localhost:8000/v1")


@pytest.mark.parametrize("name", ["tesseract", "", "./missing/folder", "/no/such/folder", "a/b/c"])
def test_other_names_list_the_known_ones(name: str) -> None:
    with pytest.raises(UsageError, match="nano, ppocr, 800m, 2b, a Hub id"):
        choose_model(name, None, None, None)


@pytest.mark.parametrize(("runtime", "precision"), [("torch", None), (None, "int8")])
def test_the_peer_takes_no_other_runtime_or_precision(runtime: str | None, precision: str | None) -> None:
    with pytest.raises(UsageError, match="ppocr runs with OpenVINO in float32"):
        choose_model("ppocr", runtime, precision, None)


@pytest.mark.parametrize(("runtime", "precision"), [("onnx", None), (None, "fp4")])
def test_nano_takes_only_runtimes_and_precisions_that_exist(runtime: str | None, precision: str | None) -> None:
    with pytest.raises(UsageError, match="there is no"):
        choose_model("nano", runtime, precision, None)
