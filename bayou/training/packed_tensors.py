"""A packed sequence as the network takes it (torch). Knows devices; no samples, no loss."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bayou.model.language import Mask
from bayou.model.packed_attention import Documents, documents_mask
from bayou.model.vlm import PackedTensors
from bayou.training.packed_sequence import PackedSequence
from bayou.training.vlm_settings import EngineSettings


def tensors_of(pack: PackedSequence, device: torch.device) -> PackedTensors:
    """The arrays on a device; on their way while the processor goes on."""

    def moved(array: NDArray[np.generic]) -> Tensor:
        tensor = torch.from_numpy(array)
        return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor

    return PackedTensors(
        ids=moved(pack.ids),
        positions=moved(pack.positions),
        pixels=moved(pack.pixels),
        image_places=moved(pack.image_places),
        answer_places=moved(pack.answer_places),
        targets=moved(pack.targets),
    )


def mask_of(pack: PackedSequence, device: torch.device, engine: EngineSettings) -> Mask:
    """What keeps the documents apart: CUDA's kernel in bfloat16, a mask elsewhere."""
    bounds = torch.from_numpy(pack.bounds).to(device)
    if device.type != "cuda" or engine.precision != "bf16":
        return documents_mask(bounds, len(pack.ids))
    # A compiled layer is compiled for one longest document; any number above it does as well.
    longest = len(pack.ids) if engine.compile != "off" else int(np.diff(pack.bounds).max())
    return Documents(bounds, longest)
