"""What steps say of themselves (torch): losses by source, rates, speed, waiting. Knows numbers; no model, no files.

Sums are over all processes; a row of the log is the mean of the steps since the row before.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from bayou.inputs.template import TOKENS_PER_TILE
from bayou.model.config import VLMConfig
from bayou.training.costs import Load, training
from bayou.training.gpus import peak_of
from bayou.training.packed_feed import StepData
from bayou.training.sharding import Group
from bayou.training.vlm_settings import Stage


@dataclass(slots=True)
class _Sums:
    """This process's, since the last row."""

    steps: int = 0
    norm: float = 0.0
    counts: dict[str, float] = field(default_factory=dict)
    losses: dict[str, float] = field(default_factory=dict)
    answers: dict[str, float] = field(default_factory=dict)


def _add(sums: dict[str, float], values: Mapping[str, float]) -> None:
    for name, value in values.items():
        sums[name] = sums.get(name, 0.0) + value


class StepMeter:
    """Gathers what steps did, for the log. All processes make the same calls.

    Args:
        shape: The member's, for the count of operations.
        stage: Which is learnt.
        group: The processes.
    """

    def __init__(self, shape: VLMConfig, stage: Stage, group: Group) -> None:
        self.shape, self.stage, self.group = shape, stage, group
        self.samples_of_step = 0
        self._sums, self._since, self._rates = _Sums(), time.perf_counter(), dict[str, float]()
        cuda = group.device.type == "cuda"
        self._peak = peak_of(torch.cuda.get_device_name(group.device)) if cuda else None

    def add(
        self, data: StepData, losses: Sequence[NDArray[np.float32]], norm: float, rates: Mapping[str, float]
    ) -> bool:
        """Take a step in; whether anything in it, on any process, is no number.

        Args:
            losses: Of each learnt token, by pack.
            norm: Of the gradient, the same on all processes.
        """
        sums = self._sums
        for pack, loss in zip(data.packs, losses, strict=True):
            lengths = np.diff(pack.bounds)[: len(pack.keys)].astype(np.float64)
            counts = {
                "loss": float((loss.astype(np.float64) * pack.weights).sum()),
                "weight": float(pack.weights.sum(dtype=np.float64)),
                "tokens": float(lengths.sum()),
                "squares": float((lengths**2).sum()),
                "answers": len(loss),
                "tiles": len(pack.image_places) // TOKENS_PER_TILE,
                "samples": len(pack.keys),
            }
            _add(sums.counts, counts)
            for source in set(pack.sources):
                chosen = loss[np.array([name == source for name in pack.sources])[pack.answer_documents]]
                _add(sums.losses, {source: float(chosen.sum(dtype=np.float64))})
                _add(sums.answers, {source: len(chosen)})
        _add(sums.counts, {"waited": data.waited})
        sums.steps, sums.norm, self._rates = sums.steps + 1, sums.norm + norm, dict(rates)
        broken = not all(np.isfinite(loss).all() for loss in losses)
        samples = sum(len(pack.keys) for pack in data.packs)
        breaks, all_samples = self.group.sum(torch.tensor([broken, samples], dtype=torch.float64)).tolist()
        self.samples_of_step = int(all_samples)
        return breaks > 0 or not math.isfinite(norm)

    def take(self) -> dict[str, float]:
        """The row of the log for the steps since the last one, and a new start."""
        sums, now = self._sums, time.perf_counter()
        self._sums, seconds, self._since = _Sums(), now - self._since, now
        counts, losses, answers = dict[str, float](), dict[str, float](), dict[str, float]()
        for found in self.group.gather((sums.counts, sums.losses, sums.answers)):
            for total, part in zip((counts, losses, answers), found, strict=True):
                _add(total, part)
        packs = sums.steps * self.stage.packs_a_step
        values = {
            "loss": counts["loss"] / counts["weight"],
            **{f"loss/{name}": losses[name] / answers[name] for name in sorted(answers)},
            **{f"rate/{part}": rate for part, rate in self._rates.items()},
            "gradient_norm": sums.norm / sums.steps,
            "seconds_a_step": seconds / sums.steps,
            "tokens_per_second": counts["tokens"] / seconds,
            "tiles_per_second": counts["tiles"] / seconds,
            "samples_per_second": counts["samples"] / seconds,
            "data_wait": counts["waited"] / self.group.world / seconds,
            "filled/tokens": counts["tokens"] / (packs * self.stage.tokens_a_pack),
            "filled/tiles": counts["tiles"] / (packs * self.stage.tiles_a_pack),
        }
        load = Load(counts["tokens"], counts["answers"], counts["tiles"], counts["squares"] / counts["tokens"])
        operations = sum(work.all for work in training(self.shape, load, self.stage.rates).values())
        values["teraflops_a_process"] = operations / seconds / self.group.world / 1e12
        if self._peak is not None:
            values["mfu"] = operations / seconds / self.group.world / self._peak
        return values

    def line(self, step: int, stage_step: int, values: Mapping[str, float]) -> str:
        """A row of the log for people."""
        speed = f"{values['tokens_per_second']:,.0f} tokens/s, {values['tiles_per_second']:.1f} tiles/s"
        mfu = f", MFU {values['mfu']:.1%}" if "mfu" in values else ""
        return (
            f"{self.stage.name} {stage_step}/{self.stage.steps} (step {step}): loss {values['loss']:.4f}, gradient "
            f"{values['gradient_norm']:.3f}, {speed}{mfu}, waiting for data {values['data_wait']:.1%}"
        )
