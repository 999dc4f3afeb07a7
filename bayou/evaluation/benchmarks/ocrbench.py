"""OCRBench v1: a thousand questions in ten tasks and five groups; right where the answer holds a reference.

Text is recognised in cut-out words and lines, so a reader that answers no questions can do that group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bayou.evaluation import harness
from bayou.evaluation.benchmark import Benchmark, DataSource, Figure, Reply, Sample, Scored, mean_of
from bayou.evaluation.layouts import Data, listed
from bayou.evaluation.published import ocrbench
from bayou.evaluation.questions import cell, key_of
from bayou.scorers.answer_match import ocrbench_lmms_eval, ocrbench_vlmevalkit

RECOGNITION = "Text Recognition"
FORMULA = "Handwritten Mathematical Expression Recognition"
TASKS = {
    "Regular Text Recognition": RECOGNITION,
    "Irregular Text Recognition": RECOGNITION,
    "Artistic Text Recognition": RECOGNITION,
    "Handwriting Recognition": RECOGNITION,
    "Digit String Recognition": RECOGNITION,
    "Non-Semantic Text Recognition": RECOGNITION,
    "Scene Text-centric VQA": "Scene Text-centric VQA",
    "Doc-oriented VQA": "Doc-oriented VQA",
    "Key Information Extraction": "Key Information Extraction",
    FORMULA: FORMULA,
}
MAXIMA = {RECOGNITION: 300, "Scene Text-centric VQA": 200, "Doc-oriented VQA": 200, "Key Information Extraction": 200}
MAXIMA[FORMULA] = 100
"""Questions of each group in the whole set; its points."""
ALL = 1000


def samples(data: Data) -> Iterator[Sample]:
    """From the harness's TSV, or from OCRBench.json with its pictures; where ids repeat, numbers name samples."""
    for number, row in enumerate(data.rows()):
        task = str(cell(row, ("category", "type", "question_type"), data))
        group = TASKS.get(task, task)
        images = data.pictures(cell(row, ("image", "image_path"), data))
        yield Sample(
            key=key_of(row, number) if "index" in row else f"{number:04}",
            images=images,
            truth=[str(answer) for answer in listed(cell(row, ("answer", "answers"), data))],
            prompt=harness.marked(str(cell(row, ("question",), data)), len(images)),
            reads="line" if group == RECOGNITION else None,
            groups={"group": group, "task": task},
        )


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """Right or wrong by either harness's rule."""
    formula = sample.groups["task"] == FORMULA
    return {
        "right": ocrbench_vlmevalkit(reply.text, sample.truth, formula),
        "right_lmms_eval": ocrbench_lmms_eval(reply.text, sample.truth, formula),
    }


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """Points: of 1,000 in all, and of each group's maximum. Of a part of the set they are scaled up."""

    def of(name: str, scale: float, score: str, kind: str = "", group: str = "") -> Figure:
        chosen = [one for one in scored if not kind or one.sample.groups[kind] == group]
        return mean_of(name, [one.scores[score] for one in chosen], scale)

    groups = [
        name for name in dict.fromkeys(TASKS.values()) if any(one.sample.groups["group"] == name for one in scored)
    ]
    tasks = [task for task in TASKS if any(one.sample.groups["task"] == task for one in scored)]
    whole = len(groups) == len(MAXIMA)
    return [
        of("all" if whole else "all that was asked", ALL, "right"),
        *(of(group, MAXIMA[group], "right", "group", group) for group in groups),
        *(of(f"task: {task}", 100, "right", "task", task) for task in tasks),
        of("all, lmms-eval's rule", ALL, "right_lmms_eval"),
    ]


BENCHMARK = Benchmark(
    name="ocrbench",
    title="OCRBench",
    data=DataSource(
        ("OCRBench.tsv", "OCRBench.json", "*.parquet"),
        f"{harness.FILES}OCRBench.tsv, or OCRBench.json and pictures from github.com/Yuliang-Liu/MultimodalOCR",
        {"OCRBench.tsv": "e953d98a987cc6e26ef717b61260b778"},
        ("echo840/OCRBench", "test"),
        "1,000 questions",
    ),
    samples=samples,
    score=score,
    figures=figures,
    headline="right",
    asking=harness.SHORT_ANSWER,
    harness=harness.VERSION,
    verified="both harnesses' rules, on 30 golden pairs",
    notes=("Points of a part of the set are scaled up to the whole.",),
    published=ocrbench(),
)
