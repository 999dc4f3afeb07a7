"""What a draft saves: tokens a pass through the decoder, and seconds, for drafts from faultless to useless.

    python -m benchmarks.drafts FOLDER [--data DIR]

Two kinds of text, both about one page that is read once. ``page``: the true text of a page of ``DIR``
(``benchmarks.truth``), which the model is told to write (``benchmarks.watched``), with drafts of which a share of the
letters is wrong, and nano's own reading of the page. ``own``: what the random weights write, with a share of the
draft's tokens wrong. Knows texts and tokens; no accuracy.
"""

from __future__ import annotations

import argparse
import random
import re
import string
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bayou import Reader
from bayou.documents.to_text import page_text
from bayou.engine.array_store import NO_CACHE
from bayou.engine.fingerprint import fingerprint
from bayou.engine.generation import Generation
from bayou.engine.loading import PRECISIONS
from bayou.engine.model import load
from bayou.engine.runtime import Precision
from bayou.engine.tile_reader import DRAFT_WINDOW, Options, TileReader
from bayou.inputs.messages import Message
from bayou.scorers.text import character_errors
from benchmarks import truth
from benchmarks.measurement import show, write
from benchmarks.watched import WatchedRuntime, agreeing, answer, kept_pages, reader_of

PAGE, OTHER = "debian_fhs-3-0_p18", "sroie_188"
"""The page that is written, and the one whose text is no draft of it."""

NANO = "nano's reading of the page"
QUESTION = "Read the text in the image."
SHARES = (0.0, 0.02, 0.05, 0.1, 0.3)
WORDS, OWN_TOKENS = 80, 32
"""How much of the page is written, and how much the weights write of themselves."""


def wrong_letters(text: str, share: float, seed: int = 0) -> str:
    """The text with a share of its characters, white space apart, each made another letter."""
    chance = random.Random(seed)
    places = [place for place, character in enumerate(text) if not character.isspace()]
    letters = list(text)
    for place in chance.sample(places, round(share * len(places))):
        letters[place] = chance.choice([letter for letter in string.ascii_lowercase if letter != letters[place]])
    return "".join(letters)


def wrong_ids(ids: Sequence[int], share: float, size: int, seed: int = 0) -> tuple[int, ...]:
    """The ids with a share of them drawn anew."""
    chance = random.Random(seed)
    changed = list(ids)
    for place in chance.sample(range(len(ids)), round(share * len(ids))):
        changed[place] = chance.choice([token for token in range(3, size) if token != ids[place]])
    return tuple(changed)


def beginning(text: str) -> str:
    """Its first words, their line breaks kept."""
    return "".join(re.findall(r"\S+\s*", text)[:WORDS]).rstrip()


def nano_reading(path: Path) -> str:
    return "\n".join(page_text(page) for page in Reader("nano").read(path).pages)


def page_drafts(text: str, data: Path) -> dict[str, str]:
    """Drafts of the page's beginning; nano's reading is of the whole page, as it would be."""
    pages = {page.path.stem: page for page in truth.pages(data)}
    drafts = {f"{share:.0%} of the letters wrong": wrong_letters(text, share) for share in SHARES[1:]}
    return {
        "none": "",
        "the text itself": text,
        **drafts,
        "the text, other line breaks": " ".join(text.split()),
        NANO: nano_reading(pages[PAGE].path),
        "another page's text": pages[OTHER].text,
    }


def own_drafts(ids: tuple[int, ...], size: int) -> dict[str, tuple[int, ...]]:
    drafts = {f"{share:.0%} of the tokens wrong": wrong_ids(ids, share, size) for share in SHARES[1:]}
    return {"none": (), "the text itself": ids, **drafts, "random tokens": wrong_ids(ids, 1.0, size)}


@dataclass(frozen=True)
class Written:
    """An answer about a page that is known, and what it took."""

    generation: Generation
    seconds: float
    processor_seconds: float


def write_answer(reader: TileReader, messages: list[Message], options: Options) -> Written:
    wall, processor = time.perf_counter(), time.process_time()
    generation = answer(reader, messages, options)
    return Written(generation, time.perf_counter() - wall, time.process_time() - processor)


def row_of(kind: str, name: str, one: Written, without: Written) -> dict[str, object]:
    """One draft's figures; the gain is of processor time, which others on the machine don't lengthen."""
    written, plain = one.generation, without.generation
    return {
        "text": kind,
        "draft": name,
        "tokens": len(written.token_ids),
        "passes": written.passes,
        "tokens_per_pass": written.tokens_per_pass,
        "seconds": one.seconds,
        "processor_seconds": one.processor_seconds,
        "gain": without.processor_seconds / one.processor_seconds,
        "identical": written.token_ids == plain.token_ids,
        "tokens_as_without": agreeing(plain.token_ids, written.token_ids),
    }


def written_page(reader: TileReader, runtime: WatchedRuntime, data: Path) -> list[dict[str, object]]:
    """The page's true text, with each draft."""
    (page,) = (page for page in truth.pages(data) if page.path.stem == PAGE)
    text = beginning(page.text)
    ids = reader.processor.tokenizer.encode(text)
    runtime.text = (*ids, runtime.config.end_token_id)
    messages = [Message("user", [Image.open(page.path).convert("RGB"), QUESTION])]
    answer(reader, messages, Options(1))  # the page is read, and kept
    found: dict[str, Written] = {}
    rows: list[dict[str, object]] = []
    for name, draft in page_drafts(text, data).items():
        found[name] = write_answer(reader, messages, Options(len(runtime.text), draft=draft or None))
        row = row_of("page", name, found[name], found["none"])
        errors = character_errors(draft, text).rate if draft and name != NANO else None
        rows.append(row | {"draft_character_errors": errors})
        print(rows[-1], flush=True)
    return rows


def written_own(reader: TileReader, runtime: WatchedRuntime, data: Path) -> list[dict[str, object]]:
    """What the weights write of themselves, with each draft."""
    runtime.text = ()
    (page,) = (page for page in truth.pages(data) if page.path.stem == PAGE)
    messages = [Message("user", [Image.open(page.path).convert("RGB"), QUESTION])]
    plain = answer(reader, messages, Options(OWN_TOKENS))
    drafts = own_drafts(plain.token_ids, reader.processor.tokenizer.vocab_size)
    found = {name: write_answer(reader, messages, Options(OWN_TOKENS, draft=draft)) for name, draft in drafts.items()}
    return [row_of("own", name, one, found["none"]) for name, one in found.items()]


def measured(folder: Path, precision: Precision, data: Path) -> list[dict[str, object]]:
    """All rows; the page is read once and kept."""
    model = load(folder, precision=precision, cache=NO_CACHE)
    runtime = WatchedRuntime(model.runtime)
    reader = reader_of(model, runtime, kept_pages(), fingerprint(folder, model.runtime, None))
    return [*written_page(reader, runtime, data), *written_own(reader, runtime, data)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=truth.default_folder())
    parser.add_argument("--precision", choices=PRECISIONS, default="int8")
    options = parser.parse_args()
    rows = measured(options.folder, options.precision, options.data)
    show(rows)
    settings = {"precision": options.precision, "page": PAGE, "other_page": OTHER, "window": DRAFT_WINDOW}
    print(write("drafts", settings, rows))


if __name__ == "__main__":
    main()
