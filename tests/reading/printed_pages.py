"""Documents made of texts with places, for tests of fields."""

from __future__ import annotations

from collections.abc import Sequence

from bayou.documents.document import Block, Document, Line, Page
from bayou.documents.geometry import Box

LINE_HEIGHT = 20.0
LETTER_WIDTH = 9.0


def printed(*rows: str | Sequence[tuple[float, str]]) -> Document:
    """A page of rows: a text at the left, or texts with the places where they begin."""
    lines = []
    for number, row in enumerate(rows):
        for left, text in [(40.0, row)] if isinstance(row, str) else row:
            top = 30.0 + 26.0 * number
            box = Box(left, top, left + LETTER_WIDTH * len(text), top + LINE_HEIGHT)
            lines.append(Line(text, box, 0.9, "model"))
    kept = tuple(line for line in lines if line.text)
    page = Page(1, 700.0, 1000.0, "px", (Block("paragraph", Box(0, 0, 700, 1000), kept),))
    return Document((page,), "page.png", "0" * 64, "nano")


RECEIPT = printed(
    "PERNIAGAAN ZHENG HUI SDN BHD",
    "(325955-V)",
    "NO.59 JALAN PERMAS 9/5",
    "BANDAR BARU PERMAS JAYA",
    "81750 JOHOR BAHRU",
    "TEL:07-386 7524",
    "GST NO: 000800589824",
    "",
    [(40, "Receipt#: CS00084670"), (400, "Date: 09/03/2018")],
    [(40, "Cashier: USER"), (400, "Time: 08:49:00")],
    "",
    [(40, "Item"), (360, "Qty"), (440, "Price"), (560, "Amount")],
    [(40, "CUTTING DISC"), (370, "2"), (440, "15.00"), (570, "30.00")],
    [(40, "PAINT BRUSH"), (370, "1"), (440, "5.50"), (575, "5.50")],
    "",
    [(300, "Sub Total (RM) :"), (570, "35.50")],
    [(300, "Total GST (RM) :"), (575, "2.13")],
    [(300, "Total (RM) :"), (570, "37.63")],
    [(300, "CASH :"), (570, "40.00")],
    [(300, "Change (RM) :"), (575, "2.37")],
)
