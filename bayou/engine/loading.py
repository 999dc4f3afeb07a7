"""From a model's name or folder to a runtime that has its weights. Knows files and names; no messages and no text.

A folder holds ``config.json`` and ``model.safetensors``; nano's has ``vocabulary.txt`` and ``characters.txt`` beside
them, and as shipped ``calibration.safetensors``; a released one has ``tokenizer.model``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from bayou.engine.calibration import Calibration, read_calibrations
from bayou.engine.draft import read_alphabet
from bayou.engine.line_tokens import Drafter
from bayou.engine.quantization import quantise, read_weights, rounded
from bayou.engine.runtime import Precision, Runtime
from bayou.engine.weight_files import Weights
from bayou.errors import MissingExtraError, ModelError, UsageError
from bayou.inputs.characters import CharacterTokenizer
from bayou.inputs.tokenizer import Tokenizer
from bayou.model.config import LineVisionConfig, VLMConfig
from bayou.model.released import read_config

RuntimeName = Literal["openvino", "torch"]
RUNTIMES: tuple[RuntimeName, ...] = ("openvino", "torch")
PRECISIONS: tuple[Precision, ...] = ("float32", "bf16", "int8", "int4")

ASSETS = Path(__file__).resolve().parent.parent / "assets"
NAMES = ("nano",)
"""Models that come with the package."""

CONFIG_FILE, WEIGHTS_FILE = "config.json", "model.safetensors"
VOCABULARY_FILE, ALPHABET_FILE = "vocabulary.txt", "characters.txt"
CALIBRATION_FILE = "calibration.safetensors"
TOWER = "vision_model."


@dataclass(frozen=True, slots=True)
class RuntimeOptions:
    """How to run a model.

    Attributes:
        runtime: None: OpenVINO.
        precision: None: as the file has it for nano (int8 as shipped); else int8 with OpenVINO, float32 with torch.
            int8 is of weights; where nano's folder has calibrations, its tower's convolutions compute in int8 too.
        device: In the runtime's own words; None: the CPU.
        threads: CPU threads of OpenVINO; None leaves it to it.
    """

    runtime: RuntimeName | None = None
    precision: Precision | None = None
    device: str | None = None
    threads: int | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Member:
    """A loaded member: its runtime and what spells its text; ``threshold`` is nano's."""

    runtime: Runtime
    tokenizer: CharacterTokenizer | Tokenizer
    threshold: float = 0.0


def model_folder(model: str | Path) -> Path:
    """The folder of a model: a path that exists, else a name of the package's own.

    Raises:
        UsageError: Neither; the message lists the names.
    """
    path = Path(model)
    if path.exists():
        if not (path / CONFIG_FILE).is_file():
            raise UsageError(f"a model is a folder that holds {CONFIG_FILE} and {WEIGHTS_FILE}", str(path))
        return path
    if str(model) in NAMES:
        return ASSETS / str(model)
    raise UsageError(f"there is no model {str(model)!r}: known are {', '.join(NAMES)}, or the path of a model's folder")


def load_member(model: str | Path, options: RuntimeOptions) -> Member:
    """Read a model and make it ready.

    Raises:
        UsageError: An unknown model, runtime, precision or device.
        ModelError: Its files are missing, damaged or not of this family.
        MissingExtraError: The torch runtime without torch.
    """
    runtime = options.runtime or "openvino"
    if runtime not in RUNTIMES:
        raise UsageError(f"there is no runtime {runtime!r}: known are {', '.join(RUNTIMES)}")
    if options.precision is not None and options.precision not in PRECISIONS:
        raise UsageError(f"there is no precision {options.precision!r}: known are {', '.join(PRECISIONS)}")
    folder = model_folder(model)
    config = read_config(folder)
    weights = read_weights(folder / WEIGHTS_FILE)
    precision = options.precision or _default_precision(config, weights, runtime)
    if precision in ("int8", "int4"):
        weights = _rounded(config, weights, precision)
    if not isinstance(config.vision, LineVisionConfig):
        made = _make(runtime, _Parts(config, weights, precision), options)
        return Member(made, Tokenizer.from_folder(folder))
    tokenizer = CharacterTokenizer.from_file(folder / VOCABULARY_FILE)
    alphabet = read_alphabet(folder / ALPHABET_FILE)
    _check_vocabularies(folder, config, tokenizer, alphabet)
    calibrated = precision == "int8" and (folder / CALIBRATION_FILE).is_file()
    calibrations = read_calibrations(folder / CALIBRATION_FILE, weights, TOWER) if calibrated else {}
    parts = _Parts(config, weights, precision, Drafter(alphabet, tokenizer), calibrations)
    return Member(_make(runtime, parts, options), tokenizer, _threshold(folder))


@dataclass(frozen=True, eq=False, slots=True)
class _Parts:
    """What a runtime is made of."""

    config: VLMConfig
    weights: Weights
    precision: Precision
    drafter: Drafter | None = None
    calibrations: Mapping[str, Calibration] = field(default_factory=dict)


def _make(runtime: RuntimeName, parts: _Parts, options: RuntimeOptions) -> Runtime:
    config, weights, precision, drafter = parts.config, parts.weights, parts.precision, parts.drafter
    if runtime == "torch":
        if find_spec("torch") is None:
            raise MissingExtraError("the torch runtime needs torch: pip install 'bayou[torch]'")
        from bayou.engine.runtimes.torch import TorchRuntime

        return TorchRuntime(config, weights, precision, drafter, options.device)
    from bayou.engine.runtimes.openvino import OpenVINORuntime

    device, threads = options.device, options.threads
    return OpenVINORuntime(config, weights, precision, drafter, device, threads, parts.calibrations)


def _default_precision(config: VLMConfig, weights: Weights, runtime: RuntimeName) -> Precision:
    if isinstance(config.vision, LineVisionConfig):
        stored = any(weights[name].scale is not None for name in weights)
        return "int8" if stored else "float32"
    return "float32" if runtime == "torch" else "int8"


def _rounded(config: VLMConfig, weights: Weights, precision: Precision) -> Weights:
    """The weights as a runtime of 8 or 4 bits computes with them; nano's that are in int8 already stay as they are."""
    if not isinstance(config.vision, LineVisionConfig):
        return Weights({name: rounded(name, weight, precision) for name, weight in weights.items()}, weights.source)
    if precision == "int4":
        raise UsageError(f"{config.name} has no precision 'int4': float32, bf16 and int8")
    if any(weight.scale is not None for weight in weights.values()):
        return weights
    return quantise({name: weight.dense() for name, weight in weights.items()})


def _check_vocabularies(
    folder: Path, config: VLMConfig, tokenizer: CharacterTokenizer, alphabet: tuple[str, ...]
) -> None:
    assert isinstance(config.vision, LineVisionConfig)
    if tokenizer.vocab_size != config.language.vocab_size:
        found, wanted = tokenizer.vocab_size, config.language.vocab_size
        raise ModelError(f"{VOCABULARY_FILE} makes {found} ids, the decoder has {wanted}", str(folder))
    if len(alphabet) + 1 != config.vision.classes:
        found, wanted = len(alphabet) + 1, config.vision.classes
        raise ModelError(f"{ALPHABET_FILE} makes {found} classes, the tower's head has {wanted}", str(folder))


def _threshold(folder: Path) -> float:
    """nano's threshold, from its ``config.json``."""
    values = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    threshold = values.get("threshold")
    if not isinstance(threshold, int | float) or isinstance(threshold, bool) or threshold < 0:
        raise ModelError(f"threshold {threshold!r} is no probability", str(folder / CONFIG_FILE))
    return float(threshold)
