"""The figures of the accuracy benchmark, for an engine whose mistakes are known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks import truth
from benchmarks.accuracy import crop_rows, crop_scores, page_rows, with_kept
from benchmarks.engines import Reading

LABELS = {"words": "a.png\tTotal:\tplain\nb.png\t9.00\tdigits\n", "lines": "c.png\tCafé No. 7\tplain\n"}
READ = {"a.png": "total", "b.png": "9.80", "c.png": "Café No. 7"}


class Known:
    """Reads what it was told to."""

    name = "known"

    def start(self) -> None:
        """Nothing to load."""

    def read_crops(self, paths: Sequence[Path], kind: str) -> list[Reading]:
        return [Reading(READ[path.name], 0.5 if path.name == "b.png" else 0.75) for path in paths]

    def read_page(self, path: Path) -> str:
        return "one two\n\nTHREE"


def labelled_folder(folder: Path) -> Path:
    for part, table in LABELS.items():
        (folder / part / "images").mkdir(parents=True)
        (folder / part / "labels.tsv").write_text(table, encoding="utf-8")
    (folder / "pages/images").mkdir(parents=True)
    (folder / "pages/text").mkdir()
    for name, text in {"scan_1": "one two three four", "scan_2": "One\ntwo three", "book_1": "other"}.items():
        (folder / f"pages/images/{name}.png").touch()
        (folder / f"pages/text/{name}.txt").write_text(text, encoding="utf-8")
    return folder


def test_crops_are_scored_by_category_and_all_together(tmp_path: Path) -> None:
    rows = {row["category"]: row for row in crop_rows(Known(), truth.crops(labelled_folder(tmp_path)))}
    assert list(rows) == ["digits", "plain", "all"]
    assert (rows["plain"]["n"], rows["plain"]["exact_folded"], rows["plain"]["exact_strict"]) == (2, 1.0, 0.5)
    assert rows["plain"]["exact_caseless"] == 0.5, "the colon is missing, whatever the case"
    assert rows["digits"]["cer_folded"] == 1 / 3
    assert rows["all"]["cer_strict"] == (2 + 1 + 0) / (6 + 4 + 10)
    assert rows["all"]["auroc_wrong"] == 1.0
    assert rows["plain"]["auroc_wrong"] is None, "none is wrong, so there is nothing to find"


def test_an_engine_without_confidence_is_not_judged_by_it() -> None:
    scores = crop_scores([(Reading("a"), "a"), (Reading("b"), "c")])
    assert scores["exact_folded"] == 0.5
    assert scores["auroc_wrong"] is None and scores["calibration_error"] is None


def test_case_alone_is_forgiven_where_case_is_not_judged() -> None:
    scores = crop_scores([(Reading("TOTAL: 9"), "Total: 9"), (Reading("TOTAL 9"), "Total: 9")])
    assert (scores["exact_strict"], scores["exact_caseless"], scores["exact_folded"]) == (0.0, 0.5, 1.0)


def test_what_was_not_measured_anew_is_kept_and_says_of_which_run_it_is() -> None:
    def row(part: str, engine: str, value: float) -> dict[str, object]:
        return {"part": part, "engine": engine, "value": value}

    old = [row("crops", "a", 1), row("crops", "b", 2), row("pages", "a", 3), row("pages", "b", 4)]
    report = {"settings": {"data": "set"}, "date": "Monday", "commit": "abc", "results": old}
    merged = with_kept(report, "set", [row("crops", "b", 5), row("crops", "c", 6)])
    assert [r["value"] for r in merged] == [1, 5, 3, 4, 6]
    assert [r.get("earlier_run") for r in merged] == ["Monday, commit abc", None, *["Monday, commit abc"] * 2, None]
    later = with_kept({**report, "date": "Tuesday", "results": merged}, "set", [row("crops", "c", 7)])
    assert later[0]["earlier_run"] == "Monday, commit abc" and later[1]["earlier_run"] == "Tuesday, commit abc"
    assert with_kept(report, "other", []) == [] and with_kept(None, "set", []) == []


def test_pages_are_scored_as_means_over_pages(tmp_path: Path) -> None:
    rows = {row["category"]: row for row in page_rows(Known(), truth.pages(labelled_folder(tmp_path)))}
    precision, recall = (1 + 1) / 2, (3 / 4 + 1) / 2
    assert (rows["scan"]["word_precision"], rows["scan"]["word_recall"]) == (precision, recall)
    assert rows["scan"]["word_f1"] == (6 / 7 + 1) / 2
    assert rows["book"]["word_f1"] == 0.0
    # "onetwothree" for "onetwothreefour", and read without a mistake.
    assert rows["scan"]["cer_reading_order_folded"] == (4 / 15 + 0) / 2
    assert rows["all"]["n"] == 3
