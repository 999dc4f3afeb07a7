"""OCRBench v2: thirty tasks in two languages; each language's score is the mean of its groups.

Simple rules as read in Yuliang-Liu/MultimodalOCR, ``OCRBench_v2/eval_scripts`` (671a3f8); else a stand-in of our own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bayou.evaluation import harness
from bayou.evaluation.benchmark import Asking, Benchmark, DataSource, Figure, Reads, Reply, Sample, Scored, mean_of
from bayou.evaluation.layouts import Data, listed
from bayou.evaluation.questions import cell
from bayou.scorers.answer_boxes import box_overlap, last_box
from bayou.scorers.answer_match import normalised_distance, ocrbench_vlmevalkit
from bayou.scorers.fields import field_counts, parsed_object
from bayou.scorers.page_likeness import page_likeness
from bayou.scorers.short_answers import contained, counted, spelt_out
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
                "box": listed(row["bbox"]) if harness.filled(row.get("bbox")) else [],
            },
            prompt=harness.marked(str(cell(row, ("question",), data)), len(images)),
            reads=READS.get(task),
            groups={"task": task, "language": language, "group": GROUP_OF.get(task, task)},
        )


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
        case "text grounding":
            value = box_overlap(box, answers) if (box := last_box(reply.text)) else 0.0
        case "VQA with position":
            value = placed(reply.text, answers, sample.truth["box"])
        case "handwritten answer extraction" if WRITTEN_OUT not in sample.prompt:
            value = spelt_out(reply.text, str(answers[0]))
        case _ if task in LIKE_PAGES and not han:
            value = page_likeness(reply.text, str(answers[0]))
        case _ if task in STAND_INS or task in LIKE_PAGES or task == "handwritten answer extraction":
            value = max(1 - normalised_distance(reply.text, str(answer)) for answer in answers)
        case _ if rule == "multiple choice":
            value = float("".join(filter(str.isalpha, reply.text)) == str(answers[0]))
        case _:
            value = contained(reply.text, answers, han, rule == "case sensitive")
    return {"score": float(value)}


def placed(text: str, answers: Sequence[Any], box: Sequence[float]) -> float:
    """Half for what the answer says, half for the box it gives."""
    given = parsed_object(text) or {}
    said = contained(str(given.get("answer", "")), answers) if "answer" in given else 0.0
    found = last_box(str(given.get("bbox", "")))
    return (said + (box_overlap(found, box) if found else 0.0)) / 2


WRITTEN_OUT = "简答"
"""Of questions that are answered in sentences."""
LIKE_PAGES = {"fine-grained text recognition", "full-page OCR", "text translation"}
"""Scored by words and edits where words are parted by spaces."""
STAND_INS = {"document parsing", "chart parsing", "text spotting"}
"""Scored by the edits of the whole answer; published by trees and pairs of boxes."""


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
        size="10,000 questions",
    ),
    samples=samples,
    score=score,
    figures=figures,
    headline="score",
    asking=Asking(),
    harness="Yuliang-Liu/MultimodalOCR 671a3f8 for data, groups and simple rules",
    notes=(
        "Scored by a stand-in (edits of the whole answer): " + ", ".join(sorted(STAND_INS)) + ", and long texts in "
        "Chinese. METEOR counts no synonyms. So the means are not those of the leaderboard.",
    ),
)
