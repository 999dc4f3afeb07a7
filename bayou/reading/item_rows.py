"""A document's entries: which text stands under which column's head, or beside which price. Knows rows; no schemas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from bayou.documents.geometry import Box, bounding_box
from bayou.reading.field_candidates import Span
from bayou.reading.field_clues import Clues
from bayou.reading.field_layout import box_of_span
from bayou.reading.field_words import Label, header_finder, item_concepts

NUMBERS = frozenset(
    {"quantity", "unit_price", "amount", "discount", "debit", "credit", "balance", "tax_rate", "position"}
)
"""Columns of numbers."""
_SUMS = frozenset("subtotal total tax_amount discount shipping rounding cash change count closing_balance".split())
_MONEY = frozenset({"amount", "unit_price", "debit", "credit", "balance"})
_LEAST_PRICE_PLACE = 0.5
"""Without heads of columns, a price ends this far to the right on its page."""
_LONGEST_UNIT = 3
"""Letters of a unit behind a number: 14 h, 2 pcs."""
_MARK_WIDTH = 2.5
_NUMBERED = re.compile(r"(\d{1,3})[.)]?\s+(?=\S)")
_MULTIPLE = re.compile(r"(\d{1,3})\s?[xX×]\s+(?=[^\W\d])")
_COUNT = re.compile(r"\d{1,3}")
_TIMES = re.compile(r"(?P<count>\d+(?:[.,]\d+)?)\s*(?:pcs?|x|X|@|\*|×|à)+\s*\D{0,3}(?P<price>\d+(?:[.,]\d{1,3})*)")


@dataclass(slots=True)
class Entry:
    """One entry: for each of its columns where its text stands; ``columns`` are names of item concepts."""

    cells: dict[str, list[Span]] = field(default_factory=dict)

    def text(self, clues: Clues, column: str) -> str:
        return " ".join(clues.layout.pieces[i].text[s:e] for i, s, e in self.cells.get(column, ()))


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    box: Box


def entries(clues: Clues) -> list[Entry]:
    """The entries of all pages, from top to bottom."""
    rows = [list(group) for _, group in groupby(range(len(clues.layout.pieces)), lambda i: clues.layout.pieces[i].row)]
    heads = [(number, columns) for number, row in enumerate(rows) if (columns := _columns(clues, row))]
    if not heads:
        return _counted(clues, list(_priced(clues, rows)))
    most = max(len(columns) for _, columns in heads)
    start, columns = next(head for head in heads if len(head[1]) == most)
    found: list[Entry] = []
    for row in rows[start + 1 :]:
        again = _columns(clues, row)
        if again and [c.name for c in again] == [c.name for c in columns]:
            columns = again  # the table goes on on the next page
            continue
        if _is_sum(clues, row):
            break
        entry = _entry(clues, row, columns)
        if any(name in NUMBERS - {"position"} for name in entry.cells):
            found.append(entry)
        elif found and "description" in entry.cells:
            found[-1].cells.setdefault("description", []).extend(entry.cells["description"])
    return _counted(clues, _without_numbers(clues, found) or list(_priced(clues, rows)))


def _columns(clues: Clues, row: Sequence[int]) -> list[_Column]:
    """The columns that a row heads; none where it is no row of heads."""
    columns: list[_Column] = []
    for index in row:
        piece = clues.layout.pieces[index]
        labels = header_finder().find(piece.text)
        letters = sum(c.isalpha() for c in piece.text)
        covered = sum(end - start for start, end in {(label.start, label.end) for label in labels})
        if not labels or covered < 0.5 * letters:
            continue
        for _, group in groupby(labels, lambda label: label.start):
            options: list[Label] = list(group)
            name = next((one.concept for one in options if one.concept not in [c.name for c in columns]), None)
            if (
                name is None
                and options[0].concept == "description"
                and columns[-1:]
                and columns[-1].name == "description"
            ):
                columns[-1] = _Column("position", columns[-1].box)  # "Item" beside "Description" is its number
                name = "description"
            if name is not None:
                box = bounding_box(box_of_span(piece, options[0].start, options[0].end))
                columns.append(_Column(name, box))
    names = {column.name for column in columns}
    is_head = names & _MONEY and (names & {"description", "quantity", "date", "code"}) and len(names) >= 2
    if not is_head or any(a.places == 2 for i in row for a in clues.amounts[i]):
        return []
    return columns


def _is_sum(clues: Clues, row: Sequence[int]) -> bool:
    """Whether a row begins with the label of a sum."""
    for index in row[:2]:
        text = clues.layout.pieces[index].text
        for label in clues.labels[index]:
            letters = sum(c.isalpha() for c in text)
            before = sum(c.isalpha() for c in text[: label.start])
            if label.concept in _SUMS and before <= 0.4 * letters and (label.end - label.start) >= 0.3 * letters:
                return True
    return False


def _entry(clues: Clues, row: Sequence[int], columns: Sequence[_Column]) -> Entry:
    entry = Entry()
    texts = [column for column in columns if column.name not in NUMBERS]
    for index in row:
        piece = clues.layout.pieces[index]
        rest = len(piece.text)
        for amount in reversed(clues.amounts[index]):
            boxes = box_of_span(piece, amount.digits_start, amount.digits_end)
            tail = sum(c.isalpha() for c in piece.text[amount.end : rest]) > _LONGEST_UNIT
            letters = sum(c.isalpha() for c in piece.text[: amount.start]) > 1
            if not boxes or tail:
                break
            column = min(columns, key=lambda one: _distance(one.box, boxes[0]))
            if column.name not in NUMBERS:
                break
            if letters and _distance(column.box, boxes[0]) > 2 * piece.box.height:
                break
            if column.name not in entry.cells:
                entry.cells[column.name] = [(index, amount.digits_start, amount.digits_end)]
                rest = amount.start
        text = piece.text[:rest].rstrip()
        nearest = min(columns, key=lambda one: _distance(one.box, piece.box))
        if nearest.name in NUMBERS and piece.box.width < _MARK_WIDTH * piece.box.height:
            continue  # a mark beside a number, such as a tax code
        if any(c.isalnum() for c in text) and texts:
            column = min(texts, key=lambda one: abs(one.box.left - piece.box.left))
            entry.cells.setdefault(column.name, []).append((index, 0, len(text)))
    return entry


def _without_numbers(clues: Clues, found: list[Entry]) -> list[Entry]:
    """Entries whose descriptions begin with 1, 2, 3, which number them, without those."""
    matches = [_NUMBERED.match(entry.text(clues, "description")) for entry in found]
    if len(found) < 2 or any(match is None or int(match[1]) != i for i, match in enumerate(matches, start=1)):
        return found
    for entry, match in zip(found, matches, strict=True):
        index, start, end = entry.cells["description"][0]
        if match is None:
            continue
        kept = [(index, start + match.end(), end)] if start + match.end() < end else []
        entry.cells["description"] = kept + entry.cells["description"][1:]
        entry.cells.setdefault("position", [(index, start, start + match.end(1))])
    return found


def _counted(clues: Clues, found: list[Entry]) -> list[Entry]:
    """Entries that say "2x tea", as two of tea."""
    for entry in found:
        if "quantity" in entry.cells or not entry.cells.get("description"):
            continue
        index, start, end = entry.cells["description"][0]
        match = _MULTIPLE.match(clues.layout.pieces[index].text, start, end)
        if match:
            entry.cells["quantity"] = [(index, *match.span(1))]
            entry.cells["description"][0] = index, match.end(), end
    return found


def _distance(head: Box, value: Box) -> float:
    """How far apart two boxes are across, by their nearest edges or middles."""
    return min(abs(head.right - value.right), abs(head.center[0] - value.center[0]), abs(head.left - value.left))


def _priced(clues: Clues, rows: Sequence[Sequence[int]]) -> Iterator[Entry]:
    """Without heads: a text and a price to its right, or below it beside a count, until the first sum."""
    counted: Mapping[str, list[Span]] = {}
    named: list[Span] = []
    done: list[Entry] = []
    for row in rows:
        if _is_sum(clues, row):
            if done or any(a.places == 2 for i in row for a in clues.amounts[i]):
                break
            continue
        entry = _priced_row(clues, row)
        times = _count_and_price(clues, row)
        if times and "amount" not in entry.cells:
            if done and "quantity" not in done[-1].cells and not named:
                done[-1].cells.update(times)
            else:
                counted = times
        elif "amount" in entry.cells:
            entry.cells.update(times or counted)
            if "description" not in entry.cells and times and named:
                entry.cells["description"] = named
            if "description" in entry.cells:
                done.append(entry)
            counted, named = {}, []
        else:
            named = entry.cells.get("description", [])
    yield from done


def _priced_row(clues: Clues, row: Sequence[int]) -> Entry:
    entry = Entry()
    for index in row:
        piece = clues.layout.pieces[index]
        amounts = [a for a in clues.amounts[index] if a.places == 2]
        text = piece.text
        if clues.dates[index]:
            continue
        if amounts and piece.box.right > _LEAST_PRICE_PLACE * clues.layout.width[piece.page]:
            last = amounts[-1]
            entry.cells["amount"] = [(index, last.digits_start, last.digits_end)]
            text = text[: last.start].rstrip()
        if _COUNT.fullmatch(text) and not entry.cells:
            entry.cells["quantity"] = [(index, 0, len(text))]
        elif sum(c.isalpha() for c in text) > 2 and not _TIMES.search(text):
            entry.cells.setdefault("description", []).append((index, 0, len(text)))
    return entry


def _count_and_price(clues: Clues, row: Sequence[int]) -> Mapping[str, list[Span]] | None:
    for index in row:
        match = _TIMES.search(clues.layout.pieces[index].text)
        if match:
            return {"quantity": [(index, *match.span("count"))], "unit_price": [(index, *match.span("price"))]}
    return None


def is_item_column(name: str) -> bool:
    """Whether a concept is one of entries' columns."""
    return name in item_concepts()
