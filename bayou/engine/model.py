"""A model: processor and runtime together, from a name or a folder. Knows messages; no documents or pages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bayou.cache import make_cache_folder
from bayou.engine.array_store import ArrayStore, CacheSettings
from bayou.engine.fingerprint import fingerprint
from bayou.engine.generation import Asked, Generation, collect
from bayou.engine.line_confidence import certainty
from bayou.engine.line_reader import LineReader, draft_of, prompt_ids
from bayou.engine.line_reading import LineReading
from bayou.engine.loading import Member, RuntimeName, RuntimeOptions, load_member, model_folder
from bayou.engine.request import Event, Prompt, Request
from bayou.engine.runtime import FloatArray, Precision, Runtime
from bayou.engine.speculation import speculate
from bayou.engine.text_stream import TextStream, with_text
from bayou.engine.tile_reader import Decoding, Options, TileReader
from bayou.engine.tile_tokens import embedded
from bayou.errors import UsageError
from bayou.inputs.characters import CharacterTokenizer
from bayou.inputs.line_message import line_pixels
from bayou.inputs.processor import GivenMessage, Processor
from bayou.inputs.tiling import MAX_TILES
from bayou.model.config import VLMConfig

PAGES_FOLDER = "pages"
"""In bayou's cache folder: what is kept of read pages."""


class Model:
    """A loaded member of the family, made by ``load``. Not thread-safe."""

    def __init__(self, member: Member, store: ArrayStore | None = None, fingerprint: str = "") -> None:
        self.runtime: Runtime = member.runtime
        self.tokenizer = member.tokenizer
        self.tiles: TileReader | None = None
        self._lines: LineReader | None = None
        self._confidence: Callable[[LineReading], float] = member.confidence or certainty
        if isinstance(member.tokenizer, CharacterTokenizer):
            self._lines = LineReader(member.runtime, member.tokenizer, member.threshold)
        else:
            processor = Processor(member.runtime.config, member.tokenizer)
            self.tiles = TileReader(member.runtime, processor, store or ArrayStore(None, 0, 0), fingerprint)

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
        decoding: Decoding = "chat",
        skip_blank_tiles: bool = False,
    ) -> Generation:
        """The model's greedy answer; nano's reading by its own rule.

        Args:
            messages: A conversation, the user's turn last; for nano one message of one image of a line.
            max_new_tokens: Default 1,024; for nano twice its draft's length and 16.
            max_tiles: Largest grid of an image, in tiles.
            msac: Two grids an image; None: where the member does so and there is exactly one image.
            stop_ids: Default ``<|end|>`` alone, as the released ``chat()``; nano's is its end of text.
            draft: A likely answer, as text or ids; it saves time and never changes the answer. nano drafts for itself.
            decoding: "chat"; or "ocr", the 800m's ``ocr()``: no white space twice in a row, once two tokens stand.
                "ocr-4.45" as it came out from transformers 4.45 on, where a newline counts as white space too.
            skip_blank_tiles: Take tiles within six grey levels of one colour for that colour, which costs nothing. It
                may change the answer; tiles exactly of one colour cost nothing anyway.

        Raises:
            InputError: The messages are not what the model reads.
            UsageError: An option that can't be; for nano any but ``max_new_tokens``.
        """
        started = time.perf_counter()
        options = Options(max_new_tokens, max_tiles, msac, stop_ids, draft, decoding, skip_blank_tiles)
        asked, events = self._begin(messages, options)
        return collect(asked, events, started)

    def stream(self, messages: Sequence[GivenMessage], options: Options | None = None) -> Iterator[Event]:
        """The events of ``generate`` as they come; ``TextPiece`` holds more of the text, whole characters.

        Errors are raised here and now, before any forward pass. The model does nothing else until the events have been
        taken or closed.
        """
        return self._begin(messages, options or Options())[1]

    def _begin(self, messages: Sequence[GivenMessage], options: Options) -> tuple[Asked, Iterator[Event]]:
        if self._lines is not None:
            self._check_line_options(options)
            asked, line = self._line(self._lines, messages, options.max_new_tokens)
            events = (event for _, event in speculate(self.runtime, [line]))
            return asked, with_text(events, TextStream(self._lines.tokenizer, strip=False))
        assert self.tiles is not None
        asked, request = self.tiles.request(messages, options)
        return asked, with_text(self.tiles.events(request), self.tiles.text_stream(request))

    def _check_line_options(self, options: Options) -> None:
        if options != Options(options.max_new_tokens, options.max_tiles):
            message = "reads one line by its own draft: no msac, stop_ids, draft or decoding, and no tiles to skip"
            raise UsageError(f"{self.name} {message}")

    def logits(
        self, messages: Sequence[GivenMessage], max_tiles: int = MAX_TILES, msac: bool | None = None
    ) -> FloatArray:
        """Logits after the prompt, float32 [vocabulary]. Arguments and errors as for ``generate``.

        All of the prompt in one pass, whatever is known of it from before.
        """
        if self._lines is not None:
            self._check_line_options(Options(max_tiles=max_tiles, msac=msac))
            prompt = self._line(self._lines, messages, None)[1].prompt
        else:
            assert self.tiles is not None
            _, request = self.tiles.request(messages, Options(max_tiles=max_tiles, msac=msac))
            prompt = embedded(self.runtime, request.prompt)
        causal = np.tril(np.ones((1, prompt.length, prompt.length), dtype=bool))
        last, cache = np.array([[prompt.length - 1]]), self.runtime.new_cache(1)
        logits = self.runtime.step(cache, prompt.embeds[None], prompt.positions[None], causal, last)
        first: FloatArray = logits[0, 0]
        return first

    def read_lines(self, crops: Sequence[NDArray[np.uint8]], second_looks: bool = True) -> list[LineReading]:
        """Readings of cropped lines, RGB uint8 [H, W, 3] each, in their order; many at a time is faster.

        Args:
            second_looks: Whether doubtful lines are read from further views too (docs/models/nano.md).

        Raises:
            InputError: A crop is not such an image, or empty.
            UsageError: The model is not nano.
        """
        if self._lines is None:
            raise UsageError(f"{self.name or 'this model'} reads conversations about images, not single lines")
        return self._lines.read(crops, second_looks)

    def confidence(self, reading: LineReading) -> float:
        """The probability, 0 to 1, that a reading of ``read_lines`` is right; 0 of an empty one.

        By the numbers fitted for the model's weights; by a formula that isn't calibrated where its folder has none.
        """
        return self._confidence(reading)

    def _line(
        self, lines: LineReader, messages: Sequence[GivenMessage], max_new_tokens: int | None
    ) -> tuple[Asked, Request[Prompt]]:
        (encoded,) = self.runtime.encode([line_pixels(messages)])
        draft = draft_of(encoded)
        return Asked(prompt_ids(draft), draft=draft), lines.request(encoded, max_new_tokens)


def load(
    model: str | Path,
    runtime: RuntimeName | None = None,
    precision: Precision | None = None,
    device: str | None = None,
    threads: int | None = None,
    cache: CacheSettings | None = None,
    max_memory: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Model:
    """Load a model.

    Args:
        model: A folder (one that exists wins), "nano", or the short name or Hub id of a model that was pulled.
        runtime: "openvino" (the default) or "torch".
        precision: "float32", "bf16", "int8" or "int4"; by default what suits the model.
        device: In the runtime's words ("CPU", "GPU", "cuda"); the CPU by default.
        threads: CPU threads for OpenVINO; its own choice by default.
        cache: What of read pages is kept, so that another question about a page doesn't read it again; by default 2 GiB
            on disk and 64 MiB in memory. ``NO_CACHE`` keeps nothing. nano keeps nothing anyway.
        max_memory: Bytes that the model may take; without a precision, the best that fits is chosen.
        progress: Told the share that is done, 0 to 1, while a checkpoint is converted, which happens once.

    Raises:
        UsageError: An unknown model, runtime, precision or device, or one that needs more memory than it may take.
        ModelError: The model's files are missing, damaged or not of this family.
        MissingExtraError: The torch runtime without torch.
        OutputError: The converted checkpoint can't be kept.
    """
    options = RuntimeOptions(runtime, precision, device, threads, max_memory=max_memory, progress=progress)
    member = load_member(model, options)
    if isinstance(member.tokenizer, CharacterTokenizer):
        return Model(member)
    return Model(member, _store(cache or CacheSettings()), fingerprint(model_folder(model), member.runtime, device))


def _store(settings: CacheSettings) -> ArrayStore:
    folder = settings.cache_dir
    if folder is None and settings.cache_bytes > 0:
        folder = make_cache_folder() / PAGES_FOLDER
    return ArrayStore(Path(folder) if folder is not None else None, settings.cache_bytes, settings.memory_bytes)
