"""How many fields of documents are found: real receipts as read, drawn pages with true lines. Knows scores, no finders.

    python -m benchmarks.fields [--data DIR] [--readings DIR] [--pages N]

Receipts are read by nano (or taken from ``--readings``, documents as ``bayou read --to json`` writes them), then their
four fields are found by hand-made rules alone and by what was learnt, among the same candidates. Figures go to
``results/fields.json``.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bayou.documents.document import Document
from bayou.reading.field_candidates import FINDERS
from bayou.reading.field_clues import Clues
from bayou.reading.field_finder import FieldFinder
from bayou.reading.field_scores import Trees, learnt
from bayou.reading.field_words import concepts
from bayou.recipes.field_samples import KINDS, RECEIPT_FIELDS, FieldSample, drawn
from bayou.recipes.fields import right_ones
from bayou.scorers.fields import SMALL, FieldCounts, field_counts
from benchmarks import measurement, truth

WAYS: Mapping[str, Callable[[], Mapping[str, Trees]]] = {"rules": dict, "learnt": learnt}
HELD_OUT_SEED = 2
"""Of drawn pages; what was learnt comes from another."""


def receipts(folder: Path, readings: Path | None) -> list[tuple[Document, dict[str, str]]]:
    """The receipts of ``folder/kie`` as they were read, and their fields."""
    from bayou import Reader

    reader = Reader()
    found = []
    for path in sorted((folder / "kie/fields").glob("*.json")):
        stored = readings / f"{path.stem}.json" if readings is not None else None
        if stored is not None and stored.is_file():
            document = Document.from_json(stored.read_text(encoding="utf-8"))
        else:
            document = reader.read(folder / "kie/images" / f"{path.stem}.jpg")
        found.append((document, json.loads(path.read_text(encoding="utf-8"))))
    return found


def receipt_rows(read: Sequence[tuple[Document, dict[str, str]]]) -> list[dict[str, object]]:
    """For each way and field: how many are right to the letter, and how many mean the same.

    The labels are in capitals whatever the print, so capitals are no difference. ``in_candidates`` is the share
    of fields that any choice could get right to the letter: what is missing was misread, or is no candidate.
    """
    rows = []
    clues = [Clues.of(document) for document, _ in read]
    for way, taught in WAYS.items():
        counts = FieldCounts(0, 0)
        mean_f1 = 0.0
        right: dict[str, list[bool]] = defaultdict(list)
        same: dict[str, list[bool]] = defaultdict(list)
        reachable: dict[str, list[bool]] = defaultdict(list)
        for one, (_, fields) in zip(clues, read, strict=True):
            finder = FieldFinder(one, taught())
            predicted = {}
            for name, concept in RECEIPT_FIELDS.items():
                found = finder.find(concept)
                wanted = fields.get(name, "")
                printed = found.candidate.printed if found is not None else ""
                predicted[name] = printed.upper()
                right[name].append(_exact(name, printed, wanted))
                kind = concepts()[concept].kind
                meant = found is not None and bool(right_ones([found.candidate], kind, (wanted, ""))[0])
                same[name].append(meant)
                candidates = FINDERS[kind](one)
                reachable[name].append(any(_exact(name, c.printed, wanted) for c in candidates))
            count = field_counts(predicted, {name: value.upper() for name, value in fields.items()})
            counts, mean_f1 = counts + count, mean_f1 + count.f1 / len(read)
        for name in RECEIPT_FIELDS:
            rows.append(_row("receipts", way, name, right[name], same[name], reachable[name]))
        flat = [[value for name in RECEIPT_FIELDS for value in part[name]] for part in (right, same, reachable)]
        rows.append({**_row("receipts", way, "all", *flat), "f1": counts.f1, "mean_f1": mean_f1 + SMALL})
    return rows


def _exact(name: str, printed: str, wanted: str) -> bool:
    return field_counts({name: printed.upper()}, {name: wanted.upper()}).wrong == 0


def _row(
    part: str, way: str, field: str, right: Sequence[bool], same: Sequence[bool], reachable: Sequence[bool]
) -> dict[str, object]:
    def share(values: Sequence[bool]) -> float | None:
        return sum(values) / len(values) if values else None

    return {
        "part": part,
        "way": way,
        "field": field,
        "n": len(same),
        "exact": share(right),
        "same_meaning": share(same),
        "in_candidates": share(reachable),
        "f1": None,
        "mean_f1": None,
    }


def drawn_rows(samples: Sequence[FieldSample]) -> list[dict[str, object]]:
    """For each way and concept of drawn pages with their true lines: the F1 of values that mean the same."""
    rows = []
    known = [(sample, Clues.of(sample.document)) for sample in samples]
    names = sorted({name for sample, _ in known for name in sample.truth})
    for way, taught in WAYS.items():
        total = [0, 0, 0]
        for name in names:
            kind = concepts()[name].kind
            if kind not in FINDERS:
                continue
            right = taken = wanted = 0
            for sample, clues in known:
                if name not in sample.truth:
                    continue
                truth_ = sample.truth[name]
                found = FieldFinder(clues, taught()).find(name)
                wanted += truth_ is not None
                taken += found is not None
                if found is not None and truth_ is not None:
                    right += bool(right_ones([found.candidate], kind, truth_)[0])
            total = [total[0] + right, total[1] + taken, total[2] + wanted]
            rows.append(_drawn_row(way, name, right, taken, wanted))
        rows.append(_drawn_row(way, "all", *total))
    return rows


def _drawn_row(way: str, name: str, right: int, taken: int, wanted: int) -> dict[str, object]:
    f1 = 2 * right / max(taken + wanted, 1)
    row = _row("drawn", way, name, [], [], [])
    return {**row, "n": wanted, "same_meaning": right / max(wanted, 1), "f1": f1}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Fields found on real receipts and on drawn pages.")
    parser.add_argument("--data", type=Path, default=truth.default_folder())
    parser.add_argument("--readings", type=Path, help="documents of the receipts, NAME.json; read again where missing")
    parser.add_argument("--pages", type=int, default=128, help="drawn pages [128]")
    values = parser.parse_args()
    rows = receipt_rows(receipts(values.data, values.readings))
    rows += drawn_rows(list(drawn(values.pages, HELD_OUT_SEED, KINDS)))
    measurement.show(rows)
    print(measurement.write("fields", {"drawn_pages": values.pages, "seed": HELD_OUT_SEED}, rows))


if __name__ == "__main__":
    main()
