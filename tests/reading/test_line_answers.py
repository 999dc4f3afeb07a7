"""Answers from lines that were read: what is printed and where, that it isn't there, or who could tell."""

from __future__ import annotations

from dataclasses import replace

from bayou.documents.document import Document, Page
from bayou.reading.answers import Answer
from bayou.reading.line_answers import NOT_FOUND, answer_from_lines, joined, pages_of, with_pages
from tests.reading.placed_lines import INVOICE, invoice, page


def ask(question: str, document: Document | None = None) -> Answer:
    return answer_from_lines(document or invoice(), question, "nano")


def test_a_field_is_answered_as_printed_with_its_place() -> None:
    answer = ask("What is the total?")
    assert (answer.text, answer.found, answer.model, answer.finish_reason) == ("£4,399.14", True, "nano", "stop")
    assert answer.confidence is not None and answer.confidence > 0.5
    (place,) = answer.evidence
    assert place.page == 1 and "4,399.14" in place.quote
    (box,) = place.boxes
    assert box.top == 20 * INVOICE.index("Total due £4,399.14")
    assert ask("invoice date?").text == "14 March 2025"
    assert ask("Who is the vendor?").text == "Larkspur Joinery Ltd"


def test_words_are_answered_with_the_lines_that_say_them() -> None:
    answer = ask("Where does it say English oak?")
    assert (answer.text, answer.found) == ("Thank you for choosing English oak.", True)
    assert [place.quote for place in answer.evidence] == ["English oak."]
    assert ask("How often does it mention total?").text == "2"
    assert "alike" in ask("Where does it say EngIish oaks?").note


def test_what_is_not_there_is_said_to_be_not_there() -> None:
    for question in (
        "When is it due?",
        "What is the IBAN?",
        "Does it mention a warranty?",
        "What is the refund policy?",
    ):
        answer = ask(question)
        assert (answer.text, answer.found, answer.evidence) == (NOT_FOUND, False, ())
        assert answer.note


def test_a_number_with_another_label_is_no_telephone() -> None:
    document = Document((page(1, "Larkspur Joinery Ltd", "VAT GB 314 1592 65"),))
    assert ask("What is the phone number?", document).found is False
    assert ask("What is the phone number?", Document((page(1, "Larkspur Ltd", "01632 960 417"),))).found

    day = Document((page(1, "Larkspur Ltd", "Born 1972-05-05"),))
    assert ask("What is the phone number?", day).found is False


def test_a_reference_is_no_memo_of_a_cheque() -> None:
    letter = page(1, "Our reference: 0417-C", "With reference to the offer we ask for another.", "Anna Berg")
    assert ask("What is the reference?", Document((letter,))).text == "0417-C"
    assert ask("What is the reference?", Document((page(1, "Larkspur Ltd", "Anna Berg"),))).found is False


def test_a_field_that_nobody_taught_is_looked_for_by_its_own_words() -> None:
    document = Document((page(1, "Gate B12", "Boarding policy: two bags at most"),))
    assert ask("What is the gate?", document).text == "B12"
    answer = ask("What is the boarding policy?", document)
    assert answer.found and "two bags at most" in answer.text
    lone = ask("What is the licence plate?", Document((page(1, "A form", "Licence plate:"),)))
    assert (lone.found, lone.note) == (False, "page 1 names it, but says nothing beside it")


def test_anything_else_names_the_model_to_pull() -> None:
    answer = ask("Summarise this.")
    assert (answer.text, answer.found) == ("", None)
    assert "bayou pull 800m" in answer.note and "2b" in answer.note


def test_pages_are_counted_and_blank_ones_told() -> None:
    document = Document((page(1, "One"), page(2, "Two")))
    assert ask("How many pages are there?", document).text == "2"
    blank = Document((Page(1, 9, 9, "px", status="blank"),))
    assert (ask("What is the total?", blank).text, ask("What is the total?", blank).note) == (NOT_FOUND, "it is blank")


def test_pages_stand_behind_an_answer() -> None:
    two = Document((page(1, "Fee 5.00"), page(2, "the fee", "no fee at all")))
    answer = ask("Where does it say fee?", two)
    assert with_pages(answer) == "Fee 5.00 (page 1)\nthe fee (page 2)\nno fee at all (page 2)"
    assert pages_of(answer) == "pages 1, 2"
    assert with_pages(replace(answer, text="thrice")) == "thrice (pages 1, 2)"
    assert with_pages(Answer("text", "stop", "m")) == "text"


def test_pages_of_several_documents_are_counted_through() -> None:
    both = joined([Document((page(1, "A letter"),), "a.png", model="nano"), invoice()])
    assert ([one.number for one in both.pages], both.name, both.model) == ([1, 2], "a.png, invoice.png", "nano")
    assert [place.page for place in ask("What is the total?", both).evidence] == [2]
