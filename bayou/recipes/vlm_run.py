"""A square-tile member's run (needs torch): processes, network, data and the loop put together. Knows no recipe."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from bayou.inputs.processor import Processor
from bayou.model.vlm import MississippiVLM
from bayou.training.member_folder import starting_weights, write_member
from bayou.training.member_shape import member_config, read_tokenizer
from bayou.training.packed_feed import OpenStream
from bayou.training.sharding import joined_group, lost_ranks_named
from bayou.training.vlm_settings import VLMTrainingConfig
from bayou.training.vlm_trainer import Trainee, VLMTrainer


def train(config: VLMTrainingConfig, open_stream: OpenStream) -> None:
    """Run, or go on with, the run that ``config`` says, among the processes that torchrun made, or alone.

    Raises:
        BayouError: of all kinds; checkpoints stay, and the same command goes on.
    """
    shape = member_config(config)
    processor = Processor(shape, read_tokenizer(config))
    with torch.device("meta"):
        model = MississippiVLM(shape)

    def write(folder: Path, weights: Mapping[str, Tensor]) -> None:
        write_member(folder, weights, shape, config)

    trainee = Trainee(model, processor, partial(starting_weights, config, shape), write)
    with joined_group(config.engine) as group, lost_ranks_named("before the first step"):
        VLMTrainer(config, trainee, open_stream, group, say).run()


def say(text: str) -> None:
    """A line for whoever watches the run."""
    print(text, file=sys.stderr, flush=True)
