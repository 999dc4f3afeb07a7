"""OmniDocBench: pages with their text and tables; edits of the whole page's text, and how alike the tables are.

The published score pairs blocks before it counts edits. Here the page's text is one string in reading order, so the
figure is another, stricter one, and is called so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bayou.evaluation.benchmark import Benchmark, DataSource, Figure, Reply, Sample, Scored, mean_of
from bayou.evaluation.layouts import Data
from bayou.scorers.table_text import best_pairs, html_tables, tables_in, without_tables
from bayou.scorers.tables import teds
from bayou.scorers.text import edit_distance

TEXT = {
    "title",
    "text_block",
    "code_txt",
    "reference",
    "figure_caption",
    "figure_footnote",
    "table_caption",
    "table_footnote",
    "equation_caption",
}
"""Kinds of regions whose text is the page's; headers, footers and page numbers are not asked for."""


def samples(data: Data) -> Iterator[Sample]:
    """A page: its text in order, and its tables as HTML."""
    for row in data.rows():
        regions = [region for region in row["layout_dets"] if not region.get("ignore")]
        regions.sort(key=lambda region: region["order"] if region.get("order") is not None else len(regions))
        info = row["page_info"]
        name = info["image_path"]
        path = name if (data.folder / name).is_file() else f"images/{name}"
        kinds = info.get("page_attribute") or {}
        yield Sample(
            key=name,
            images=(data.picture({"path": path}),),
            truth={
                "text": "\n".join(one["text"] for one in regions if one["category_type"] in TEXT and one.get("text")),
                "tables": [one["html"] for one in regions if one["category_type"] == "table" and one.get("html")],
            },
            reads="page",
            groups={kind: str(kinds[kind]) for kind in ("language", "layout", "data_source") if kinds.get(kind)},
        )


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """Edits as a share of the longer text, and the sum of the similarities of the page's tables, best pairs first."""
    first = " ".join(without_tables(reply.markdown or reply.text).split())
    second = " ".join(sample.truth["text"].split())
    longer = max(len(first), len(second))
    truth = [rows for text in sample.truth["tables"] for rows in html_tables(text)]
    read = tables_in(reply.markdown or reply.text) if truth else []
    alike = [[teds(one, other) for other in truth] for one in read]
    frames = [[teds(one, other, structure_only=True) for other in truth] for one in read]
    pairs = best_pairs(alike)
    return {
        "edits": edit_distance(first, second) / longer if longer else 0.0,
        "has_text": float(bool(second)),
        "tables": float(len(truth)),
        "teds": sum(alike[one][other] for one, other in pairs),
        "teds_frame": sum(frames[one][other] for one, other in pairs),
        "right": 1 - (edit_distance(first, second) / longer if longer else 0.0),
    }


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """The mean share of edits over pages with text, and table similarity over all tables."""
    weights = [one.scores["has_text"] for one in scored]
    edits = [one.scores["edits"] * one.scores["has_text"] for one in scored]
    tables = [one.scores["tables"] for one in scored]
    found = [Figure("edits of the page's text", edits, weights, scale=1, lower_is_better=True)]
    if sum(tables):
        found.append(Figure("table similarity (TEDS)", [one.scores["teds"] for one in scored], tables))
        found.append(Figure("table structure (TEDS-S)", [one.scores["teds_frame"] for one in scored], tables))
    for language in sorted({one.sample.groups.get("language", "") for one in scored} - {""}):
        chosen = [one.scores["edits"] for one in scored if one.sample.groups.get("language") == language]
        found.append(mean_of(f"edits, {language}", chosen, 1, lower_is_better=True))
    return found


BENCHMARK = Benchmark(
    name="omnidocbench",
    title="OmniDocBench",
    data=DataSource(
        ("OmniDocBench.json",), "huggingface.co/datasets/opendatalab/OmniDocBench (with its folder images)"
    ),
    samples=samples,
    score=score,
    figures=figures,
    headline="right",
    harness="data of opendatalab/OmniDocBench; scorers of our own",
    notes=("The published text score pairs blocks first; this one doesn't, so neither is set beside the other.",),
)
