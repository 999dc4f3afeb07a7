"""Seeded strings with a form: dates, amounts, codes, addresses, receipts, program lines. Knows no fonts and no corpora."""

from __future__ import annotations

import random
from collections.abc import Callable

from bayou.data.synthetic.words import CITIES, FIRST_NAMES, LAST_NAMES, MONTHS, SHOP_SIGNS, STREETS, WEEKDAYS

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_CURRENCIES = ("$", "€", "£", "RM", "USD", "EUR", "GBP", "MYR", "S$", "¥", "CHF", "kr", "zł", "Rp", "₹", "$", "RM", "SGD", "₺", "Kč")
_DOMAINS = "com net org edu gov co.uk de fr es it nl se no dk fi pl com.my com.sg eu io info ac.uk".split()
_RECEIPT_WORDS = (
    "TAX INVOICE|INVOICE NO|RECEIPT|RECEIPT NO|CASHIER|CASH|CHANGE|TOTAL|SUBTOTAL|SUB TOTAL|ROUNDING|ROUNDING ADJ|DISCOUNT|GST|GST ID|"
    "GST REG NO|GST SUMMARY|TAX CODE|AMOUNT|AMT|QTY|PRICE|ITEM|DESCRIPTION|TABLE|COVER|PAX|ORDER|BILL NO|BILL|COUNTER|DATE|TIME|MEMBER|"
    "POINTS|BALANCE|VISA|MASTERCARD|DEBIT CARD|APPROVAL CODE|TERMINAL|TRACE NO|BATCH|SERVICE CHARGE|TOTAL SALES|TOTAL QTY|NET TOTAL|"
    "GRAND TOTAL|TOTAL DUE|TENDERED|PAYMENT|TEL|FAX|CO REG NO|SALES PERSON|DOC NO|DELIVERY|TAKE AWAY|DINE IN|THANK YOU|VAT|TOTAL VAT|"
    "VAT NO|TIPS|REFUND|EXCHANGE|NETT|INCL. TAX|EXCL. TAX|ITEM COUNT|TOTAL ITEMS|SAVINGS|YOU SAVED|CARD NO|AUTH CODE|REF|STORE|TILL|"
    "OPERATOR|STAFF|CUSTOMER|CUSTOMER COPY|MERCHANT COPY|SIGNATURE|REG|TRANS|TRN|SHIFT|TAXABLE|ZERO RATED|STANDARD RATED|DEPOSIT"
).split("|")
_RECEIPT_PHRASES = (
    "Thank you for shopping with us|Please come again|Goods sold are not returnable|No refund without receipt|Have a nice day|"
    "Thank you, please come again!|All prices include GST|Exchange within 7 days with receipt|Keep this receipt for your records|"
    "Total (inclusive of GST)|Total excl. tax|This is a computer generated receipt|Items sold are not refundable|Visit us online at|"
    "Follow us on Facebook|We value your feedback|Customer service hotline|Opening hours: 9am - 9pm|Please retain for your reference|"
    "Free parking with validation|Tell us how we did|You were served by|Rounding adjustment|Amount due|Number of items sold|"
    "VAT registered|Prices in EUR incl. VAT|Merci de votre visite|Vielen Dank für Ihren Einkauf|Gracias por su compra|Tak for besøget"
).split("|")
_GOODS = (
    "MILK|BREAD|EGGS|SUGAR|RICE|FLOUR|BUTTER|CHEESE|YOGURT|APPLE|BANANA|ORANGE|TOMATO|POTATO|ONION|GARLIC|CHICKEN|BEEF|FISH|PRAWN|NOODLE|"
    "MEE GORENG|NASI LEMAK|TEH TARIK|KOPI O|ICED TEA|COFFEE|LATTE|MINERAL WATER|COLA|JUICE|BISCUIT|CHOC BAR|CANDY|CHIPS|TISSUE|SHAMPOO|"
    "SOAP|TOOTHPASTE|DETERGENT|BATTERY|BULB|CABLE TIE|SCREW|NAIL|PAINT BRUSH|PVC PIPE|ELBOW|TAPE|GLUE|PEN|PENCIL|NOTEBOOK|A4 PAPER|"
    "ENVELOPE|RULER|FILE|STAPLER|MARKER|PLASTIC BAG|TOWEL|MUG|PLATE|SPOON|T-SHIRT|SOCKS|BELT|CAP|SHOES|TOY CAR|DOLL|BALLOON|CAKE|BUN|"
    "SANDWICH|SALAD|SOUP|STEAK|FRIES|PASTA|PIZZA|BEER|WINE|VITAMIN C|PANADOL|PLASTER|MASK|SOY SAUCE|CHILLI|CURRY|TOFU|SPRITE|MILO"
).split("|")
_COMPANY_TAILS = "SDN BHD|SDN. BHD.|ENTERPRISE|TRADING|LTD|Ltd.|INC.|LLC|GmbH|S.A.|S.p.A.|PLC|& SONS|BROTHERS|HARDWARE|RESTAURANT|MART|STATIONERY|BAKERY|PHARMACY|CAFE|SUPERMARKET|ELECTRICAL|FOOD COURT|(M) SDN BHD|AB|A/S|Oy|Sp. z o.o.|s.r.o.|Kft.|B.V."


def digits(rng: random.Random, low: int, high: int) -> str:
    return "".join(rng.choices(_DIGITS, k=rng.randint(low, high)))


def number(rng: random.Random) -> str:
    value = int(10 ** rng.uniform(0, 7))
    form = rng.randrange(6)
    if form == 0:
        return f"{value:,}"
    if form == 1:
        return f"{value / 100:,.2f}"
    if form == 2:
        return f"{value / 100:.2f}".replace(".", ",")
    if form == 3:
        return f"{rng.uniform(0, 100):.{rng.randint(0, 2)}f}%"
    if form == 4:
        return f"{rng.choice('+-')}{value / 10 ** rng.randint(0, 4):g}"
    return digits(rng, 1, 10)


def amount(rng: random.Random) -> str:
    value = 10 ** rng.uniform(-1, 4.5)
    currency = rng.choice(_CURRENCIES)
    plain = f"{value:,.2f}"
    form = rng.randrange(8)
    if form < 3:
        return plain if form else f"{value:.2f}"
    if form == 3:
        return plain.replace(",", " ").replace(".", ",") + " " + currency
    if form == 4:
        return currency + " " + plain
    if form == 5:
        return plain.translate(str.maketrans(",.", ".,")) + " " + currency
    if form == 6:
        return f"({plain})" if rng.random() < 0.5 else f"-{plain}"
    return currency + plain


def date(rng: random.Random) -> str:
    year, month, day = rng.randint(1950, 2035), rng.randint(1, 12), rng.randint(1, 28)
    name = MONTHS[month - 1]
    short = name[:3]
    weekday = rng.choice(WEEKDAYS)
    return rng.choice(
        (
            f"{day:02}/{month:02}/{year}", f"{day}/{month}/{year % 100:02}", f"{year}-{month:02}-{day:02}", f"{day:02}.{month:02}.{year}",
            f"{day}.{month}.{year}", f"{day:02}-{month:02}-{year % 100:02}", f"{day} {name} {year}", f"{name} {day}, {year}",
            f"{day:02} {short} {year}", f"{short} {day}, {year}", f"{weekday}, {day} {name} {year}", f"{weekday[:3]} {day} {short}",
            f"{short.upper()} {day:02} {year}", f"{day:02}-{short.upper()}-{year}", f"{month:02}/{day:02}/{year}", f"'{year % 100:02}",
            f"{year}/{month:02}/{day:02}", f"{name} {year}", f"{day:02}{month:02}{year}", f"{name.upper()} {day}", f"{day}. {name} {year}",
        )
    )


def clock(rng: random.Random) -> str:
    hour, minute, second = rng.randint(0, 23), rng.randint(0, 59), rng.randint(0, 59)
    half = "AM" if hour < 12 else "PM"
    return rng.choice(
        (
            f"{hour:02}:{minute:02}", f"{hour:02}:{minute:02}:{second:02}", f"{hour % 12 or 12}:{minute:02} {half}",
            f"{hour % 12 or 12}:{minute:02}{half.lower()}", f"{hour:02}:{minute:02}:{second:02} {half}", f"{hour}h{minute:02}",
            f"{hour % 12 or 12}{half.lower()}", f"{hour:02}.{minute:02}",
        )
    )


def code(rng: random.Random) -> str:
    """Letters and digits as on plates, parts, bills and tickets."""
    form = rng.randrange(9)
    letters = lambda n: "".join(rng.choices(_LETTERS, k=n))  # noqa: E731
    if form == 0:
        return letters(rng.randint(1, 3)) + rng.choice(("", "-", " ")) + digits(rng, 2, 6) + (rng.choice(_LETTERS) if rng.random() < 0.4 else "")
    if form == 1:
        return "-".join("".join(rng.choices(_LETTERS + _DIGITS, k=rng.randint(2, 5))) for _ in range(rng.randint(2, 4)))
    if form == 2:
        return "".join(rng.choices(_LETTERS + _DIGITS, k=rng.randint(4, 14)))
    if form == 3:
        return "".join(rng.choices(_LETTERS.lower() + _DIGITS, k=rng.randint(4, 12)))
    if form == 4:
        return rng.choice(("#", "No. ", "NO:", "Ref ", "ID ", "INV", "CS", "A/C ", "S/N ")) + digits(rng, 4, 12)
    if form == 5:
        return f"({digits(rng, 5, 8)}-{rng.choice(_LETTERS)})"
    if form == 6:
        return "".join(rng.choices(_LETTERS + _LETTERS.lower() + _DIGITS, k=rng.randint(5, 16)))
    if form == 7:
        return rng.choice(("MY", "DE", "FR", "GB", "NL", "PL", "SE")) + digits(rng, 2, 2) + " " + " ".join(digits(rng, 4, 4) for _ in range(rng.randint(2, 5)))
    return digits(rng, 1, 3) + rng.choice("ABCDEFX-/") + digits(rng, 1, 4)


def phone(rng: random.Random) -> str:
    return rng.choice(
        (
            f"+{digits(rng, 1, 2)} {digits(rng, 2, 3)} {digits(rng, 3, 4)} {digits(rng, 4, 4)}", f"({digits(rng, 3, 3)}) {digits(rng, 3, 3)}-{digits(rng, 4, 4)}",
            f"0{digits(rng, 1, 2)}-{digits(rng, 7, 8)}", f"{digits(rng, 3, 3)}.{digits(rng, 3, 3)}.{digits(rng, 4, 4)}", f"1-800-{digits(rng, 3, 3)}-{digits(rng, 4, 4)}",
            f"TEL: {digits(rng, 2, 2)}-{digits(rng, 4, 4)} {digits(rng, 4, 4)}", f"Tel : {digits(rng, 3, 3)}-{digits(rng, 7, 7)}", f"Fax {digits(rng, 9, 11)}", f"0{digits(rng, 9, 10)}",
        )
    )


def url(rng: random.Random, word: Callable[[], str]) -> str:
    host = rng.choice((word().lower(), word().lower() + rng.choice(("", "-", "")) + word().lower())) + "." + rng.choice(_DOMAINS)
    form = rng.randrange(7)
    if form == 0:
        return "www." + host
    if form == 1:
        return rng.choice(("http://", "https://")) + rng.choice(("", "www.")) + host + "/" + "/".join(word().lower() for _ in range(rng.randint(0, 3)))
    if form == 2:
        return f"{word().lower()}{rng.choice(('.', '_', '', '-'))}{rng.choice((word().lower(), digits(rng, 1, 4)))}@{host}"
    if form == 3:
        return host
    if form == 4:
        return f"https://{host}/{word().lower()}?{word().lower()[:4]}={digits(rng, 1, 5)}&{word().lower()[:3]}={word().lower()}"
    if form == 5:
        return rng.choice(("E-mail: ", "Email:", "e: ", "")) + f"{word().lower()}@{host}"
    return "/" + "/".join(word().lower() for _ in range(rng.randint(2, 5)))


def name(rng: random.Random) -> str:
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    return rng.choice(
        (f"{first} {last}", f"{first} {last}", f"{last}, {first}", f"{first[0]}. {last}", f"{rng.choice(('Mr', 'Mrs', 'Ms', 'Dr.', 'Prof.'))} {last}",
         f"{first} {rng.choice(_LETTERS)}. {last}", f"{first.upper()} {last.upper()}", first, last, f"{last} {first}")
    )


def address(rng: random.Random) -> str:
    street, city = rng.choice(STREETS), rng.choice(CITIES)
    return rng.choice(
        (
            f"{rng.randint(1, 999)} {street}", f"{street} {rng.randint(1, 200)}, {digits(rng, 5, 5)} {city}", f"NO.{rng.randint(1, 99)}, {street.upper()} {rng.randint(1, 30)}/{rng.randint(1, 9)},",
            f"{digits(rng, 5, 5)} {city.upper()}, {rng.choice(CITIES).upper()}.", f"{rng.randint(1, 99)}-{rng.randint(1, 9)}, {street}, {city}", f"P.O. Box {digits(rng, 3, 5)}, {city}",
            f"Lot {rng.randint(1, 500)}, {street}, {digits(rng, 5, 5)} {city}", f"{city}, {rng.choice(('NY', 'CA', 'TX', 'WA', 'MA', 'IL'))} {digits(rng, 5, 5)}",
        )
    )


def company(rng: random.Random, word: Callable[[], str]) -> str:
    tail = rng.choice(_COMPANY_TAILS.split("|"))
    middle = " ".join(rng.choice((word(), rng.choice(LAST_NAMES))).capitalize() for _ in range(rng.randint(1, 3)))
    return f"{middle.upper() if tail.isupper() else middle} {tail}"


def receipt(rng: random.Random, word: Callable[[], str]) -> str:
    """One line, or one field, of a till receipt; in capitals more often than not."""
    form = rng.randrange(20)
    key = rng.choice(_RECEIPT_WORDS)
    goods = rng.choice(_GOODS) if rng.random() < 0.6 else " ".join(word() for _ in range(rng.randint(1, 3))).upper()
    price = f"{10 ** rng.uniform(-0.5, 3):.2f}"
    total = f"{10 ** rng.uniform(0, 3):,.2f}"
    mark = rng.choice(("SR", "ZRL", "S", "Z", "A", "B", "*", "T1", "SR:", "ZR", "E"))
    text = (
        lambda: f"{goods} {rng.randint(1, 20)} x {price} {total} {rng.choice((mark, ''))}",
        lambda: f"{key}{rng.choice((' ', ': ', ' : ', ':'))}{rng.choice(('', 'RM ', 'RM', '$', '€ '))}{total}",
        lambda: f"{key}{rng.choice((':', ' :', ' #', ''))} {code(rng)}",
        lambda: f"{goods} {rng.randint(1, 999)}{rng.choice(('G', 'ML', 'KG', 'PCS', 'L', 'MM', 'X', ' PKT'))} {rng.choice((price, ''))}",
        lambda: price,
        lambda: total if rng.random() < 0.6 else f"{rng.choice(('RM', '$', 'RM ', '-', '€'))}{total}",
        lambda: f"{date(rng)} {clock(rng)}",
        lambda: rng.choice((key, key + ":", key + " :", f"{key} (RM)", f"{key} ($)")),
        lambda: address(rng).upper(),
        lambda: company(rng, word),
        lambda: rng.choice(_RECEIPT_PHRASES) + rng.choice(("", "", ".", "!")),
        lambda: f"{rng.choice(('TEL', 'Tel', 'FAX', 'H/P', 'Phone'))}{rng.choice((': ', ' : ', ':', ' '))}{phone(rng)}",
        lambda: f"{rng.randint(1, 12)} {rng.choice(('x', 'X', '@', 'PCS @', '*'))} {price}",
        lambda: f"{goods} {rng.choice(('(S)', '(M)', '(B)', '-', '/', '&', '+'))} {rng.choice(_GOODS)}",
        lambda: f"{rng.choice(('GST', 'VAT', 'TAX', 'ST', 'SR', 'SVC CHG'))} {rng.choice(('@', '', '('))}{rng.choice((0, 6, 7, 10, 19, 20, 21))}%{rng.choice(('', ')', ' ' + price))}",
        lambda: f"{rng.choice(('Cashier', 'CASHIER', 'Operator', 'Sales Person', 'STAFF', 'User'))} {rng.choice((':', '[', '#'))} {name(rng)}",
        lambda: digits(rng, 4, 13) if rng.random() < 0.6 else str(rng.randint(0, 20)),
        lambda: code(rng),
        lambda: f"({key} {rng.choice(('No', 'ID', 'NO'))}{rng.choice((' :', ': ', '. '))}{digits(rng, 6, 12)})",
        lambda: rng.choice(("**", "***", "", "==", "--")) + rng.choice(_RECEIPT_PHRASES).upper() + rng.choice(("**", "***", "", "")),
    )[form]()
    roll = rng.random()
    if roll < 0.35:
        return text.upper()
    if roll < 0.55:
        return " ".join(w.capitalize() if w.isalpha() else w for w in text.split(" "))
    return text


def program(rng: random.Random, word: Callable[[], str]) -> str:
    """A line of source, a command or a path, as manuals print them."""
    a, b, c = (word().lower().replace("'", "") for _ in range(3))
    return rng.choice(
        (
            f"static void {a}{b}(char const *{c});", f"int {a} = {rng.randint(0, 999)};", f"for (size_t {a[0]} = 0; {a[0]} < {b}.size(); ++{a[0]})",
            f"std::cout << \"{a} {b}\" << '\\n';", f"template <typename {a.capitalize()}, class {b.capitalize()}>", f"#include <{a}.h>", f"    return {a}_{b}[{c}];",
            f"if ({a} != {b} && !{c}())", f"def {a}_{b}(self, {c}=None):", f"    {a}.{b}({c}={rng.randint(0, 99)})", f"$ {a} --{b}={c} -{rng.choice('abcdefv')} /usr/{a}/{b}",
            f"# apt-get install {a}-{b}", f"/etc/{a}/{b}.conf", f"~/.{a}/{b}_{c}.txt", f"{a.upper()}_{b.upper()}=\"${{{c.upper()}}}\"", f"class {a.capitalize()}: public {b.capitalize()}",
            f"{a}::{b}({c} const &other)", f"set {a} {b} '{c}.dat' using {rng.randint(1, 4)}:{rng.randint(1, 4)}", f"<{a} {b}=\"{c}\">{word()}</{a}>", f"{{\"{a}\": [{rng.randint(0, 9)}, {rng.randint(0, 99)}], \"{b}\": true}}",
            f"printf(\"%s: %d\\n\", {a}, {b}[{rng.randint(0, 9)}]);", f"// {a} {b} {c}", f"/* {a}: {b} {c} */", f"{a}() {{ {b}; }}", f"SELECT {a}, {b} FROM {c} WHERE id = {rng.randint(1, 999)};",
            f"{a}({b}) = {rng.randint(1, 9)}*x**2 + {rng.uniform(0, 9):.1f}*{c[0]}", f"x = {rng.uniform(-9, 9):.3f}e{rng.choice('+-')}0{rng.randint(1, 9)}", f"git {a} -m \"{b} {c}\" && cd ../{a}",
        )
    )


def contents_entry(rng: random.Random, title: str) -> str:
    """A table-of-contents line: number, title, leader dots, page."""
    level = ".".join(str(rng.randint(1, 20)) for _ in range(rng.randint(1, 4)))
    leader = rng.choice((". " * rng.randint(3, 30), "." * rng.randint(3, 50), " ", " . . . "))
    return f"{level}{rng.choice(('.', '', ' '))} {title} {leader.strip()} {rng.randint(1, 400)}"


def sign(rng: random.Random) -> str:
    """One to three words of a sign in a street, a shop or on a product."""
    words = " ".join(rng.choices(SHOP_SIGNS, k=rng.choice((1, 1, 1, 2, 2, 3))))
    return rng.choice((words, words, words.title(), words.lower()))


def punctuated(rng: random.Random, words: list[str]) -> str:
    """Words thick with marks: brackets, quotes, slashes, apostrophes, hyphens."""
    wraps = (("(", ")"), ("[", "]"), ('"', '"'), ("“", "”"), ("‘", "’"), ("'", "'"), ("{", "}"), ("<", ">"), ("«", "»"), ("", "!"), ("", "?"),
             ("", ":"), ("", ";"), ("", "..."), ("", "…"), ("", ","), ("*", "*"), ("", "®"), ("", "™"), ("@", ""), ("#", ""), ("&", ""), ("", "'s"), ("", "."))
    parts = []
    for word in words:
        before, after = rng.choice(wraps)
        parts.append(before + word + after)
    return rng.choice((" ", " ", " ", "-", "/", " & ", " - ", " – ", "—", "_", " + ", "'")).join(parts)
