"""Which reader a model's name stands for. Knows names, folders and servers; not pages or lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bayou.errors import UsageError
from bayou.reading.recogniser import Recogniser

if TYPE_CHECKING:
    from bayou.engine.endpoint_settings import EndpointSettings
    from bayou.reading.answers import Answerer

KNOWN = "nano, ppocr, 800m, 2b, a Hub id like h2oai/h2ovl-mississippi-800m, or a model's folder"
ANSWERING = "800m, 2b, their Hub ids and folders, and a server's model (runtime endpoint)"
"""Models that answer questions."""
NOT_YET = {"pocket": "the model pocket"}
NAMES = ("nano", "800m", "2b")
"""Names that the engine knows."""

OnProgress = Callable[[float], None]
"""Told the share that is done, 0 to 1."""

ENDPOINT = "endpoint"
RUNTIMES: Mapping[str | None, Literal["openvino", "torch"] | None] = {
    None: None,
    "openvino": "openvino",
    "torch": "torch",
}
PRECISIONS: Mapping[str | None, Literal["float32", "bf16", "int8", "int4"] | None] = {
    None: None,
    "float32": "float32",
    "bf16": "bf16",
    "int8": "int8",
    "int4": "int4",
}
"""What the engine takes, None for the model's own choice; the same words, but the type checker knows them."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where OpenVINO runs, and on how many threads of the processor (None: as many as the runtime likes)."""

    device: str
    threads: int | None


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that is ready; either reads single lines or answers questions about pages."""

    recogniser: Recogniser | None = None
    answerer: Answerer | None = None


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model that was asked for: its name in documents, where what finds lines runs, and how to load the model.

    A first use of a large checkpoint converts it; the loader's argument is told how far that is.
    """

    name: str
    place: Place
    load: Callable[[OnProgress | None], LoadedModel]


def choose_model(
    model: str | Path,
    runtime: str | None,
    precision: str | None,
    device: str | None,
    threads: int | None = None,
    max_memory: int | None = None,
    endpoint: str | EndpointSettings | None = None,
) -> ModelChoice:
    """What a model's name or folder stands for, without loading it; arguments as for ``Reader``.

    Raises:
        UsageError: An unknown name, a model that is not available yet, or settings that it can't take.
    """
    place = Place(device or "CPU", threads)
    name = str(model)
    if runtime == ENDPOINT:
        if (precision, device, max_memory) != (None, None, None):
            raise UsageError("a server chooses its own precision, device and memory: leave them away")
        return _endpoint(name, endpoint, Place("CPU", threads))
    if endpoint is not None:
        raise UsageError("the address of a server goes with the runtime endpoint, and with no other")
    if runtime == "torch":
        place = Place("CPU", threads)  # of the line detector, which is OpenVINO's
    if isinstance(model, Path) or (name and Path(name).exists()):
        return _engine(Path(model), Path(model).resolve().name, runtime, precision, place, device, max_memory)
    if name == "ppocr":
        return _ppocr(runtime, precision, max_memory, place)
    if name in NOT_YET:
        raise UsageError(f"{NOT_YET[name]} is not part of this version; nano, ppocr, 800m and 2b are")
    if name in NAMES or _is_hub_id(name):
        return _engine(name, name, runtime, precision, place, device, max_memory)
    raise UsageError(f"{name!r} is no model and no folder; the models are {KNOWN}")


def _is_hub_id(name: str) -> bool:
    parts = name.split("/")
    return len(parts) == 2 and all(part and not part.startswith(".") for part in parts) and "\\" not in name


def _engine(
    model: str | Path,
    name: str,
    runtime: str | None,
    precision: str | None,
    place: Place,
    device: str | None,
    max_memory: int | None,
) -> ModelChoice:
    if runtime not in RUNTIMES:
        raise UsageError(f"there is no runtime {runtime!r}: openvino, torch and endpoint")
    if precision not in PRECISIONS:
        raise UsageError(f"there is no precision {precision!r}: float32, bf16, int8 and int4")

    def load(progress: OnProgress | None) -> LoadedModel:
        from bayou.engine.model import load as load_model

        settings = RUNTIMES[runtime], PRECISIONS[precision], device, place.threads
        loaded = load_model(model, *settings, max_memory=max_memory, progress=progress)
        if loaded.tiles is None:
            from bayou.reading.nano_lines import NanoRecogniser

            return LoadedModel(recogniser=NanoRecogniser(loaded, name))
        from bayou.reading.model_answers import ModelAnswerer

        return LoadedModel(answerer=ModelAnswerer(loaded, name))

    return ModelChoice(name, place, load)


def _ppocr(runtime: str | None, precision: str | None, max_memory: int | None, place: Place) -> ModelChoice:
    if runtime not in (None, "openvino") or precision not in (None, "float32") or max_memory is not None:
        raise UsageError("ppocr runs with OpenVINO in float32 alone: leave runtime, precision and max_memory away")

    def load(_: OnProgress | None) -> LoadedModel:
        from bayou.reading.peers.ppocr import PeerRecogniser

        return LoadedModel(recogniser=PeerRecogniser(place.device, place.threads))

    return ModelChoice("ppocr", place, load)


def _endpoint(name: str, endpoint: str | EndpointSettings | None, place: Place) -> ModelChoice:
    if endpoint is None:
        raise UsageError("the runtime endpoint needs the address of a server, like http://localhost:8000/v1")
    if not name:
        raise UsageError("name the model as the server calls it")
    from bayou.engine.endpoint_settings import EndpointSettings

    settings = EndpointSettings(endpoint) if isinstance(endpoint, str) else endpoint

    def load(_: OnProgress | None) -> LoadedModel:
        from bayou.reading.endpoint_answers import EndpointAnswerer

        return LoadedModel(answerer=EndpointAnswerer(settings, name))

    return ModelChoice(name, place, load)
