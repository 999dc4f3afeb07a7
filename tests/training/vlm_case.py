"""A run of the tiny member on samples made on the spot, in this process or in ranks of their own that can be killed."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from bayou.data.packing import Stream
from bayou.data.sample import Sample
from bayou.errors import BayouError
from bayou.inputs.messages import Message
from bayou.inputs.processor import Processor
from bayou.model.vlm import MississippiVLM
from bayou.training.member_folder import starting_weights
from bayou.training.member_shape import member_config, read_tokenizer
from bayou.training.packed_feed import StepData
from bayou.training.sharding import joined_group
from bayou.training.step_meter import StepMeter
from bayou.training.vlm_settings import EngineSettings, Source, Stage, VLMTrainingConfig
from bayou.training.vlm_trainer import Trainee, VLMTrainer
from tests.golden_set import COMMITTED

WORDS = "invoice total date paid page number of the sum due from to street".split()
SECONDS = 240
SIZES = {"tokens_a_pack": 700, "tiles_a_pack": 2, "packs_a_step": 2, "max_tiles": 1, "warmup": 0.0}


@dataclass(frozen=True)
class Pages:
    """Numbered samples: text alone, a picture, or a talk of two turns."""

    seed: int

    def sample(self, number: int) -> Sample:
        rng = np.random.default_rng([self.seed, number])
        picture = io.BytesIO()
        Image.fromarray(rng.integers(0, 255, (12, 15, 3), dtype=np.uint8)).save(picture, "PNG")
        kind = ("text", "page", "talk")[number % 3]
        question = ["Say."] if kind == "text" else [picture.getvalue(), "Read."]
        talk = [Message("user", question), Message("assistant", " ".join(rng.choice(WORDS, rng.integers(1, 9))))]
        if kind == "talk":
            talk += [Message("user", "And?"), Message("assistant", "Nothing.")]
        return Sample(f"{self.seed}-{number}", tuple(talk), kind, "CC0-1.0", "reading")


def settings(output: Path) -> VLMTrainingConfig:
    """Two stages of two and three steps, a checkpoint after each second step."""
    return VLMTrainingConfig(
        output=output,
        start=COMMITTED / "tiny-800m",
        stages=(
            Stage("projector", 2, projector=1e-3, sources=(Source("made"),), **SIZES),
            Stage("all", 3, 1e-4, 1e-3, 1e-3, sources=(Source("made"),), **SIZES),
        ),
        lanes=2,
        look_ahead=6,
        checkpoint_every=2,
        log_every=1,
        engine=EngineSettings(device="cpu", precision="float32", recompute=(), workers=1, timeout=60),
    )


def open_pages(stage: Stage, number: int) -> Stream:
    return Pages(number)


def keep_weights(folder: Path, weights: Mapping[str, Tensor]) -> None:
    """In float32, so that runs can be compared to the bit."""
    folder.mkdir(parents=True)
    torch.save(dict(weights), folder / "weights.pt")


def kept_weights(config: VLMTrainingConfig) -> dict[str, Tensor]:
    weights: dict[str, Tensor] = torch.load(config.output / "model" / "weights.pt")
    return weights


class Killed(VLMTrainer):
    """Ends its process without a word before a step."""

    killed_at = (-1, -1)

    def _learn(self, data: StepData, meter: StepMeter) -> None:
        if (self.group.rank, self.progress.step) == self.killed_at:
            os.kill(os.getpid(), signal.SIGKILL)
        super()._learn(data, meter)


def train(
    config: VLMTrainingConfig,
    said: list[str] | None = None,
    noise: float = 0.0,
    kind: type[VLMTrainer] = VLMTrainer,
    open_stream: object = open_pages,
) -> VLMTrainer:
    """The run in this process.

    Args:
        noise: Random numbers of this size are added to the projector's output, to see that they come again.
    """
    shape = member_config(config)
    with torch.device("meta"):
        model = MississippiVLM(shape)
    if noise:
        model.mlp1.register_forward_hook(lambda module, given, out: out + noise * torch.randn_like(out))
    processor = Processor(shape, read_tokenizer(config))
    trainee = Trainee(model, processor, partial(starting_weights, config, shape), keep_weights)
    with joined_group(config.engine) as group:
        trainer = kind(config, trainee, open_stream, group, (said if said is not None else []).append)  # type: ignore[arg-type]
        trainer.run()
    return trainer


def _rank(rank: int, world: int, port: int, config: VLMTrainingConfig, killed_at: tuple[int, int]) -> None:
    where = {"RANK": rank, "WORLD_SIZE": world, "LOCAL_RANK": rank, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    os.environ.update({name: str(value) for name, value in where.items()})
    Killed.killed_at = killed_at
    said: list[str] = []
    try:
        train(config, said, kind=Killed)
    except BayouError as error:
        (config.output / f"error-{rank}.txt").write_text(str(error), encoding="utf-8")
        sys.exit(error.exit_code)
    finally:
        (config.output / f"said-{rank}.txt").write_text("\n".join(said), encoding="utf-8")


def train_ranks(config: VLMTrainingConfig, world: int, killed_at: tuple[int, int] = (-1, -1)) -> Sequence[int | None]:
    """The run among processes of their own; returns their exit codes (negative: the signal that killed them)."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.training.vlm_case"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ranks = [processes.Process(target=_rank, args=(rank, world, port, config, killed_at)) for rank in range(world)]
    for process in ranks:
        process.start()
    for process in ranks:
        process.join(SECONDS)
        assert process.exitcode is not None, "a rank hangs"
    return [process.exitcode for process in ranks]


def with_engine(config: VLMTrainingConfig, **changes: object) -> VLMTrainingConfig:
    return replace(config, engine=replace(config.engine, **changes))  # type: ignore[arg-type]
