"""InfoVQA: questions about infographics (val), asked and scored as those of DocVQA are."""

from __future__ import annotations

from dataclasses import replace

from bayou.evaluation import harness
from bayou.evaluation.benchmark import DataSource
from bayou.evaluation.benchmarks.docvqa import BENCHMARK as DOCVQA

BENCHMARK = replace(
    DOCVQA,
    name="infovqa",
    title="InfoVQA",
    data=DataSource(
        ("InfoVQA_VAL.tsv", "*.parquet"),
        f"{harness.FILES}InfoVQA_VAL.tsv",
        {"InfoVQA_VAL.tsv": "2342e9c225222f0ef4dec545ebb126fe"},
        ("lmms-lab/DocVQA", "InfographicVQA", "validation"),
        "2,801 questions, 274 MB",
    ),
)
