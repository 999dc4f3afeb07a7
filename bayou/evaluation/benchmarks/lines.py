"""Cut-out words and lines with their text: a table ``labels.tsv`` of file, text and kind, and a folder ``images``.

The folder may also hold ``words`` and ``lines``, each such a folder: this project's own measuring set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bayou.errors import InputError
from bayou.evaluation.benchmark import Benchmark, DataSource, Figure, Reply, Sample, Scored, means
from bayou.evaluation.layouts import Data
from bayou.scorers.text import character_errors, exact_match, fold


def samples(data: Data) -> Iterator[Sample]:
    """A word or line."""
    folders = [data.folder / name for name in ("", "words", "lines")]
    tables = [folder / "labels.tsv" for folder in folders if (folder / "labels.tsv").is_file()]
    if not tables:
        raise data.missing("holds no labels.tsv, nor folders words or lines with one", data.folder)
    for table in tables:
        yield from _lines(data, table)


def _lines(data: Data, table: Path) -> Iterator[Sample]:
    for number, row in enumerate(table.read_text(encoding="utf-8").splitlines(), 1):
        cells = row.split("\t")
        if len(cells) < 2:
            raise InputError(f"line {number} is not: file, tab, text", str(table))
        path = table.parent / "images" / cells[0]
        if not path.is_file():
            raise data.missing("the picture is not there", path)
        groups = {"kind": cells[2]} if len(cells) > 2 else {}
        yield Sample(f"{table.parent.name}/{cells[0]}", (path,), cells[1], reads="line", groups=groups)


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """Exact match after folding and as it stands, and edits."""
    folded = character_errors(fold(reply.text), fold(sample.truth))
    strict = character_errors(reply.text, sample.truth)
    return {
        "right": float(exact_match(reply.text, sample.truth, folded=True)),
        "strict": float(exact_match(reply.text, sample.truth)),
        "edits": float(folded.edits),
        "letters": float(folded.length),
        "strict_edits": float(strict.edits),
        "strict_letters": float(strict.length),
    }


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """Exact match by kind, and character error rates over all letters."""
    first, *kinds = means(scored, "right", ("kind",))
    strict, *_ = means(scored, "strict")

    def rate(name: str, edits: str, letters: str) -> Figure:
        parts, weights = [one.scores[edits] for one in scored], [one.scores[letters] for one in scored]
        return Figure(name, parts, weights, lower_is_better=True)

    return [
        first,
        *kinds,
        Figure("strict", strict.parts, strict.weights),
        rate("character error rate", "edits", "letters"),
        rate("character error rate, strict", "strict_edits", "strict_letters"),
    ]


def confidences(scored: Sequence[Scored]) -> list[tuple[float, bool]]:
    """How sure the reader was of each line, and whether it is right after folding."""
    return [(one.reply.confidence, one.scores["right"] > 0) for one in scored if one.reply.confidence is not None]


BENCHMARK = Benchmark(
    name="lines",
    title="Words and lines",
    data=DataSource((), "your own folder: labels.tsv (file, tab, text, tab, kind) and images"),
    samples=samples,
    score=score,
    figures=figures,
    headline="right",
    harness="of our own; folded means lower case, without accents, a-z and 0-9 alone",
    verified="error rates equal jiwer's, on 30 golden pairs",
    confidences=confidences,
)
