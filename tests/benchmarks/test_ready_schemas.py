"""The figures of the ready schemas' benchmark, for records whose mistakes are known."""

from __future__ import annotations

from collections import Counter

from bayou.documents.document import Document
from bayou.reading.extraction import Extraction
from benchmarks.ready_schemas import AS_READ, Counts, extracted, pages, plain, truth


def test_values_are_the_same_whatever_their_capitals_and_signs() -> None:
    assert plain("12 Mill Lane, OXFORD") == plain("12 Mill lane\nOxford")
    assert plain(9) == plain(9.0) != plain(9.1)


def test_a_value_counts_once_and_one_of_what_is_not_printed_is_wrong() -> None:
    record = {"total": 9.0, "cash": 5.0, "line_items": [{"amount": 1.0}, {"amount": 1.0}], "date": None}
    found = extracted("receipt", Extraction(record, (), "nano", Document((), "")))
    wanted = {
        "total": Counter([plain(9)]),
        "cash": Counter[str](),
        "date": Counter(["20240331"]),
        "line_items[].amount": Counter([plain(1), plain(2)]),
    }
    counts = Counts()
    counts.add(AS_READ, "receipt", "en", (found, wanted))
    rows = {row["field"]: row for row in counts.rows() if row["schema"] == "receipt"}
    assert (rows["total"]["f1"], rows["cash"]["f1"], rows["date"]["f1"]) == (1.0, 0.0, 0.0)
    assert rows["line_items[].amount"]["f1"] == 0.5
    assert (rows["all"]["right"], rows["all"]["given"], rows["all"]["n"]) == (2, 4, 4)


def test_a_page_says_what_its_schema_asks_for() -> None:
    ((printed, worn),) = pages("bank-cheque", 1, 7)
    known = truth("bank-cheque", worn)
    assert known == truth("bank-cheque", printed), "damage changes no text"
    assert known["amount"].total() == 1 and "drawer" in known and known["drawer"].total() == 1
