"""Questions about letters, forms and tickets: what stands beside a label or at its place, and what doesn't."""

from __future__ import annotations

import pytest

from bayou.documents.document import Document
from bayou.reading.asked_fields import every_label
from bayou.reading.asked_values import guess_or_labelled
from bayou.reading.field_candidates import Candidate
from bayou.reading.field_clues import Clues
from bayou.reading.line_answers import NOT_FOUND, answer_from_lines
from tests.reading.placed_lines import scattered

LETTER = scattered(
    (400, 40, "Ljunggren & Blom AB"),
    (400, 70, "Storgatan 4, 211 42 Malmö"),
    (400, 95, "+46 40 123 45 67"),
    (60, 200, "Odile Perrin"),
    (60, 220, "12 rue des Lilas"),
    (60, 240, "69003 Lyon"),
    (600, 320, "Malmö, le 4 mai 2021"),
    (60, 400, "Livraison de vos chaises"),
    (60, 450, "Madame,"),
    (60, 480, "Nous avons reçu le 2 avril 2021 votre commande de six chaises en bois."),
    (60, 500, "La facture du 7 avril 2021 sera jointe."),
    (60, 550, "Cordialement,"),
    (60, 640, "Maja Blom"),
    (60, 660, "Direction"),
    (60, 1300, "Ljunggren & Blom AB · Storgatan 4 · 211 42 Malmö"),
)
FORM = scattered(
    (700, 40, "Form KX-17"),
    (60, 60, "Application"),
    (60, 200, "Surname"),
    (500, 200, "First name"),
    (60, 230, "Brady"),
    (500, 230, "Orla"),
    (60, 280, "Street"),
    (60, 310, "8 Quay Lane"),
    (60, 360, "Postcode"),
    (500, 360, "City"),
    (60, 390, "T12 XY34"),
    (60, 440, "Date of birth"),
    (500, 440, "Nationality"),
    (60, 470, "03.06.1951"),
    (500, 470, "Irish"),
    (60, 520, "Employer: Fenn Bakery"),
    (60, 570, "Phone"),
    (500, 570, "Date"),
    (500, 600, "21.02.2017"),
    (60, 900, "Cork, 16.09.2016"),
    (60, 925, "Date"),
    (500, 925, "Signature"),
)
TICKET = scattered(
    (40, 30, "TICKET"),
    (40, 150, "Passenger"),
    (240, 150, "Departure"),
    (440, 150, "Coach"),
    (640, 150, "Seat"),
    (40, 175, "IDA NORD"),
    (240, 175, "15:25"),
    (440, 175, "4"),
    (640, 175, "85"),
    (40, 220, "Arrival"),
    (240, 220, "Price"),
    (440, 220, "Fare"),
    (40, 245, "19:25"),
    (240, 245, "73,40 €"),
    (700, 400, "796-1353200"),
)


def ask(document: Document, question: str) -> str:
    return answer_from_lines(document, question, "nano").text


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who sent this letter?", "Ljunggren & Blom AB"),
        ("To whom is the letter addressed?", "Odile Perrin"),
        ("Who is the recipient?", "Odile Perrin"),
        ("What is the recipient address?", "12 rue des Lilas 69003 Lyon"),
        ("What is the date?", "4 mai 2021"),
        ("What is the letter about?", "Livraison de vos chaises"),
        ("What is the subject?", "Livraison de vos chaises"),
        ("Who signed the letter?", "Maja Blom"),
        ("What is the reference?", NOT_FOUND),
    ],
)
def test_a_letter(question: str, answer: str) -> None:
    assert ask(LETTER, question) == answer


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is the last name?", "Brady"),
        ("What is the street?", "8 Quay Lane"),
        ("What is the postcode?", "T12 XY34"),
        ("What is the nationality?", "Irish"),
        ("What is the name of the employer?", "Fenn Bakery"),
        ("What is the form number?", "Form KX-17"),
        ("What is the date of birth?", "03.06.1951"),
        ("What is the date?", "21.02.2017"),
        ("When was the form signed?", "16.09.2016"),
        ("What is the city?", NOT_FOUND),
        ("What is the phone?", NOT_FOUND),
        ("What is the customer number?", NOT_FOUND),
    ],
)
def test_a_form_and_what_is_left_empty_on_it(question: str, answer: str) -> None:
    assert ask(FORM, question) == answer


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is the passenger?", "IDA NORD"),
        ("Who is the passenger?", "IDA NORD"),
        ("What is the departure?", "15:25"),
        ("What is the arrival?", "19:25"),
        ("What is the coach?", "4"),
        ("What is the seat?", "85"),
        ("What is the price?", "73,40 €"),
        ("What is the ticket number?", "796-1353200"),
        ("What is the fare?", NOT_FOUND),
        ("What is the gate?", NOT_FOUND),
        ("What is the destination?", NOT_FOUND),
    ],
)
def test_a_ticket_of_labels_over_values(question: str, answer: str) -> None:
    assert ask(TICKET, question) == answer


def test_a_journey_in_large_type() -> None:
    large = scattered((40, 80, "Lund"), (200, 80, "Ystad"), height=40).pages[0].blocks
    (page,) = TICKET.pages
    (block,) = page.blocks
    both = block.__class__("paragraph", block.box, (*large[0].lines, *block.lines))
    document = Document((page.__class__(1, 1000, 1400, "px", (both,)),))
    assert ask(document, "Where does it start?") == "Lund"
    assert ask(document, "What is the destination?") == "Ystad"


def test_a_date_that_a_text_tells_of_is_not_the_page_s_own() -> None:
    lines = (60, 40, "Dear Ms Moss,"), (60, 70, "we met you on 4 May 2021 at the fair and were glad of it.")
    letter = scattered(*lines, (60, 120, "Kind regards,"), (60, 180, "Ann Lee"))
    assert ask(letter, "What is the date?") == NOT_FOUND
    assert ask(letter, "What is the recipient address?") == NOT_FOUND


def test_the_date_of_a_form_is_not_that_of_a_birth() -> None:
    form = scattered((60, 40, "Date of birth"), (60, 65, "04 Apr 1952"), (60, 200, "Date"))
    assert ask(form, "What is the date?") == NOT_FOUND


def test_what_a_page_is_about_is_left_to_larger_models_where_it_is_no_letter() -> None:
    answer = answer_from_lines(FORM, "What is the subject?", "nano")
    assert (answer.text, answer.found) == ("", None)


def test_a_label_in_a_sentence_announces_nothing() -> None:
    text = scattered((60, 40, "City centre parking is free"), (60, 70, "and the street is closed to cars"))
    assert ask(text, "What is the city?") == NOT_FOUND
    assert ask(text, "What is the street?") == NOT_FOUND


def test_a_letter_behind_a_label_belongs_to_the_number() -> None:
    receipt = scattered((60, 40, "Corner Shop"), (60, 70, "Receipt no. E90-75710"), (60, 100, "Total 4.50"))
    assert ask(receipt, "What is the receipt number?") == "E90-75710"


def test_a_french_telephone_number_is_whole() -> None:
    card = scattered((60, 40, "Odile Perrin"), (60, 70, "Tél. +33 9 02 00 05 80"))
    assert ask(card, "What is the phone?") == "+33 9 02 00 05 80"


def test_a_value_may_begin_behind_its_label_s_end() -> None:
    assert (
        ask(scattered((60, 40, "ZIP"), (300, 40, "City"), (100, 65, "14444"), (310, 65, "Ipoh")), "zip code?")
        == "14444"
    )


def test_what_is_to_be_ticked_is_no_nationality() -> None:
    labels = (
        (60, 40, "Surname"),
        (400, 40, "First name"),
        (60, 100, "Street"),
        (400, 100, "City"),
        (60, 160, "Nationality"),
    )
    form = scattered(*labels, (60, 185, "Kenyan"), (60, 300, "Are you a member?"), (400, 300, "Yes"), (500, 300, "No"))
    assert ask(form, "What is the nationality?") == "Kenyan"


def test_a_count_is_no_sum_and_a_total_no_subtotal() -> None:
    rows = (60, 100, "Delivery and assembly"), (400, 100, "10"), (600, 100, "RM 550.00"), (600, 130, "RM 20.00")
    clues = Clues.of(scattered(*rows, (400, 220, "Total RM 570.00")), every_label())
    texts = [piece.text for piece in clues.layout.pieces]

    def taken(concept: str, piece: str, amount: str) -> bool:
        index, start = texts.index(piece), piece.index(amount)
        guess = Candidate(amount, 1.0, ((index, start, start + len(amount)),))
        return guess_or_labelled(clues, concept, guess) == guess

    assert not taken("shipping", "10", "10") and not taken("subtotal", "Total RM 570.00", "570.00")
    assert taken("total", "Total RM 570.00", "570.00") and taken("shipping", "RM 20.00", "20.00")


def test_a_payee_ends_before_the_amount() -> None:
    cheque = scattered(
        (60, 40, "Severn Mutual"), (60, 100, "Pay Evans & Walker Ltd £ 3,641.10"), (500, 40, "21 June 2015")
    )
    assert ask(cheque, "To whom is the cheque payable?") == "Evans & Walker Ltd"


def test_a_letter_s_end_may_be_misread_and_its_address_ends_with_the_date() -> None:
    places = (
        (60, 200, "Ana Ruiz"),
        (60, 220, "Plaza Mayor 18"),
        (60, 240, "24001 Burgos"),
        (60, 260, "Burgos, 17 mayo 2021"),
    )
    letter = scattered(
        *places, (60, 330, "Estimada Sra. Ruiz:"), (60, 360, "Le escribo por su pedido."), (60, 400, "Un cordl saludo,")
    )
    assert ask(letter, "To whom is the letter addressed?") == "Ana Ruiz"
    assert ask(letter, "What is the recipient address?") == "Plaza Mayor 18 24001 Burgos"
    assert ask(letter, "What is the date?") == "17 mayo 2021"


def test_a_sender_is_the_name_in_the_head_not_its_country() -> None:
    head = scattered((60, 30, "Kenanga Printing"), height=24).pages[0].blocks[0].lines
    texts = (
        (500, 10, "Malaysia"),
        (60, 200, "Dear Ms Ng,"),
        (60, 230, "your order has left us."),
        (60, 280, "Kind regards,"),
    )
    letter = scattered(*texts, (60, 900, "Kenanga Printing"), (400, 900, "Malaysia"))
    (page,) = letter.pages
    block = page.blocks[0]
    both = page.__class__(1, 1000, 1400, "px", (block.__class__("paragraph", block.box, (*head, *block.lines)),))
    assert ask(Document((both,)), "Who sent this letter?") == "Kenanga Printing"


def test_an_iban_is_known_by_its_form() -> None:
    statement = scattered((60, 40, "Crédit de Loire"), (60, 90, "Compte: FR66 5363 7291 5442 2546 2625 083"))
    assert ask(statement, "What is the IBAN?") == "FR66 5363 7291 5442 2546 2625 083"
    assert ask(scattered((60, 40, "Crédit de Loire"), (60, 90, "Orford IP12 2NU")), "What is the IBAN?") == NOT_FOUND
