"""What holds for any texts: scores lie between 0 and 1, distances are symmetric, empty strings are no accident."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bayou.scorers import answer_match, fields, multiple_choice, open_answers, vqa, yes_no

TEXTS = st.text("aAb1.,% '\n-é１", max_size=12)
FEW = st.lists(TEXTS, min_size=1, max_size=4)
VALUES = st.recursive(
    TEXTS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner), max_leaves=4
)
OBJECTS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=2)
quick = settings(max_examples=40, deadline=None)


@quick
@given(TEXTS, TEXTS)
def test_the_distance_is_symmetric_and_bounded(first: str, second: str) -> None:
    distance = answer_match.normalised_distance(first, second)
    assert distance == answer_match.normalised_distance(second, first)
    assert 0 <= distance <= 1
    assert answer_match.normalised_distance(first, first) == 0


@quick
@given(TEXTS, FEW)
def test_scores_of_answers_are_bounded_and_right_answers_score_one(answer: str, references: list[str]) -> None:
    for scorer in (answer_match.anls, answer_match.relaxed_accuracy, vqa.vqa_accuracy_vlmevalkit):
        assert 0 <= scorer(answer, references) <= 1
    assert answer_match.anls(references[0], references) == 1
    for formula in (False, True):
        for rule in (answer_match.ocrbench_vlmevalkit, answer_match.ocrbench_lmms_eval):
            assert rule(answer, references, formula) in (0.0, 1.0)
            assert rule(references[0], references, formula) == 1
    assert vqa.vqa_accuracy_lmms_eval(references[0], references[:1] * 4) == 1


@quick
@given(TEXTS, st.lists(TEXTS.filter(bool), min_size=2, max_size=4))
def test_a_choice_is_a_letter_or_none(answer: str, options: list[str]) -> None:
    lettered = multiple_choice.letters(options)
    assert multiple_choice.chosen_vlmevalkit(answer, lettered) in {*lettered, "Z", None}
    assert multiple_choice.chosen_lmms_eval_mmmu(answer, lettered) in {*lettered, None}
    assert multiple_choice.chosen_vlmevalkit("B", lettered) == "B"


@quick
@given(TEXTS)
def test_an_open_answer_means_itself(answer: str) -> None:
    assert open_answers.candidates(answer)
    assert open_answers.mmmu_open_vlmevalkit("", answer or "x") == 0
    assert yes_no.said_vlmevalkit(answer) in ("Yes", "No", None)


@quick
@given(OBJECTS, OBJECTS)
def test_fields_are_symmetric_and_bounded(first: dict, second: dict) -> None:
    one, other = fields.field_counts(first, second), fields.field_counts(second, first)
    assert (one.right, one.wrong) == (other.right, other.wrong)
    assert 0 <= one.f1 <= 1
    assert 0 <= fields.tree_accuracy(first, second) <= 1
    assert fields.field_counts(first, first).wrong == 0


def test_empty_answers() -> None:
    assert answer_match.anls("", [""]) == 1
    assert answer_match.anls("", ["a"]) == 0
    assert answer_match.relaxed_accuracy("", ["5"]) == 0
    assert fields.parsed_object("") is None
    assert fields.field_counts({}, {"a": "x"}).f1 == 0
    assert fields.tree_accuracy({}, {}) == 0
    assert multiple_choice.chosen_vlmevalkit("", {"A": "cat", "B": "dog"}) is None


def test_the_last_of_a_circle_counts_like_the_first() -> None:
    assert multiple_choice.circular_right(["A", "B"], ["A", "B"]) == 1
    assert multiple_choice.circular_right(["A", None], ["A", "B"]) == 0
