"""Which recogniser a model's name stands for. Knows names and folders; not pages or lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bayou.errors import UsageError
from bayou.reading.recogniser import Recogniser

KNOWN = "nano, ppocr, 800m, 2b, pocket, a Hub id like h2oai/h2ovl-mississippi-800m, or a model's folder"
NOT_YET = {
    "800m": "reading pages with Mississippi 0.8B",
    "2b": "reading pages with Mississippi 2B",
    "pocket": "the model pocket",
}

RUNTIMES: Mapping[str | None, Literal["openvino", "torch"] | None] = {
    None: None,
    "openvino": "openvino",
    "torch": "torch",
}
PRECISIONS: Mapping[str | None, Literal["float32", "bf16", "int8"] | None] = {
    None: None,
    "float32": "float32",
    "bf16": "bf16",
    "int8": "int8",
}
"""What nano takes, None for its own choice; the same words, but the type checker knows them."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model runs, and on how many threads of the processor (None: as many as the runtime likes)."""

    device: str
    threads: int | None


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model that was asked for: its name in documents, where it runs, and how to load it."""

    name: str
    place: Place
    load: Callable[[], Recogniser]


def choose_model(
    model: str | Path, runtime: str | None, precision: str | None, device: str | None, threads: int | None = None
) -> ModelChoice:
    """What a model's name or folder stands for, without loading it.

    Raises:
        UsageError: An unknown name, a model that is not available yet, or settings that it can't take.
    """
    place = Place(device or "CPU", threads)
    name = str(model)
    if isinstance(model, Path) or (name and Path(name).exists()):
        return _nano(Path(model), Path(model).resolve().name, runtime, precision, place)
    if name == "nano":
        return _nano(name, name, runtime, precision, place)
    if name == "ppocr":
        return _ppocr(runtime, precision, place)
    if name in NOT_YET:
        raise UsageError(f"{NOT_YET[name]} is not part of this version; nano and ppocr are")
    if _is_hub_id(name):
        raise UsageError(
            f"{name}: models from the Hub can't be loaded by name in this version; download it and give its folder"
        )
    raise UsageError(f"{name!r} is no model and no folder; the models are {KNOWN}")


def _is_hub_id(name: str) -> bool:
    parts = name.split("/")
    return len(parts) == 2 and all(part and not part.startswith(".") for part in parts) and "\\" not in name


def _nano(model: str | Path, name: str, runtime: str | None, precision: str | None, place: Place) -> ModelChoice:
    if runtime not in RUNTIMES:
        raise UsageError(f"there is no runtime {runtime!r}: openvino and torch")
    if precision not in PRECISIONS:
        raise UsageError(f"there is no precision {precision!r}: float32, bf16 and int8")

    def load() -> Recogniser:
        from bayou.engine.model import load as load_model
        from bayou.reading.nano_lines import NanoRecogniser

        loaded = load_model(model, RUNTIMES[runtime], PRECISIONS[precision], place.device, place.threads)
        return NanoRecogniser(loaded, name)

    return ModelChoice(name, place, load)


def _ppocr(runtime: str | None, precision: str | None, place: Place) -> ModelChoice:
    if runtime not in (None, "openvino") or precision not in (None, "float32"):
        raise UsageError("ppocr runs with OpenVINO in float32 alone: leave runtime and precision away")

    def load() -> Recogniser:
        from bayou.reading.peers.ppocr import PeerRecogniser

        return PeerRecogniser(place.device, place.threads)

    return ModelChoice("ppocr", place, load)
