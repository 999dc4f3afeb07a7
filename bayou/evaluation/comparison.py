"""Two runs of one benchmark side by side: paired differences, and which samples flipped. Knows results; no format."""

from __future__ import annotations

from dataclasses import dataclass

from bayou.errors import UsageError
from bayou.evaluation.benchmark import Benchmark, Figure, Sample, Scored
from bayou.evaluation.records import Records
from bayou.evaluation.runner import Run, scored
from bayou.scorers.bootstrap import paired_interval

SHOWN = 50
SHOWN_LETTERS = 300


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of both, second less first; the interval is None where the figure has one unit alone."""

    name: str
    first: float
    second: float
    difference: float
    low: float | None
    high: float | None
    lower_is_better: bool


@dataclass(frozen=True, slots=True)
class Flip:
    """A sample that one did better than the other."""

    key: str
    question: str
    expected: str
    first: str
    second: str
    first_score: float
    second_score: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two runs have in common, and where they differ.

    Attributes:
        first, second: The models' names.
        common: Samples that both were asked alike.
        only_first, only_second: Samples that one alone has, or was asked otherwise.
        won, lost: How many the second did better, and worse.
        flips: Some of them, the greatest differences first.
    """

    title: str
    first: str
    second: str
    common: int
    only_first: int
    only_second: int
    won: int
    lost: int
    differences: tuple[Difference, ...]
    flips: tuple[Flip, ...]


def compare(benchmark: Benchmark, first: Run, second: Run) -> Comparison:
    """The second run beside the first.

    Raises:
        UsageError: Runs of different benchmarks, or with no sample in common.
    """
    if first.benchmark != second.benchmark:
        raise UsageError(f"a run of {first.benchmark} and one of {second.benchmark} have nothing to compare")
    one, other = _by_key(benchmark, first), _by_key(benchmark, second)
    common = sorted(one.keys() & other.keys())
    if not common:
        raise UsageError("the two runs have no sample in common")
    mine, theirs = [one[key] for key in common], [other[key] for key in common]
    pairs = list(zip(mine, theirs, strict=True))
    changes = [(b.scores.get(benchmark.headline, 0) - a.scores.get(benchmark.headline, 0), a, b) for a, b in pairs]
    flipped = sorted((change for change in changes if change[0]), key=lambda c: (-abs(c[0]), c[1].sample.key))
    return Comparison(
        benchmark.title,
        first.model,
        second.model,
        len(common),
        len(one) - len(common),
        len(other) - len(common),
        sum(change > 0 for change, _, _ in changes),
        sum(change < 0 for change, _, _ in changes),
        tuple(_differences(benchmark.figures(mine), benchmark.figures(theirs))),
        tuple(_flip(benchmark, a, b) for _, a, b in flipped[:SHOWN]),
    )


def _by_key(benchmark: Benchmark, run: Run) -> dict[str, Scored]:
    """Scored samples by name and hash, so that a sample asked otherwise is another."""
    hashes = Records(run.folder).hashes
    return {f"{one.sample.key}\n{hashes[one.sample.key]}": one for one in scored(benchmark, run.results())}


def _differences(first: list[Figure], second: list[Figure]) -> list[Difference]:
    others = {figure.name: figure for figure in second}
    found = []
    for figure in first:
        other = others.get(figure.name)
        if other is None or len(other.parts) != len(figure.parts) or not figure.parts:
            continue
        interval = paired_interval((figure.parts, figure.weights), (other.parts, other.weights))
        single = len(figure.parts) == 1
        found.append(
            Difference(
                figure.name,
                figure.value,
                other.value,
                other.value - figure.value,
                None if single else figure.scale * interval.low,
                None if single else figure.scale * interval.high,
                figure.lower_is_better,
            )
        )
    return found


def _flip(benchmark: Benchmark, first: Scored, second: Scored) -> Flip:
    sample: Sample = first.sample
    return Flip(
        sample.key,
        sample.prompt[:SHOWN_LETTERS],
        str(sample.truth)[:SHOWN_LETTERS],
        first.reply.text[:SHOWN_LETTERS],
        second.reply.text[:SHOWN_LETTERS],
        first.scores.get(benchmark.headline, 0.0),
        second.scores.get(benchmark.headline, 0.0),
    )
