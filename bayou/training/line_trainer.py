"""The loop in which nano learns (torch). Knows steps, rates, checkpoints and averages; not what a batch is made of.

A stage is a feed (batches and their loss) and the parts that train; how a model is judged is an argument too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from bayou.errors import BayouError
from bayou.model.line_vlm import LineVLM
from bayou.training.checkpoint import load_state, save_state
from bayou.training.optimizer import WeightAverage, adamw
from bayou.training.parallel import Ranks
from bayou.training.run_log import RunLog
from bayou.training.schedule import cosine_rate
from bayou.training.settings import LineTrainingConfig

Judge = Callable[[LineVLM], dict[str, float]]


class Feed(Protocol):
    """One rank's training data."""

    def batches(self, step: int) -> Iterator[Any]:
        """Batches from ``step`` on, the same whether or not the run was interrupted before it."""

    def loss(self, model: LineVLM, batch: Any) -> Tensor:
        """The loss to lower, a scalar."""

    def size(self, batch: Any) -> int:
        """Lines in a batch."""


class LineTrainer:
    """Trains projector and decoder, and the tower too where the config gives it a learning rate.

    Args:
        judge: Scores a model on validation lines; called on rank 0 with the averaged weights in place.
    """

    def __init__(self, config: LineTrainingConfig, model: LineVLM, feed: Feed, ranks: Ranks, judge: Judge) -> None:
        self.config, self.model, self.feed, self.ranks, self.judge = config, model, feed, ranks, judge
        tower = model.vision_model.requires_grad_(False)
        trained: list[nn.Module] = [tower.neck, tower.head] if config.tower_part == "neck" else [tower]
        shares: dict[nn.Module, float] = dict.fromkeys(trained if config.tower_share else [], config.tower_share)
        for part in shares:
            part.requires_grad_(True)
        shares |= {model.projector: 1.0, model.language_model: 1.0}
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.optimizer = adamw(shares, config.learning_rate, config.betas, config.weight_decay)
        self.average = WeightAverage(self.parameters, config.average_decay)
        self.step = 0
        self._checkpoint = config.output / "checkpoint.pt"

    def resume(self) -> bool:
        """Go on from the run's checkpoint; False where there is none."""
        state = load_state(self._checkpoint)
        if state is None:
            return False
        self.step = state["step"]
        with torch.no_grad():
            for parameter, value in zip(self.parameters, state["parameters"], strict=True):
                parameter.copy_(value)
        self.optimizer.load_state_dict(state["optimizer"])
        self.average.values, self.average.updates = state["average"], state["average_updates"]
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

    def run(self) -> None:
        """Train to the last step; the model then holds the averaged weights."""
        config = self.config
        with RunLog(config.output / f"logs/rank{self.ranks.rank}") as log:
            losses: list[float] = []
            since, lines_seen = time.perf_counter(), 0
            for batch in self.feed.batches(self.step):
                if self.step >= config.steps:
                    break
                losses.append(self._learn(batch))
                lines_seen += self.feed.size(batch)
                if self.step % config.log_every == 0:
                    now = time.perf_counter()
                    rate = max(group["lr"] for group in self.optimizer.param_groups)
                    values = {"loss": float(np.mean(losses)), "lines_per_second": lines_seen / (now - since)}
                    log.write(self.step, {**values, "learning_rate": rate})
                    losses, since, lines_seen = [], now, 0
                if self.step % config.validate_every == 0 or self.step == config.steps:
                    self._validate(log)
                    since = time.perf_counter()
                if self.step % config.checkpoint_every == 0 or self.step == config.steps:
                    self.save()
        self.average.swap()

    def _learn(self, batch: Any) -> float:
        config = self.config
        rate = cosine_rate(
            self.step, config.steps, config.warmup_steps, config.learning_rate, config.final_learning_rate
        )
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.feed.loss(self.model, batch)
        loss.backward()
        self.ranks.average_gradients(self.parameters)
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, config.gradient_clip)
        if not torch.isfinite(norm):
            raise BayouError(
                f"the gradient is {norm.item()} at step {self.step}; lower learning_rate or look at the data"
            )
        self.optimizer.step()
        self.average.update()
        self.step += 1
        return loss.item()

    def _validate(self, log: RunLog) -> None:
        if self.ranks.first:
            self.average.swap()
            self.model.eval()
            log.write(self.step, self.judge(self.model))
            self.model.train()
            self.average.swap()
        self.ranks.barrier()
