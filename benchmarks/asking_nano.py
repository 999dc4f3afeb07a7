"""How well nano answers questions about pages made from nothing, and says so when a page doesn't answer.

    python -m benchmarks.asking_nano [--pages 100] [--seed 5] [--as-printed]

Questions and answers are those that ``bayou data synth`` makes with each page: its fields, one that it hasn't, and
questions about ticks, marks and charts, which nano can't answer. An answer is right where it has the printed value's
letters, figures and signs in order; white space and commas between the lines of an address don't count.
``--as-printed`` asks the pages as they were printed and not as nano reads them, so only the finding of answers counts.
Figures go to ``results/asking_nano.json``, those as printed to ``results/asking_nano_as_printed.json``.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PIL import Image

from benchmarks import measurement

if TYPE_CHECKING:
    from bayou.data.synthetic.documents.page import SyntheticPage
    from bayou.documents.document import Document
    from bayou.reading.answers import Answer

KINDS = ("invoice", "receipt", "letter", "form", "ticket", "cheque", "business-card", "identity-card", "table")


@dataclass
class Tally:
    """What became of the questions of one kind."""

    pages: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    absent: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)


def outcome(answer: Answer, wanted: str | None) -> str:
    """``right``, ``wrong``, ``refused`` (not in this document) or ``left`` to a larger model."""
    if answer.found is None:
        return "left"
    if answer.found is False:
        return "refused"
    return "right" if wanted is not None and _letters(answer.text) == _letters(wanted) else "wrong"


def _letters(text: str) -> str:
    return "".join(text.split()).replace(",", "").casefold()


def pages(count: int, seed: int) -> Iterator[SyntheticPage]:
    """Pages that can be read, as many of each kind as their shares have it."""
    from bayou.data.synthetic.documents.painting import Desk
    from bayou.data.synthetic.documents.maker import PageMaker
    from bayou.data.synthetic.fonts import FontLibrary

    maker = PageMaker(Desk.of(FontLibrary.find()))
    for index in range(count):
        page = maker.page(seed, index, KINDS)
        if page.status == "ok" and not page.truth.rotation:
            yield page


def count_page(page: SyntheticPage, document: Document, tally: Tally) -> None:
    """Asks all of a page's questions but how it lies."""
    from bayou.reading.line_answers import answer_from_lines

    tally.pages += 1
    for question in page.questions:
        answer = answer_from_lines(document, question.text, "nano")
        if question.kind == "field":
            tally.fields[outcome(answer, question.answer)] += 1
        elif question.kind == "absent":
            tally.absent[outcome(answer, None)] += 1
        elif question.kind != "rotation":
            tally.others[outcome(answer, question.answer)] += 1


def row(kind: str, tally: Tally) -> dict[str, object]:
    asked, missing, others = tally.fields.total(), tally.absent.total(), tally.others.total()
    given = tally.fields["right"] + tally.fields["wrong"]
    return {
        "kind": kind,
        "pages": tally.pages,
        "field_questions": asked,
        "right": tally.fields["right"] / max(asked, 1),
        "right_of_given": tally.fields["right"] / max(given, 1),
        "refused": tally.fields["refused"] / max(asked, 1),
        "left": tally.fields["left"] / max(asked, 1),
        "absent_questions": missing,
        "absent_refused": (tally.absent["refused"] + tally.absent["left"]) / max(missing, 1),
        "other_questions": others,
        "other_wrong": tally.others["wrong"] / max(others, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Questions about synthetic pages, answered by nano.")
    parser.add_argument("--pages", type=int, default=100, help="how many are made; those that lie turned are left out")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--as-printed", action="store_true", help="ask the printed text and not nano's reading of it")
    parser.add_argument("--data", help="not used; accepted so that all programs take the same arguments")
    options = parser.parse_args()
    from bayou.reading.reader import Reader

    reader = Reader()
    tallies = {kind: Tally() for kind in KINDS}
    whole = Tally()
    for page in pages(options.pages, options.seed):
        document = page.document if options.as_printed else reader.as_document(Image.fromarray(page.image))
        one = Tally()
        count_page(page, document, one)
        for tally in (tallies[page.kind], whole):
            tally.pages += 1
            tally.fields += one.fields
            tally.absent += one.absent
            tally.others += one.others
    rows = [row(kind, tally) for kind, tally in tallies.items() if tally.pages] + [row("all", whole)]
    measurement.show(rows)
    name = "asking_nano_as_printed" if options.as_printed else "asking_nano"
    print(measurement.write(name, {"pages": whole.pages, "seed": options.seed}, rows))


if __name__ == "__main__":
    main()
