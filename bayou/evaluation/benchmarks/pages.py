"""Whole pages with their text: a folder ``images`` and a folder ``text`` with a file of the same name for each.

The folder may also hold both within ``pages``: this project's own measuring set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bayou.evaluation.benchmark import Benchmark, DataSource, Figure, Reply, Sample, Scored, mean_of, means
from bayou.evaluation.layouts import Data
from bayou.scorers.text import character_errors, fold, word_overlap


def samples(data: Data) -> Iterator[Sample]:
    """A page; its kind is what its name begins with, up to the first underscore."""
    folders = [folder for folder in (data.folder, data.folder / "pages") if (folder / "text").is_dir()]
    if not folders:
        raise data.missing("holds no folders images and text, nor pages with both", data.folder)
    images = {path.stem: path for path in sorted((folders[0] / "images").glob("*"))}
    for text in sorted((folders[0] / "text").glob("*.txt")):
        if text.stem not in images:
            raise data.missing("has no picture of its name in images", text)
        kind = {"kind": text.stem.partition("_")[0]} if "_" in text.stem else {}
        yield Sample(text.stem, (images[text.stem],), text.read_text(encoding="utf-8"), reads="page", groups=kind)


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """Words in common in any order, and character errors in the reader's order, white space single or left out."""
    words = word_overlap(reply.text, sample.truth)
    strict = character_errors(" ".join(reply.text.split()), " ".join(sample.truth.split()))
    folded = character_errors(fold(reply.text), fold(sample.truth))
    return {
        "f1": words.f1,
        "precision": words.precision,
        "recall": words.recall,
        "cer": strict.rate,
        "cer_folded": folded.rate,
    }


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """Means over pages."""
    return [
        *means(scored, "f1", ("kind",)),
        *(mean_of(f"word {name}", [one.scores[name] for one in scored]) for name in ("precision", "recall")),
        mean_of("character error rate", [one.scores["cer"] for one in scored], lower_is_better=True),
        mean_of("character error rate, folded", [one.scores["cer_folded"] for one in scored], lower_is_better=True),
    ]


BENCHMARK = Benchmark(
    name="pages",
    title="Pages",
    data=DataSource((), "your own folder: images, and text with a .txt file of the same name for each"),
    samples=samples,
    score=score,
    figures=figures,
    headline="f1",
    harness="of our own; words folded: lower case, without accents, a-z and 0-9 alone",
    verified="error rates equal jiwer's, on 30 golden pairs",
)
