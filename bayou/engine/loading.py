"""From a model's name or folder to a runtime that has its weights. Knows files and names; no messages and no text.

A folder holds ``config.json`` and ``model.safetensors``; nano's has ``vocabulary.txt`` and ``characters.txt`` beside
them, and as shipped ``calibration.safetensors`` and ``confidence.json``; a released one has ``tokenizer.model``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, get_args

from bayou.engine.calibration import Calibration, read_calibrations
from bayou.engine.checkpoint import CONFIG_FILE as CONFIG_FILE
from bayou.engine.checkpoint import WEIGHTS_FILE as WEIGHTS_FILE
from bayou.engine.checkpoint import Checkpoint, open_checkpoint
from bayou.engine.draft import read_alphabet
from bayou.engine.line_confidence import LineConfidence
from bayou.engine.line_tokens import Drafter
from bayou.engine.memory import fitting_precision
from bayou.engine.pulled import SHORT_NAMES, pulled_folder
from bayou.engine.quantization import quantise, read_weights
from bayou.engine.rounded_weights import RoundedWeights
from bayou.engine.runtime import Precision, Runtime, SquarePrecision, TowerPrecision, with_its_tower
from bayou.engine.weight_files import Weights
from bayou.errors import MissingExtraError, ModelError, UsageError
from bayou.inputs.characters import CharacterTokenizer
from bayou.inputs.tokenizer import Tokenizer
from bayou.model.config import LineVisionConfig, LineVitConfig, VLMConfig
from bayou.model.released import read_config

RuntimeName = Literal["openvino", "torch"]
RUNTIMES: tuple[RuntimeName, ...] = ("openvino", "torch")
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
TOWER_PRECISIONS: tuple[TowerPrecision, ...] = get_args(TowerPrecision)

ASSETS = Path(__file__).resolve().parent.parent / "assets"
NAMES = ("nano",)
"""Models that come with the package."""

VOCABULARY_FILE, ALPHABET_FILE = "vocabulary.txt", "characters.txt"
CALIBRATION_FILE = "calibration.safetensors"
CONFIDENCE_FILE = "confidence.json"
TOWER = "vision_model."


@dataclass(frozen=True, slots=True)
class RuntimeOptions:
    """How to run a model.

    Attributes:
        runtime: None: OpenVINO.
        precision: None: as the file has it for nano (int8 as shipped); for others what fits ``max_memory``, else int8
            with OpenVINO, and with torch float32 on a processor, bf16 on other devices. int8 and int4 are of weights;
            where nano's folder has calibrations, its tower's convolutions compute in int8 too.
        device: In the runtime's own words; None: the CPU.
        threads: CPU threads of OpenVINO; None leaves it to it.
        tower: Of a vision tower for square tiles. None: float32 where the precision is, int8 where that is int4, else
            bf16. int8 is OpenVINO's.
        max_memory: Bytes that the model may take; None: no limit.
        progress: Told the share that is done, 0 to 1, while a checkpoint is converted for the first time.
    """

    runtime: RuntimeName | None = None
    precision: Precision | None = None
    device: str | None = None
    threads: int | None = None
    tower: TowerPrecision | None = None
    max_memory: int | None = None
    progress: Callable[[float], None] | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Member:
    """A loaded member: its runtime and what spells its text; ``threshold`` and ``confidence`` are nano's."""

    runtime: Runtime
    tokenizer: CharacterTokenizer | Tokenizer
    threshold: float = 0.0
    confidence: LineConfidence | None = None


def model_folder(model: str | Path) -> Path:
    """The folder of a model: a path that exists, a name of the package's own, or what was pulled.

    Raises:
        UsageError: None of them; the message says what there is, or how to fetch it.
    """
    path = Path(model)
    if path.exists():
        if not (path / CONFIG_FILE).is_file():
            raise UsageError(f"a model is a folder that holds {CONFIG_FILE} and {WEIGHTS_FILE}", str(path))
        return path
    name = str(model)
    if name in NAMES:
        return ASSETS / name
    pulled = pulled_folder(name) if isinstance(model, str) else None
    if pulled is not None:
        return pulled
    known = ", ".join((*NAMES, *SHORT_NAMES))
    raise UsageError(f"there is no model {name!r}: known are {known}, a Hub id, or the path of a model's folder")


def load_member(model: str | Path, options: RuntimeOptions) -> Member:
    """Read a model and make it ready.

    Raises:
        UsageError: An unknown model, runtime, precision or device, or one that needs more memory than it may take.
        ModelError: Its files are missing, damaged or not of this family.
        MissingExtraError: The torch runtime without torch.
        OutputError: The converted checkpoint can't be kept.
    """
    runtime = _checked_runtime(options)
    folder = model_folder(model)
    config = read_config(folder)
    if isinstance(config.vision, LineVisionConfig):
        return _line_member(folder, config, runtime, options)
    checkpoint = open_checkpoint(folder, config)
    precision = _square_precision(config, runtime, options)
    make = _square_torch if runtime == "torch" else _square_openvino
    return Member(make(checkpoint, precision, options), checkpoint.tokenizer)


def _checked_runtime(options: RuntimeOptions) -> RuntimeName:
    for kind, given, known in (
        ("runtime", options.runtime, RUNTIMES),
        ("precision", options.precision, PRECISIONS),
        ("precision of the tower", options.tower, TOWER_PRECISIONS),
    ):
        if given is not None and given not in known:
            raise UsageError(f"there is no {kind} {given!r}: known are {', '.join(known)}")
    if options.runtime == "torch" and find_spec("torch") is None:
        raise MissingExtraError("the torch runtime needs torch: pip install 'bayou[torch]'")
    return options.runtime or "openvino"


def _square_precision(config: VLMConfig, runtime: RuntimeName, options: RuntimeOptions) -> SquarePrecision:
    chosen = options.precision
    if chosen is None and options.max_memory is not None and options.tower is None:
        return fitting_precision(config, options.max_memory, runtime, bfloat16=_bfloat16(runtime, options))
    if chosen is None and runtime == "torch":
        chosen = "float32" if (options.device or "cpu").startswith("cpu") else "bf16"
    chosen = chosen or "int8"
    precision = with_its_tower(chosen) if options.tower is None else SquarePrecision(chosen, options.tower)
    if runtime == "torch":
        computed: TowerPrecision = "bf16" if chosen == "bf16" else "float32"
        if options.tower not in (None, computed):
            raise UsageError(f"with torch the tower computes as the decoder does, here in {computed}")
        precision = SquarePrecision(chosen, computed)
    if options.max_memory is not None:
        return fitting_precision(config, options.max_memory, runtime, precision, _bfloat16(runtime, options))
    return precision


def _bfloat16(runtime: RuntimeName, options: RuntimeOptions) -> bool:
    """Whether bfloat16 takes 2 bytes a number; torch's always does."""
    from bayou.engine.runtimes.openvino_settings import multiplies_bfloat16

    return runtime == "torch" or multiplies_bfloat16(options.device)


def _square_torch(checkpoint: Checkpoint, precision: SquarePrecision, options: RuntimeOptions) -> Runtime:
    from bayou.engine.runtimes.torch import TorchRuntime

    weights = RoundedWeights(checkpoint.weights, precision)
    return TorchRuntime(checkpoint.config, weights, precision.decoder, device=options.device)


def _square_openvino(checkpoint: Checkpoint, precision: SquarePrecision, options: RuntimeOptions) -> Runtime:
    from bayou.engine.conversion import converted, is_kept
    from bayou.engine.runtimes.openvino import OpenVINORuntime
    from bayou.engine.runtimes.openvino_square import read_square_graphs, square_graphs

    weights = checkpoint.weights
    if is_kept(checkpoint, precision):
        graphs = read_square_graphs(converted(checkpoint, precision, options.progress), precision)
    else:
        graphs = square_graphs(checkpoint.config, RoundedWeights(weights, precision), precision)
    device, threads = options.device, options.threads
    return OpenVINORuntime(checkpoint.config, weights, precision.decoder, None, device, threads, graphs=graphs)


def _line_member(folder: Path, config: VLMConfig, runtime: RuntimeName, options: RuntimeOptions) -> Member:
    if options.tower is not None:
        raise UsageError(f"{config.name}'s tower has no precision of its own")
    if options.precision == "int4":
        raise UsageError(f"{config.name} has no precision 'int4': float32, bf16 and int8")
    if isinstance(config.vision, LineVitConfig) and runtime != "torch":
        raise UsageError(
            f"{config.name}'s tower is for comparison and runs with torch alone: --runtime torch", str(folder)
        )
    if options.max_memory is not None:
        fitting_precision(config, options.max_memory, runtime)
    weights = read_weights(folder / WEIGHTS_FILE)
    stored = any(weight.scale is not None for weight in weights.values())
    precision = options.precision or ("int8" if stored else "float32")
    if precision == "int8" and not stored:
        weights = quantise({name: weight.dense() for name, weight in weights.items()})
    tokenizer = CharacterTokenizer.from_file(folder / VOCABULARY_FILE)
    alphabet = read_alphabet(folder / ALPHABET_FILE)
    _check_vocabularies(folder, config, tokenizer, alphabet)
    calibrated = precision == "int8" and (folder / CALIBRATION_FILE).is_file()
    calibrations = read_calibrations(folder / CALIBRATION_FILE, weights, TOWER) if calibrated else {}
    drafter = Drafter(alphabet, tokenizer)
    made = _make_line_runtime(runtime, _LineParts(config, weights, precision, drafter, calibrations), options)
    fitted = folder / CONFIDENCE_FILE
    return Member(made, tokenizer, _threshold(folder), LineConfidence.read(fitted) if fitted.is_file() else None)


@dataclass(frozen=True, eq=False, slots=True)
class _LineParts:
    """What a runtime of nano is made of."""

    config: VLMConfig
    weights: Weights
    precision: Precision
    drafter: Drafter
    calibrations: Mapping[str, Calibration]


def _make_line_runtime(runtime: RuntimeName, parts: _LineParts, options: RuntimeOptions) -> Runtime:
    config, weights, precision, drafter = parts.config, parts.weights, parts.precision, parts.drafter
    if runtime == "torch":
        from bayou.engine.runtimes.torch import TorchRuntime

        return TorchRuntime(config, weights, precision, drafter, options.device)
    from bayou.engine.runtimes.openvino import OpenVINORuntime

    device, threads = options.device, options.threads
    return OpenVINORuntime(config, weights, precision, drafter, device, threads, parts.calibrations)


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
