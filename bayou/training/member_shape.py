"""Which member a run trains, and with which tokenizer. Knows folders and names; no torch, no weights."""

from __future__ import annotations

from pathlib import Path

from bayou.errors import ModelError, UsageError
from bayou.inputs.tokenizer import Tokenizer
from bayou.model.config import VisionConfig, VLMConfig
from bayou.model.family import member
from bayou.model.released import RELEASED_TEMPLATE, read_config
from bayou.training.vlm_settings import VLMTrainingConfig


def member_config(config: VLMTrainingConfig) -> VLMConfig:
    """The shape to train: that of the folder to start from, else of the named member.

    Raises:
        ModelError: The folder holds none that can be trained here.
        UsageError: No member has this name.
    """
    shape = member(config.member) if config.start is None else read_config(config.start)
    if not isinstance(shape.vision, VisionConfig) or shape.template != RELEASED_TEMPLATE:
        raise ModelError("only Mississippi's square-tile members are trained here", str(config.start))
    return shape


def tokenizer_folder(config: VLMTrainingConfig) -> Path:
    """Where the tokenizer's files lie.

    Raises:
        UsageError: Neither ``tokenizer`` nor ``start`` says.
    """
    folder = config.tokenizer or config.start
    if folder is None:
        raise UsageError("say tokenizer=DIR, a folder with tokenizer.model and added_tokens.json, or start=DIR")
    return folder


def read_tokenizer(config: VLMTrainingConfig) -> Tokenizer:
    """The member's tokenizer.

    Raises:
        ModelError: Its files are missing or damaged.
        UsageError: As for ``tokenizer_folder``.
    """
    return Tokenizer.from_folder(tokenizer_folder(config))
