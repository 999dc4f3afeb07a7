"""Teaches a member with square tiles a user's conversations (needs torch): from a JSON file to a folder to use at once.

It is the members' own training, with one stage and a stream of the user's samples. Nothing is saved whose loss on the
samples held out is no lower than before, unless told to.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from bayou.data.held_out import held_out_names
from bayou.data.packing import Stream
from bayou.data.sample import Sample
from bayou.errors import BayouError, InputError, LimitError, UsageError
from bayou.inputs.processor import Processor
from bayou.inputs.template import TOKENS_PER_TILE
from bayou.model.family import member
from bayou.model.weights import WEIGHTS_FILE, load_model
from bayou.reading.tasks import reading_prompt
from bayou.recipes.finetune_folder import SAVED, claim_run, move_in
from bayou.recipes.finetune_settings import TileFinetuneSettings
from bayou.recipes.given_samples import given_samples
from bayou.training.adapted_member import AdaptedMember
from bayou.training.adapters import AdapterSettings
from bayou.training.member_shape import member_config, read_tokenizer
from bayou.training.packed_sequence import join_samples
from bayou.training.packed_tensors import mask_of, tensors_of
from bayou.training.parallel import find_device
from bayou.training.sharding import joined_group
from bayou.training.vlm_plan import plan_text
from bayou.training.vlm_settings import EngineSettings, ExpectedSample, PlanSettings, Stage, VLMTrainingConfig
from bayou.training.vlm_trainer import Trainee, VLMTrainer

LONGEST = 8192
"""Tokens of a sample at most, visual ones included: the family's places."""

_FEWEST = 4
_LOOK_AHEAD = 48
_SHOWN = 5

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Measured:
    """Samples to learn from: how many, their mean tokens (visual ones included) and tiles, the longest's tokens."""

    count: int
    tokens: float
    tiles: float
    longest: int


PLANNED = _Measured(160, 7 * TOKENS_PER_TILE + 600, 7, LONGEST)
"""What a plan counts with where no data are given: pages full of text."""


@dataclass(frozen=True, slots=True)
class LossOutcome:
    """Mean loss of the tokens of the held-out answers, weighted as in training, and how many samples these are."""

    held_out: int
    before: float
    after: float


@dataclass(frozen=True, eq=False, slots=True)
class Shuffled:
    """A user's samples as an endless stream, in another order each time they are gone through."""

    samples: Sequence[Sample]
    seed: int

    def sample(self, number: int) -> Sample:
        """Sample ``number`` of the stream."""
        time, place = divmod(number, len(self.samples))
        order = np.random.default_rng([self.seed, time]).permutation(len(self.samples))
        return self.samples[int(order[place])]


def finetune_tiles(
    model: str, folder: Path, data: Path, output: Path, settings: TileFinetuneSettings, force: bool, say: Say
) -> LossOutcome | None:
    """Teach a member what ``data`` says; ``output`` is then a folder for ``bayou read`` and ``bayou ask --model``.

    Args:
        model: What the user calls it.
        folder: Of the member to begin with.
        data: As ``bayou.recipes.given_samples`` says.
        output: Of the new model; its run is kept in ``run/`` there, and the same call goes on with it.
        force: Save it even where its loss is no lower.
        say: Told what goes on.

    Returns:
        Before and after; None where this very call was finished earlier.

    Raises:
        InputError: The data can't be used.
        UsageError: Settings that can't be.
        BayouError: It became worse, and isn't saved.
    """
    _check(settings)
    run = output / "run"
    begun = _config(run, folder, settings, PLANNED)
    shape = member_config(begun)
    processor = Processor(shape, read_tokenizer(begun))
    learned, held_out, measured = _samples(data, model, processor, settings, say)
    config = _config(run, folder, settings, measured)
    claim_run(run, settings, data, folder / WEIGHTS_FILE)
    if (output / SAVED).exists():
        say(f"this was finished earlier: {output}")
        return None
    judge = _Judge(processor, held_out, settings)
    before = judge.loss(folder)
    say(f"before: loss {before:.4f} on {len(held_out)} samples held out")
    config = _for_device(config, settings)
    _learn(config, AdaptedMember(shape, config, _adapter(settings), model), processor, learned, say)
    outcome = LossOutcome(len(held_out), before, judge.loss(run / "model"))
    say(f"after:  loss {outcome.after:.4f}")
    if not outcome.after < outcome.before and not force:
        why = "the loss on what was held out is no lower than before"
        raise BayouError(f"not saved: {why}; --force saves it all the same", str(output))
    move_in(run / "model", output, outcome)
    return outcome


def plan_tiles(model: str, folder: Path | None, data: Path | None, settings: TileFinetuneSettings) -> str:
    """What fine-tuning would need and take on one GPU; ``folder`` None: a member by name, which needn't be here.

    Raises:
        InputError: The data can't be used.
        UsageError: Settings that can't be, or no such GPU.
    """
    _check(settings)
    config = _config(Path("run"), folder, settings, PLANNED)
    shape = member(model) if folder is None else member_config(config)
    about = f"without --data: {PLANNED.count} full pages to learn from"
    if data is not None:
        if folder is None:
            raise UsageError(f"data are counted with the tokenizer: `bayou pull {model}` first, or plan without --data")
        said: list[str] = []
        processor = Processor(shape, read_tokenizer(config))
        _, _, measured = _samples(data, model, processor, settings, said.append)
        config = _config(Path("run"), folder, settings, measured)
        about = "; ".join(said)
    adapted = AdaptedMember(shape, config, _adapter(settings), model).counted()
    return f"{about}\n{plan_text(config, shape, adapted)}"


def _check(settings: TileFinetuneSettings) -> None:
    if not 0 < settings.held_out < 1:
        raise UsageError("held_out lies between 0 and 1")
    if min(settings.rank, settings.epochs, settings.samples_a_step, settings.max_tiles) < 1:
        raise UsageError("rank, epochs, samples_a_step and max_tiles are at least 1")
    if settings.alpha <= 0 or (settings.learning_rate is not None and settings.learning_rate <= 0):
        raise UsageError("alpha and learning_rate are above 0")


def _adapter(settings: TileFinetuneSettings) -> AdapterSettings | None:
    if settings.method == "full":
        return None
    return AdapterSettings(settings.rank, settings.alpha, settings.method == "dora")


def _samples(
    data: Path, model: str, processor: Processor, settings: TileFinetuneSettings, say: Say
) -> tuple[list[Sample], list[Sample], _Measured]:
    """Samples to learn from, those held out, and the measure of the first; the too long ones are left out."""
    question = reading_prompt(model, processor.config.use_msac)
    fit, sizes, long = list[Sample](), dict[str, tuple[int, int]](), list[str]()
    for sample in given_samples(data, question):
        try:
            size = processor.measure(sample.messages, settings.max_tiles)
        except (InputError, LimitError) as error:
            raise InputError(f"{sample.key}: {error.message}", str(data)) from error
        if size.tokens > LONGEST:
            long.append(sample.key)
            continue
        fit.append(sample)
        sizes[sample.key] = (size.tokens, size.tiles)
    if long:
        shown = ", ".join(long[:_SHOWN])
        say(f"{len(long)} samples left out, longer than {LONGEST} tokens: {shown}; max_tiles=… makes them shorter")
    if len(fit) < _FEWEST:
        raise InputError(f"only {len(fit)} samples to learn from; {_FEWEST} are the fewest", str(data))
    kept = _held_out(fit, settings)
    learned = [sample for sample in fit if sample.key not in kept]
    if not learned:
        raise InputError("all samples are about one picture: none is left to learn from", str(data))
    say(f"{len(learned)} samples to learn from, {len(kept)} held out")
    tokens, tiles = zip(*(sizes[sample.key] for sample in learned), strict=True)
    measured = _Measured(len(learned), sum(tokens) / len(learned), sum(tiles) / len(learned), max(tokens))
    return learned, [sample for sample in fit if sample.key in kept], measured


def _held_out(samples: Sequence[Sample], settings: TileFinetuneSettings) -> set[str]:
    """Keys of the samples to judge by. Those about one picture stay together, unless there are too few pictures."""
    names = {sample.key: _pictured(sample) for sample in samples}
    if len(set(names.values())) * settings.held_out < 1:
        names = {key: key for key in names}
    kept = held_out_names(names.values(), settings.held_out, settings.seed)
    return {key for key, name in names.items() if name in kept}


def _pictured(sample: Sample) -> str:
    """A name for what the sample shows, the same for samples about the same pictures."""
    pictures = [part.source for message in sample.messages for part in message.images]
    if not pictures:
        return sample.key
    return hashlib.sha256(b"".join(one for one in pictures if isinstance(one, bytes))).hexdigest()


def _config(run: Path, folder: Path | None, settings: TileFinetuneSettings, measured: _Measured) -> VLMTrainingConfig:
    """The run's settings for the samples to learn from."""
    # A pack holds the longest sample, and packs of a step about as many samples as asked for.
    wanted = settings.samples_a_step * measured.tokens
    tokens = min(LONGEST, max(measured.longest, TOKENS_PER_TILE, math.ceil(wanted)))
    packs = max(1, round(wanted / tokens))
    steps = math.ceil(settings.epochs * measured.count / (packs * tokens / measured.tokens))
    rate = settings.learning_rate or (2e-5 if settings.method == "full" else 2e-4)
    text = measured.tokens - TOKENS_PER_TILE * measured.tiles
    stage = Stage(
        "finetune",
        steps,
        vision=rate if settings.vision else 0.0,
        projector=rate if settings.projector else 0.0,
        language=rate,
        tokens_a_pack=tokens,
        tiles_a_pack=max(1, tokens // TOKENS_PER_TILE),
        packs_a_step=packs,
        max_tiles=settings.max_tiles,
        expect=ExpectedSample(round(measured.tiles, 2), round(text, 1), text),
    )
    return VLMTrainingConfig(
        output=run,
        start=folder,
        stages=(stage,),
        seed=settings.seed,
        lanes=1,
        look_ahead=min(_LOOK_AHEAD, measured.count),
        answer_exponent=settings.answer_exponent,
        weight_decay=settings.weight_decay,
        checkpoint_every=max(1, steps // 4),
        checkpoints_kept=1,
        log_every=max(1, min(10, steps // 20)),
        predict_every=steps,
        engine=EngineSettings(
            device=settings.device,
            precision="bf16" if settings.precision == "auto" else settings.precision,
            recompute=("vision", "language") if settings.recompute else (),
        ),
        plan=PlanSettings(gpu=settings.gpu, gpus=1),
    )


def _for_device(config: VLMTrainingConfig, settings: TileFinetuneSettings) -> VLMTrainingConfig:
    """With the precision that the device is quick in, where none was asked for."""
    if settings.precision != "auto" or find_device(settings.device).type == "cuda":
        return config
    return replace(config, engine=replace(config.engine, precision="float32"))


@dataclass(frozen=True, eq=False, slots=True)
class _Judge:
    """The loss of a folder's model on the samples held out, in float32."""

    processor: Processor
    samples: Sequence[Sample]
    settings: TileFinetuneSettings

    @torch.no_grad()
    def loss(self, folder: Path) -> float:
        """Mean over the tokens of all answers, weighted as in training."""
        device = find_device(self.settings.device)
        engine = EngineSettings(device="cuda" if device.type == "cuda" else "cpu", precision="float32")
        model = load_model(folder).to(device)
        total = whole = 0.0
        for sample in self.samples:
            made = self.processor.sample(sample.messages, self.settings.max_tiles)
            pack = join_samples(
                [(sample.key, sample.source, made)],
                self.processor.config.image_token_id,
                self.settings.answer_exponent,
            )
            losses = model.answer_losses(tensors_of(pack, device), mask_of(pack, device, engine), engine.loss_rows)
            total += float((losses.cpu() * torch.from_numpy(pack.weights)).sum())
            whole += float(pack.weights.sum())
        return total / whole


def _learn(
    config: VLMTrainingConfig, learner: AdaptedMember, processor: Processor, learned: Sequence[Sample], say: Say
) -> None:
    """Train, or go on; the merged model is then in the run's ``model``."""
    trainee = Trainee(learner.network(), processor, learner.start, learner.write, learner.frozen())

    def open_stream(stage: Stage, number: int) -> Stream:
        return Shuffled(learned, config.seed)

    with joined_group(config.engine) as group:
        if group.world > 1:
            raise UsageError("fine-tuning takes one process; start it without torchrun")
        stage = config.stages[0]
        say(f"{stage.steps} steps of {stage.packs_a_step} packs; {config.output} has the log")
        VLMTrainer(config, trainee, open_stream, group, say).run()
