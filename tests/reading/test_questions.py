"""Questions in plain English: the field, the words or the pages they ask for, and what is left to larger models."""

from __future__ import annotations

import pytest

from bayou.reading.questions import FieldQuestion, PagesQuestion, WordsQuestion, understand


@pytest.mark.parametrize(
    ("question", "concept"),
    [
        ("What is the total?", "total"),
        ("Total", "total"),
        ("what's the total amount due of this invoice?", "total"),
        ("How much is it?", "total"),
        ("How much do I owe in total?", "total"),
        ("invoice date?", "date"),
        ("When was it issued?", "date"),
        ("And when?", "date"),
        ("and the due date", "due_date"),
        ("Ok, and when is it due?", "due_date"),
        ("By when must it be paid?", "due_date"),
        ("Does it have a due date?", "due_date"),
        ("Who is the vendor?", "seller_name"),
        ("Who issued the invoice?", "seller_name"),
        ("What is the name of the shop?", "seller_name"),
        ("Who is billed?", "buyer_name"),
        ("How much is the tax?", "tax_amount"),
        ("What about VAT?", "tax_amount"),
        ("How much change was given?", "change"),
        ("What is the IBAN?", "iban"),
        ("Please give me the invoice number", "invoice_number"),
        ("What is the receipt's total?", "total"),
        ("What is the phone number of the company?", "phone"),
        ("To whom is the cheque payable?", "payee"),
        ("At what time?", "time"),
        ("When does it expire?", "date_of_expiry"),
        ("What is the refund policy?", None),
        ("What is the employer?", None),
        ("What is the phone number of the buyer?", None),
        ("What is the customer's phone number?", None),
    ],
)
def test_fields(question: str, concept: str | None) -> None:
    asked = understand(question)
    assert isinstance(asked, FieldQuestion)
    assert asked.concept == concept


@pytest.mark.parametrize(
    ("question", "words", "count"),
    [
        ("Where does it say “No refunds”?", "No refunds", False),
        ("where does the contract mention termination", "termination", False),
        ("Does the letter say anything about penalties?", "penalties", False),
        ("Does it mention a warranty?", "warranty", False),
        ("Is GST mentioned?", "gst", False),
        ('Is the word "Oak" on the page?', "Oak", False),
        ("find Harbour Lane", "harbour lane", False),
        ("How often does it mention the bank?", "bank", True),
    ],
)
def test_words(question: str, words: str, count: bool) -> None:
    assert understand(question) == WordsQuestion(words, count)


def test_pages() -> None:
    assert understand("How many pages are there?") == PagesQuestion()


@pytest.mark.parametrize(
    "question",
    [
        "Summarise this letter.",
        "Why was it rejected?",
        "Is the total correct?",
        "Who is the president of France?",
        "What is this document about?",
        "What does this page say?",
        "What is the title of this page?",
        "Hello",
        "Is the form signed?",
        "Is there a portrait on the card?",
        "Which item cost the most?",
        'What is the quantity of "Keyboard"?',
        "Compare the two pages.",
        "",
        "?",
    ],
)
def test_what_is_left_to_larger_models(question: str) -> None:
    assert understand(question) is None
