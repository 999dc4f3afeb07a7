"""The report of a run, from pages made up: names and reasons stand in it as they are, and its numbers add up."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from bayou.bulk.items import Failure, Item, Origin, Receipt, Shard
from bayou.bulk.report import to_html
from bayou.bulk.rows import PageResult
from bayou.bulk.summary import FAILED, RunFigures, Subject, Summary, summary_of
from bayou.bulk.worker import receipt_of
from bayou.documents.document import Page

EVIL = 'a/<script>alert(1)</script> & "b".pdf'
WHY = "ended with <b>11</b>, twice"


class Report(HTMLParser):
    """Headings, text and tables of a page: a row is a list of its cells' texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.tables and self.tables[-1] and self.tags[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += data


def page(number: int, read: float, failure: Failure | None = None, attempts: int = 1) -> PageResult:
    made = Page(number, 10, 10, "px", status="failed" if failure else "ok", message=failure.message if failure else "")
    return PageResult(made, {} if failure else {"fetch": 1.0, "open": 2.0, "read": read}, attempts, failure)


def receipt(name: str, *results: PageResult) -> Receipt:
    item = Item(name, Origin(f"/scans/{name}"), "00", len(results), tuple(one.page.number for one in results))
    both = [(item, result) for result in results]
    return receipt_of(Shard(f"part-{name}", (item,)), f"part-{name}.parquet", "0f3a", both, (2_000_000, 0.5))


@pytest.fixture(scope="module")
def summary() -> Summary:
    receipts = [
        receipt(EVIL, page(1, 30.0), page(2, 0.0, Failure("crash", WHY), attempts=2), page(3, 4.0)),
        receipt("broken.pdf", page(0, 0.0, Failure("input", "no PDF"))),
        receipt("good.png", page(1, 6.0)),
    ]
    return summary_of(Subject("s3://archive", "nano", "0f3a", 3, 6), receipts, RunFigures(5, 20.0, 2.0, 2))


def test_names_and_reasons_are_text_and_not_markup(summary: Summary) -> None:
    report = Report(to_html(summary))
    assert "script" not in report.tags and "b" not in report.tags
    assert report.tags.count("table") == report.tags.count("/table") == 6
    assert report.tables[-1] == [
        ["document", "page", "kind", "reason"],
        [EVIL, "2", "crash", WHY],
        ["broken.pdf", "all", "input", "no PDF"],
    ]


def test_its_numbers_add_up(summary: Summary) -> None:
    facts, statuses, stages, slowest, failures, failed = Report(to_html(summary)).tables
    said = {name: value for name, value in facts}
    assert (said["Input"], said["Documents"], said["Pages"]) == ("s3://archive", "3", "6")
    assert (said["This run"], said["Throughput"]) == ("5 pages in 20 s with 2 workers", "0.25 pages/s")
    assert said["Files of results"] == "3 (6.0 MB)" and said["Pages begun twice"] == "1"
    assert statuses[1:] == [["ok", "3"], ["failed", "2"]]
    assert failures[1:] == [["crash", "1"], ["input", "1"]] and len(failed) == 3
    assert slowest[1:4] == [[EVIL, "1", "33.00"], ["good.png", "1", "9.00"], [EVIL, "3", "7.00"]]
    assert [row[:3] for row in stages[1:]] == [
        ["Reading", "40 s", "79.2%"],
        ["Decoding and drawing", "6 s", "11.9%"],
        ["Fetching and checking the file", "3 s", "5.9%"],
        ["Writing rows", "2 s", "3.0%"],
    ]
    assert "5 of 6 pages are done, 2 of them failed; 1 left" in Report(to_html(summary)).text


def test_of_very_many_failures_some_are_told() -> None:
    many = [receipt(f"{n}.pdf", *(page(p, 0.0, Failure("limit", "big")) for p in range(1, 161))) for n in range(10)]
    report = Report(to_html(summary_of(Subject("/scans", "nano", "0f3a", 10, 1600), many, RunFigures())))
    assert len(report.tables[-1]) == FAILED + 1
    assert "1,000 of 1,600 are told here" in report.text


def test_a_run_that_found_nothing_to_do() -> None:
    report = Report(to_html(summary_of(Subject("/scans", "nano", "0f3a", 0, 0), [], RunFigures(0, 1.0))))
    assert len(report.tables) == 1 and report.text.count("None.") == 4
    assert "found nothing left to read" in report.text and "none failed." in report.text
