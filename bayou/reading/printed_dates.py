"""Dates as people print them, to ISO 8601. Knows numbers and months' names; not pages or fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

Order = Literal["dmy", "mdy"]

_MONTHS = """
january jan januar jänner januari janvier janv enero ene gennaio gen stycznia styczeń sty janeiro
february feb februar februari février fév févr febrero febbraio lutego luty lut fevereiro fev
march mar märz maart mrt mars marzo marca marzec março mac
april apr avril avr abril abr aprile kwietnia kwiecień kwi
may mai mei maj mayo maggio mag maja maio
june jun juni juin junio giugno giu czerwca czerwiec cze junho
july jul juli juillet juil julio luglio lug lipca lipiec lip julho julai
august aug augusti augustus août aou agosto ago sierpnia sierpień sie ogos
september sep sept septembre septiembre settembre set września wrzesień wrz setembro septiembre
october oct oktober okt octobre octubre ottobre ott października październik paź outubro out
november nov novembre noviembre listopada listopad lis novembro
december dec dezember dez décembre déc diciembre dic dicembre grudnia grudzień gru dezembro dis
"""


def _folded(text: str) -> str:
    """Without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


MONTHS = {
    _folded(name): number for number, names in enumerate(_MONTHS.strip().splitlines(), 1) for name in names.split()
}

_GAP = r"[\s\-/.,'’]{0,3}(?:(?:de|of|do)\s)?"
_NAME = "|".join(sorted({re.escape(name) for name in MONTHS}, key=lambda n: (-len(n), n)))
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![\d.,])(?P<y>(?:19|20)\d\d)\s?(?P<s>[-/.])\s?(?P<m>\d{1,2})\s?(?P=s)\s?(?P<d>\d{1,2})(?![\d])",
        r"(?P<y>(?:19|20)\d\d)\s?年\s?(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?日",
        r"(?<![\d.,/])(?P<a>\d{1,2})\s?(?P<s>[-/.])\s?(?P<b>\d{1,2})\s?(?P=s)\s?(?P<y>(?:19|20)\d\d|\d\d(?!\d))(?![/\d]|[.-]\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?{_GAP}(?P<n>{_NAME})\.?{_GAP}(?P<y>(?:19|20)\d\d|\d\d)(?!\d)",
        rf"(?<![^\W\d_])(?P<n>{_NAME})\.?{_GAP}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s,.'’/-]{{1,3}}(?P<y>(?:19|20)\d\d|\d\d)(?!\d)",
        rf"(?P<y>(?:19|20)\d\d){_GAP}(?P<n>{_NAME})\.?{_GAP}(?P<d>\d{{1,2}})(?!\d)",
        r"(?<!\d)(?P<y>20[0-3]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)",
    )
)
_TIME = re.compile(r"(?<![\d:.])(\d{1,2})\s?[:h.]\s?([0-5]\d)(?:\s?[:.]\s?([0-5]\d))?\s?([AaPp]\.?[Mm])?(?![\d:])")


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date in a text.

    Attributes:
        start, end: Where it stands in the text.
        year: Of four digits.
        first, second: Day and month, or, where ``order`` is None, two numbers in the order of the print.
        order: Known where a month's name, the year in front, or a number above 12 tells.
    """

    start: int
    end: int
    year: int
    first: int
    second: int
    order: Order | None

    def value(self, assumed: Order = "dmy") -> date | None:
        """The date; ``assumed`` counts where the print doesn't say which number is the month. None: no such day."""
        order = self.order or assumed
        day, month = (self.first, self.second) if order == "dmy" else (self.second, self.first)
        try:
            return date(self.year, month, day)
        except ValueError:
            return None

    @property
    def ambiguous(self) -> bool:
        return self.order is None and self.first != self.second


def find_dates(text: str) -> list[PrintedDate]:
    """The dates of a line, from left to right."""
    plain = _aligned(text)
    found: list[PrintedDate] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(plain):
            printed = _printed(match)
            if printed.value() is None and printed.value("mdy") is None:
                continue
            if all(match.end() <= other.start or other.end <= match.start() for other in found):
                found.append(printed)
    return sorted(found, key=lambda one: one.start)


def _aligned(text: str) -> str:
    """Folded letter for letter, so that places stay what they are."""
    return "".join((_folded(c) or " ")[0] for c in text)


def _printed(match: re.Match[str]) -> PrintedDate:
    groups = match.groupdict()
    year = int(groups["y"])
    if year < 100:
        year += 2000 if year < 70 else 1900
    place = match.start(), match.end()
    if groups.get("a") is not None:
        first, second = int(groups["a"]), int(groups["b"])
        order: Order | None = "dmy" if first > 12 else "mdy" if second > 12 else None
        return PrintedDate(*place, year, first, second, order)
    month = MONTHS[groups["n"]] if groups.get("n") else int(groups["m"])
    return PrintedDate(*place, year, int(groups["d"]), month, "dmy")


def in_the_past(day: str, printed: str) -> str:
    """A day (ISO 8601) of which only two figures of the year are printed, in the century before where it is to come."""
    year = int(day[:4])
    if day <= date.today().isoformat() or day[:4] in printed:
        return day
    return f"{year - 100}{day[4:]}"


def known_order(dates: Iterable[PrintedDate]) -> Order | None:
    """The order that a document's dates in numbers show; None where none of them does, or they disagree."""
    orders = {one.order for one in dates if one.order is not None and max(one.first, one.second) > 12}
    return orders.pop() if len(orders) == 1 else None


def find_times(text: str) -> list[tuple[int, int, str]]:
    """Times of day as (start, end, ``14:05`` or ``14:05:30``)."""
    found = []
    for match in re.finditer(
        r"(?<![\d:.])(\d{1,2})\s?[:h.]\s?([0-5]\d)(?:\s?[:.]\s?([0-5]\d))?\s?([AaPp]\.?[Mm])?(?![\d:])", text
    ):
        hour, half = int(match[1]), (match[4] or "").lower().replace(".", "")
        if "." in match[0][: match.end(2) - match.start()] and not half and match[3] is None:
            continue  # 12.50 is an amount
        hour = hour % 12 + 12 * (half == "pm") if half and hour <= 12 else hour
        if hour < 24:
            end = match.start() + len(match[0].rstrip())
            found.append((match.start(), end, f"{hour:02}:{match[2]}" + (f":{match[3]}" if match[3] else "")))
    return found
