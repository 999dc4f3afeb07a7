"""The loop in which square-tile members learn (torch). Knows stages, steps and rates; not where samples lie.

A step: every process takes its lanes' packs, adds up their gradients, all of them average, the optimiser moves. What a
step learns from depends on its number alone; so a run that was stopped goes on as if it had not been, on as many
processes as there are then.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, distributed
from torch.distributed.checkpoint.state_dict import get_model_state_dict, get_state_dict, set_state_dict
from torch.distributed.tensor import DTensor

from bayou import config as settings_files
from bayou.data.packing import LanePosition
from bayou.data.sample import Sample
from bayou.errors import BayouError, UsageError
from bayou.inputs.processor import Processor
from bayou.model.vlm import MississippiVLM
from bayou.training.optimizer import adamw
from bayou.training.packed_feed import OpenStream, PackedFeed, StepData
from bayou.training.packed_sequence import PackedSequence
from bayou.training.packed_tensors import mask_of, tensors_of
from bayou.training.predictions import Prediction, prediction_sheet, write_answer
from bayou.training.run_log import RunLog
from bayou.training.schedule import cosine_rate
from bayou.training.sharded_checkpoint import Checkpoints
from bayou.training.sharding import Group, give_weights, lost_ranks_named, set_recomputing, share_out, whole_weights
from bayou.training.step_meter import StepMeter
from bayou.training.vlm_settings import Stage, VLMTrainingConfig, check_settings, what_decides

SETTINGS_FILE = "settings.json"
PREDICTED = 4
"""Samples of a stage whose answers are written down."""


@dataclass(frozen=True, eq=False, slots=True)
class Trainee:
    """What is to learn.

    Attributes:
        model: The network, best on the meta device.
        processor: Its gate from samples to arrays.
        start: Makes all weights of ``model`` by name; called on the first process, where no checkpoint is there yet.
        write: Writes weights as a folder to use; called on the first process after each stage.
        frozen: Names of parameters that no stage changes.
    """

    model: MississippiVLM
    processor: Processor
    start: Callable[[], Mapping[str, Tensor]]
    write: Callable[[Path, Mapping[str, Tensor]], None]
    frozen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: what a checkpoint says beside the weights.

    Attributes:
        stage: Number of the stage.
        stage_step: Steps done in it.
        step: Steps done in all.
        samples: Samples learnt from in all.
        lanes: Where each lane stands, [start, taken, left out] by its number.
    """

    stage: int = 0
    stage_step: int = 0
    step: int = 0
    samples: int = 0
    lanes: Mapping[int, LanePosition] = field(default_factory=dict)

    def notes(self) -> dict[str, Any]:
        """As JSON has it."""
        lanes = {str(number): [lane.start, list(lane.taken), lane.left_out] for number, lane in self.lanes.items()}
        return dataclasses.asdict(replace(self, lanes={})) | {"lanes": lanes}

    @classmethod
    def from_notes(cls, notes: Mapping[str, Any]) -> Progress:
        lanes = {
            int(number): LanePosition(start, tuple(taken), left)
            for number, (start, taken, left) in notes["lanes"].items()
        }
        return cls(notes["stage"], notes["stage_step"], notes["step"], notes["samples"], lanes)


class VLMTrainer:
    """Runs a member's stages.

    Args:
        config: The run's settings.
        trainee: What learns; its model is shared out here.
        open_stream: Opens a stage's samples.
        group: The processes.
        say: Told, on the first process, what a user should know.
    """

    def __init__(
        self,
        config: VLMTrainingConfig,
        trainee: Trainee,
        open_stream: OpenStream,
        group: Group,
        say: Callable[[str], None],
    ) -> None:
        check_settings(config, group.world)
        self.config, self.trainee, self.open_stream, self.group = config, trainee, open_stream, group
        self.say = say if group.first else lambda _: None
        self.model = trainee.model
        self.progress = Progress()
        self._claim_folder()
        share_out(self.model, group, config.engine)
        self.checkpoints = Checkpoints(config.output / "checkpoints", group, config.checkpoints_kept, self.say)
        self._optimizer: torch.optim.AdamW | None = None
        self._found = self.checkpoints.newest()
        if self._found is None:
            give_weights(self.model, trainee.start() if group.first else {}, group)

    @property
    def stage(self) -> Stage:
        return self.config.stages[self.progress.stage]

    def run(self) -> None:
        """Learn to the end of the last stage, from the newest whole checkpoint on.

        Raises:
            BayouError: A loss or gradient is no number, or a process was lost; checkpoints stay.
            InputError: A shard is damaged or gone.
            OutputError: A checkpoint or folder can't be written.
        """
        with ExitStack() as stack, lost_ranks_named("while training"):
            log = None
            if self.group.first:
                log = stack.enter_context(RunLog(self.config.output / "logs" / "rank0"))
            self._resume()
            while self.progress.stage < len(self.config.stages):
                self._run_stage(log)
            self.checkpoints.wait()

    def _run_stage(self, log: RunLog | None) -> None:
        stage, config = self.stage, self.config
        if self._optimizer is None:
            self._begin_stage()
        meter = StepMeter(self.trainee.processor.config, stage, self.group)
        share = (self.group.rank, self.group.world)
        with PackedFeed(
            config, self.progress.stage, self.trainee.processor, self.open_stream, share, self._left_out
        ) as feed:
            steps = feed.steps(self.progress.lanes)
            while self.progress.stage_step < stage.steps:
                self._learn(next(steps), meter)
                step, ended = self.progress.step, self.progress.stage_step == stage.steps
                if step % config.log_every == 0 or ended:
                    values = meter.take()
                    if log is not None:
                        log.write(step, values)
                        self.say(meter.line(step, self.progress.stage_step, values))
                if config.predict_every and step % config.predict_every == 0:
                    self._predict(log)
                if step % config.checkpoint_every == 0 and not ended:
                    self._save()
        self._end_stage()

    def _learn(self, data: StepData, meter: StepMeter) -> None:
        """One step: gradients of all packs, then the optimiser, unless something is no number."""
        optimizer = self._optimizer
        assert optimizer is not None
        rates = self._set_rates(optimizer)
        optimizer.zero_grad(set_to_none=True)
        # The mean is over every answer of the step, wherever it is; averaging over processes divides once more.
        whole = self.group.sum(torch.tensor(sum(float(pack.weights.sum()) for pack in data.packs)))
        losses = []
        for number, pack in zip(data.numbers, data.packs, strict=True):
            self._seed(number)
            found, weights = self._losses(pack)
            ((found * weights).sum() * (self.group.world / whole.item())).backward()
            losses.append(found.detach())
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        norm = torch.nn.utils.clip_grad_norm_(parameters, self.config.gradient_clip)
        norm = norm.full_tensor() if isinstance(norm, DTensor) else norm
        found_losses = [loss.float().cpu().numpy() for loss in losses]
        broken = meter.add(data, found_losses, norm.item(), rates)
        if broken:
            raise self._no_number(data, found_losses, norm.item())
        optimizer.step()
        done = self.progress
        self.progress = Progress(
            done.stage, done.stage_step + 1, done.step + 1, done.samples + meter.samples_of_step, self._positions(data)
        )

    def _predict(self, log: RunLog | None) -> None:
        """Write down what the model makes of the stage's first samples."""
        stream = self.open_stream(self.stage, self.progress.stage)
        made = []
        for sample in map(stream.sample, range(PREDICTED)):
            written = write_answer(
                self.model, self.trainee.processor, sample, self.stage, lambda token: self.group.gather(token)[0]
            )
            made.append(Prediction(sample, written))
        if log is not None:
            log.picture(self.progress.step, "predictions", prediction_sheet(made))

    def _losses(self, pack: PackedSequence) -> tuple[Tensor, Tensor]:
        """Loss and weight of each learnt token [A]."""
        device = self.group.device
        mask = mask_of(pack, device, self.config.engine)
        losses = self.model.answer_losses(tensors_of(pack, device), mask, self.config.engine.loss_rows)
        return losses, torch.from_numpy(pack.weights).to(device)

    def _seed(self, number: int) -> None:
        """Whatever is random in a pack's pass depends on the pack alone: no random state has to be kept."""
        sequence = np.random.SeedSequence([self.config.seed, self.progress.step, number])
        torch.manual_seed(int(sequence.generate_state(1)[0]))

    def _set_rates(self, optimizer: torch.optim.AdamW) -> dict[str, float]:
        stage, done = self.stage, self.progress.stage_step
        warmup = round(stage.warmup * stage.steps)
        share = cosine_rate(done, stage.steps, warmup, 1.0, stage.final)
        for group in optimizer.param_groups:
            group["lr"] = share * group["share"]
        return {part: share * rate for part, rate in stage.rates.items() if rate}

    def _positions(self, data: StepData) -> dict[int, LanePosition]:
        """Where all lanes stand, those of other processes too."""
        return {number: lane for mine in self.group.gather(dict(data.positions)) for number, lane in mine.items()}

    def _no_number(self, data: StepData, losses: list[np.ndarray], norm: float) -> BayouError:
        bad = [pack for pack, loss in zip(data.packs, losses, strict=True) if not np.isfinite(loss).all()]
        names = [f"{source}/{key}" for pack in bad for source, key in zip(pack.sources, pack.keys, strict=True)]
        where = f"in a sequence of {', '.join(names)}" if names else f"here none; the gradient's norm is {norm}"
        return BayouError(
            f"the loss is no number at step {self.progress.step + 1} (stage {self.stage.name}), {where}. The step "
            "changed nothing and checkpoints stay: look at these samples or lower the rates, and run the command again"
        )

    def _begin_stage(self) -> None:
        """Freeze what the stage leaves alone, and give the rest an optimiser."""
        model, rates = self.model, self.stage.rates
        parts = {"vision": model.vision_model, "projector": model.mlp1, "language": model.language_model}
        prefixes = {"vision": "vision_model.", "projector": "mlp1.", "language": "language_model."}
        for part, module in parts.items():
            for name, parameter in module.named_parameters():
                parameter.requires_grad_(rates[part] > 0 and prefixes[part] + name not in self.trainee.frozen)
        shares = {parts[part]: rate for part, rate in rates.items()}
        self._optimizer = adamw(shares, 1.0, self.config.betas, self.config.weight_decay)
        set_recomputing(model, self.config.engine.recompute, rates)

    def _end_stage(self) -> None:
        stages, number = self.config.stages, self.progress.stage
        last = number + 1 == len(stages)
        folder = self.config.output / ("model" if last else f"stages/{stages[number].name}")
        weights = whole_weights(self.model)
        if self.group.first:
            self.trainee.write(folder, weights)
            self.say(f"stage {stages[number].name} is done: {folder}")
        self._optimizer = None
        self.progress = replace(self.progress, stage=number + 1, stage_step=0, lanes={})
        self._save()

    def _state(self) -> dict[str, Any]:
        if self._optimizer is None:
            return {"model": get_model_state_dict(self.model)}
        model, optimizer = get_state_dict(self.model, self._optimizer)
        return {"model": model, "optimizer": optimizer}

    def _save(self) -> None:
        self.checkpoints.save(self.progress.step, self._state(), self.progress.notes())

    def _resume(self) -> None:
        if self._found is None:
            return
        folder, notes = self._found
        self.progress = Progress.from_notes(notes)
        if self.progress.stage_step:
            self._begin_stage()
        state = self._state()
        self.checkpoints.load(folder, state)
        optimizers = [] if self._optimizer is None else [self._optimizer]
        set_state_dict(
            self.model, optimizers, model_state_dict=state["model"], optim_state_dict=state.get("optimizer", {})
        )
        self.say(f"going on from {folder}")

    def _left_out(self, sample: Sample, why: str) -> None:
        path = self.config.output / "logs" / f"left-out-{self.group.rank}.jsonl"
        row = json.dumps({"source": sample.source, "key": sample.key, "why": why}, ensure_ascii=False)
        with path.open("a", encoding="utf-8") as file:
            file.write(row + "\n")

    def _claim_folder(self) -> None:
        """Keep the settings in the run's folder, or hold them against those that the run there was begun with."""
        output = self.config.output
        path = output / SETTINGS_FILE
        if path.exists():
            earlier = what_decides(settings_files.load(VLMTrainingConfig, path))
            wrong = [name for name, value in what_decides(self.config).items() if earlier.get(name, value) != value]
            if wrong:
                raise UsageError(
                    f"the run here was begun with {wrong[0]}={earlier[wrong[0]]}; take another output", str(output)
                )
        distributed.barrier()
        (output / "logs").mkdir(parents=True, exist_ok=True)
        if self.group.first:
            settings_files.save(self.config, path)
