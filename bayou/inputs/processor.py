"""The one gate from a conversation to the tensors the model sees, for training and inference. Knows no network.

A picture stands in the prompt where it stands among a message's parts. Parts are joined exactly; only where a message
opens with a picture and the text after it does not begin with a newline, one is put between, as the reference does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from bayou.errors import InputError, ModelError, UsageError
from bayou.inputs.images import image_size, load_image, normalise
from bayou.inputs.messages import ImagePart, Message, Part
from bayou.inputs.template import (
    ANSWER_MARK,
    END,
    IMAGE_CONTEXT,
    TOKENS_PER_TILE,
    Role,
    image_block,
    render,
    render_turn,
)
from bayou.inputs.tiling import MAX_TILES, TILE_SIZE, Grid, TilePlan, cut_tiles, plan_tiles
from bayou.inputs.tokenizer import Tokenizer
from bayou.model.config import VisionConfig, VLMConfig

IGNORED_LABEL = -100
"""The label of a token that is not to be learnt."""

GivenMessage = Message | Mapping[str, object]
_TEMPLATE = "h2ogpt2"


@dataclass(frozen=True, eq=False, slots=True)
class ProcessedInput:
    """A conversation as the model is given it.

    Attributes:
        prompt: The whole prompt; every picture is 256 ``<IMG_CONTEXT>`` a tile between ``<img>`` and ``</img>``.
        ids: int32 [T].
        pixels: float32 [tiles, 3, 448, 448], normalised, all pictures one after another; tiles may be 0.
        grids: (columns, rows) of each picture in order; with MSAC two a picture, the coarse one first.
        tiles_per_image: Tiles of each picture, whole view included.
    """

    prompt: str
    ids: NDArray[np.int32]
    pixels: NDArray[np.float32]
    grids: tuple[Grid, ...]
    tiles_per_image: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SampleSize:
    """What a conversation takes of a sequence: tokens (visual ones included) and tiles."""

    tokens: int
    tiles: int


@dataclass(frozen=True, eq=False, slots=True)
class TrainingSample:
    """A conversation with its answers: what goes in, and labels int32 [T], ``IGNORED_LABEL`` where none is learnt."""

    inputs: ProcessedInput
    labels: NDArray[np.int32]


class Processor:
    """Messages to ids and pixels for the members with square tiles.

    Args:
        config: The member's configuration.
        tokenizer: Its tokenizer.

    Raises:
        ModelError: the tokenizer is not of this member's vocabulary, or the member reads lines and not tiles.
    """

    def __init__(self, config: VLMConfig, tokenizer: Tokenizer) -> None:
        vision = config.vision
        if not isinstance(vision, VisionConfig) or config.template != _TEMPLATE:
            raise ModelError(f"{config.name or 'this model'} does not read conversations with square tiles")
        if tokenizer.vocab_size != config.language.vocab_size:
            raise ModelError(
                f"the tokenizer has {tokenizer.vocab_size} ids, the decoder's vocabulary {config.language.vocab_size}"
            )
        if tokens_per_tile(config) != TOKENS_PER_TILE or vision.image_size != TILE_SIZE:
            raise ModelError(f"tiles must be {TILE_SIZE} pixels wide and give {TOKENS_PER_TILE} tokens each")
        self.config = config
        self.tokenizer = tokenizer

    def __call__(
        self, messages: Sequence[GivenMessage], max_tiles: int = MAX_TILES, msac: bool | None = None
    ) -> ProcessedInput:
        """Prepare a request: the last message is the user's, and the prompt ends where the model begins to write.

        Args:
            messages: Turns of user and assistant in alternation, the user first; dictionaries as for ``from_openai``.
            max_tiles: Largest grid of one pass, in tiles.
            msac: Two passes a picture; None: where the member does so and the request holds exactly one picture. False
                is what the reference does with a list, even of one.

        Raises:
            InputError: no messages, wrong order of roles, an unreadable picture, text that holds ``<IMG_CONTEXT>``.
            UsageError: ``max_tiles`` below 1.
        """
        turns = _check_roles(messages, last="user")
        pictures = self._pictures(turns, max_tiles, msac)
        prompt = render(_texts(turns, pictures.plans))
        return pictures.with_prompt(prompt, self.tokenizer.encode(prompt))

    def sample(
        self, messages: Sequence[GivenMessage], max_tiles: int = MAX_TILES, msac: bool | None = None
    ) -> TrainingSample:
        """Prepare a conversation that ends with the assistant's answer, for training.

        Labels are the ids of every answer and of the ``<|end|>`` after it, which here an empty answer has too. Where
        the last character of ``<|answer|>`` has grown into one token with the answer's first, that token is not learnt.
        Arguments and errors as for a request.
        """
        turns = _check_roles(messages, last="assistant")
        pictures = self._pictures(turns, max_tiles, msac)
        prompt, ids, labels = self._learnt(turns, pictures.plans)
        return TrainingSample(pictures.with_prompt(prompt, ids), np.array(labels, dtype=np.int32))

    def measure(
        self, messages: Sequence[GivenMessage], max_tiles: int = MAX_TILES, msac: bool | None = None
    ) -> SampleSize:
        """The size that ``sample`` with these arguments has; of pictures only the heads are read."""
        turns = _check_roles(messages, last="assistant")
        plans = self._plans([image_size(part.source) for turn in turns for part in turn.images], max_tiles, msac)
        return SampleSize(len(self._learnt(turns, plans)[1]), sum(plan.tiles for plan in plans))

    def _learnt(self, turns: Sequence[Message], plans: Sequence[TilePlan]) -> tuple[str, list[int], list[int]]:
        """Prompt, ids and labels of a conversation with its answers."""
        prompt, ids, labels, waiting = "", list[int](), list[int](), ""
        for role, text in _texts(turns, plans):
            chunk = render_turn(role, text, close=role == "assistant")
            prompt += chunk
            if not chunk.endswith(END):  # an empty question has no end: the next mark stands in the same piece
                waiting += chunk
                continue
            new = self.tokenizer.encode(waiting + chunk)
            unlearnt = len(self.tokenizer.encode(waiting + ANSWER_MARK)) if role == "assistant" else len(new)
            ids += new
            labels += [IGNORED_LABEL] * unlearnt + new[unlearnt:]
            waiting = ""
        return prompt, ids, labels

    def _pictures(self, turns: Sequence[Message], max_tiles: int, msac: bool | None) -> _Pictures:
        images = [load_image(part.source) for turn in turns for part in turn.images]
        plans = self._plans([image.size for image in images], max_tiles, msac)
        tiles = [tile for image, plan in zip(images, plans, strict=True) for tile in cut_tiles(image, plan)]
        pixels = normalise(tiles) if tiles else np.zeros((0, 3, TILE_SIZE, TILE_SIZE), dtype=np.float32)
        return _Pictures(plans, pixels)

    def _plans(self, sizes: Sequence[tuple[int, int]], max_tiles: int, msac: bool | None) -> tuple[TilePlan, ...]:
        if max_tiles < 1:
            raise UsageError(f"max_tiles must be at least 1, not {max_tiles}")
        both = self.config.use_msac and len(sizes) == 1 if msac is None else msac
        return tuple(plan_tiles(size, max_tiles, both) for size in sizes)


@dataclass(frozen=True, eq=False, slots=True)
class _Pictures:
    """A conversation's pictures, tiled."""

    plans: tuple[TilePlan, ...]
    pixels: NDArray[np.float32]

    def with_prompt(self, prompt: str, ids: list[int]) -> ProcessedInput:
        return ProcessedInput(
            prompt=prompt,
            ids=np.array(ids, dtype=np.int32),
            pixels=self.pixels,
            grids=tuple(grid for plan in self.plans for grid in plan.grids),
            tiles_per_image=tuple(plan.tiles for plan in self.plans),
        )


def tokens_per_tile(config: VLMConfig) -> int:
    """Visual tokens of one square tile.

    Raises:
        ModelError: the member has no square tiles.
    """
    if not isinstance(config.vision, VisionConfig):
        raise ModelError(f"{config.name or 'this model'} has no square tiles")
    side = int(config.vision.image_size // config.vision.patch_size * config.downsample_ratio)
    return side * side


def _check_roles(messages: Sequence[GivenMessage], last: Role) -> list[Message]:
    if isinstance(messages, Message | Mapping | str) or not isinstance(messages, Iterable):
        raise InputError("a conversation is a list of messages, also where there is only one")
    turns = [turn if isinstance(turn, Message) else Message.from_openai(turn, allow_paths=True) for turn in messages]
    if not turns:
        raise InputError("a conversation needs at least one message")
    for place, turn in enumerate(turns):
        expected: Role = "user" if place % 2 == 0 else "assistant"
        if turn.role != expected:
            raise InputError(f"message {place + 1} must be the {expected}'s: user and assistant take turns")
    if turns[-1].role != last:
        raise InputError(f"the last message must be the {last}'s")
    return turns


def _texts(turns: Sequence[Message], plans: Sequence[TilePlan]) -> list[tuple[Role, str]]:
    blocks = iter([image_block(plan.tiles) for plan in plans])
    return [(turn.role, "".join(_joined(turn.parts, blocks))) for turn in turns]


def _joined(parts: Sequence[Part], blocks: Iterator[str]) -> list[str]:
    pieces: list[str] = []
    for is_text, run in groupby(parts, lambda part: isinstance(part, str)):
        if not is_text:
            pieces += [next(blocks) for _ in run]
            continue
        text = "".join(part for part in run if isinstance(part, str))
        if IMAGE_CONTEXT in text:
            raise InputError(f"the text holds {IMAGE_CONTEXT}, which stands for an image's tokens")
        opened = len(pieces) == 1 and isinstance(parts[0], ImagePart)
        pieces.append("\n" + text if opened and not text.startswith("\n") else text)
    return pieces
