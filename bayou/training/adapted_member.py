"""A square-tile member of which a little learns (torch): which parameters, where they begin, how they are written.

Knows adapters and folders; no data and no loop. Without adapters the chosen parts learn whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

import torch
from torch import Tensor, nn

from bayou.model.config import VLMConfig
from bayou.model.vlm import MississippiVLM
from bayou.model.weights import load_model
from bayou.training.adapters import AdapterSettings, adapters, add_adapters, merged_state, save_adapters
from bayou.training.costs import Adapted
from bayou.training.member_folder import write_member
from bayou.training.vlm_settings import VLMTrainingConfig


@dataclass(frozen=True, slots=True)
class AdaptedMember:
    """What of a member learns, and how.

    Attributes:
        shape: The member's.
        config: The run's settings; its rates say which parts learn, its ``start`` where they begin.
        adapter: Of the adapters; None where the parts learn whole.
        base: Name or path of the model that adapters are for.
    """

    shape: VLMConfig
    config: VLMTrainingConfig
    adapter: AdapterSettings | None
    base: str

    def network(self) -> MississippiVLM:
        """On the meta device, gradients only where something learns."""
        with torch.device("meta"):
            return self._adapted(MississippiVLM(self.shape))

    def _adapted(self, model: MississippiVLM) -> MississippiVLM:
        model.requires_grad_(False)
        rates = self.config.stages[0].rates
        # The output matrix has a row for each token: low-rank changes of it are large and teach little.
        decoder = model.language_model if self.adapter is None else model.language_model.model
        parts: dict[str, nn.Module] = {"vision": model.vision_model, "projector": model.mlp1, "language": decoder}
        learning = [part for name, part in parts.items() if rates[name] > 0]
        if self.adapter is not None:
            add_adapters(learning, self.adapter)
        else:
            for part in learning:
                part.requires_grad_(True)
        return model

    def frozen(self) -> frozenset[str]:
        """Names of parameters that don't learn."""
        return frozenset(name for name, value in self.network().named_parameters() if not value.requires_grad)

    def start(self) -> Mapping[str, Tensor]:
        """All tensors to begin with, by name: the folder's, and adapters that stand for nothing yet.

        Raises:
            ModelError: The folder's weights are not this member's.
        """
        assert self.config.start is not None
        model = load_model(self.config.start)
        torch.manual_seed(self.config.seed)
        return self._adapted(model).state_dict()

    @torch.no_grad()
    def write(self, folder: Path, weights: Mapping[str, Tensor]) -> None:
        """Write the merged member to ``folder``, and its adapters beside that, to ``adapter``.

        Raises:
            OutputError: The folder can't be written.
        """
        model = self.network()
        model.load_state_dict(weights, assign=True)
        if self.adapter is not None:
            save_adapters(model, self.adapter, folder.parent / "adapter", self.base)
        write_member(folder, merged_state(model), self.shape, self.config)

    def counted(self) -> Adapted | None:
        """What adapters add to a plan; None where there are none."""
        if self.adapter is None:
            return None
        model, sizes = self.network(), Counter[str]()
        for name, module, _ in adapters(model):
            # vision_model.encoder.layers.3.mlp.fc1 counts to layer 3
            head, _, tail = name.partition(".layers.")
            sizes[f"{head}.{tail.partition('.')[0]}"] += prod(_size(module))
        learnt = sum(value.numel() for value in model.parameters() if value.requires_grad)
        return Adapted(learnt, sum(sizes.values()), max(sizes.values()))


def _size(module: nn.Module) -> tuple[int, ...]:
    weight = module.weight
    assert isinstance(weight, Tensor)
    return tuple(weight.shape)
