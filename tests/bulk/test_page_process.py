"""Files are opened in a process that can be killed: each poison costs its own page, and tells why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bayou.bulk.item_reader import ItemReader, measure
from bayou.bulk.items import Item, Listed, Measured, Origin
from bayou.bulk.page_process import PageProcess, StopRun
from bayou.bulk.rows import PageResult
from bayou.bulk.settings import BulkSettings, PageLimits
from bayou.reading.folder_workers import ReadSettings
from tests.bulk import stub_reader
from tests.bulk.scans import native_pdf, picture, scanned_pdf
from tests.bulk.stub_reader import make_stub_reader

SECONDS = 3.0
MEMORY = 400 << 20


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageProcess]:
    settings = BulkSettings(limits=PageLimits(SECONDS, MEMORY))
    with pytest.MonkeyPatch.context() as patch, PageProcess(make_stub_reader, settings) as one:
        patch.setenv(stub_reader.MARKS, str(tmp_path_factory.mktemp("marks")))
        yield one


def measured(process: PageProcess, *paths: Path) -> list[Measured]:
    return list(measure(process, [Listed(path.name, Origin(str(path))) for path in paths]))


def read(process: PageProcess, document: Measured) -> list[PageResult]:
    listed = document.listed
    item = Item(
        listed.document,
        listed.origin,
        document.sha256,
        document.count,
        document.wanted,
        failure=document.failure,
    )
    return ItemReader(process).read(item)


def test_documents_are_measured(process: PageProcess, tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    paths = [scanned_pdf(tmp_path / "scan.pdf", 3), tmp_path / "empty.png", tmp_path / "gone.png"]
    scan, empty, gone = measured(process, *paths)
    assert (scan.count, scan.wanted, scan.failure) == (3, (1, 2, 3), None)
    assert empty.failure is not None and empty.failure.kind == "input" and empty.sha256
    assert gone.failure is not None and gone.failure.kind == "missing"


def test_pages_are_read_in_order(process: PageProcess, tmp_path: Path) -> None:
    (document,) = measured(process, scanned_pdf(tmp_path / "scan.pdf", 4))
    results = read(process, document)
    assert [result.page.number for result in results] == [1, 2, 3, 4]
    assert {result.attempts for result in results} == {1}
    assert set(results[0].seconds) == {"fetch", "open", "read"}


def test_a_crash_costs_one_page_and_the_next_is_read(process: PageProcess, tmp_path: Path) -> None:
    names = (("a.png", 40), ("b.png", stub_reader.CRASHES), ("c.png", 41))
    documents = measured(process, *(picture(tmp_path / name, width=width) for name, width in names))
    a, b, c = (read(process, document)[0] for document in documents)
    assert (a.failure, c.failure) == (None, None)
    assert b.failure is not None and b.failure.kind == "crash" and "signal 11" in b.failure.message
    assert (b.attempts, b.page.status, c.page.status) == (2, "failed", "ok")


@pytest.mark.slow
def test_a_crash_that_does_not_come_again_costs_nothing(process: PageProcess, tmp_path: Path) -> None:
    (document,) = measured(process, picture(tmp_path / "a.png", width=stub_reader.CRASHES_ONCE))
    (result,) = read(process, document)
    assert (result.failure, result.attempts) == (None, 2)


@pytest.mark.slow
def test_a_hang_is_ended(process: PageProcess, tmp_path: Path) -> None:
    (document,) = measured(process, picture(tmp_path / "a.png", width=stub_reader.HANGS))
    (result,) = read(process, document)
    assert result.failure is not None and result.failure.kind == "timeout"
    assert "--seconds-a-page" in result.failure.message


@pytest.mark.slow
def test_memory_is_bounded(process: PageProcess, tmp_path: Path) -> None:
    (document,) = measured(process, picture(tmp_path / "a.png", width=stub_reader.GROWS))
    (result,) = read(process, document)
    assert result.failure is not None and result.failure.kind == "memory"
    assert "--memory-a-page" in result.failure.message


def test_a_fault_of_the_reader_is_a_row_too(process: PageProcess, tmp_path: Path) -> None:
    (document,) = measured(process, picture(tmp_path / "a.png", width=stub_reader.FAULTS))
    (result,) = read(process, document)
    assert result.failure is not None and result.failure.kind == "fault" and "KeyError" in result.failure.message


def test_a_file_that_changed_since_is_not_read(process: PageProcess, tmp_path: Path) -> None:
    (document,) = measured(process, picture(tmp_path / "a.png"))
    picture(tmp_path / "a.png", seed=1)
    (result,) = read(process, document)
    assert result.failure is not None and result.failure.kind == "changed"


def test_native_text_needs_no_model(tmp_path: Path) -> None:
    settings = BulkSettings(ReadSettings(model="broken"), limits=PageLimits(SECONDS, MEMORY))
    with PageProcess(make_stub_reader, settings) as process:
        native, scan = measured(process, native_pdf(tmp_path / "a.pdf", 2), picture(tmp_path / "b.png"))
        assert [result.failure for result in read(process, native)] == [None, None]
        with pytest.raises(StopRun, match="tensors are missing"):
            read(process, scan)


def test_what_a_page_says_does_not_hang_on_its_company(process: PageProcess, tmp_path: Path) -> None:
    """A page too large among others, and the same page asked for alone."""
    settings = BulkSettings(ReadSettings(max_pixels=60_000), limits=PageLimits(SECONDS, MEMORY))
    path = scanned_pdf(tmp_path / "a.pdf", 12)
    with PageProcess(make_stub_reader, settings) as process:
        (document,) = measured(process, path)
        together = read(process, document)
        item = Item("a.pdf", document.listed.origin, document.sha256, document.count, (12,))
        (alone,) = ItemReader(process).read(item)
    failed = [result for result in together if result.failure is not None]
    assert together[0].failure is None and failed[-1].page.number == 12
    assert (alone.failure, alone.page) == (failed[-1].failure, failed[-1].page)
    assert alone.failure is not None and alone.failure.kind == "limit"


def test_extraction_stands_on_the_first_row(tmp_path: Path) -> None:
    settings = BulkSettings(schema="invoice", limits=PageLimits(SECONDS, MEMORY))
    with PageProcess(make_stub_reader, settings) as process:
        (document,) = measured(process, scanned_pdf(tmp_path / "a.pdf", 2))
        item = Item("a.pdf", document.listed.origin, document.sha256, 2, (1, 2))
        first, second = ItemReader(process, "invoice").read(item)
    assert first.record == '{"record": {"pages": 2, "schema": "invoice"}}'
    assert second.record is None
