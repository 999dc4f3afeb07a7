"""All benchmarks by name. Knows where their files are; imports one only when it is asked for."""

from __future__ import annotations

from importlib import import_module

from bayou.errors import UsageError
from bayou.evaluation.benchmark import Benchmark

NAMES = {
    "ocrbench": "OCRBench: a thousand questions in five groups and ten tasks",
    "ocrbench-v2": "OCRBench v2: thirty tasks in two languages",
    "textvqa": "TextVQA: text in photos",
    "docvqa": "DocVQA: business documents",
    "infovqa": "InfoVQA: infographics",
    "chartqa": "ChartQA: charts",
    "ai2d": "AI2D: diagrams of school books",
    "mmbench": "MMBench: many skills, multiple choice",
    "mmstar": "MMStar: multiple choice that needs the picture",
    "mmmu": "MMMU: college subjects (val)",
    "mathvista": "MathVista: mathematics in pictures",
    "hallusionbench": "HallusionBench: yes or no about edited figures",
    "mmvet": "MM-Vet: open questions; needs a judge",
    "sroie": "SROIE: four fields of receipts",
    "cord": "CORD: receipts as nested fields",
    "olmocr": "olmOCR-bench: facts about pages",
    "omnidocbench": "OmniDocBench: pages' text and tables",
    "lines": "a folder of words and lines with their text",
    "pages": "a folder of pages with their text",
    "honesty": "invented and refused text, and calibration; needs no data",
}
"""What there is, in the order in which it is listed."""


def find(name: str) -> Benchmark:
    """A benchmark; UsageError where there is none of that name."""
    if name not in NAMES:
        raise UsageError(f"there is no benchmark {name!r}; these are: {', '.join(NAMES)}")
    found = vars(import_module(f"bayou.evaluation.benchmarks.{name.replace('-', '_')}"))["BENCHMARK"]
    assert isinstance(found, Benchmark)
    return found
