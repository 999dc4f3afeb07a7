"""OCRBench v2: thirty tasks in two languages; each language's score is the mean of its groups.

Simple rules as read in Yuliang-Liu/MultimodalOCR, ``OCRBench_v2/eval_scripts`` (671a3f8); else a stand-in of our own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bayou.evaluation import harness
from bayou.evaluation.benchmark import Asking, Benchmark, DataSource, Figure, Reads, Reply, Sample, Scored, mean_of
from bayou.evaluation.layouts import Data, listed
from bayou.evaluation.questions import cell
from bayou.scorers.answer_match import normalised_distance, ocrbench_vlmevalkit
from bayou.scorers.fields import field_counts, parsed_object
from bayou.scorers.table_text import tables_in
from bayou.scorers.tables import teds

GROUPS = {
    "text recognition": ("text recognition", "fine-grained text recognition", "full-page OCR"),
    "text detection": ("text grounding", "VQA with position"),
    "text spotting": ("text spotting",),
    "relationship extraction": (
        "key information extraction",
        "key information mapping",
        "handwritten answer extraction",
    ),
    "element parsing": ("document parsing", "chart parsing", "table parsing", "formula recognition"),
    "mathematical calculation": ("math QA", "text counting"),
    "visual text understanding": ("document classification", "cognition VQA", "diagram QA"),
    "knowledge reasoning": ("reasoning VQA", "science QA", "APP agent", "ASCII art classification", "text translation"),
}
GROUP_OF = {task: group for group, tasks in GROUPS.items() for task in tasks}
READS: dict[str, Reads] = {"text recognition": "line", "full-page OCR": "page"}
FEW_WORDS, FEW_PARTS = 5, 4
"""An answer of fewer words (in Chinese: parts between commas) must be contained; a longer one is compared."""
LEAST = 0.5


def samples(data: Data) -> Iterator[Sample]:
    """A question of the set's own wording; a whole page or a word can be read by a reader, too."""
    for number, row in enumerate(data.rows()):
        task, _, language = str(cell(row, ("type", "category"), data)).rpartition(" ")
        images = data.pictures(cell(row, ("image", "image_path"), data))
        yield Sample(
            key=f"{number:05}",
            images=images,
            truth={
                "answers": listed(cell(row, ("answers", "answer"), data)),
                "rule": str(row["eval"]) if harness.filled(row.get("eval")) else "",
            },
            prompt=harness.marked(str(cell(row, ("question",), data)), len(images)),
            reads=READS.get(task),
            groups={"task": task, "language": language, "group": GROUP_OF.get(task, task)},
        )


def contained(text: str, answers: Sequence[Any], han: bool = False, exact_case: bool = False) -> float:
    """The rule for short questions: contained where the answer is short, else how alike the two are, from one half."""
    best = 0.0
    for answer in map(str, answers):
        one, other = (part if exact_case else part.lower() for part in (text, answer))
        one, other = (part.strip().replace("\n", " ").replace(" ", "" if han else " ") for part in (one, other))
        if len(other.split(",")) < FEW_PARTS if han else len(other.split()) < FEW_WORDS:
            best = max(best, float(other in one))
        else:
            alike = 1 - normalised_distance(one, other)
            best = max(best, alike if alike >= LEAST else 0.0)
    return best


def counted(text: str, answers: Sequence[Any], rule: str) -> float:
    """A number met, or how near it is where it is a count."""
    if rule != "regression":
        return float(any(str(answer).lower().strip() in text for answer in answers))
    found = re.search(r"\d+", text)
    near = [1 - abs(int(found[0]) - int(answer)) / int(answer) for answer in answers] if found else [0.0]
    return max(share if share > LEAST else 0.0 for share in near)


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """By the task's rule, or its stand-in."""
    answers, rule, task = sample.truth["answers"], sample.truth["rule"], sample.groups["task"]
    han = sample.groups["language"] == "cn"
    match task:
        case "text counting":
            value = counted(reply.text, answers, rule)
        case "formula recognition":
            value = ocrbench_vlmevalkit(reply.text, [str(answer) for answer in answers], formula=True)
        case "table parsing":
            read = tables_in(reply.text)
            value = max((teds(read[0], rows) for one in answers for rows in tables_in(str(one))[:1] if read), default=0)
        case "key information extraction" | "key information mapping":
            truth = answers[0] if isinstance(answers[0], dict) else parsed_object(str(answers[0])) or {}
            value = field_counts(parsed_object(reply.text) or {}, truth).f1
        case _ if GROUP_OF.get(task) in ("text detection", "text spotting") or task in STAND_INS:
            value = max(1 - normalised_distance(reply.text, str(answer)) for answer in answers)
        case _ if rule == "multiple choice":
            value = float("".join(filter(str.isalpha, reply.text)) == str(answers[0]))
        case _:
            value = contained(reply.text, answers, han, rule == "case sensitive")
    return {"score": float(value)}


STAND_INS = {
    "fine-grained text recognition",
    "full-page OCR",
    "document parsing",
    "chart parsing",
    "text translation",
    "handwritten answer extraction",
}
"""Tasks scored by the edits of the whole answer, as are detection and spotting; published with BLEU and METEOR."""


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """Each language's mean over groups, then the groups, as shares of one."""
    groups: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in scored:
        groups[one.sample.groups["language"], one.sample.groups["group"]].append(one.scores["score"])
    found = []
    for language in sorted({language for language, _ in groups}, reverse=True):
        own = [values for (spoken, _), values in sorted(groups.items()) if spoken == language]
        parts = [value / len(values) for values in own for value in values]
        found.append(Figure(f"{language}: all", parts, [1 / len(values) for values in own for _ in values]))
    return [*found, *(mean_of(f"{language}: {group}", values) for (language, group), values in sorted(groups.items()))]


BENCHMARK = Benchmark(
    name="ocrbench-v2",
    title="OCRBench v2",
    data=DataSource(
        ("OCRBench_v2.json", "OCRBench_v2.tsv", "*.parquet"),
        "github.com/Yuliang-Liu/MultimodalOCR, OCRBench_v2 (JSON and pictures)",
        hub=("ling99/OCRBench_v2", "test"),
    ),
    samples=samples,
    score=score,
    figures=figures,
    headline="score",
    asking=Asking(),
    harness="Yuliang-Liu/MultimodalOCR 671a3f8 for data, groups and simple rules",
    notes=(
        "Scored by a stand-in (edits of the whole answer): " + ", ".join(sorted(STAND_INS)) + ", detection, spotting. "
        "So the means are not those of the leaderboard.",
    ),
)
