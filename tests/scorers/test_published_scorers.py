"""Every scorer equals its published harness on all golden pairs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bayou.scorers import answer_match, fields, multiple_choice, open_answers, vqa, yes_no
from bayou.scorers.text import ErrorRate, character_errors, word_errors
from tests.golden_set import read_json

SCORER_TOLERANCE = 1e-9

Pair = dict[str, Any]
Score = Callable[[Pair], float | None]


def is_formula(pair: Pair) -> bool:
    return bool(pair["category"] == "Handwritten Mathematical Expression Recognition")


def options(pair: Pair) -> dict[str, str]:
    return multiple_choice.letters(pair["options"])


def mmmu_choice(pair: Pair) -> float | None:
    chosen = multiple_choice.chosen_lmms_eval_mmmu(pair["prediction"], options(pair))
    return None if chosen is None else float(chosen == pair["answer"])


def field_f1(pair: Pair) -> float:
    return fields.field_counts(fields.parsed_object(pair["prediction"]) or {}, pair["answer"]).f1


SCORERS: dict[tuple[str, str], Score] = {
    ("anls", "vlmevalkit"): lambda p: answer_match.anls(p["prediction"], p["answers"]),
    ("anls", "lmms_eval"): lambda p: answer_match.anls(p["prediction"], p["answers"]),
    ("chartqa", "vlmevalkit"): lambda p: answer_match.relaxed_accuracy(p["prediction"], [p["answer"]]),
    ("chartqa", "lmms_eval"): lambda p: answer_match.relaxed_accuracy(p["prediction"], [p["answer"]]),
    ("ocrbench", "vlmevalkit"): lambda p: answer_match.ocrbench_vlmevalkit(
        p["prediction"], p["answers"], is_formula(p)
    ),
    ("ocrbench", "lmms_eval"): lambda p: answer_match.ocrbench_lmms_eval(p["prediction"], p["answers"], is_formula(p)),
    ("textvqa", "vlmevalkit"): lambda p: vqa.vqa_accuracy_vlmevalkit(p["prediction"], p["answers"]),
    ("textvqa", "lmms_eval"): lambda p: vqa.vqa_accuracy_lmms_eval(p["prediction"], p["answers"]),
    ("multiple_choice", "vlmevalkit"): lambda p: multiple_choice.right_vlmevalkit(
        p["prediction"], options(p), p["answer"]
    ),
    ("multiple_choice", "lmms_eval_ai2d"): lambda p: multiple_choice.right_lmms_eval_ai2d(p["prediction"], p["answer"]),
    ("multiple_choice", "lmms_eval_mmstar"): lambda p: float(
        multiple_choice.chosen_lmms_eval_mmstar(p["prediction"]) == p["answer"]
    ),
    ("multiple_choice", "lmms_eval_mmmu"): mmmu_choice,
    ("mmmu_open", "vlmevalkit"): lambda p: open_answers.mmmu_open_vlmevalkit(p["prediction"], p["answer"]),
    ("mmmu_open", "lmms_eval_official_rule"): lambda p: open_answers.mmmu_open_authors(p["prediction"], p["answer"]),
    ("mmmu_open", "lmms_eval_pipeline"): lambda p: open_answers.mmmu_open_lmms_eval(p["prediction"], p["answer"]),
    ("hallusionbench", "vlmevalkit"): lambda p: float(yes_no.said_vlmevalkit(p["prediction"]) == p["answer"]),
    ("hallusionbench", "lmms_eval"): lambda p: float(yes_no.said_lmms_eval(p["prediction"]) == p["answer"]),
    ("cer_wer", "cer"): lambda p: character_errors(p["prediction"], p["reference"]).rate,
    ("cer_wer", "wer"): lambda p: word_errors(p["prediction"], p["reference"]).rate,
    ("field_f1", "vlmevalkit"): field_f1,
    ("field_f1", "lmms_eval"): field_f1,
}


@pytest.mark.parametrize(("file", "harness"), SCORERS)
def test_each_pair_scores_as_published(file: str, harness: str) -> None:
    scorer, pairs = SCORERS[file, harness], read_json(f"scorers/{file}.json")["pairs"]
    found = {pair["id"]: scorer(pair) for pair in pairs}
    expected = {pair["id"]: pair["scores"][harness] for pair in pairs}
    wrong = {
        key: (found[key], score)
        for key, score in expected.items()
        if (score is None) != (found[key] is None) or (score is not None and abs(found[key] - score) > SCORER_TOLERANCE)  # type: ignore[operator]
    }
    assert not wrong


def test_every_harness_of_every_file_has_its_scorer() -> None:
    names = {"anls", "chartqa", "cer_wer", "field_f1", "hallusionbench", "mmmu_open", "multiple_choice", "ocrbench"}
    for name in names | {"textvqa"}:
        harnesses = {harness for pair in read_json(f"scorers/{name}.json")["pairs"] for harness in pair["scores"]}
        assert {harness for file, harness in SCORERS if file == name} == harnesses


@pytest.mark.parametrize("harness", ["vlmevalkit", "lmms_eval"])
def test_answers_are_prepared_as_published(harness: str) -> None:
    prepare = {"vlmevalkit": vqa.normalised_vlmevalkit, "lmms_eval": vqa.normalised_lmms_eval}[harness]
    for pair in read_json("scorers/textvqa.json")["pairs"]:
        assert prepare(pair["prediction"]) == pair["normalised_prediction"][harness]


def test_choices_are_extracted_as_published() -> None:
    for pair in read_json("scorers/multiple_choice.json")["pairs"]:
        extracted = pair["extracted"]
        assert (multiple_choice.chosen_vlmevalkit(pair["prediction"], options(pair)) or "Z") == extracted["vlmevalkit"]
        if all(len(option) > 1 for option in pair["options"]) and len(pair["options"]) == 4:
            assert (multiple_choice.chosen_lmms_eval_mmstar(pair["prediction"]) or "") == extracted["lmms_eval_mmstar"]


def test_open_answers_have_the_published_candidates() -> None:
    for pair in read_json("scorers/mmmu_open.json")["pairs"]:
        assert {str(one) for one in open_answers.candidates(pair["prediction"])} == set(pair["parsed_candidates"])


def test_hallusionbench_groups_as_published() -> None:
    table = read_json("scorers/hallusionbench.json")["table"]
    rows = table["rows"]
    right = [yes_no.said_vlmevalkit(row["prediction"]) == row["answer"] for row in rows]
    for published in table["vlmevalkit_Hallusion_rating"]:
        kept = [published["split"] in ("Overall", row["category"], row["l2-category"]) for row in rows]
        chosen = [row for row, keep in zip(rows, kept, strict=True) if keep]
        found = yes_no.hallusion_accuracy(
            ["_".join((row["l2-category"], row["set_id"], row["figure_id"])) for row in chosen],
            ["_".join((row["l2-category"], row["set_id"], row["question_id"])) for row in chosen],
            [hit for hit, keep in zip(right, kept, strict=True) if keep],
        )
        for name, value in (("aAcc", found.answers), ("fAcc", found.figures), ("qAcc", found.questions)):
            assert abs(value - published[name] / 100) < SCORER_TOLERANCE


def test_fields_of_a_file_score_as_published() -> None:
    golden = read_json("scorers/field_f1.json")
    read = [fields.parsed_object(pair["prediction"]) or {} for pair in golden["pairs"]]
    truths = [pair["answer"] for pair in golden["pairs"]]
    trees = [fields.tree_accuracy(one, truth) for one, truth in zip(read, truths, strict=True)]
    counts = [fields.field_counts(one, truth) for one, truth in zip(read, truths, strict=True)]
    total = sum(counts, fields.FieldCounts(0, 0))
    aggregate = golden["aggregate"]["vlmevalkit"]
    assert abs(total.f1 - aggregate["f1"]) < SCORER_TOLERANCE
    assert abs(fields.mean_tree_accuracy(trees) - aggregate["acc"]) < SCORER_TOLERANCE
    for tree, pair in zip(trees, golden["pairs"], strict=True):
        assert abs(fields.mean_tree_accuracy([tree]) - pair["tree_accuracy"]["vlmevalkit"]) < SCORER_TOLERANCE


def test_corpus_error_rates_are_of_the_sum() -> None:
    golden = read_json("scorers/cer_wer.json")
    for errors, name in ((character_errors, "corpus_cer"), (word_errors, "corpus_wer")):
        total = sum((errors(p["prediction"], p["reference"]) for p in golden["pairs"]), ErrorRate(0, 0))
        assert abs(total.rate - golden["aggregate"][name]) < SCORER_TOLERANCE
