"""What a benchmark is: samples, how they are asked, a scorer, figures made of scores. Knows no model and no file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from bayou.evaluation.layouts import Data

Picture = bytes | Path
Reads = Literal["line", "page", "question"]
Finish = Literal["stop", "length", "failed"]


@dataclass(frozen=True, slots=True)
class Asking:
    """How a model is asked; all of it is printed in the report and can be overridden.

    Attributes:
        ending: What follows each question that has no ending of its own.
        msac: Two grids of tiles a picture; None for the member's own way. A server decides that for itself.
        max_tiles: Largest grid of a picture; likewise.
    """

    ending: str = ""
    max_new_tokens: int = 1024
    max_tiles: int = 6
    msac: bool | None = False


@dataclass(frozen=True, slots=True)
class Sample:
    """One thing that is asked.

    Attributes:
        key: Its name in the benchmark; no other sample has it.
        prompt: The question, with marks where its pictures stand; "" where the picture is to be read.
        ending: Instead of ``Asking.ending``; None for that one.
        reads: How a reader that understands no language may do it: the picture is one line, or a page, or ``asks`` is
            looked up in the page's text; None: not at all.
        truth: What the scorer compares with; JSON.
        groups: Kinds of group ("task") and the sample's group of each.
        asks: The question alone, in a plain sentence.
    """

    key: str
    images: tuple[Picture, ...]
    truth: Any
    prompt: str = ""
    ending: str | None = None
    reads: Reads | None = None
    groups: Mapping[str, str] = field(default_factory=dict)
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.

    Attributes:
        text: The answer, or what was read: a page's lines in reading order.
        markdown: A page with its tables and headings; "" for answers.
        lines: A page's lines and how sure each is.
        confidence: Probability that all of it is right, where the model tells one.
        finish: "length": the limit of tokens cut it off; "failed": see ``failure``.
        failure: Kind of error, for instance LimitError; "" where there was none.
        message: What the error said, or what a page's status is.
        judged: What the judge said of it.
    """

    text: str
    markdown: str = ""
    lines: tuple[tuple[str, float | None], ...] = ()
    confidence: float | None = None
    finish: Finish = "stop"
    failure: str = ""
    message: str = ""
    seconds: float = 0.0
    prompt_tokens: int | None = None
    new_tokens: int | None = None
    judged: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """A sample, what came back, and its scores by name."""

    sample: Sample
    reply: Reply
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a report: ``scale`` times the sum of parts over the sum of weights.

    Parts and weights belong to units, mostly samples, in an order that is the same for every model: a bootstrap draws
    units, and a comparison the same ones of both.
    """

    name: str
    parts: Sequence[float]
    weights: Sequence[float]
    scale: float = 100.0
    lower_is_better: bool = False

    @property
    def value(self) -> float:
        total = sum(self.weights)
        return self.scale * sum(self.parts) / total if total else float("nan")


def mean_of(name: str, values: Sequence[float], scale: float = 100.0, lower_is_better: bool = False) -> Figure:
    """The mean of values, each a unit."""
    return Figure(name, values, [1.0] * len(values), scale, lower_is_better)


def means(scored: Sequence[Scored], score: str, by: Sequence[str] = (), scale: float = 100.0) -> list[Figure]:
    """The mean of one score: of all samples first, then of each group of each kind named in ``by``."""
    found = [mean_of("all", [one.scores[score] for one in scored], scale)]
    for kind in by:
        for group in sorted({one.sample.groups[kind] for one in scored if kind in one.sample.groups}):
            values = [one.scores[score] for one in scored if one.sample.groups.get(kind) == group]
            found.append(mean_of(group, values, scale))
    return found


@dataclass(frozen=True, slots=True)
class DataSource:
    """Where a benchmark's data is published.

    Attributes:
        files: Names of the table in a folder, the first that is there counts; empty: the folder itself is the data.
        address: Where to get it.
        md5: Of the published table, by its name; a table with another is not set beside published figures.
        hub: Data set, configuration and split for streaming from the Hub; () where there is none.
        size: How much is published, in words ("1,000 questions"); "" where that isn't known.
    """

    files: tuple[str, ...]
    address: str
    md5: Mapping[str, str] = field(default_factory=dict)
    hub: tuple[str, ...] = ()
    size: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """A figure that somebody published: of which model, which of the benchmark's figures, how much, and where."""

    model: str
    figure: str
    value: float
    source: str


@dataclass(frozen=True, slots=True)
class Judging:
    """What a second model is asked about each answer.

    Attributes:
        prompt: From a sample and an answer.
        needed: Whether the benchmark is refused without a judge.
        max_new_tokens: Longest verdict.
    """

    prompt: Callable[[Sample, str], str]
    needed: bool
    max_new_tokens: int = 64


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Samples and their scorer.

    Attributes:
        score: A sample's scores by name; a failed sample gets the scores of an empty answer.
        figures: From all scored samples; the first is the headline.
        headline: The score that says how good a single sample is, for comparisons and the worst ones.
        harness: Whose prompts and rules these are, with the version.
        verified: What the scorer is known to equal; "" where nothing checks it.
        notes: What else a reader of the report must know.
        confidences: How sure the model was of each thing, and whether that was right; for calibration.
    """

    name: str
    title: str
    data: DataSource
    samples: Callable[[Data], Iterator[Sample]]
    score: Callable[[Sample, Reply], Mapping[str, float]]
    figures: Callable[[Sequence[Scored]], list[Figure]]
    headline: str
    asking: Asking = field(default_factory=Asking)
    harness: str = ""
    verified: str = ""
    notes: tuple[str, ...] = ()
    published: tuple[Published, ...] = ()
    judging: Judging | None = None
    confidences: Callable[[Sequence[Scored]], list[tuple[float, bool]]] | None = None
