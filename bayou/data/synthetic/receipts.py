"""One line, or one field, of a till receipt, seeded. Knows what shops print; knows no fonts."""

from __future__ import annotations

import random
from collections.abc import Callable

from bayou.data.synthetic.records import address, clock, code, company, date, digits, name, phone

_RECEIPT_WORDS = (
    "TAX INVOICE|INVOICE NO|RECEIPT|RECEIPT NO|CASHIER|CASH|CHANGE|TOTAL|SUBTOTAL|SUB TOTAL|ROUNDING|ROUNDING ADJ|"
    "DISCOUNT|GST|GST ID|GST REG NO|GST SUMMARY|TAX CODE|AMOUNT|AMT|QTY|PRICE|ITEM|DESCRIPTION|TABLE|COVER|PAX|"
    "ORDER|BILL NO|BILL|COUNTER|DATE|TIME|MEMBER|POINTS|BALANCE|VISA|MASTERCARD|DEBIT CARD|APPROVAL CODE|TERMINAL|"
    "TRACE NO|BATCH|SERVICE CHARGE|TOTAL SALES|TOTAL QTY|NET TOTAL|GRAND TOTAL|TOTAL DUE|TENDERED|PAYMENT|TEL|FAX|"
    "CO REG NO|SALES PERSON|DOC NO|DELIVERY|TAKE AWAY|DINE IN|THANK YOU|VAT|TOTAL VAT|VAT NO|TIPS|REFUND|EXCHANGE|"
    "NETT|INCL. TAX|EXCL. TAX|ITEM COUNT|TOTAL ITEMS|SAVINGS|YOU SAVED|CARD NO|AUTH CODE|REF|STORE|TILL|OPERATOR|"
    "STAFF|CUSTOMER|CUSTOMER COPY|MERCHANT COPY|SIGNATURE|REG|TRANS|TRN|SHIFT|TAXABLE|ZERO RATED|STANDARD RATED|"
    "DEPOSIT"
).split("|")
_RECEIPT_PHRASES = (
    "Thank you for shopping with us|Please come again|Goods sold are not returnable|No refund without receipt|"
    "Have a nice day|Thank you, please come again!|All prices include GST|Exchange within 7 days with receipt|"
    "Keep this receipt for your records|Total (inclusive of GST)|Total excl. tax|"
    "This is a computer generated receipt|Items sold are not refundable|Visit us online at|Follow us on Facebook|"
    "We value your feedback|Customer service hotline|Opening hours: 9am - 9pm|Please retain for your reference|"
    "Free parking with validation|Tell us how we did|You were served by|Rounding adjustment|Amount due|"
    "Number of items sold|VAT registered|Prices in EUR incl. VAT|Merci de votre visite|"
    "Vielen Dank für Ihren Einkauf|Gracias por su compra|Tak for besøget"
).split("|")
_GOODS = (
    "MILK|BREAD|EGGS|SUGAR|RICE|FLOUR|BUTTER|CHEESE|YOGURT|APPLE|BANANA|ORANGE|TOMATO|POTATO|ONION|GARLIC|CHICKEN|"
    "BEEF|FISH|PRAWN|NOODLE|MEE GORENG|NASI LEMAK|TEH TARIK|KOPI O|ICED TEA|COFFEE|LATTE|MINERAL WATER|COLA|JUICE|"
    "BISCUIT|CHOC BAR|CANDY|CHIPS|TISSUE|SHAMPOO|SOAP|TOOTHPASTE|DETERGENT|BATTERY|BULB|CABLE TIE|SCREW|NAIL|"
    "PAINT BRUSH|PVC PIPE|ELBOW|TAPE|GLUE|PEN|PENCIL|NOTEBOOK|A4 PAPER|ENVELOPE|RULER|FILE|STAPLER|MARKER|"
    "PLASTIC BAG|TOWEL|MUG|PLATE|SPOON|T-SHIRT|SOCKS|BELT|CAP|SHOES|TOY CAR|DOLL|BALLOON|CAKE|BUN|SANDWICH|SALAD|"
    "SOUP|STEAK|FRIES|PASTA|PIZZA|BEER|WINE|VITAMIN C|PANADOL|PLASTER|MASK|SOY SAUCE|CHILLI|CURRY|TOFU|SPRITE|MILO"
).split("|")
_MARKS = ("SR", "ZRL", "S", "Z", "A", "B", "*", "T1", "SR:", "ZR", "E")
_UNITS = ("G", "ML", "KG", "PCS", "L", "MM", "X", " PKT")


def receipt(rng: random.Random, word: Callable[[], str]) -> str:
    """One line, or one field, of a till receipt; in capitals more often than not.

    Args:
        rng: Random stream.
        word: Draws a word of the language of the goods.
    """
    make = rng.choice((_item, _item, _total, _total, _keyed, _keyed, _figure, _figure, _figure, _shop, _phrase, _tax))
    text = make(rng, word)
    roll = rng.random()
    if roll < 0.35:
        return text.upper()
    if roll < 0.55:
        return " ".join(w.capitalize() if w.isalpha() else w for w in text.split(" "))
    return text


def _price(rng: random.Random) -> str:
    return f"{10 ** rng.uniform(-0.5, 3):.2f}"


def _goods(rng: random.Random, word: Callable[[], str]) -> str:
    if rng.random() < 0.6:
        return rng.choice(_GOODS)
    return " ".join(word() for _ in range(rng.randint(1, 3))).upper()


def _item(rng: random.Random, word: Callable[[], str]) -> str:
    goods, price = _goods(rng, word), _price(rng)
    form = rng.randrange(4)
    if form == 0:
        total = f"{10 ** rng.uniform(0, 3):,.2f}"
        return f"{goods} {rng.randint(1, 20)} x {price} {total} {rng.choice((*_MARKS, '', '', '', ''))}"
    if form == 1:
        return f"{goods} {rng.randint(1, 999)}{rng.choice(_UNITS)} {rng.choice((price, ''))}"
    if form == 2:
        return f"{goods} {rng.choice(('(S)', '(M)', '(B)', '-', '/', '&', '+'))} {rng.choice(_GOODS)}"
    return f"{rng.choice(_MARKS[:4])}: {goods} {rng.randint(1, 12)}PCS"


def _total(rng: random.Random, word: Callable[[], str]) -> str:
    currency = rng.choice(("", "RM ", "RM", "$", "€ "))
    return f"{rng.choice(_RECEIPT_WORDS)}{rng.choice((' ', ': ', ' : ', ':'))}{currency}{_price(rng)}"


def _keyed(rng: random.Random, word: Callable[[], str]) -> str:
    key = rng.choice(_RECEIPT_WORDS)
    form = rng.randrange(4)
    if form == 0:
        return f"{key}{rng.choice((':', ' :', ' #', ''))} {code(rng)}"
    if form == 1:
        return rng.choice((key, key + ":", key + " :", f"{key} (RM)", f"{key} ($)"))
    if form == 2:
        return f"({key} {rng.choice(('No', 'ID', 'NO'))}{rng.choice((' :', ': ', '. '))}{digits(rng, 6, 12)})"
    who = rng.choice(("Cashier", "CASHIER", "Operator", "Sales Person", "STAFF", "User", "Served by"))
    person = name(rng)
    return f"{who} {rng.choice((f': {person}', f'[{person}]', f'#{person}', person))}"


def _figure(rng: random.Random, word: Callable[[], str]) -> str:
    form = rng.randrange(6)
    if form == 0:
        return _price(rng)
    if form == 1:
        total = f"{10 ** rng.uniform(0, 3):,.2f}"
        return total if rng.random() < 0.6 else rng.choice(("RM", "$", "RM ", "-", "€")) + total
    if form == 2:
        stamp = rng.choice((f"{date(rng)} {clock(rng)}", f"[{date(rng)}] [{clock(rng)}]", f"DATE: {date(rng)}"))
        return stamp if rng.random() < 0.7 else clock(rng)
    if form == 3:
        return f"{rng.randint(1, 12)} {rng.choice(('x', 'X', '@', 'PCS @', '*'))} {_price(rng)}"
    if form == 4:
        return digits(rng, 4, 13) if rng.random() < 0.6 else str(rng.randint(0, 20))
    return code(rng)


def _shop(rng: random.Random, word: Callable[[], str]) -> str:
    form = rng.randrange(3)
    if form == 0:
        return address(rng).upper()
    if form == 1:
        return company(rng, word)
    return f"{rng.choice(('TEL', 'Tel', 'FAX', 'H/P', 'Phone'))}{rng.choice((': ', ' : ', ':', ' '))}{phone(rng)}"


def _phrase(rng: random.Random, word: Callable[[], str]) -> str:
    phrase = rng.choice(_RECEIPT_PHRASES)
    if rng.random() < 0.6:
        return phrase + rng.choice(("", "", ".", "!"))
    return rng.choice(("**", "***", "", "==", "--")) + phrase.upper() + rng.choice(("**", "***", "", ""))


def _tax(rng: random.Random, word: Callable[[], str]) -> str:
    tax = rng.choice(("GST", "VAT", "TAX", "ST", "SR", "SVC CHG", "MwSt", "TVA", "IVA"))
    rate = rng.choice((0, 6, 7, 10, 19, 20, 21))
    return rng.choice(
        (f"{tax} @{rate}%", f"{tax} {rate}%", f"{tax} ({rate}%)", f"{tax} @ {rate}% {_price(rng)}", f"{tax} = {rate}%")
    )
