"""A recipe to folders of shards: reads, judges, removes what was there before, writes. Knows the order of these steps.

The output has a folder of shards for each source, ``mixture.json`` with their weights, and ``refused.jsonl`` with each
sample that wasn't taken and why. A build that was stopped, also by kill -9, goes on with the same command; one that is
finished can be called again with more sources.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from bayou import config
from bayou.data.build_state import BuildState, ShardPlace, SourceState
from bayou.data.built_mixture import ANY_STAGE, MIXTURE
from bayou.data.inspection import Inspected, Refused, inspect_row
from bayou.data.overlap import EvaluationSets
from bayou.data.recipe import DataRecipe, Kind, Place, SourceSettings, chosen
from bayou.data.sample import Sample
from bayou.data.shards import INDEX, ShardCut, make_folder, shard_name, write_index, write_shard
from bayou.data.sources import RawRow, picture_folder, read_rows
from bayou.documents.write_file import whole_file
from bayou.errors import InputError, UsageError

REFUSED = "refused.jsonl"

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made.

    Attributes:
        sources: In the recipe's order, with what was counted: ``rows``, ``kept``, ``pictures``, ``bytes``,
            ``characters`` and each reason for which samples weren't taken, as ``refused/REASON``.
    """

    sources: tuple[tuple[SourceSettings, dict[str, int]], ...]


def build(recipe: DataRecipe, output: Path, jobs: int | None = None, tell: Tell = lambda _: None) -> Built:
    """Makes training data in ``output``, or goes on with it. One shard at a time is held in memory.

    Args:
        jobs: Threads that decode pictures; None for one a processor.
        tell: Is told what happens, a line at a time.

    Raises:
        UsageError: The recipe is wrong, or the folder was begun with another.
        InputError: A source or an evaluation set can't be read, or has changed since.
        OutputError: No space or no permission; what was finished stays, and the same command goes on.
        MissingExtraError, NetworkError: As ``bayou.data.sources.read_rows``.
    """
    sources = chosen(recipe)
    make_folder(output)
    jobs = jobs or os.cpu_count() or 1
    judgement = replace(recipe, name="", sources=(), stages=(), only=(), root=None, commercial_only=False)
    with BuildState(output, config.fingerprint(judgement)) as state, ThreadPoolExecutor(jobs) as pool:
        run = _Run(recipe, output, state, tell)
        run.pool, run.ahead = pool, 2 * jobs
        for source in sources:
            state.expect(source.name, config.fingerprint(replace(source, weight=1.0)))
            run.repair(source)
            if not state.source(source.name).done:
                run.read(source)
            records = [place.record for place in state.shards(source.name)]
            write_index(output / source.name, records)
        _write_refused(output, [source.name for source in sources], state)
        _write_mixture(recipe, sources, output)
        return Built(tuple((source, state.source(source.name).counts) for source in sources))


def placed(place: Place, root: Path | None) -> Place:
    """The place to read from: with a root, a data set of the Hub lies in the root's folder of its name.

    Raises:
        InputError: It isn't there.
        UsageError: It has no address, and there is no root.
    """
    if place.path and (place.kind != "hub" or root is None):
        return place
    if root is None:
        message = f"{place.name} can't be streamed: fetch it by hand, and name the folder that holds it with root=DIR"
        raise UsageError(f"{message}; or leave it out with only=[…]")
    folder = root / place.name
    if not folder.is_dir():
        where = f"{place.path} {place.subset}".strip() + " from the Hugging Face Hub" if place.path else place.name
        raise InputError(f"not there; fetch {where} into it, or leave it out with only=[…]", str(folder))
    kind: Kind = place.kind
    if kind == "hub":
        kinds: tuple[tuple[Kind, str], ...] = (("webdataset", "*.tar"), ("parquet", "*.parquet"), ("json", "*.json*"))
        kind = next((kind for kind, pattern in kinds if any(folder.rglob(pattern))), "parquet")
    return replace(place, kind=kind, path=str(folder))


class _Run:
    """The parts of a build that go together.

    Attributes:
        pool: Decodes pictures.
        ahead: How many rows may wait for that.
    """

    pool: ThreadPoolExecutor
    ahead: int

    def __init__(self, recipe: DataRecipe, output: Path, state: BuildState, tell: Tell) -> None:
        self._recipe, self._output, self._state, self._tell = recipe, output, state, tell
        self._sets: EvaluationSets | None = None

    def repair(self, source: SourceSettings) -> None:
        """Makes finished shards anew that are missing or of another length; and a source is whole only when it is."""
        folder = self._output / source.name
        make_folder(folder)
        (folder / INDEX).unlink(missing_ok=True)
        for place in self._state.shards(source.name):
            path = folder / place.record.file
            if path.is_file() and path.stat().st_size == place.record.size:
                continue
            self._tell(f"{source.name}: {place.record.file} is missing or torn; it is made anew")
            wanted = set(place.kept)
            samples: list[Sample] = []
            for row, found in self._inspected(source, place.rows[0]):
                if row.number >= place.rows[1]:
                    break
                samples += [one.sample for one in found if isinstance(one, Inspected) and one.sample.key in wanted]
            if write_shard(path, samples).sha256 != place.record.sha256:
                path.unlink()
                message = (
                    "this shard can't be made as it was: its source, or pyarrow, has changed; build in another folder"
                )
                raise InputError(message, str(path))

    def read(self, source: SourceSettings) -> None:
        """Reads the rest of a source."""
        state = self._state.source(source.name)
        number = len(self._state.shards(source.name))
        cut, kept, first = ShardCut(), list[str](), state.next_row
        for row, found in self._inspected(source, state.next_row):
            full = False
            for one in found:
                taken = self._take(source, one, state)
                if taken is not None:
                    kept.append(taken.key)
                    full = cut.add(taken) or full
            state.count("rows")
            state.next_row = row.number + 1
            if full:
                self._finish(source, state, number, (cut.take(), kept, first))
                number, kept, first = number + 1, [], state.next_row
        state.done = True
        self._finish(source, state, number, (cut.take(), kept, first))

    def _finish(
        self, source: SourceSettings, state: SourceState, number: int, made: tuple[list[Sample], list[str], int]
    ) -> None:
        samples, kept, first = made
        place = None
        if samples:
            record = write_shard(self._output / source.name / shard_name(number), samples)
            state.count("bytes", record.size)
            place = ShardPlace(record, (first, state.next_row), tuple(kept))
        self._state.finish_shard(source.name, state, number, place)
        self._tell(f"{source.name}: {state.counts.get('kept', 0):,} of {state.next_row:,} rows' samples kept")

    def _take(self, source: SourceSettings, one: Inspected | Refused, state: SourceState) -> Sample | None:
        if isinstance(one, Inspected):
            refusal = self._evaluations().find(one) or self._state.see(one, _digest(one), self._recipe.duplicates)
            if refusal is None:
                state.count("kept")
                state.count("pictures", len(one.digests))
                state.count("characters", len(one.text))
                return one.sample
            one = Refused(one.sample.key, *refusal)
        state.count(f"refused/{one.reason}")
        self._state.refuse(source.name, one)
        return None

    def _evaluations(self) -> EvaluationSets:
        """The evaluation sets, read when the first sample is to be compared."""
        if self._sets is None:
            members = []
            for place in self._recipe.evaluations:
                count = 0
                for _, found in self._inspected(place, 0):
                    for one in found:
                        if isinstance(one, Inspected):
                            members.append((place.name, one))
                            count += 1
                self._tell(f"evaluation set {place.name}: {count:,} samples to be kept out")
                if count == 0:
                    message = f"no sample of the evaluation set {place.name} can be read, so nothing could be kept out"
                    raise InputError(message, place.path)
            self._sets = EvaluationSets(members, self._recipe.overlap)
        return self._sets

    def _inspected(self, place: Place, start: int) -> Iterator[tuple[RawRow, list[Inspected | Refused]]]:
        """The rows of a source and what they become, in order; decoded by the pool, some rows ahead."""
        place = placed(place, self._recipe.root)
        folder, filters = picture_folder(place), self._recipe.filters
        waiting: deque[tuple[RawRow, Future[list[Inspected | Refused]]]] = deque()
        for row in read_rows(place, start):
            waiting.append((row, self.pool.submit(inspect_row, row, place, folder, filters)))
            if len(waiting) >= self.ahead:
                done = waiting.popleft()
                yield done[0], done[1].result()
        for row, future in waiting:
            yield row, future.result()


def _digest(one: Inspected) -> bytes:
    digest = hashlib.blake2b(b"".join(one.digests), digest_size=16)
    digest.update(one.text.encode())
    return digest.digest()


def _write_refused(output: Path, names: list[str], state: BuildState) -> None:
    with whole_file(output / REFUSED) as file:
        for name in names:
            for one in state.refused(name):
                line = {"key": one.key, "reason": one.reason, "detail": one.detail}
                file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


def _write_mixture(recipe: DataRecipe, sources: tuple[SourceSettings, ...], output: Path) -> None:
    """The weights by which a run draws from the folders: for each stage, or "all"."""
    stages: dict[str, dict[str, float]] = {}
    names = {source.name for source in sources}
    for stage in recipe.stages:
        for name in (stage.name, *stage.also):
            stages[name] = {share.source: share.pairs for share in stage.shares if share.source in names}
    if not stages:
        stages[ANY_STAGE] = {source.name: source.weight for source in sources}
    with whole_file(output / MIXTURE) as file:
        file.write((json.dumps({"stages": stages}, indent=1) + "\n").encode())
