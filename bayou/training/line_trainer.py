"""nano's first stage (torch): projector and decoder learn from what the frozen tower makes of many lines.

The loop itself. Where lines come from, how they are drafted and how a model is judged are arguments.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from bayou.errors import BayouError
from bayou.model.line_vlm import LineVLM
from bayou.training.checkpoint import load_state, save_state
from bayou.training.line_batches import IGNORED, LineBatch, epoch_of_batches, make_batch
from bayou.training.line_features import DraftedLine
from bayou.training.optimizer import WeightAverage, adamw
from bayou.training.parallel import Ranks
from bayou.training.run_log import RunLog
from bayou.training.schedule import cosine_rate
from bayou.training.settings import LineTrainingConfig

Judge = Callable[[LineVLM], dict[str, float]]
_NOISE_STREAM = 1  # keeps the draws of noise apart from those of the order


def text_loss(model: LineVLM, batch: LineBatch) -> Tensor:
    """Mean cross-entropy over the characters of the text, its end included."""
    logits = model(batch.statistics, batch.draft_ids, batch.draft_lengths, batch.text_ids)
    return functional.cross_entropy(logits.flatten(0, 1), batch.labels.flatten(), ignore_index=IGNORED)


class LineTrainer:
    """Trains all of ``model`` but its tower.

    Args:
        lines: This rank's share of the drafted lines.
        judge: Scores a model on validation lines; called on rank 0 with the averaged weights in place.
    """

    def __init__(
        self, config: LineTrainingConfig, model: LineVLM, lines: Sequence[DraftedLine], ranks: Ranks, judge: Judge
    ) -> None:
        self.config, self.model, self.lines, self.ranks, self.judge = config, model, lines, ranks, judge
        model.vision_model.requires_grad_(False)
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.optimizer = adamw(model, config.learning_rate, config.betas, config.weight_decay)
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

    def batches(self) -> Iterator[LineBatch]:
        """This rank's batches from ``self.step`` on, the same whether or not the run was interrupted."""
        config, rank = self.config, self.ranks.rank
        lengths = [len(line.draft_ids) + len(line.text_ids) for line in self.lines]
        an_epoch = math.ceil(len(self.lines) / config.lines_a_batch)
        vocabulary = self.model.config.language.vocab_size
        first_epoch, skipped = divmod(self.step, an_epoch)
        step = self.step
        for epoch in range(first_epoch, math.ceil(config.steps / an_epoch)):
            order = epoch_of_batches(lengths, config.lines_a_batch, np.random.default_rng([config.seed, rank, epoch]))
            for indices in list(order)[skipped:]:
                rng = np.random.default_rng([config.seed, rank, step, _NOISE_STREAM])
                yield make_batch([self.lines[i] for i in indices], config.draft_noise, rng, vocabulary)
                step += 1
            skipped = 0

    def run(self) -> None:
        """Train to the last step; the model then holds the averaged weights."""
        config = self.config
        with RunLog(config.output / f"logs/rank{self.ranks.rank}") as log:
            losses: list[float] = []
            since, lines_seen = time.perf_counter(), 0
            for batch in self.batches():
                if self.step >= config.steps:
                    break
                losses.append(self._learn(batch))
                lines_seen += len(batch.draft_ids)
                if self.step % config.log_every == 0:
                    now = time.perf_counter()
                    rate = self.optimizer.param_groups[0]["lr"]
                    values = {"loss": float(np.mean(losses)), "lines_per_second": lines_seen / (now - since)}
                    log.write(self.step, {**values, "learning_rate": rate})
                    losses, since, lines_seen = [], now, 0
                if self.step % config.validate_every == 0 or self.step == config.steps:
                    self._validate(log)
                    since = time.perf_counter()
                if self.step % config.checkpoint_every == 0 or self.step == config.steps:
                    self.save()
        self.average.swap()

    def _learn(self, batch: LineBatch) -> float:
        config = self.config
        rate = cosine_rate(
            self.step, config.steps, config.warmup_steps, config.learning_rate, config.final_learning_rate
        )
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad(set_to_none=True)
        loss = text_loss(self.model, batch)
        loss.backward()  # type: ignore[no-untyped-call]
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
