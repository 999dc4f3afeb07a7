"""Amounts and currencies as people print them, to numbers and ISO 4217. Knows digits and signs; not pages or fields."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Mark = Literal[".", ","]

SYMBOLS: dict[str, tuple[str, ...]] = {
    "€": ("EUR",), "£": ("GBP",), "$": ("USD", "SGD", "CAD", "AUD", "NZD", "HKD", "MXN", "TWD"), "us$": ("USD",),
    "s$": ("SGD",), "a$": ("AUD",), "c$": ("CAD",), "hk$": ("HKD",), "nz$": ("NZD",), "r$": ("BRL",), "rm": ("MYR",),
    "rp": ("IDR",), "rs": ("INR", "PKR", "LKR"), "₹": ("INR",), "¥": ("JPY", "CNY"), "円": ("JPY",), "元": ("CNY",),
    "₩": ("KRW",), "₽": ("RUB",), "₺": ("TRY",), "₴": ("UAH",), "₫": ("VND",), "฿": ("THB",), "₱": ("PHP",),
    "₪": ("ILS",), "₦": ("NGN",), "zł": ("PLN",), "kr": ("SEK", "NOK", "DKK", "ISK"), "kč": ("CZK",), "ft": ("HUF",),
    "lei": ("RON",), "fr": ("CHF",), "sfr": ("CHF",), "dm": ("DEM",),
}  # fmt: skip
"""What a sign can stand for, the likeliest first."""

CODES = frozenset(
    "AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KES KRW LKR MAD MXN MYR "
    "NGN NOK NZD PEN PHP PKR PLN QAR RON RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR".split()
)

_SIGN = "|".join(sorted((re.escape(s) for s in SYMBOLS), key=len, reverse=True))
_CODE = "|".join(sorted(CODES))
_CURRENCY = rf"(?:(?<![^\W\d_])(?:{_CODE})(?![^\W\d_])|(?<![^\W\d_])(?:{_SIGN})(?![^\W\d_])|[€£$₹¥₩₽₺₴₫฿₱₪₦])"
_NUMBER = r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?:\s?[.,]\s?\d{1,2})?(?!\d)|\d+(?:\s?[.,]\s?\d{1,4})?(?!\d)"
_AMOUNT = re.compile(
    rf"(?P<before>{_CURRENCY})?\s{{0,2}}(?P<sign>(?<![\w.,/:-])[-−–(]\s?)?(?P<again>{_CURRENCY})?\s{{0,2}}"
    rf"(?<![\d.,/:])(?<!\w-)(?P<number>{_NUMBER})(?P<minus>-(?!\d))?(?:\s?(?P<after>{_CURRENCY})(?!\s?\d))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PrintedAmount:
    """An amount in a text.

    Attributes:
        start, end: Of the whole, with its currency; ``digits_start`` and ``digits_end`` of the number alone.
        number: The digits and marks as printed, without spaces.
        negative: A minus sign or brackets stand about it.
        currency: What is printed beside it, or "".
    """

    start: int
    end: int
    digits_start: int
    digits_end: int
    number: str
    negative: bool
    currency: str

    @property
    def places(self) -> int:
        """How many digits follow the last mark, 0 where there is none."""
        parts = re.split(r"[.,]", self.number)
        return len(parts[-1]) if len(parts) > 1 else 0

    def value(self, mark: Mark | None = None) -> Decimal:
        """The number; ``mark`` is the document's decimal mark, for prints such as 1.234 that can be two things."""
        text = re.sub(r"['’\u00a0\u202f ]", "", self.number)
        last = max(text.rfind("."), text.rfind(","))
        if last >= 0 and _is_decimal(text, last, mark):
            text = re.sub(r"[.,]", "", text[:last]) + "." + text[last + 1 :]
        else:
            text = re.sub(r"[.,]", "", text)
        return -Decimal(text) if self.negative else Decimal(text)


def _is_decimal(text: str, last: int, mark: Mark | None) -> bool:
    sign, places = text[last], len(text) - last - 1
    if text.count(sign) > 1:
        return False
    if ({".", ","} - {sign}).pop() in text or places != 3:
        return True  # the last of two marks; or one that doesn't part thousands
    return mark == sign or text.startswith("0" + sign)


def find_amounts(text: str) -> list[PrintedAmount]:
    """The numbers of a line that may be amounts, from left to right; percentages, dates and times aren't."""
    found = []
    for match in _AMOUNT.finditer(text):
        start, end = match.span("number")
        if re.match(r"\s?%|[/:-]\d|[.,]\d", text[end:]) or (
            re.search(r"[^\W\d_]$", text[:start]) and not (match["before"] or match["again"])
        ):
            continue
        whole_end = match.end("after") if match["after"] else match.end("minus") if match["minus"] else end
        begins = next(i for i in (match.start("before"), match.start("sign"), match.start("again"), start) if i >= 0)
        number = re.sub(r"\s?([.,])\s?", r"\1", match["number"].strip())
        currency = match["before"] or match["again"] or match["after"] or ""
        sign = (match["sign"] or "").strip()
        bracketed = sign == "(" and text[whole_end : whole_end + 1] == ")"
        if sign == "(" and not bracketed:
            begins = start
        whole_end += bracketed
        negative = sign in ("-", "−", "–") or bool(match["minus"]) or bracketed
        found.append(PrintedAmount(begins, whole_end, start, end, number, negative, currency))
    return found


def decimal_mark(amounts: Iterable[PrintedAmount]) -> Mark | None:
    """The document's decimal mark: what stands before the last two digits of most numbers; None where none does."""
    votes: Counter[Mark] = Counter()
    for one in amounts:
        if one.places in (1, 2):
            votes["." if "." in one.number[-3:] else ","] += 1
    return votes.most_common(1)[0][0] if votes else None


def currency_code(printed: str, likely: Sequence[str] = ()) -> tuple[str | None, bool]:
    """The ISO 4217 code of a sign or code, and whether it is sure.

    Args:
        likely: Codes that the rest of the document speaks for, the likeliest first.
    """
    text = printed.strip().strip(".").casefold()
    if text.upper() in CODES:
        return text.upper(), True
    codes = SYMBOLS.get(text, ())
    if not codes:
        return None, False
    if len(codes) == 1:
        return codes[0], True
    fitting = [code for code in likely if code in codes]
    return (fitting[0], True) if fitting else (codes[0], False)


def find_currencies(text: str) -> list[tuple[int, int, str]]:
    """Signs and codes of a line as (start, end, print); words such as "kr" only beside a number."""
    found = []
    for match in re.finditer(_CURRENCY, text, re.IGNORECASE):
        sign = match[0]
        beside = re.match(r"\s?[-−]?\s?\d", text[match.end() :]) or re.search(r"\d\s?$", text[: match.start()])
        code = sign in CODES
        whole = bool(re.fullmatch(r"[(\[]?\s*" + re.escape(sign) + r"\.?\s*[)\]]?", text.strip()))
        bracketed = text[: match.start()].endswith("(") and text[match.end() :].startswith(")")
        if beside or code or (whole and sign.isupper()) or bracketed or not sign.isalpha():
            found.append((match.start(), match.end(), sign))
    return found
