"""transformers' InternVL of a member's shape, a training step as its trainer takes it (torch). Knows no timing.

As people run it: one sample a row, padded to the longest; weights in float32 under bfloat16 autocast, gradient
checkpointing, PyTorch's own attention, fused AdamW, gradients clipped at 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from transformers import AutoConfig, AutoModelForImageTextToText

from bayou.export.to_transformers import their_config
from bayou.inputs.processor import IGNORED_LABEL, TrainingSample
from bayou.model.config import VLMConfig

PADDING_ID = 0


def rival_step(shape: VLMConfig, samples: Sequence[TrainingSample], device: torch.device) -> Callable[[], object]:
    """A step of transformers on these samples."""
    values = their_config(shape)
    config = AutoConfig.for_model(values.pop("model_type"), **values)
    with torch.device(device):
        model = AutoModelForImageTextToText.from_config(config, attn_implementation="sdpa", dtype=torch.float32)
    model.train()
    model.gradient_checkpointing_enable({"use_reentrant": False})
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, weight_decay=0.05, fused=True)
    longest = max(len(sample.labels) for sample in samples)
    shown = torch.zeros(len(samples), longest, dtype=torch.long)
    ids, labels = torch.full_like(shown, PADDING_ID), torch.full_like(shown, IGNORED_LABEL)
    for number, sample in enumerate(samples):
        length = len(sample.labels)
        shown[number, :length] = 1
        ids[number, :length] = torch.from_numpy(sample.inputs.ids)
        labels[number, :length] = torch.from_numpy(sample.labels)
    pixels = torch.cat([torch.from_numpy(sample.inputs.pixels) for sample in samples])

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            loss = model(
                input_ids=ids.to(device),
                attention_mask=shown.to(device),
                pixel_values=pixels.to(device),
                labels=labels.to(device),
            ).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    return step
