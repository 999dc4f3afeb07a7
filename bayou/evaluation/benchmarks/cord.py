"""CORD v2: what stands on Indonesian receipts, as nested JSON, from the published Parquet (test)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bayou.evaluation.benchmark import Asking, Benchmark, DataSource, Reply, Sample
from bayou.evaluation.benchmarks.sroie import pair_figures, pair_scores
from bayou.evaluation.layouts import Data
from bayou.evaluation.questions import cell, key_of, marked_fields
from bayou.scorers.fields import parsed_object

SKELETON: dict[str, Any] = {
    "menu": [{"nm": "", "cnt": "", "price": ""}],
    "sub_total": {"subtotal_price": "", "discount_price": "", "service_price": "", "tax_price": ""},
    "total": {"total_price": "", "cashprice": "", "changeprice": "", "creditcardprice": ""},
}


def samples(data: Data) -> Iterator[Sample]:
    """A receipt and its parse; the table holds it as a text of JSON."""
    for number, row in enumerate(data.rows()):
        images = data.pictures(cell(row, ("image",), data))
        parse = json.loads(cell(row, ("ground_truth",), data))["gt_parse"]
        yield Sample(key_of(row, number), images, parse, marked_fields(SKELETON))


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """Pairs of key and value, and the tree's accuracy."""
    return pair_scores(parsed_object(reply.text), sample.truth)


BENCHMARK = Benchmark(
    name="cord",
    title="CORD v2",
    data=DataSource(
        ("test-*.parquet", "*.parquet"),
        "huggingface.co/datasets/naver-clova-ix/cord-v2",
        hub=("naver-clova-ix/cord-v2", "test"),
        size="100 receipts",
    ),
    samples=samples,
    score=score,
    figures=pair_figures,
    headline="f1",
    asking=Asking(),
    harness="scorer of CC-OCR's key information extraction in VLMEvalKit e8e78f0, after Donut; prompt of our own",
    verified="both harnesses, on 23 golden pairs",
)
