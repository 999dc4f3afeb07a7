"""Words are found whatever their case, accents and line ends, also misread ones, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bayou.documents.document import Block, Cell, Document, Page, Table
from bayou.documents.geometry import Box
from bayou.errors import UsageError
from bayou.reading.evidence import Evidence
from bayou.reading.search import CONFUSED, INSIDE_WORDS, WHOLE_WORDS, Hit, search
from tests.reading.placed_lines import line, page


def found(query: str, *texts: str) -> tuple[Hit, ...]:
    return search(Document((page(1, *texts),)), query)


def quotes(query: str, *texts: str) -> list[str]:
    return [hit.text for hit in found(query, *texts)]


def test_a_hit_says_where_its_words_stand() -> None:
    document = Document((page(1, "Nothing here"), page(2, "Dear Sir,", "the Grand Total is 12.50")))
    (hit,) = search(document, "grand  total")
    assert hit == Hit(2, "Grand Total", (Box(40, 20, 150, 35),), WHOLE_WORDS, 2, "the Grand Total is 12.50")
    assert hit.evidence == Evidence("Grand Total", 2, (Box(40, 20, 150, 35),))
    assert hit.to_dict()["boxes"] == [[40, 20, 150, 35]]


@pytest.mark.parametrize(
    ("query", "text", "quote"),
    [
        ("TOTAL", "Total: 5", "Total:"),
        ("café", "Cafe Müller", "Cafe"),
        ("muller", "Cafe Müller", "Müller"),
        ("strasse", "Straße 5", "Straße"),
        ("don't", "I don’t know", "don’t"),
        ("10-20", "10–20 pieces", "10–20"),
        ("total", "Subtotal 7", "Subtotal"),
        ("ﬁnal", "final notice", "final"),
    ],
)
def test_case_accents_and_finery_do_not_matter(query: str, text: str, quote: str) -> None:
    assert quotes(query, text) == [quote]


def test_a_part_of_a_word_counts_less_than_the_word() -> None:
    inside, whole = found("total", "Subtotal 7", "Total 8")
    assert (inside.score, whole.score) == (INSIDE_WORDS, WHOLE_WORDS)


def test_a_phrase_goes_over_line_ends_and_hyphens() -> None:
    (hit,) = found("payable within thirty days", "The sum is payable within", "thirty days of receipt")
    assert (hit.text, hit.line) == ("payable within thirty days", 1)
    assert hit.boxes == (Box(110, 0, 250, 15), Box(0, 20, 110, 35))
    assert quotes("reimbursement", "a full reimburse-", "ment of costs") == ["reimburse- ment"]
    assert quotes("self- help", "about self-", "Help and more") == ["self- Help"]  # a capital: its hyphen stays


@pytest.mark.parametrize(
    ("query", "text", "quote"),
    [
        ("Invoice 10015", "lnvoice I00l5 of May", "lnvoice I00l5"),
        ("modern", "a modem flat", "modem"),
        ("Invoice No", "InvoiceNo 7", "InvoiceNo"),
    ],
)
def test_letters_that_look_alike_and_lost_spaces(query: str, text: str, quote: str) -> None:
    (hit,) = found(query, text)
    assert (hit.text, hit.score) == (quote, CONFUSED)


def test_a_few_wrong_letters_in_a_long_phrase() -> None:
    (hit,) = found("Registered Office", "Our Regjstered 0ffice is in Bath")
    assert hit.text == "Regjstered 0ffice" and 0.7 < hit.score < CONFUSED
    assert quotes("Registered Office", "Our registrar is in his orifice") == []


@pytest.mark.parametrize(
    ("query", "text"), [("theory", "the orifice"), ("iban", "urban"), ("cat", "cot"), ("total", "tonal"), ("x", "")]
)
def test_what_is_not_there_is_not_found(query: str, text: str) -> None:
    assert quotes(query, text) == []


def test_the_best_are_kept_in_reading_order() -> None:
    texts = [f"subtotal {number}" for number in range(5)] + ["total 9"]
    document = Document((page(1, *texts),))
    assert [hit.line for hit in search(document, "total", limit=2)] == [1, 6]
    assert len(search(document, "total")) == 6


def test_lines_without_a_place_are_found_without_boxes() -> None:
    block = Block("paragraph", Box(0, 0, 9, 9), (line("the total is 5", 0, placed=False),))
    (hit,) = search(Document((Page(1, 9, 9, "px", (block,)),)), "total is")
    assert (hit.text, hit.boxes) == ("total is", ())


@pytest.mark.parametrize(("query", "limit"), [("  ", 5), ("...", 5), ("total", 0)])
def test_wrong_calls(query: str, limit: int) -> None:
    with pytest.raises(UsageError):
        search(Document(()), query, limit)


def test_a_tables_row_is_one_line_whatever_the_order_of_its_cells() -> None:
    value, label, below = (
        line("12.50", 0),
        line("Total", 0),
        line("Cash", 1),
    )
    value = replace(value, box=Box(300, 2, 350, 17), words=())
    cells = tuple(
        tuple(Cell(text, Box(left, 20 * row, left + 250, 20 * row + 20)) for text, left in texts)
        for row, texts in enumerate([[("Total", 0), ("12.50", 250)], [("Cash", 0)]])
    )
    block = Block("table", Box(0, 0, 500, 40), (value, label, below), table=Table(cells))
    document = Document((Page(1, 500, 500, "px", (block,)),))
    (hit,) = search(document, "total")
    assert (hit.context, hit.line) == ("Total 12.50", 1)
    assert [hit.line for hit in search(document, "cash")] == [2]
    assert [hit.text for hit in search(document, "total 12.50")] == ["Total 12.50"]
