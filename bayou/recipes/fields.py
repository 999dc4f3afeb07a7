"""``python -m bayou.recipes.fields``: teaches nano to find fields. Knows samples and boosted trees; no network.

For each concept, every candidate of a document is a row, and the rows that say what the document's field says are the
right ones. Boosted trees learn to tell them. A concept whose values the rules find more often, on documents that the
trees haven't seen, is left to the rules.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bayou.documents.write_file import whole_file
from bayou.reading.field_candidates import FINDERS, Candidate
from bayou.reading.field_clues import Clues
from bayou.reading.field_features import FAMILY, Features
from bayou.reading.field_finder import described
from bayou.reading.field_scores import WEIGHTS, Trees, trees_of
from bayou.reading.field_words import concepts
from bayou.recipes.field_samples import FieldSample, drawn, receipts
from bayou.scorers.text import edit_distance
from bayou.training.boosted_trees import Boosting, boost

LEAST_LIKE = 0.8
"""A text is the field's where so much of it agrees; of several, the likest."""
FEWEST = 30
"""A concept that fewer documents have isn't taught."""
LEAST = 0.3
"""A candidate that is less likely the right one is not taken: the field is null."""
_REAL_WEIGHT = 3.0
_MOST_WRONG = 40


@dataclass(frozen=True, slots=True)
class Rows:
    """The candidates of one document for one concept: features [candidates, features], and which are right."""

    features: NDArray[np.float32]
    right: NDArray[np.bool_]
    present: bool
    group: str
    real: bool


def right_ones(candidates: Sequence[Candidate], kind: str, truth: tuple[str, str]) -> NDArray[np.bool_]:
    """Which candidates say what the field says [candidates]."""
    printed, normal = truth
    if kind == "amount":
        wanted = _amount(normal or printed)
        return np.array([wanted is not None and abs(float(c.value) - wanted) < 0.005 for c in candidates], bool)
    if kind == "date":
        days = {normal} if normal else {c.value for c in candidates if _plain(c.printed) == _plain(printed)}
        return np.array([c.value in days for c in candidates], bool)
    likeness = np.array([_likeness(c.printed, printed) for c in candidates])
    best = likeness.max(initial=0.0)
    return likeness >= best if best >= LEAST_LIKE else np.zeros(len(candidates), bool)


def _amount(text: str) -> float | None:
    from bayou.reading.printed_amounts import find_amounts

    found = find_amounts(text)
    return float(found[0].value(".")) if found else None


def _plain(text: str) -> str:
    return "".join(c for c in text.upper() if c.isalnum())


def _likeness(first: str, second: str) -> float:
    one, other = _plain(first), _plain(second)
    longest = max(len(one), len(other))
    if not longest or min(len(one), len(other)) < LEAST_LIKE * longest:
        return 0.0
    return 1 - edit_distance(one, other) / longest


@dataclass(frozen=True, slots=True)
class Known:
    """A sample with what is on it."""

    sample: FieldSample
    clues: Clues
    features: Features

    @classmethod
    def of(cls, sample: FieldSample) -> Known:
        """A sample's clues and features."""
        clues = Clues.of(sample.document)
        return cls(sample, clues, Features(clues))


def rows_of(known: Known, concept: str) -> Rows | None:
    """The rows of a document; None where nothing is known of the concept, or no candidate says what the field says."""
    sample = known.sample
    if concept not in sample.truth:
        return None
    kind = concepts()[concept].kind
    candidates = list(FINDERS[kind](known.clues))
    truth = sample.truth[concept]
    right = right_ones(candidates, kind, truth) if truth else np.zeros(len(candidates), bool)
    if not candidates or (truth is not None and not right.any()):
        return None
    return Rows(
        described(known.features, kind, concept, candidates), right, truth is not None, sample.group, sample.real
    )


def learn(rows: Sequence[Rows], trees: int, seed: int) -> dict[str, Any]:
    """Boosted trees that tell right rows from others, as ``field_scores`` reads them."""
    random = np.random.default_rng(seed)
    kept = [_some(one, random) for one in rows]
    x = np.concatenate([one.features[chosen] for one, (chosen, _) in zip(rows, kept, strict=True)])
    y = np.concatenate([one.right[chosen] for one, (chosen, _) in zip(rows, kept, strict=True)])
    weight = np.concatenate([weights for _, weights in kept])
    base, grown = boost(x, y, weight, Boosting(trees), seed)
    entries = [
        [
            tree.feature,
            [float(f"{value:.9g}") for value in tree.threshold],
            tree.left,
            tree.right,
            [float(f"{value:.4g}") for value in tree.value],
        ]
        for tree in grown
    ]
    return {"base": base, "least": LEAST, "features": x.shape[1], "trees": entries}


def _some(one: Rows, random: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The right rows of a document and some of the wrong ones, and what each counts: together as much as all."""
    wrong = np.flatnonzero(~one.right)
    chosen = random.permutation(wrong)[:_MOST_WRONG]
    right = np.flatnonzero(one.right)
    weights = np.concatenate([np.ones(len(right)), np.full(len(chosen), len(wrong) / max(len(chosen), 1))])
    return np.concatenate([right, chosen]), weights * (_REAL_WEIGHT if one.real else 1.0)


def better_than_rules(rows: Sequence[Rows], trees: int, seed: int) -> tuple[float, float]:
    """The share of unseen documents whose value the trees find, and that the rules find, where they have it.

    Trees learn from half of the groups; the others are unseen. Where there are real ones among these, they alone count.
    """
    groups = sorted({one.group for one in rows})
    half = set(np.random.default_rng(seed).permutation(groups)[: len(groups) // 2])
    tower = trees_of(learn([one for one in rows if one.group in half], trees, seed))
    unseen = [one for one in rows if one.group not in half and one.present]
    unseen = [one for one in unseen if one.real] or unseen
    by_trees = [bool(one.right[int(np.argmax(tower.probabilities(one.features)))]) for one in unseen]
    by_rules = [bool(one.right[int(np.argmax(one.features[:, -1]))]) for one in unseen]
    return sum(by_trees) / max(len(unseen), 1), sum(by_rules) / max(len(unseen), 1)


def teach(samples: Iterable[FieldSample], trees: int = 40, seed: int = 0, only: Sequence[str] = ()) -> dict[str, Any]:
    """Trees for each concept that enough of the samples have, as a file of weights holds them."""
    known = [Known.of(sample) for sample in samples]
    taught: dict[str, Any] = {}
    for concept in only or sorted({name for one in known for name in one.sample.truth}):
        if concepts()[concept].kind not in FAMILY:
            continue  # a currency is read off the amounts
        rows = [found for one in known if (found := rows_of(one, concept)) is not None]
        if sum(one.present for one in rows) < FEWEST or all(one.right.all() for one in rows):
            continue
        learnt, ruled = better_than_rules(rows, trees, seed)
        print(f"{concept}: {len(rows)} documents, {learnt:.3f} found on unseen ones, {ruled:.3f} by rules", flush=True)
        if learnt >= ruled:
            taught[concept] = {**learn(rows, trees, seed), "least": LEAST}
    return taught


def check(taught: Mapping[str, Any]) -> Mapping[str, Trees]:
    """The trees as they will be read."""
    return {name: trees_of(entry) for name, entry in taught.items()}


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Teach nano to find fields; writes the weights that extraction uses.")
    parser.add_argument(
        "--receipts", type=Path, metavar="DIR", help="real receipts: images, lines, fields (docs/data.md)"
    )
    parser.add_argument("--readings", type=Path, metavar="DIR", help="the same receipts as bayou read them, NAME.json")
    parser.add_argument("--pages", type=int, default=600, help="how many pages to draw, as many of each kind [600]")
    parser.add_argument("--seed", type=int, default=1, help="of the drawn pages [1]")
    parser.add_argument("--trees", type=int, default=40, help="for each concept [40]")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="CONCEPT", help="teach these, and leave the file's others as they are"
    )
    parser.add_argument("--output", type=Path, default=WEIGHTS, help="[the package's own]")
    values = parser.parse_args(argv)
    samples = list(drawn(values.pages, values.seed))
    if values.receipts is not None:
        samples += receipts(values.receipts, values.readings)
    taught = teach(samples, values.trees, only=values.only)
    if values.only and values.output.is_file():
        before = json.loads(values.output.read_text(encoding="utf-8"))
        taught = {**{name: entry for name, entry in before.items() if name not in values.only}, **taught}
    check(taught)
    with whole_file(values.output) as file:
        file.write(json.dumps(taught, separators=(",", ":")).encode())


if __name__ == "__main__":
    main()
