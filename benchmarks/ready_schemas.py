"""How much of the ready schemas' records is found on drawn pages, in nine languages: each field's F1. Knows no finders.

    python -m benchmarks.ready_schemas [--pages 60] [--read 10] [--seed 7]

Pages of every kind that a ready schema is for, as many of each. Each is filled as it was printed, where only the
finding of values counts, and ``--read`` of them as nano reads them, with all damage that ``bayou data synth`` knows.
A value is right where its letters and figures are the truth's, without regard to capitals, signs and spaces; a date
where it is the day, an amount where it is the number. Of lists each column counts, as often as it has a value. A
value of what isn't printed is a wrong one. Figures go to ``results/ready_schemas.json``.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from PIL import Image

from benchmarks import measurement

if TYPE_CHECKING:
    from bayou.data.synthetic.documents.page import SyntheticPage
    from bayou.documents.document import Document
    from bayou.reading.extraction import Extraction

KINDS = {
    "invoice": "invoice",
    "receipt": "receipt",
    "identity-card": "identity-card",
    "bank-cheque": "cheque",
    "business-card": "business-card",
    "table": "table",
}
"""For each ready schema the drawn pages that it is for."""
AS_PRINTED, AS_READ = "as printed", "nano"
ALL = "all"

Values = Mapping[str, Counter[str]]
"""For each field, or column of a list, its values in a form that equals that of the same value."""


def pages(schema: str, count: int, seed: int) -> Iterator[tuple[SyntheticPage, SyntheticPage]]:
    """So many upright pages that a schema is for, each as it was printed and as it then fared."""
    from bayou.data.synthetic.documents.maker import PageMaker
    from bayou.data.synthetic.documents.painting import Desk
    from bayou.data.synthetic.fonts import FontLibrary

    desk = Desk.of(FontLibrary.find())
    clean, worn, index = PageMaker(desk, "clean"), PageMaker(desk), 0
    while count:
        printed, page = (maker.page(seed, index, (KINDS[schema],)) for maker in (clean, worn))
        index += 1
        if page.truth.rotation or printed.truth.rotation or (schema == "table" and not tables(page.document)):
            continue
        count -= 1
        yield printed, page


def plain(value: object) -> str:
    """A value so that the same ones are equal."""
    if isinstance(value, int | float):
        return f"{value:.2f}"
    return "".join(c for c in str(value).casefold() if c.isalnum())


def truth(schema: str, page: SyntheticPage) -> Values:
    """What a page says of what is known of its kind; fields that it hasn't are empty."""
    from bayou.data.synthetic.documents.questions import FIELDS

    if schema == "table":
        return {"cells": Counter(tables(page.document))}
    found: dict[str, Counter[str]] = {name: Counter() for name in FIELDS[page.kind] if name != "line_items"}
    for field in page.fields:
        parts = field.name.split(".")
        name = f"{parts[0]}[].{parts[2]}" if len(parts) == 3 else field.name
        value = as_number(field.normal or field.value) if field.normal or parts[-1] == "quantity" else field.value
        found.setdefault(name, Counter())[plain(value)] += 1
    return found


def as_number(text: str) -> float | str:
    """An amount's plain form as a number; a date as it is."""
    try:
        return float(text)
    except ValueError:
        return text


def tables(document: Document) -> list[str]:
    """The cells of all tables of a document."""
    found = [block.table for page in document.pages for block in page.blocks if block.table is not None]
    return [plain(cell.text) for table in found for row in table.rows for cell in row if plain(cell.text)]


def extracted(schema: str, extraction: Extraction) -> Values:
    """What a record says."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    record: Any = extraction.record
    if schema == "table":
        cells = [cell for table in record["tables"] for row in (table["columns"], *table["rows"]) for cell in row]
        return {"cells": Counter(plain(cell) for cell in cells if plain(cell))}
    for name, value in record.items():
        if isinstance(value, list):
            for entry in value:
                for key, inner in entry.items():
                    if inner is not None:
                        found[f"{name}[].{key}"][plain(inner)] += 1
        elif value is not None:
            found[name][plain(value)] += 1
    return found


class Counts:
    """How often each field of each schema was right, given, and wanted."""

    def __init__(self) -> None:
        self.of: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])

    def add(self, text: str, schema: str, language: str, values: tuple[Values, Values]) -> None:
        """A page: what its record says, and what is true."""
        given, wanted = values
        for field, true in wanted.items():
            said = given.get(field, Counter())
            one = (sum((said & true).values()), said.total(), true.total())
            for key in ((schema, field, ALL), (schema, ALL, ALL), (ALL, ALL, language), (ALL, ALL, ALL)):
                self.of[text, *key] = [a + b for a, b in zip(self.of[text, *key], one, strict=True)]

    def rows(self) -> list[dict[str, object]]:
        """The figures; fields of which none is printed have only what was given wrongly."""
        return [
            {
                "text": text,
                "schema": schema,
                "field": field,
                "language": language,
                "n": wanted,
                "given": given,
                "right": right,
                "f1": 2 * right / (given + wanted) if given + wanted else None,
            }
            for (text, schema, field, language), (right, given, wanted) in sorted(self.of.items())
        ]


def main() -> None:
    """The command line."""
    from bayou.reading.line_record import fill
    from bayou.reading.reader import Reader
    from bayou.reading.schemas import load_schema
    from bayou.recipes.field_samples import sample_of

    parser = argparse.ArgumentParser(description="Records by the ready schemas, off drawn pages.")
    parser.add_argument("--pages", type=int, default=60, help="of each kind, filled as printed [60]")
    parser.add_argument("--read", type=int, default=10, help="so many of them are also read by nano [10]")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--data", help="not used; accepted so that all programs take the same arguments")
    options = parser.parse_args()
    reader, counts = Reader(), Counts()
    for name in KINDS:
        schema = load_schema(name)
        for number, (printed, page) in enumerate(pages(name, options.pages, options.seed)):
            wanted = truth(name, page)
            if name != "table":  # a table as printed is the truth itself
                found = extracted(name, fill(sample_of(printed).document, schema, ""))
                counts.add(AS_PRINTED, name, page.language, (found, wanted))
            if number < options.read:
                read = reader.as_document(Image.fromarray(page.image))
                counts.add(AS_READ, name, page.language, (extracted(name, fill(read, schema, "")), wanted))
    rows = counts.rows()
    measurement.show(rows)
    settings = {"pages": options.pages, "read": options.read, "seed": options.seed}
    print(measurement.write("ready_schemas", settings, rows))


if __name__ == "__main__":
    main()
