"""A released checkpoint's folder, checked before anything is made of it. Knows its files; no runtime and no network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bayou.engine.quantization import read_weights
from bayou.engine.weight_files import Weights
from bayou.errors import ModelError
from bayou.inputs.tokenizer import Tokenizer
from bayou.model.config import LineVisionConfig, VLMConfig
from bayou.model.released import RELEASED_TEMPLATE, read_config
from bayou.model.square_layout import check_shapes, tensor_shapes

CONFIG_FILE, WEIGHTS_FILE = "config.json", "model.safetensors"
INDEX_FILE = WEIGHTS_FILE + ".index.json"
TOKENIZER_FILES = ("tokenizer.model", "added_tokens.json")
SEVERAL_FILES = f"its weights are in several files ({INDEX_FILE}); bayou reads only those in one, {WEIGHTS_FILE}"


@dataclass(frozen=True, eq=False, slots=True)
class Checkpoint:
    """What a folder holds; the weights are mapped, not read."""

    folder: Path
    config: VLMConfig
    weights: Weights
    tokenizer: Tokenizer


def open_checkpoint(folder: Path, config: VLMConfig | None = None) -> Checkpoint:
    """A folder in the released format.

    Args:
        config: The folder's, where it is known already.

    Raises:
        ModelError: Another family or tokenizer, tensors that are missing, extra or misshaped, a truncated file, another
            vocabulary.
    """
    config = config or read_config(folder)
    if isinstance(config.vision, LineVisionConfig):
        raise ModelError("a model that reads single lines, not a checkpoint in the released format", str(folder))
    weights = checked_weights(folder, config)
    if config.template != RELEASED_TEMPLATE:
        message = f"an InternVL checkpoint ({config.template}): its tokenizer and template are not bayou's"
        raise ModelError(f"{message}; its network alone is read, by bayou export openvino", str(folder))
    tokenizer = Tokenizer.from_folder(folder)
    if tokenizer.vocab_size != config.language.vocab_size:
        found, wanted = tokenizer.vocab_size, config.language.vocab_size
        raise ModelError(f"the tokenizer has {found} ids, the decoder's vocabulary {wanted}", str(folder))
    difference = tokenizer.difference_from_released()
    if difference:
        raise ModelError(f"another vocabulary than this family's: there {difference}", str(folder))
    return Checkpoint(folder, config, weights, tokenizer)


def checked_weights(folder: Path, config: VLMConfig) -> Weights:
    """The weights of a member with square tiles, every tensor's name and shape compared with the configuration.

    Raises:
        ModelError: Missing, truncated, in several files, or tensors that are missing, extra or misshaped.
    """
    if (folder / INDEX_FILE).is_file() and not (folder / WEIGHTS_FILE).exists():
        raise ModelError(SEVERAL_FILES, str(folder))
    weights = read_weights(folder / WEIGHTS_FILE)
    check_shapes(tensor_shapes(config), weights.shapes(), weights.source)
    return weights


def check_folder(folder: Path) -> VLMConfig:
    """Checks all that a checkpoint shows before it runs; of InternVL's, whose tokenizer isn't ours, the network.

    Raises:
        ModelError: As for ``open_checkpoint``.
    """
    config = read_config(folder)
    if isinstance(config.vision, LineVisionConfig) or config.template == RELEASED_TEMPLATE:
        open_checkpoint(folder, config)
    else:
        checked_weights(folder, config)
    return config
