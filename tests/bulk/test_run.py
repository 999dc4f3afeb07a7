"""Runs on Ray: the rows are those of a plain loop, whatever happens to files, workers and the run itself."""

from __future__ import annotations

import json
import shutil
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path

import pytest

from bayou.bulk.cluster import ClusterOptions, cluster
from bayou.bulk.dataset import read
from bayou.bulk.listing import Columns
from bayou.bulk.lock import FolderLock
from bayou.bulk.plan import Cut
from bayou.bulk.run import BulkOptions, RunStopped, run_bulk
from bayou.bulk.settings import BulkSettings, PageLimits
from bayou.bulk.store import FolderStore
from bayou.bulk.summary import Summary
from bayou.documents.document import Document
from bayou.documents.to_markdown import to_markdown
from bayou.documents.to_text import page_text
from bayou.errors import OutputError
from bayou.reading.folder_workers import ReadSettings
from bayou.reading.make_reader import make_reader
from bayou.reading.reader import Reader
from tests.bulk import stub_reader
from tests.bulk.results import rows_in, texts_of, told
from tests.bulk.scans import archive, native_pdf, picture
from tests.bulk.signed_server import signed_server
from tests.bulk.stub_reader import make_stub_reader
from tests.bulk.told import Told

pytest.importorskip("ray")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]

ROOT = Path(__file__).resolve().parents[2]
BULK_CONFIDENCE_TOLERANCE = 1e-4
PATIENCE = 60.0
LIMITS = PageLimits(seconds=4.0, memory=400 << 20)


@pytest.fixture(scope="module", autouse=True)
def ray_here() -> Iterator[None]:
    """One Ray for all tests of this file but those that need one of their own."""
    with cluster(ClusterOptions(workers=2)):
        yield


def options(scans: Path, output: Path) -> BulkOptions:
    settings = BulkSettings(limits=LIMITS)
    return BulkOptions(
        str(scans), str(output), make_stub_reader, settings=settings, cluster=ClusterOptions(workers=2), cut=Cut(8)
    )


def run(given: BulkOptions) -> tuple[Summary, Told]:
    report = Told()
    return run_bulk(given, report), report


def test_rows_are_those_of_a_plain_loop_and_a_second_run_reads_nothing(tmp_path: Path) -> None:
    scans, out = archive(tmp_path / "scans", 6, 20), tmp_path / "out"
    summary, _ = run(options(scans, out))
    rows = rows_in(out)
    assert told(rows) == texts_of(scans)
    assert (summary.documents, summary.pages, summary.left) == (9, 30, 0)
    assert summary.failures == {"input": 1} and summary.statuses == {"failed": 1, "ok": 29}
    assert {row["model"] for row in rows if row["document"] == "text.pdf"} == {""}
    assert {row["model"] for row in rows if row["document"] == "scan.pdf"} == {"stub-nano"}
    assert json.loads((out / "_summary.json").read_text())["pages"] == 30
    assert "broken.pdf" in (out / "_report.html").read_text(encoding="utf-8")

    again, report = run(options(scans, out))
    assert report.before == 30 and not report.receipts and again.run.pages == 0
    assert rows_in(out) == rows

    picture(scans / "000.png", seed=99)
    (scans / "broken.pdf").unlink()
    _, report = run(options(scans, out))
    assert told(rows_in(out)) == texts_of(scans)
    assert 30 - report.before <= 16, "no more than the shards of two documents"


def test_poison_costs_its_own_rows(tmp_path: Path) -> None:
    scans, out = archive(tmp_path / "scans", 3, 5), tmp_path / "out"
    widths = {"crash": stub_reader.CRASHES, "timeout": stub_reader.HANGS, "memory": stub_reader.GROWS}
    for kind, width in {**widths, "fault": stub_reader.FAULTS}.items():
        picture(scans / f"{kind}.png", width=width)
    summary, _ = run(options(scans, out))
    rows = {(row["document"], row["page"]): row for row in rows_in(out)}
    assert {kind: rows[f"{kind}.png", 1]["failure"] for kind in (*widths, "fault")} == {
        kind: kind for kind in (*widths, "fault")
    }
    assert summary.failures == {"crash": 1, "fault": 1, "input": 1, "memory": 1, "timeout": 1}
    assert summary.retried == 3
    assert len(rows) == summary.pages == 3 + 5 + 3 + 1 + 4
    assert all(row["message"] for row in rows.values() if row["failure"])


def test_a_second_run_is_refused_and_a_model_that_fails_ends_the_run(tmp_path: Path) -> None:
    scans = archive(tmp_path / "scans", 2, 2)
    given = options(scans, tmp_path / "out")
    with FolderLock(FolderStore(tmp_path / "out")), pytest.raises(OutputError, match="another run"):
        run(given)
    broken = replace(given, settings=BulkSettings(ReadSettings(model="broken"), limits=LIMITS))
    with pytest.raises(RunStopped, match="tensors are missing") as stopped:
        run(broken)
    assert stopped.value.exit_code == 7
    with pytest.raises(OutputError, match="other settings"):
        run(given)


def test_secrets_of_urls_are_nowhere_and_signed_anew_they_are_the_same(tmp_path: Path) -> None:
    scans, out = tmp_path / "scans", tmp_path / "out"
    for number in range(3):
        picture(scans / f"{number}.png", number)

    def addresses(host: str, secret: str) -> str:
        signed = [f"http://{host}/{number}.png?v=1&sig={secret}" for number in range(2)]
        more = [f"http://me:{secret}@{host}/2.png", f"http://{host}/gone.png?sig={secret}"]
        return "\n".join([*signed, *more, f"http://{host}/0.png?token={secret}-wrong"])

    allowed: set[str] = set()
    told = []
    with signed_server(scans, allowed) as host:
        given = replace(options(tmp_path / "all.txt", out), format="jsonl")
        for secret in ("first-secret", "second-secret"):
            allowed.clear()
            allowed.add(secret)
            (tmp_path / "all.txt").write_text(addresses(host, secret), encoding="utf-8")
            summary, report = run(given)
            told.append(report)
    rows = [json.loads(line) for path in out.glob("part-*.jsonl") for line in path.read_text("utf-8").splitlines()]
    names = ["0.png", "0.png?v=1", "1.png?v=1", "2.png", "gone.png"]
    assert sorted(row["document"] for row in rows) == [f"http://{host}/{name}" for name in names]
    assert summary.statuses == {"failed": 2, "ok": 3} and summary.failures == {"missing": 2}
    assert told[1].before == 5 and not told[1].receipts, "what was signed anew is known"
    kept = [path for path in out.rglob("*") if path.is_file()]
    assert {"run.json", "_report.html", "_summary.json"} <= {path.name for path in kept}
    for text in (*(path.read_text("utf-8") for path in kept), *(str(vars(one)) for one in told)):
        assert "first-secret" not in text and "second-secret" not in text


def test_prometheus_is_told_of_pages_failures_and_times(tmp_path: Path) -> None:
    import ray

    (address,) = [f"http://127.0.0.1:{node['MetricsExportPort']}/metrics" for node in ray.nodes()]
    others = {labels["WorkerId"] for _, labels, _ in bayous_figures(address)}
    scans = archive(tmp_path / "scans", 3, 5)
    summary, _ = run(options(scans, tmp_path / "out"))
    assert summary.statuses == {"failed": 1, "ok": 11}
    end = time.monotonic() + PATIENCE
    while True:  # workers report every ten seconds
        found: Counter[tuple[str, str]] = Counter()
        for name, labels, value in bayous_figures(address):
            if labels["WorkerId"] not in others:
                found[name, labels.get("status") or labels.get("kind") or labels.get("stage") or ""] += round(value)
        if sum(found["ray_bayou_pages_total", status] for status in ("ok", "failed")) == 12:
            break
        assert time.monotonic() < end, found
        time.sleep(0.5)
    counts = {key: value for key, value in found.items() if not key[0].endswith(("_bucket", "_sum"))}
    fetched = counts.pop(("ray_bayou_page_seconds_count", "fetch"))
    assert counts == {
        ("ray_bayou_pages_total", "ok"): 11,
        ("ray_bayou_pages_total", "failed"): 1,
        ("ray_bayou_page_failures_total", "input"): 1,
        ("ray_bayou_page_seconds_count", "open"): 11,
        ("ray_bayou_page_seconds_count", "read"): 11,
    }
    assert 5 <= fetched <= 11, "each of five documents once, or once for each piece of it"


def bayous_figures(address: str) -> list[tuple[str, dict[str, str], float]]:
    """Name, labels and value of bayou's figures, as Prometheus takes them."""
    from prometheus_client.parser import text_string_to_metric_families

    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        families = text_string_to_metric_families(answer.read().decode())
        samples = [sample for family in families for sample in family.samples]
    return [(one.name, one.labels, one.value) for one in samples if one.name.startswith("ray_bayou_")]


def test_datasets(tmp_path: Path) -> None:
    import ray.data

    scans = archive(tmp_path / "scans", 3, 5)
    settings = BulkSettings(limits=LIMITS)
    rows = read(scans, settings=settings, workers=1, reader=make_stub_reader).take_all()
    assert sorted((row["document"], row["page"], row["status"], row["text"]) for row in rows) == texts_of(scans)

    given = [{"bytes": path.read_bytes(), "who": path.name} for path in sorted(scans.glob("*.p*"))]
    named = {"columns": Columns("bytes", "who"), "keep": ("who",)}
    data = read(ray.data.from_items(given), settings=settings, workers=1, reader=make_stub_reader, **named)
    found = data.take_all()
    texts = [one for one in texts_of(scans) if not one[0].startswith("sub/")]
    assert sorted((row["document"], row["page"], row["status"], row["text"]) for row in found) == texts
    assert all(row["who"] == row["document"] for row in found)


def test_rows_are_those_of_bayou_read(tmp_path: Path) -> None:
    """With nano: text, Markdown and status to the letter, confidence within a named bound."""
    scans, out = tmp_path / "scans", tmp_path / "out"
    native_pdf(scans / "text.pdf", 2)
    shutil.copy(ROOT / "examples/invoice.png", scans / "invoice.png")
    run(BulkOptions(str(scans), str(out), make_reader, cluster=ClusterOptions(workers=2)))
    rows = rows_in(out)
    reader, expected = Reader(), []
    for name in ("invoice.png", "text.pdf"):
        document = reader.read(scans / name)
        expected += [(name, document.model, page) for page in document.pages]
    assert len(rows) == len(expected) == 3
    for row, (name, model, page) in zip(rows, expected, strict=True):
        stated = name, page.number, page.status, page.message, model
        assert (row["document"], row["page"], row["status"], row["message"], row["model"]) == stated
        assert (row["text"], row["markdown"]) == (page_text(page), to_markdown(Document((page,))))
        assert row["confidence"] == pytest.approx(page.confidence, abs=BULK_CONFIDENCE_TOLERANCE)
        boxes = [list(astuple(line.box)) for line in page.lines if line.box is not None]
        assert [line["box"] for line in row["lines"]] == boxes
