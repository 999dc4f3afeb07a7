"""A model: processor and runtime together, from a name or a folder. Knows messages; no documents or pages."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bayou.engine.line_reader import LineReader, draft_of, prompt_ids
from bayou.engine.line_reading import LineReading
from bayou.engine.loading import Member, RuntimeName, RuntimeOptions, load_member
from bayou.engine.request import FinishReason, Prompt, ReadingRule, Request
from bayou.engine.runtime import Draft, FloatArray, Precision, Runtime
from bayou.engine.speculation import speculate_all
from bayou.errors import UsageError
from bayou.inputs.characters import CharacterTokenizer
from bayou.inputs.images import round_to_bfloat16
from bayou.inputs.line_message import line_pixels
from bayou.inputs.processor import GivenMessage, ProcessedInput, Processor
from bayou.inputs.tiling import MAX_TILES, Grid
from bayou.model.config import VLMConfig

MAX_NEW_TOKENS = 1024


@dataclass(frozen=True, eq=False, slots=True)
class Timings:
    """Seconds for pixels and visual tokens, and for prompt and text together."""

    encode: float
    decode: float


@dataclass(frozen=True, eq=False, slots=True)
class Generation:
    """What a model wrote.

    Attributes:
        text: Without special tokens; an answer without white space around it, a line exactly as it was read.
        token_ids: New tokens, the stop token included.
        prompt_ids: The prompt's; nano's visual tokens stand as the ids of the characters they were drafted as.
        grids: (columns, rows) of each image; with MSAC two an image, the coarse one first.
        draft: For nano the reading of its tower's head, else None.
        logprobs: Natural logarithm of each token's probability.
        passes: Passes through the decoder.
    """

    text: str
    token_ids: tuple[int, ...]
    prompt_ids: tuple[int, ...]
    grids: tuple[Grid, ...]
    finish_reason: FinishReason
    timings: Timings
    draft: Draft | None
    logprobs: tuple[float, ...]
    passes: int


@dataclass(frozen=True, eq=False, slots=True)
class _Asked:
    """A request, and what of it a ``Generation`` reports."""

    request: Request
    prompt_ids: tuple[int, ...]
    grids: tuple[Grid, ...] = ()
    draft: Draft | None = None


class Model:
    """A loaded member of the family, made by ``load``. Not thread-safe."""

    def __init__(self, member: Member) -> None:
        self.runtime: Runtime = member.runtime
        self.tokenizer = member.tokenizer
        self._lines: LineReader | None = None
        self._processor: Processor | None = None
        if isinstance(member.tokenizer, CharacterTokenizer):
            self._lines = LineReader(member.runtime, member.tokenizer, member.threshold)
        else:
            self._processor = Processor(member.runtime.config, member.tokenizer)

    @property
    def config(self) -> VLMConfig:
        """What it is made of."""
        return self.runtime.config

    @property
    def name(self) -> str:
        """The member's name, as its configuration has it."""
        return self.config.name

    def generate(
        self,
        messages: Sequence[GivenMessage],
        max_new_tokens: int | None = None,
        max_tiles: int = MAX_TILES,
        msac: bool | None = None,
        stop_ids: Sequence[int] | None = None,
        draft: Sequence[int] | str | None = None,
    ) -> Generation:
        """The model's greedy answer; nano's reading by its own rule.

        Args:
            messages: A conversation, the user's turn last; for nano one message of one image of a line.
            max_new_tokens: Default 1,024; for nano twice its draft's length and 16.
            max_tiles: Largest grid of an image, in tiles.
            msac: Two grids an image; None: where the member does so and there is exactly one image.
            stop_ids: Default ``<|end|>`` alone, as the released ``chat()``; nano's is its end of text.
            draft: A likely answer, as text or ids; it saves time and never changes the answer. nano drafts for itself.

        Raises:
            InputError: The messages are not what the model reads.
            UsageError: ``msac``, ``stop_ids`` or ``draft`` for nano, which has none of them.
        """
        started = time.perf_counter()
        if self._lines is not None:
            if draft is not None or stop_ids is not None or msac is not None:
                raise UsageError(f"{self.name} reads one line by its own draft: no msac, stop_ids or draft")
            asked = self._line(self._lines, messages, max_new_tokens)
        else:
            inputs = self._processed(messages, max_tiles, msac)
            rule = ReadingRule((self.config.end_token_id,) if stop_ids is None else tuple(stop_ids))
            drafted = self.tokenizer.encode(draft) if isinstance(draft, str) else draft or ()
            limit = MAX_NEW_TOKENS if max_new_tokens is None else max_new_tokens
            request = Request(self._prompt(inputs), rule, limit, tuple(drafted))
            asked = _Asked(request, tuple(inputs.ids.tolist()), inputs.grids)
        encoded = time.perf_counter()
        ((tokens, finished),) = speculate_all(self.runtime, [asked.request])
        ids = tuple(token.id for token in tokens)
        text = self.tokenizer.decode(ids)
        return Generation(
            text=text if self._lines is not None else text.strip(),  # as the released chat()
            token_ids=ids,
            prompt_ids=asked.prompt_ids,
            grids=asked.grids,
            finish_reason=finished.reason,
            timings=Timings(encoded - started, time.perf_counter() - encoded),
            draft=asked.draft,
            logprobs=tuple(float(np.log(token.probability)) for token in tokens),
            passes=finished.usage.passes,
        )

    def logits(self, messages: Sequence[GivenMessage], max_tiles: int = MAX_TILES) -> FloatArray:
        """Logits after the prompt, float32 [vocabulary]. Arguments and errors as for ``generate``."""
        if self._lines is not None:
            prompt = self._line(self._lines, messages, None).request.prompt
        else:
            prompt = self._prompt(self._processed(messages, max_tiles, None))
        causal = np.tril(np.ones((1, prompt.length, prompt.length), dtype=bool))
        last, cache = np.array([[prompt.length - 1]]), self.runtime.new_cache(1)
        logits = self.runtime.step(cache, prompt.embeds[None], prompt.positions[None], causal, last)
        first: FloatArray = logits[0, 0]
        return first

    def read_lines(self, crops: Sequence[NDArray[np.uint8]]) -> list[LineReading]:
        """Readings of cropped lines, RGB uint8 [H, W, 3] each, in their order; many at a time is faster.

        Raises:
            InputError: A crop is not such an image, or empty.
            UsageError: The model is not nano.
        """
        if self._lines is None:
            raise UsageError(f"{self.name or 'this model'} reads conversations about images, not single lines")
        return self._lines.read(crops)

    def _line(self, lines: LineReader, messages: Sequence[GivenMessage], max_new_tokens: int | None) -> _Asked:
        (encoded,) = self.runtime.encode([line_pixels(messages)])
        draft = draft_of(encoded)
        return _Asked(lines.request(encoded, max_new_tokens), prompt_ids(draft), draft=draft)

    def _processed(self, messages: Sequence[GivenMessage], max_tiles: int, msac: bool | None) -> ProcessedInput:
        assert self._processor is not None
        return self._processor(messages, max_tiles, msac)

    def _prompt(self, inputs: ProcessedInput) -> Prompt:
        """Embeddings of the ids, the visual tokens of all tiles in order where the image token stands."""
        pixels = inputs.pixels if self.runtime.precision == "float32" else round_to_bfloat16(inputs.pixels)
        embeds = self.runtime.embed(inputs.ids[None])[0]
        encoded = self.runtime.encode(list(pixels))
        if encoded:
            embeds[inputs.ids == self.config.image_token_id] = np.concatenate([tile.tokens for tile in encoded])
        length = len(inputs.ids)
        return Prompt(embeds, np.arange(length), length)


def load(
    model: str | Path,
    runtime: RuntimeName | None = None,
    precision: Precision | None = None,
    device: str | None = None,
    threads: int | None = None,
) -> Model:
    """Load a model.

    Args:
        model: A folder (one that exists wins), or the name of a model that comes with the package: "nano".
        runtime: "openvino" (the default) or "torch".
        precision: "float32", "bf16" or "int8"; by default what suits the model.
        device: In the runtime's words ("CPU", "GPU", "cuda"); the CPU by default.
        threads: CPU threads for OpenVINO; its own choice by default.

    Raises:
        UsageError: An unknown model, runtime, precision or device.
        ModelError: The model's files are missing, damaged or not of this family.
        MissingExtraError: The torch runtime without torch.
    """
    return Model(load_member(model, RuntimeOptions(runtime, precision, device, threads)))
