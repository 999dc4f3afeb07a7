"""A run: a benchmark's samples through a subject, results kept as they come. Knows files; not how anything answers.

A run's folder is named after all that its results hang on: benchmark, model, settings, data, judge. So a run that was
stopped goes on in its folder, and one with anything changed has a folder of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock, Timeout

from bayou.config import from_dict
from bayou.documents.write_file import whole_file
from bayou.errors import InputError, OutputError, UsageError
from bayou.evaluation.benchmark import Asking, Benchmark, Reply, Sample, Scored
from bayou.evaluation.layouts import Data
from bayou.evaluation.records import Records, sample_hash
from bayou.evaluation.subjects import Subject

RUN_FILE = "run.json"
ID_LETTERS = 12

OnProgress = Callable[[int, int | None], None]
"""Told how many samples stand, and how many there will be where a limit says so."""


class Judge(Protocol):
    """A second model that is asked about answers.

    Attributes:
        name: What reports call it.
        identity: What tells it from any other. JSON.
    """

    name: str
    identity: Mapping[str, Any]

    def verdict(self, prompt: str, max_new_tokens: int) -> str:
        """What it says."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run may be told.

    Attributes:
        output: Under it each run has its folder.
        asking: How the model is asked; None for the benchmark's own way.
        limit: Only so many of the first samples; further ones can be added later.
        judge: Needed by some benchmarks.
    """

    output: Path
    asking: Asking | None = None
    limit: int | None = None
    judge: Judge | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was made, in its folder.

    Attributes:
        identity: All that results hang on. JSON.
        facts: What else is known of it: samples left out, most in flight, seconds. JSON.
    """

    folder: Path
    benchmark: str
    model: str
    identity: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def asking(self) -> Asking:
        """How the model was asked."""
        return from_dict(Asking, self.identity["asking"])

    def results(self, limit: int | None = None) -> Iterator[tuple[Sample, Reply]]:
        """Its samples and what came back."""
        return islice(Records(self.folder).results(), limit)


@dataclass(slots=True)
class _Taken:
    """What a pass over the samples has met so far."""

    met: int = 0
    left_out: int = 0
    seen: set[str] = field(default_factory=set)


def run(
    benchmark: Benchmark, subject: Subject, data: Data, options: RunOptions, on_progress: OnProgress | None = None
) -> Run:
    """Asks what doesn't stand yet, and keeps each result as it comes.

    Raises:
        UsageError: The benchmark needs a judge; the model can do none of it; the run is being made by someone else.
        InputError: The data can't be read.
        ModelError: The model, its server or the judge failed; the same call goes on from there.
        OutputError: Results can't be kept.
    """
    asking = options.asking or benchmark.asking
    judge = _judge(benchmark, options)
    identity = {
        "benchmark": benchmark.name,
        "model": dict(subject.identity),
        "asking": asdict(asking),
        "data": data.digest,
        "judge": None if judge is None else dict(judge.identity),
        "bayou": str(vars(sys.modules["bayou"])["__version__"]),
    }
    folder = options.output / benchmark.name / f"{_slug(subject.name)}-{_id(identity)}"
    with _held(folder):
        records = Records(folder)
        before, started, taken = len(records), time.perf_counter(), _Taken()
        wanted = _wanted(_doable(benchmark.samples(data), subject, taken), records, options.limit, taken)
        hashes: dict[str, str] = {}
        for sample, reply in subject.replies(_remembered(wanted, hashes), asking):
            records.append(sample, _judged(benchmark, judge, sample, reply), hashes.pop(sample.key))
            if on_progress is not None:
                on_progress(len(records), options.limit)
        if not taken.met:
            raise UsageError(_nothing(benchmark, subject, taken))
        seconds = time.perf_counter() - started
        facts = {
            "samples": taken.met,
            "left_out": taken.left_out,
            "limited": options.limit is not None and taken.met >= options.limit,
            "published_data": data.published,
            "data": data.about,
            "judge": None if judge is None else judge.name,
            "most_in_flight": max(subject.most_in_flight, _most_before(folder)),
            "this_call": {"new": len(records) - before, "seconds": seconds},
        }
        made = Run(folder, benchmark.name, subject.name, identity, facts)
        _save(made)
    return made


def open_run(folder: Path) -> Run:
    """A run made before.

    Raises:
        InputError: The folder holds none.
    """
    path = folder / RUN_FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Run(folder, values["benchmark"], values["model"], values["identity"], values["facts"])
    except (OSError, ValueError, KeyError) as error:
        raise InputError("holds no finished run; name a folder that `bayou evaluate` has made", str(folder)) from error


def scored(benchmark: Benchmark, results: Iterable[tuple[Sample, Reply]]) -> list[Scored]:
    """Results with their scores, in the order of the samples' names, which every model's run shares."""
    found = [Scored(sample, reply, benchmark.score(sample, reply)) for sample, reply in results]
    return sorted(found, key=lambda one: one.sample.key)


def _judge(benchmark: Benchmark, options: RunOptions) -> Judge | None:
    if benchmark.judging is None:
        return None
    if options.judge is None and benchmark.judging.needed:
        raise UsageError(f"{benchmark.title} is scored by a judge: name a server's model with --judge-url and --judge")
    return options.judge


def _judged(benchmark: Benchmark, judge: Judge | None, sample: Sample, reply: Reply) -> Reply:
    if judge is None or benchmark.judging is None or reply.finish == "failed":
        return reply
    prompt = benchmark.judging.prompt(sample, reply.text)
    return replace(reply, judged=judge.verdict(prompt, benchmark.judging.max_new_tokens))


def _doable(samples: Iterable[Sample], subject: Subject, taken: _Taken) -> Iterator[Sample]:
    """Those that the subject can do; a reader that understands no language is given what can be read."""
    for sample in samples:
        if sample.key in taken.seen:
            raise InputError(f"the data has two samples named {sample.key!r}")
        taken.seen.add(sample.key)
        if subject.answers or sample.reads in subject.reads:
            yield sample
        else:
            taken.left_out += 1


def _wanted(
    samples: Iterable[Sample], records: Records, limit: int | None, taken: _Taken
) -> Iterator[tuple[Sample, str]]:
    for sample in islice(samples, limit):
        taken.met += 1
        asked = sample_hash(sample)
        if not records.has(sample.key, asked):
            yield sample, asked


def _remembered(wanted: Iterable[tuple[Sample, str]], hashes: dict[str, str]) -> Iterator[Sample]:
    for sample, asked in wanted:
        hashes[sample.key] = asked
        yield sample


def _nothing(benchmark: Benchmark, subject: Subject, taken: _Taken) -> str:
    if taken.left_out:
        return f"{subject.name} answers no questions, and {benchmark.title} asks nothing else"
    return f"the data of {benchmark.title} has no samples"


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The folder, made, and this process's own for the time being."""
    lock = FileLock(folder / ".lock", timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise UsageError(f"{folder}: another process is making this run") from error
    except OSError as error:
        raise OutputError(f"can't be written: {error.strerror or error}", str(folder)) from error
    try:
        yield
    finally:
        lock.release()


def _most_before(folder: Path) -> int:
    """Most that were in flight in the calls before, of which the last left its facts."""
    return int(open_run(folder).facts["most_in_flight"]) if (folder / RUN_FILE).exists() else 0


def _save(made: Run) -> None:
    values = {"benchmark": made.benchmark, "model": made.model, "identity": made.identity, "facts": made.facts}
    with whole_file(made.folder / RUN_FILE) as file:
        file.write((json.dumps(values, indent=1, ensure_ascii=False) + "\n").encode())


def _id(identity: Mapping[str, Any]) -> str:
    text = json.dumps(identity, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LETTERS]


def _slug(name: str) -> str:
    return re.sub(r"[^\w.]+", "-", name).strip("-.") or "model"
