"""Short answers beside references: ANLS, relaxed accuracy, OCRBench's rule. Knows strings; not what was asked.

Where two published harnesses score differently both are here, by name: ``vlmevalkit`` (open-compass/VLMEvalKit e8e78f0)
and ``lmms_eval`` (EvolvingLMMs-Lab/lmms-eval 75571cf). Answers given as "strip first" are as that harness strips them.
"""

from __future__ import annotations

from collections.abc import Sequence

from bayou.scorers.text import edit_distance

ANLS_THRESHOLD = 0.5
RELAXED_SHARE = 0.05
"""By how much of the reference a number may be off."""

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def normalised_distance(prediction: str, reference: str) -> float:
    """Edits as a share of the longer text, 0 to 1; case and runs of white space don't count."""
    first, second = (" ".join(text.lower().split()) for text in (prediction, reference))
    longer = max(len(first), len(second))
    return edit_distance(first, second) / longer if longer else 0.0


def anls(prediction: str, references: Sequence[str]) -> float:
    """Average normalised Levenshtein similarity of one answer (DocVQA, InfoVQA): the best reference counts.

    Both harnesses agree. A similarity below one half is 0.
    """
    similarity = 1 - min(normalised_distance(prediction, reference) for reference in references)
    return similarity if similarity >= ANLS_THRESHOLD else 0.0


def relaxed_accuracy(prediction: str, references: Sequence[str]) -> float:
    """ChartQA's relaxed accuracy, 0 or 1: numbers within five per cent, other answers equal but for case.

    Both harnesses agree. A reference of zero has no share, so it must be met literally; a percentage is a number.
    """
    return float(any(_relaxed(prediction.strip(), reference) for reference in references))


def _relaxed(prediction: str, reference: str) -> bool:
    read, wanted = _number(prediction), _number(reference)
    if read is not None and wanted:
        return abs(read - wanted) / abs(wanted) <= RELAXED_SHARE
    return prediction.lower() == reference.lower()


def _number(text: str) -> float | None:
    try:
        return float(text.rstrip("%")) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return None


def full_width_folded(text: str) -> str:
    """Full-width ASCII and the ideographic space as the plain characters that they stand for."""
    return text.translate(_FULL_WIDTH)


def ocrbench_vlmevalkit(prediction: str, references: Sequence[str], formula: bool) -> float:
    """OCRBench v1, 0 or 1: some reference is part of the answer.

    Args:
        formula: A handwritten formula: case counts and spaces don't.
    """
    prepared = _without_spaces if formula else _one_line
    return float(any(prepared(reference) in prepared(prediction) for reference in references))


def ocrbench_lmms_eval(prediction: str, references: Sequence[str], formula: bool) -> float:
    """The same with full-width characters folded in answers that are no formulas."""
    if formula:
        return ocrbench_vlmevalkit(prediction, references, formula)
    return ocrbench_vlmevalkit(full_width_folded(prediction), [full_width_folded(one) for one in references], formula)


def _one_line(text: str) -> str:
    return text.lower().strip().replace("\n", " ")


def _without_spaces(text: str) -> str:
    return text.strip().replace("\n", " ").replace(" ", "")
