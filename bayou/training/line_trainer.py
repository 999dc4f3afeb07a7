"""The loop in which nano learns (torch). Knows steps, rates, checkpoints and averages; not what a batch is made of.

A stage is a feed (batches and their loss) and the parts that learn; how a model is judged is an argument too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from bayou.errors import BayouError
from bayou.model.line_vision import LineVision
from bayou.model.line_vlm import LineVLM
from bayou.training.checkpoint import load_state, save_state
from bayou.training.line_batches import LineLoss
from bayou.training.line_meter import LineMeter, operations
from bayou.training.optimizer import RelativeSteps, WeightAverage, adamw
from bayou.training.parallel import Ranks
from bayou.training.run_log import RunLog
from bayou.training.schedule import cosine_rate
from bayou.training.settings import LineRun, LineStage


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a model is worth: numbers by name, and a picture of some of its readings, uint8 RGB [H, W, 3]."""

    scores: dict[str, float]
    sheet: NDArray[np.uint8] | None = None


Judge = Callable[[LineVLM], Judgement]


class Feed(Protocol):
    """One rank's training data; batches have a length, their number of lines."""

    sources: Sequence[str]
    """Names that ``LineLoss.sources`` number."""

    def batches(self, step: int) -> Generator[Any, None, None]:
        """Batches from ``step`` on, the same whether or not the run was interrupted before it."""

    def loss(self, model: LineVLM, batch: Any) -> LineLoss:
        """The loss to lower."""


def learning_parts(model: LineVLM, stage: LineStage) -> dict[nn.Module, float]:
    """The parts that learn in a stage with their share of its learning rate; all others are frozen."""
    tower = model.vision_model.requires_grad_(False)
    ends: list[nn.Module] = [tower.neck, tower.head]
    upper: list[nn.Module] = [tower]
    if stage.still_blocks:
        assert isinstance(tower, LineVision)
        upper = [*tower.blocks[stage.still_blocks :], *ends]
    trained = {"decoder": [], "neck": ends, "tower": upper}
    parts: dict[nn.Module, float] = dict.fromkeys(trained[stage.learns], stage.tower_share)
    parts |= {model.projector: 1.0, model.language_model: 1.0}
    for part in parts:
        part.requires_grad_(True)
    return parts


class LineTrainer:
    """Trains the parameters of ``parts`` that take a gradient.

    Args:
        model: On the device of ``ranks`` already.
        parts: Each with its share of the learning rate, as ``learning_parts`` gives them.
        judge: Scores a model on validation lines; called on rank 0 with the averaged weights in place.
    """

    def __init__(
        self, run: LineRun, model: LineVLM, parts: Mapping[nn.Module, float], feed: Feed, ranks: Ranks, judge: Judge
    ) -> None:
        config, stage = run.config, run.stage
        self.config, self.stage, self.folder = config, stage, run.folder
        self.model, self.feed, self.ranks, self.judge = model, feed, ranks, judge
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.optimizer = adamw(parts, stage.learning_rate, config.betas, config.weight_decay)
        self._relative = RelativeSteps(self.parameters) if stage.relative_steps else None
        self.average = WeightAverage(self.parameters, config.average_decay)
        self.step = 0
        half = config.precision == "bf16" or (config.precision == "auto" and ranks.device.type == "cuda")
        self._autocast = torch.autocast(ranks.device.type, torch.bfloat16, enabled=half)
        self._checkpoint = run.folder / "checkpoint.pt"

    def resume(self) -> bool:
        """Go on from the run's checkpoint; False where there is none."""
        state = load_state(self._checkpoint)
        if state is None:
            return False
        self.step = state["step"]
        with torch.no_grad():
            for parameter, value in zip(self.parameters, state["parameters"], strict=True):
                parameter.copy_(value)
            for average, value in zip(self.average.values, state["average"], strict=True):
                average.copy_(value)
        self.optimizer.load_state_dict(state["optimizer"])
        self.average.updates = state["average_updates"]
        return True

    def save(self) -> None:
        """Write the checkpoint (rank 0; all ranks hold the same weights)."""
        if self.ranks.first:
            state = {
                "step": self.step,
                "parameters": [p.detach() for p in self.parameters],
                "optimizer": self.optimizer.state_dict(),
                "average": self.average.values,
                "average_updates": self.average.updates,
            }
            save_state(self._checkpoint, state)

    def run(self) -> bool:
        """Train to the last step, or for so many minutes; the model then holds the averaged weights.

        Returns:
            Whether the last step was reached.
        """
        end = time.monotonic() + 60 * self.config.minutes if self.config.minutes else float("inf")
        with (
            RunLog(self.folder / f"logs/rank{self.ranks.rank}") as log,
            closing(self.feed.batches(self.step)) as batches,
        ):
            meter = LineMeter(self.feed.sources)
            while self.step < self.stage.steps:
                batch = meter.waiting(batches)
                if meter.operations is None and self.ranks.device.type == "cuda":
                    meter.operations = operations(partial(self._loss, batch), self.parameters)
                loss, norm = self._learn(batch)
                meter.learned(loss, norm)
                at_end = self.step == self.stage.steps
                if self.step % self.config.log_every == 0:
                    log.write(self.step, {**meter.take(), **self._rates()})
                    at_end = at_end or self.ranks.any(time.monotonic() > end)
                if self.step % self.config.validate_every == 0 or self.step == self.stage.steps:
                    self._validate(log)
                    meter.restart()
                if at_end or self.step % self.config.checkpoint_every == 0:
                    self.save()
                    meter.restart()
                if at_end:
                    break
        self.average.swap()
        return self.step >= self.stage.steps

    def _rates(self) -> dict[str, float]:
        """The learning rate of each share that a part learns with."""
        shares = {group["share"]: group["lr"] for group in self.optimizer.param_groups}
        return {f"learning_rate/{share:g}": rate for share, rate in shares.items()}

    def _learn(self, batch: Any) -> tuple[LineLoss, float]:
        """One step; the loss, and the gradient's norm before it was clipped."""
        stage = self.stage
        rate = cosine_rate(self.step, stage.steps, stage.warmup_steps, stage.learning_rate, stage.final_learning_rate)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]
        self.optimizer.zero_grad(set_to_none=True)
        loss = self._loss(batch)
        loss.total.backward()
        self.ranks.average_gradients(self.parameters)
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, self.config.gradient_clip).item()
        if not np.isfinite(norm):
            raise BayouError(f"the gradient is {norm} at step {self.step}; lower learning_rate or look at the data")
        if self._relative is None:
            self.optimizer.step()
        else:
            self._relative.take(self.optimizer.step)
        self.average.update()
        self.step += 1
        return loss, norm

    def _loss(self, batch: Any) -> LineLoss:
        with self._autocast:
            return self.feed.loss(self.model, batch)

    def _validate(self, log: RunLog) -> None:
        if self.ranks.first:
            self.average.swap()
            self.model.eval()
            found = self.judge(self.model)
            log.write(self.step, found.scores)
            if found.sheet is not None:
                log.picture(self.step, "readings", found.sheet)
            self.model.train()
            self.average.swap()
        self.ranks.barrier()
