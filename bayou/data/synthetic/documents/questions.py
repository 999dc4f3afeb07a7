"""Questions about a page, and answers that are on it, or that say they aren't. Knows fields; no pictures."""

from __future__ import annotations

import random
from collections.abc import Sequence

from bayou.data.synthetic.documents.page import Field, Question
from bayou.documents.document import Page

BLANK = "The page is blank; there is nothing to read."
UNREADABLE = "The page is unreadable; no text can be made out."
ABSENT = "The page doesn't say."

#: Key fields of each kind of document; a page need not have all of them.
FIELDS: dict[str, tuple[str, ...]] = {
    "letter": ("sender", "recipient", "recipient_address", "date", "reference", "subject", "signatory"),
    "invoice": (
        "seller_name",
        "seller_address",
        "seller_tax_id",
        "buyer_name",
        "buyer_address",
        "invoice_number",
        "invoice_date",
        "due_date",
        "purchase_order",
        "customer_number",
        "line_items",
        "subtotal",
        "discount",
        "shipping",
        "tax_amount",
        "total",
        "bank_name",
        "iban",
        "account_number",
    ),
    "receipt": (
        "merchant_name",
        "merchant_address",
        "merchant_tax_id",
        "receipt_number",
        "date",
        "time",
        "line_items",
        "subtotal",
        "tax_amount",
        "total",
        "payment_method",
        "cash",
        "change",
    ),
    "form": (
        "form_number",
        "last_name",
        "first_name",
        "date_of_birth",
        "nationality",
        "street",
        "postcode",
        "city",
        "phone",
        "email",
        "employer",
        "customer_number",
        "date",
        "signed_on",
    ),
    "paper": ("authors",),
    "table": (
        "bank_name",
        "account_holder",
        "iban",
        "account_number",
        "period",
        "opening_balance",
        "transactions",
        "closing_balance",
    ),
    "ticket": (
        "passenger",
        "event",
        "from",
        "to",
        "date",
        "departure",
        "arrival",
        "service",
        "coach",
        "gate",
        "boarding",
        "seat",
        "row",
        "class",
        "venue",
        "time",
        "price",
        "fare",
        "ticket_number",
        "place",
        "entry_time",
        "licence_plate",
    ),
    "cheque": (
        "bank_name",
        "drawer",
        "cheque_number",
        "date",
        "payee",
        "amount",
        "amount_in_words",
        "memo",
        "routing_number",
        "account_number",
    ),
    "chart": (),
    "business-card": ("name", "job_title", "company", "address", "phone", "email", "website"),
    "identity-card": (
        "country",
        "last_name",
        "first_name",
        "date_of_birth",
        "nationality",
        "sex",
        "document_number",
        "date_of_expiry",
        "date_of_issue",
    ),
    "blank": (),
}
_LISTS = ("line_items", "transactions")
_PHRASES = {
    "sender": "Who sent this letter?",
    "recipient": "To whom is the letter addressed?",
    "total": "What is the total?",
    "signatory": "Who signed the letter?",
    "subject": "What is the letter about?",
    "payee": "To whom is the cheque payable?",
    "merchant_name": "What is the name of the shop?",
    "seller_name": "Who issued the invoice?",
    "from": "Where does it start?",
    "buyer_name": "Who is billed?",
    "tax_amount": "How much is the tax?",
    "change": "How much change was given?",
    "to": "What is the destination?",
    "authors": "Who wrote the paper?",
    "cash": "How much cash was given?",
    "amount": "What is the amount of the cheque?",
    "time": "At what time?",
    "employer": "What is the name of the employer?",
}


def field_question(name: str) -> str:
    """How a field is asked for."""
    return _PHRASES.get(name, f"What is the {name.replace('_', ' ').replace('iban', 'IBAN').replace(' id', ' ID')}?")


def questions_of(
    rng: random.Random, kind: str, fields: Sequence[Field], own: Sequence[Question], page: Page
) -> tuple[Question, ...]:
    """All that a page is asked: its own questions, its fields, one that it has not, and how it lies.

    A page that can't be read is asked what its kind is asked, and says each time that it can't.
    """
    if page.status != "ok":
        answer = BLANK if page.status == "blank" else UNREADABLE
        asked = [field_question(n) for n in FIELDS[kind] if n not in _LISTS] or ["What is the title of this page?"]
        asked = rng.sample(asked, min(3, len(asked)))
        return tuple(Question(q, answer, page.status) for q in ["What does this page say?", *asked])
    found = [Question(field_question(f.name), f.value, "field") for f in fields if "." not in f.name]
    names = {f.name.partition(".")[0] for f in fields}
    missing = [n for n in FIELDS[kind] if n not in names and n not in _LISTS]
    questions = [*own, *found]
    if missing and len(names) > 2:
        questions.append(Question(field_question(rng.choice(missing)), ABSENT, "absent"))
    if page.rotation:
        answer = f"No; it must be turned clockwise by {page.rotation} degrees."
        questions.append(Question("Does the page stand upright?", answer, "rotation"))
    elif rng.random() < 0.1:
        questions.append(Question("Does the page stand upright?", "Yes.", "rotation"))
    return tuple(questions)
