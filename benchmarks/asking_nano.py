"""How well nano answers questions about pages made from nothing, and says so when a page doesn't answer.

    python -m benchmarks.asking_nano [--pages 100] [--seed 5]

Questions and answers are those that ``bayou data synth`` makes with each page: its fields, one that it hasn't, and
questions about ticks, marks and charts, which nano can't answer. An answer is right where it has the printed value's
letters, figures and signs in order; white space and commas between the lines of an address don't count. Each page is
asked as nano reads it, and as it was printed, where only the finding of answers counts. Figures go to
``results/asking_nano.json``.
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
    from bayou.data.synthetic.documents.maker import PageMaker
    from bayou.data.synthetic.documents.painting import Desk
    from bayou.data.synthetic.fonts import FontLibrary

    maker = PageMaker(Desk.of(FontLibrary.find()))
    for index in range(count):
        page = maker.page(seed, index, KINDS)
        if page.status == "ok" and not page.truth.rotation:
            yield page


def count_page(page: SyntheticPage, document: Document, tally: Tally) -> None:
    """Asks all of a page's questions but how it lies."""
    from bayou.reading.line_answers import answer_from_lines

    for question in page.questions:
        answer = answer_from_lines(document, question.text, "nano")
        if question.kind == "field":
            tally.fields[outcome(answer, question.answer)] += 1
        elif question.kind == "absent":
            tally.absent[outcome(answer, None)] += 1
        elif question.kind != "rotation":
            tally.others[outcome(answer, question.answer)] += 1


def share(count: int, of: int) -> float | None:
    return count / of if of else None


def row(text: str, kind: str, tally: Tally) -> dict[str, object]:
    """The figures of one kind of page."""
    fields, absent, others = tally.fields, tally.absent, tally.others
    return {
        "text": text,
        "kind": kind,
        "pages": tally.pages,
        "field_questions": fields.total(),
        "right": share(fields["right"], fields.total()),
        "right_of_given": share(fields["right"], fields["right"] + fields["wrong"]),
        "refused": share(fields["refused"], fields.total()),
        "left": share(fields["left"], fields.total()),
        "absent_questions": absent.total(),
        "absent_wrong": share(absent["wrong"], absent.total()),
        "other_questions": others.total(),
        "other_left": share(others["left"], others.total()),
        "other_wrong": share(others["wrong"], others.total()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Questions about synthetic pages, answered by nano.")
    parser.add_argument("--pages", type=int, default=100, help="how many are made; those that lie turned are left out")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--data", help="not used; accepted so that all programs take the same arguments")
    options = parser.parse_args()
    from bayou.reading.reader import Reader

    reader = Reader()
    tallies = {(text, kind): Tally() for text in ("nano", "as printed") for kind in (*KINDS, "all")}
    for page in pages(options.pages, options.seed):
        read = reader.as_document(Image.fromarray(page.image))
        for text, document in (("nano", read), ("as printed", page.document)):
            one = Tally()
            count_page(page, document, one)
            for tally in (tallies[text, page.kind], tallies[text, "all"]):
                tally.pages += 1
                tally.fields += one.fields
                tally.absent += one.absent
                tally.others += one.others
    rows = [row(text, kind, tally) for (text, kind), tally in tallies.items() if tally.pages]
    measurement.show(rows)
    print(measurement.write("asking_nano", {"made": options.pages, "seed": options.seed}, rows))


if __name__ == "__main__":
    main()
