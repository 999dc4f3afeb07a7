"""Requests written together: new tokens and pages a second for 1 (one after another), 4 and 16 at a time.

    python -m benchmarks.together FOLDER [--kind KIND]

``known page``: 16 questions about a page of 7 tiles that is known already, so that writing alone counts. ``new pages``:
4 pages of one tile each, which are read first, alone and at once. Texts are compared with those of one after another.
Knows requests; no accuracy.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from bayou.engine.array_store import ArrayStore
from bayou.engine.fingerprint import fingerprint
from bayou.engine.generation import Generation
from bayou.engine.loading import PRECISIONS, RuntimeOptions, load_member
from bayou.engine.model import Model
from bayou.engine.runtime import Precision
from bayou.engine.scheduler import Scheduler
from bayou.engine.tile_reader import Options, TileReader
from bayou.inputs.messages import Message
from benchmarks.asking_again import PAGE
from benchmarks.measurement import show, write
from benchmarks.watched import NEVER, WatchedRuntime, agreeing, gap, kept_pages, reader_of

KNOWN, NEW = "known page", "new pages"
TOGETHER = {KNOWN: (1, 4, 16), NEW: (1, 4)}
REQUESTS = {KNOWN: 16, NEW: 4}
TOKENS = {KNOWN: 96, NEW: 8}
CUT = 300
"""Side in pixels of the pieces of the page that are pages of one tile."""

Asked = list[Message]


def requests(kind: str) -> list[Asked]:
    """As many conversations, no two alike."""
    page = Image.open(PAGE).convert("RGB")
    if kind == KNOWN:
        return [[Message("user", [page, f"What does line {number} say?"])] for number in range(REQUESTS[kind])]
    places = [(CUT * (number % 4), CUT * (number // 4)) for number in range(REQUESTS[kind])]
    pieces = [page.crop((left, top, left + CUT, top + CUT)) for left, top in places]
    return [[Message("user", [piece, "Read the text in the image."])] for piece in pieces]


def one_by_one(model: Model, asked: Sequence[Asked], options: Options) -> list[Generation]:
    return [model.generate(messages, options.max_new_tokens, stop_ids=options.stop_ids) for messages in asked]


def at_once(model: Model, asked: Sequence[Asked], options: Options, rows: int) -> list[Generation]:
    with Scheduler(model, rows) as scheduler:
        tickets = [scheduler.submit(messages, options) for messages in asked]
        return [ticket.result() for ticket in tickets]


def differing(
    reader: TileReader, asked: Sequence[Asked], found: Sequence[Generation], alone: Sequence[Generation]
) -> list[float]:
    """Where texts written in company leave those written alone: how far the first other token was behind, in logits."""
    gaps = []
    for messages, one, other in zip(asked, found, alone, strict=True):
        same = agreeing(other.token_ids, one.token_ids)
        if same < len(other.token_ids):
            gaps.append(gap(reader, messages, Options(), other.token_ids[: same + 1], one.token_ids[same]))
    return gaps


def measured(folder: Path, precision: Precision, kind: str) -> list[dict[str, object]]:
    """A row for each number of requests at a time; the gain is of processor time, which others don't lengthen."""
    store = kept_pages() if kind == KNOWN else ArrayStore(None, 0, 0)
    member = load_member(folder, RuntimeOptions(precision=precision))
    known_as = fingerprint(folder, member.runtime, None)
    model = Model(member, store, known_as)
    reader = reader_of(model, WatchedRuntime(model.runtime), store, known_as)
    asked, options = requests(kind), Options(TOKENS[kind], stop_ids=(NEVER,))
    model.generate(asked[0], 1)  # the first inference prepares the weights; a known page is known from here on
    alone: list[Generation] = []
    rows: list[dict[str, object]] = []
    first = 0.0
    for count in TOGETHER[kind]:
        started, processor = time.perf_counter(), time.process_time()
        found = one_by_one(model, asked, options) if count == 1 else at_once(model, asked, options, count)
        seconds = time.perf_counter() - started
        processor = time.process_time() - processor
        alone, first = alone or found, first or processor
        gaps = differing(reader, asked, found, alone)
        tokens = sum(len(one.token_ids) for one in found)
        rows.append(
            {
                "requests": kind,
                "precision": precision,
                "together": count,
                "new_tokens": tokens,
                "seconds": seconds,
                "tokens_per_s": tokens / seconds,
                "pages_per_s": len(found) / seconds,
                "processor_seconds": processor,
                "gain": first / processor,
                "texts": len(found),
                "texts_that_differ": len(gaps),
                "largest_gap": max(gaps, default=None),
                "peak_memory_mb": _peak_mb(),
            }
        )
        print(rows[-1], flush=True)
    return rows


def _peak_mb() -> int:
    """Of this process so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--precision", choices=PRECISIONS, default="int8")
    parser.add_argument("--kind", choices=(KNOWN, NEW), default=KNOWN)
    options = parser.parse_args()
    rows = measured(options.folder, options.precision, options.kind)
    show(rows)
    settings: dict[str, object] = {"page": PAGE.name, "kind": options.kind}
    settings |= {"requests": REQUESTS[options.kind], "new_tokens": TOKENS[options.kind]}
    print(write("together" if options.kind == KNOWN else "together_new_pages", settings, rows))


if __name__ == "__main__":
    main()
