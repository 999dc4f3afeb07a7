"""Low-rank adapters (torch): LoRA and DoRA on a network's matrices, their file, their merge. Knows no task, no data.

An adapter stands in a matrix's place: wherever the network takes ``weight``, it takes W + s B A, or for DoRA that with
its rows scaled to learned lengths. So any layer's forward pass stays as it is, and merging is keeping what was taken.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.utils import parametrize

from bayou.errors import ModelError

Method = Literal["lora", "dora", "full"]
CONFIG_FILE, WEIGHTS_FILE = "adapter_config.json", "adapter_model.safetensors"
_PREFIX = "base_model.model."
_SMALLEST = 1e-12


@dataclass(frozen=True, slots=True)
class AdapterSettings:
    """What adapters are.

    Attributes:
        rank: Rows of A, columns of B.
        alpha: s is alpha / rank.
        dora: Whether the rows' lengths are learned apart from their directions.
    """

    rank: int = 16
    alpha: float = 16.0
    dora: bool = False


class LowRank(nn.Module):
    """What stands in a matrix's place; ``down`` is A, ``up`` is B, which begins as zeros: at first nothing changes."""

    def __init__(self, weight: Tensor, settings: AdapterSettings) -> None:
        super().__init__()
        rows, columns = weight.shape[0], weight[0].numel()
        self.scale = settings.alpha / settings.rank
        self.down = nn.Parameter(torch.empty(settings.rank, columns, device=weight.device))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))
        self.up = nn.Parameter(torch.zeros(rows, settings.rank, device=weight.device))
        lengths = weight.detach().float().flatten(1).norm(dim=1)
        self.magnitude = nn.Parameter(lengths) if settings.dora else None

    def forward(self, weight: Tensor) -> Tensor:
        # Not in half precision: what is merged has to be what was learned. The meta device knows no autocast.
        with nullcontext() if weight.is_meta else torch.autocast(weight.device.type, enabled=False):
            moved = weight.float() + (self.up.float() @ self.down.float()).view_as(weight) * self.scale
            if self.magnitude is not None:
                lengths = moved.detach().flatten(1).norm(dim=1).clamp(min=_SMALLEST)
                moved = moved * (self.magnitude.float() / lengths).view(-1, *[1] * (weight.ndim - 1))
            return moved.to(weight.dtype)


def is_adaptable(module: nn.Module) -> bool:
    """Whether a layer multiplies by one matrix: linear, or a convolution that isn't in groups."""
    return isinstance(module, nn.Linear) or (isinstance(module, nn.Conv2d) and module.groups == 1)


def add_adapters(parts: Iterable[nn.Module], settings: AdapterSettings) -> None:
    """Freeze the parts, and let an adapter learn on each of their matrices. Draws from torch's random stream."""
    for part in parts:
        part.requires_grad_(False)
        for module in [m for m in part.modules() if is_adaptable(m) and not parametrize.is_parametrized(m, "weight")]:
            _register(module, settings)


def _register(module: nn.Module, settings: AdapterSettings) -> LowRank:
    weight = module.weight
    assert isinstance(weight, Tensor)
    adapter = LowRank(weight, settings)
    parametrize.register_parametrization(module, "weight", adapter)
    return adapter


def adapters(model: nn.Module) -> Iterator[tuple[str, nn.Module, LowRank]]:
    """Name, layer and adapter of each adapted layer."""
    for name, module in model.named_modules():
        if parametrize.is_parametrized(module, "weight"):
            steps = module.parametrizations
            assert isinstance(steps, nn.ModuleDict)
            adapter = steps["weight"][0]  # type: ignore[index]  # a list of modules, as torch documents it
            assert isinstance(adapter, LowRank)
            yield name, module, adapter


def merge_adapters(model: nn.Module) -> None:
    """Make what the adapters stand for the network's own weights, and take the adapters out."""
    for _, module, _ in list(adapters(model)):
        parametrize.remove_parametrizations(module, "weight", leave_parametrized=True)


def merged_state(model: nn.Module) -> dict[str, Tensor]:
    """The network's tensors under its own names, adapted matrices as they are now taken; nothing is changed."""
    adapted = {name: module for name, module, _ in adapters(model)}
    found: dict[str, Tensor] = {}
    for key, value in model.state_dict().items():
        layer, inner, rest = key.partition(".parametrizations.weight.")
        if not inner:
            found[key] = value
        elif rest == "original":
            weight = adapted[layer].weight
            assert isinstance(weight, Tensor)
            found[f"{layer}.weight"] = weight.detach()
    return found


def save_adapters(model: nn.Module, settings: AdapterSettings, folder: Path, base: str) -> None:
    """Write the adapters in the format of Hugging Face's PEFT: ``adapter_config.json``, ``adapter_model.safetensors``.

    Args:
        base: Name or path of the model that they are for.
    """
    tensors: dict[str, Tensor] = {}
    names = []
    for name, module, adapter in adapters(model):
        names.append(name)
        kernel = _kernel(module)
        tensors[f"{_PREFIX}{name}.lora_A.weight"] = adapter.down.detach().cpu().view(settings.rank, -1, *kernel)
        tensors[f"{_PREFIX}{name}.lora_B.weight"] = (
            adapter.up.detach().cpu().view(-1, settings.rank, *[1] * len(kernel))
        )
        if adapter.magnitude is not None:
            lengths = adapter.magnitude.detach().cpu()
            tensors[f"{_PREFIX}{name}.lora_magnitude_vector"] = lengths.view(1, -1, 1, 1) if kernel else lengths
    config = {
        "peft_type": "LORA",
        "task_type": None,
        "base_model_name_or_path": base,
        "r": settings.rank,
        "lora_alpha": settings.alpha,
        "lora_dropout": 0.0,
        "use_dora": settings.dora,
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        "target_modules": sorted(names),
    }
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{WEIGHTS_FILE}.{os.getpid()}.part"
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, unfinished, {"format": "pt"})
    os.replace(unfinished, folder / WEIGHTS_FILE)
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _kernel(module: nn.Module) -> tuple[int, ...]:
    """Rows and columns of a convolution's kernel; () for a linear layer."""
    return module.kernel_size if isinstance(module, nn.Conv2d) else ()


def load_adapters(model: nn.Module, folder: Path) -> AdapterSettings:
    """Put adapters of a folder, as ``save_adapters`` or PEFT write it, on a network that has none.

    Raises:
        ModelError: The files are missing or damaged, or made for another network or another kind of adapter.
    """
    config = _read_config(folder / CONFIG_FILE)
    settings = AdapterSettings(int(config["r"]), float(config["lora_alpha"]), bool(config.get("use_dora", False)))
    try:
        tensors = load_file(folder / WEIGHTS_FILE)
    except (SafetensorError, OSError) as error:
        raise ModelError(f"not a whole file of adapters: {error}", str(folder / WEIGHTS_FILE)) from error
    layers = dict(model.named_modules())
    names = {key.removeprefix(_PREFIX).partition(".lora_")[0] for key in tensors}
    for name in sorted(names):
        if name not in layers or not is_adaptable(layers[name]):
            raise ModelError(f"the network has no matrix {name!r}: these adapters are for another", str(folder))
        adapter = _register(layers[name], settings)
        with torch.no_grad():
            _fill(adapter.down, tensors.pop(f"{_PREFIX}{name}.lora_A.weight", None), name, folder)
            _fill(adapter.up, tensors.pop(f"{_PREFIX}{name}.lora_B.weight", None), name, folder)
            if adapter.magnitude is not None:
                _fill(adapter.magnitude, tensors.pop(f"{_PREFIX}{name}.lora_magnitude_vector", None), name, folder)
    if tensors:
        raise ModelError(f"{next(iter(tensors))!r} is no part of such adapters", str(folder))
    return settings


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"can't be read: {error}", str(path)) from error
    if not isinstance(config, dict) or config.get("peft_type") != "LORA" or not {"r", "lora_alpha"} <= config.keys():
        raise ModelError("not the configuration of LoRA adapters", str(path))
    if config.get("bias", "none") != "none" or config.get("use_rslora") or config.get("rank_pattern"):
        raise ModelError("biases, rsLoRA and ranks of their own are not read here", str(path))
    return config


def _fill(target: nn.Parameter, values: Tensor | None, name: str, folder: Path) -> None:
    if values is None or values.numel() != target.numel():
        raise ModelError(f"the adapter of {name!r} is incomplete or of another shape", str(folder))
    target.copy_(values.reshape(target.shape))
