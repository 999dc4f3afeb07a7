"""Weights in and out of safetensors files (needs torch). Knows names, shapes and number formats; no network or text.

A tensor that is missing, unexpected or misshaped is an error with its name: a checkpoint is loaded whole or not at all.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from bayou.errors import ModelError, OutputError
from bayou.model.released import read_config
from bayou.model.square_layout import check_shapes as check_shapes
from bayou.model.vlm import MississippiVLM

WEIGHTS_FILE = "model.safetensors"


def load_model(folder: str | Path, dtype: torch.dtype = torch.float32) -> MississippiVLM:
    """The network of a folder in the released format, in evaluation mode.

    Args:
        folder: With ``config.json`` and ``model.safetensors``.
        dtype: Of the parameters; the released files hold bfloat16.

    Raises:
        ModelError: another family, or weights that are not exactly those of the configuration.
    """
    config = read_config(folder)
    with torch.device("meta"):
        model = MississippiVLM(config)
    load_weights(model, Path(folder) / WEIGHTS_FILE, dtype)
    return model.eval()


def load_weights(module: nn.Module, path: str | Path, dtype: torch.dtype | None = None) -> None:
    """Give a module, which may be on the meta device, every tensor of a file.

    Args:
        dtype: Convert to this type; None keeps the file's.

    Raises:
        ModelError: the file is missing or damaged, or a tensor is missing, unexpected or misshaped.
    """
    source = str(path)
    expected = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    try:
        with safe_open(source, framework="pt") as file:
            found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
            check_shapes(expected, found, source)
            tensors = {name: _converted(file.get_tensor(name), dtype) for name in expected}
    except FileNotFoundError as error:
        raise ModelError("no such file", source) from error
    except (SafetensorError, OSError) as error:
        raise ModelError(f"not a whole safetensors file: {error}", source) from error
    module.load_state_dict(tensors, assign=True)


def _converted(tensor: Tensor, dtype: torch.dtype | None) -> Tensor:
    return tensor.to(dtype) if dtype is not None and tensor.is_floating_point() else tensor


def save_weights(module: nn.Module, path: str | Path, dtype: torch.dtype = torch.bfloat16) -> None:
    """Write all tensors of a module; arguments and errors as for ``save_tensors``."""
    save_tensors(module.state_dict(), path, dtype)


def save_tensors(tensors: Mapping[str, Tensor], path: str | Path, dtype: torch.dtype = torch.bfloat16) -> None:
    """Write tensors by name, the file appearing whole or not at all.

    Args:
        dtype: Of floating-point tensors in the file; bfloat16 as released.

    Raises:
        OutputError: it can't be written.
    """
    target = Path(path)
    converted = {name: _converted(tensor.detach().cpu(), dtype).contiguous() for name, tensor in tensors.items()}
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=target.name, suffix=".part")
        os.close(handle)
    except OSError as error:
        raise OutputError(f"can't write here: {error.strerror}", str(target)) from error
    try:
        save_file(converted, temporary, metadata={"format": "pt"})
        os.replace(temporary, target)
    except (SafetensorError, OSError) as error:
        Path(temporary).unlink(missing_ok=True)
        raise OutputError(f"can't write the weights: {error}", str(target)) from error
