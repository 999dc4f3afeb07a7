"""Seeded strings with a form: dates, amounts, codes, names, addresses, signs. Knows no fonts and no corpora."""

from __future__ import annotations

import random
from collections.abc import Callable

from bayou.data.synthetic.words import CITIES, FIRST_NAMES, LAST_NAMES, MONTHS, SHOP_SIGNS, STREETS, WEEKDAYS

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_CURRENCIES = (
    "$",
    "€",
    "£",
    "RM",
    "USD",
    "EUR",
    "GBP",
    "MYR",
    "S$",
    "¥",
    "CHF",
    "kr",
    "zł",
    "Rp",
    "₹",
    "$",
    "RM",
    "SGD",
    "₺",
    "Kč",
)
_DOMAINS = "com net org edu gov co.uk de fr es it nl se no dk fi pl com.my com.sg eu io info ac.uk".split()
_COMPANY_TAILS = (
    "SDN BHD|SDN. BHD.|ENTERPRISE|TRADING|LTD|Ltd.|INC.|LLC|GmbH|S.A.|S.p.A.|PLC|& SONS|BROTHERS|HARDWARE|"
    "RESTAURANT|MART|STATIONERY|BAKERY|PHARMACY|CAFE|SUPERMARKET|ELECTRICAL|FOOD COURT|(M) SDN BHD|AB|A/S|Oy|"
    "Sp. z o.o.|s.r.o.|Kft.|B.V."
).split("|")


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
            f"{day:02}/{month:02}/{year}",
            f"{day}/{month}/{year % 100:02}",
            f"{year}-{month:02}-{day:02}",
            f"{day:02}.{month:02}.{year}",
            f"{day}.{month}.{year}",
            f"{day:02}-{month:02}-{year % 100:02}",
            f"{day} {name} {year}",
            f"{name} {day}, {year}",
            f"{day:02} {short} {year}",
            f"{short} {day}, {year}",
            f"{weekday}, {day} {name} {year}",
            f"{weekday[:3]} {day} {short}",
            f"{short.upper()} {day:02} {year}",
            f"{day:02}-{short.upper()}-{year}",
            f"{month:02}/{day:02}/{year}",
            f"'{year % 100:02}",
            f"{year}/{month:02}/{day:02}",
            f"{name} {year}",
            f"{day:02}{month:02}{year}",
            f"{name.upper()} {day}",
            f"{day}. {name} {year}",
        )
    )


def clock(rng: random.Random) -> str:
    hour, minute, second = rng.randint(0, 23), rng.randint(0, 59), rng.randint(0, 59)
    half = "AM" if hour < 12 else "PM"
    return rng.choice(
        (
            f"{hour:02}:{minute:02}",
            f"{hour:02}:{minute:02}:{second:02}",
            f"{hour % 12 or 12}:{minute:02} {half}",
            f"{hour % 12 or 12}:{minute:02}{half.lower()}",
            f"{hour:02}:{minute:02}:{second:02} {half}",
            f"{hour}h{minute:02}",
            f"{hour % 12 or 12}{half.lower()}",
            f"{hour:02}.{minute:02}",
        )
    )


def code(rng: random.Random) -> str:
    """Letters and digits as on plates, parts, bills and tickets."""
    form = rng.randrange(9)
    letters = lambda n: "".join(rng.choices(_LETTERS, k=n))  # noqa: E731
    if form == 0:
        return (
            letters(rng.randint(1, 3))
            + rng.choice(("", "-", " "))
            + digits(rng, 2, 6)
            + (rng.choice(_LETTERS) if rng.random() < 0.4 else "")
        )
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
        return (
            rng.choice(("MY", "DE", "FR", "GB", "NL", "PL", "SE"))
            + digits(rng, 2, 2)
            + " "
            + " ".join(digits(rng, 4, 4) for _ in range(rng.randint(2, 5)))
        )
    return digits(rng, 1, 3) + rng.choice("ABCDEFX-/") + digits(rng, 1, 4)


def phone(rng: random.Random) -> str:
    return rng.choice(
        (
            f"+{digits(rng, 1, 2)} {digits(rng, 2, 3)} {digits(rng, 3, 4)} {digits(rng, 4, 4)}",
            f"({digits(rng, 3, 3)}) {digits(rng, 3, 3)}-{digits(rng, 4, 4)}",
            f"0{digits(rng, 1, 2)}-{digits(rng, 7, 8)}",
            f"{digits(rng, 3, 3)}.{digits(rng, 3, 3)}.{digits(rng, 4, 4)}",
            f"1-800-{digits(rng, 3, 3)}-{digits(rng, 4, 4)}",
            f"TEL: {digits(rng, 2, 2)}-{digits(rng, 4, 4)} {digits(rng, 4, 4)}",
            f"Tel : {digits(rng, 3, 3)}-{digits(rng, 7, 7)}",
            f"Fax {digits(rng, 9, 11)}",
            f"0{digits(rng, 9, 10)}",
        )
    )


def url(rng: random.Random, word: Callable[[], str]) -> str:
    host = (
        rng.choice((word().lower(), word().lower() + rng.choice(("", "-", "")) + word().lower()))
        + "."
        + rng.choice(_DOMAINS)
    )
    form = rng.randrange(7)
    if form == 0:
        return "www." + host
    if form == 1:
        return (
            rng.choice(("http://", "https://"))
            + rng.choice(("", "www."))
            + host
            + "/"
            + "/".join(word().lower() for _ in range(rng.randint(0, 3)))
        )
    if form == 2:
        return (
            f"{word().lower()}{rng.choice(('.', '_', '', '-'))}{rng.choice((word().lower(), digits(rng, 1, 4)))}@{host}"
        )
    if form == 3:
        return host
    if form == 4:
        query = f"{word().lower()[:4]}={digits(rng, 1, 5)}&{word().lower()[:3]}={word().lower()}"
        return f"https://{host}/{word().lower()}?{query}"
    if form == 5:
        return rng.choice(("E-mail: ", "Email:", "e: ", "")) + f"{word().lower()}@{host}"
    return "/" + "/".join(word().lower() for _ in range(rng.randint(2, 5)))


def name(rng: random.Random) -> str:
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    return rng.choice(
        (
            f"{first} {last}",
            f"{first} {last}",
            f"{last}, {first}",
            f"{first[0]}. {last}",
            f"{rng.choice(('Mr', 'Mrs', 'Ms', 'Dr.', 'Prof.'))} {last}",
            f"{first} {rng.choice(_LETTERS)}. {last}",
            f"{first.upper()} {last.upper()}",
            first,
            last,
            f"{last} {first}",
        )
    )


def address(rng: random.Random) -> str:
    street, city = rng.choice(STREETS), rng.choice(CITIES)
    return rng.choice(
        (
            f"{rng.randint(1, 999)} {street}",
            f"{street} {rng.randint(1, 200)}, {digits(rng, 5, 5)} {city}",
            f"NO.{rng.randint(1, 99)}, {street.upper()} {rng.randint(1, 30)}/{rng.randint(1, 9)},",
            f"{digits(rng, 5, 5)} {city.upper()}, {rng.choice(CITIES).upper()}.",
            f"{rng.randint(1, 99)}-{rng.randint(1, 9)}, {street}, {city}",
            f"P.O. Box {digits(rng, 3, 5)}, {city}",
            f"Lot {rng.randint(1, 500)}, {street}, {digits(rng, 5, 5)} {city}",
            f"{city}, {rng.choice(('NY', 'CA', 'TX', 'WA', 'MA', 'IL'))} {digits(rng, 5, 5)}",
        )
    )


def company(rng: random.Random, word: Callable[[], str]) -> str:
    tail = rng.choice(_COMPANY_TAILS)
    middle = " ".join(rng.choice((word(), rng.choice(LAST_NAMES))).capitalize() for _ in range(rng.randint(1, 3)))
    return f"{middle.upper() if tail.isupper() else middle} {tail}"


def sign(rng: random.Random) -> str:
    """One to three words of a sign in a street, a shop or on a product."""
    words = " ".join(rng.choices(SHOP_SIGNS, k=rng.choice((1, 1, 1, 2, 2, 3))))
    return rng.choice((words, words, words.title(), words.lower()))


def punctuated(rng: random.Random, words: list[str]) -> str:
    """Words thick with marks: brackets, quotes, slashes, apostrophes, hyphens."""
    wraps = (
        ("(", ")"),
        ("[", "]"),
        ('"', '"'),
        ("“", "”"),
        ("‘", "’"),
        ("'", "'"),
        ("{", "}"),
        ("<", ">"),
        ("«", "»"),
        ("", "!"),
        ("", "?"),
        ("", ":"),
        ("", ";"),
        ("", "..."),
        ("", "…"),
        ("", ","),
        ("*", "*"),
        ("", "®"),
        ("", "™"),
        ("@", ""),
        ("#", ""),
        ("&", ""),
        ("", "'s"),
        ("", "."),
    )
    parts = []
    for word in words:
        before, after = rng.choice(wraps)
        parts.append(before + word + after)
    return rng.choice((" ", " ", " ", "-", "/", " & ", " - ", " – ", "—", "_", " + ", "'")).join(parts)
