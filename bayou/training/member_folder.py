"""A square-tile member to and from folders (torch): where its weights begin, and the folder that others can load.

Knows the released layout, that of InternViT and InternVL towers, and that of Llama's and Mistral's decoders.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from bayou.engine.folder_swap import swap_in
from bayou.errors import ModelError, OutputError
from bayou.model.config import VisionConfig, VLMConfig
from bayou.model.released import RELEASED_TYPE, TOKENIZER_FILE
from bayou.model.square_layout import DECODER, EMBEDDINGS, OUTPUT, TOWER, check_shapes
from bayou.model.vlm import MississippiVLM
from bayou.model.weights import WEIGHTS_FILE, load_weights, save_tensors
from bayou.training.member_shape import tokenizer_folder
from bayou.training.vlm_settings import VLMTrainingConfig

TOKENIZER_FILES = ("tokenizer.model", "added_tokens.json", TOKENIZER_FILE, "special_tokens_map.json")
_NEEDED = TOKENIZER_FILES[:2]
_FROM_START = ("config.json", "generation_config.json")
_INDEX = "model.safetensors.index.json"


def starting_weights(config: VLMTrainingConfig, shape: VLMConfig) -> dict[str, Tensor]:
    """All weights to begin with, float32 on the CPU: of the folders that the settings name, else random by the seed.

    Raises:
        ModelError: A folder's weights are not this member's.
    """
    torch.manual_seed(config.seed)
    model = MississippiVLM(shape)
    if config.start is not None:
        load_weights(model, config.start / WEIGHTS_FILE, torch.float32)
    weights = model.state_dict()
    if config.vision_start is not None:
        weights |= _part(config.vision_start, weights, TOWER)
    if config.language_start is not None:
        weights |= _part(config.language_start, weights, DECODER)
    return weights


def _part(folder: Path, weights: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors of one part, from a whole checkpoint or one of the part alone; others there are passed over."""
    wanted = {name: tensor for name, tensor in weights.items() if name.startswith(prefix)}
    found = {}
    for file in _weight_files(folder):
        try:
            with safe_open(file, framework="pt") as opened:
                for name in opened.keys():  # noqa: SIM118 - not a dictionary
                    ours = name if name.startswith(prefix) else prefix + name
                    if ours in wanted:
                        found[ours] = opened.get_tensor(name).float()
        except (SafetensorError, OSError) as error:
            raise ModelError(f"not a whole safetensors file: {error}", str(file)) from error
    for name in {EMBEDDINGS, OUTPUT} & found.keys():
        found[name] = _more_rows(found[name], len(wanted[name]))
    check_shapes(_shapes(wanted), _shapes(found), str(folder))
    return found


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def _more_rows(matrix: Tensor, rows: int) -> Tensor:
    """A decoder's vocabulary lacks the tokens that a member adds: their rows begin as the mean of the others."""
    missing = rows - len(matrix)
    return matrix if missing <= 0 else torch.cat((matrix, matrix.mean(0, keepdim=True).expand(missing, -1)))


def _weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a checkpoint, one or several.

    Raises:
        ModelError: There is none, or the list of them is damaged.
    """
    if (folder / WEIGHTS_FILE).exists():
        return [folder / WEIGHTS_FILE]
    try:
        listed = json.loads((folder / _INDEX).read_text(encoding="utf-8"))["weight_map"]
        return [folder / name for name in sorted(set(listed.values()))]
    except OSError as error:
        raise ModelError(f"holds neither {WEIGHTS_FILE} nor {_INDEX}", str(folder)) from error
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ModelError(f"no list of files: {error}", str(folder / _INDEX)) from error


def write_member(folder: Path, weights: Mapping[str, Tensor], shape: VLMConfig, config: VLMTrainingConfig) -> None:
    """Write a folder that ``bayou.load`` reads, whole or not at all; one that is there is replaced.

    Raises:
        OutputError: It can't be written.
    """
    part = folder.with_name(f"{folder.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        if config.start is None:
            values = json.dumps(released_values(shape), indent=2) + "\n"
            (part / "config.json").write_text(values, encoding="utf-8")
        for name in TOKENIZER_FILES:
            if (tokenizer_folder(config) / name).exists() or name in _NEEDED:
                shutil.copyfile(tokenizer_folder(config) / name, part / name)
        for name in _FROM_START:
            if config.start is not None and (config.start / name).exists():
                shutil.copyfile(config.start / name, part / name)
        save_tensors(weights, part / WEIGHTS_FILE, torch.bfloat16)
        swap_in(part, folder)
    except OSError as error:
        raise OutputError(f"can't be written: {error.strerror or error}", str(folder)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def released_values(shape: VLMConfig) -> dict[str, Any]:
    """``config.json`` of a member in the released format: what ``bayou.model.released`` reads back equal."""
    vision, language = shape.vision, shape.language
    assert isinstance(vision, VisionConfig)
    tower = {"model_type": "intern_vit_6b", "hidden_act": "gelu", "norm_type": "layer_norm", "qk_normalization": False}
    decoder = asdict(language) | {"hidden_act": "silu", "rope_scaling": None, "mlp_bias": False, "sliding_window": None}
    kind = {"llama": "LlamaForCausalLM", "mistral": "MistralForCausalLM"}[language.model_type]
    return {
        "architectures": ["H2OVLChatModel"],
        "model_type": RELEASED_TYPE,
        "name": shape.name,
        "downsample_ratio": shape.downsample_ratio,
        "dynamic_image_size": True,
        "force_image_size": vision.image_size,
        "llm_config": decoder | {"architectures": [kind], "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0},
        "max_dynamic_patch": shape.max_tiles,
        "min_dynamic_patch": shape.min_tiles,
        "pad2square": False,
        "ps_version": shape.ps_version,
        "select_layer": shape.select_layer,
        "template": shape.template,
        "torch_dtype": "bfloat16",
        "use_msac": shape.use_msac,
        "use_thumbnail": shape.use_thumbnail,
        "vision_config": asdict(vision) | tower,
    }
