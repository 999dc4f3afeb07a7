"""A page from a seed and an index: painted, damaged, with its truth. Knows the kinds of documents; no storage."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from bayou.data.synthetic.documents.cards import business_card, identity_card
from bayou.data.synthetic.documents.chart import chart
from bayou.data.synthetic.documents.cheque import cheque
from bayou.data.synthetic.documents.finish import Truth, markdown_of, truth_of
from bayou.data.synthetic.documents.form import form
from bayou.data.synthetic.documents.geometry import quarter, scaled
from bayou.data.synthetic.documents.invoice import invoice
from bayou.data.synthetic.documents.letter import letter
from bayou.data.synthetic.documents.page import SyntheticPage
from bayou.data.synthetic.documents.painting import Desk, Made, Painter
from bayou.data.synthetic.documents.paper import paper
from bayou.data.synthetic.documents.questions import questions_of
from bayou.data.synthetic.documents.receipt import receipt
from bayou.data.synthetic.documents.table_page import table_page
from bayou.data.synthetic.documents.ticket import ticket
from bayou.data.synthetic.documents.unreadable import RUINS, blank, ruined
from bayou.data.synthetic.documents.wear import WEARS, Worn, wear
from bayou.documents.document import Page, PageStatus
from bayou.errors import UsageError

PAINTERS: dict[str, Painter] = {
    "letter": letter, "invoice": invoice, "receipt": receipt, "form": form, "paper": paper, "table": table_page,
    "ticket": ticket, "cheque": cheque, "chart": chart, "business-card": business_card, "identity-card": identity_card,
    "blank": blank,
}  # fmt: skip

#: Shares of the kinds where all are asked for; "unreadable" is any other kind, ruined.
SHARES: dict[str, float] = {
    "letter": 0.13, "invoice": 0.14, "receipt": 0.13, "form": 0.11, "paper": 0.14, "table": 0.09, "ticket": 0.05,
    "cheque": 0.04, "chart": 0.06, "business-card": 0.03, "identity-card": 0.03, "blank": 0.025, "unreadable": 0.025,
}  # fmt: skip
KINDS = tuple(SHARES)

#: What happens to a page, in the order of ``WEARS``: as files are, as small things are, as charts are.
_FATES = {
    "page": (0.36, 0.07, 0.29, 0.17, 0.11),
    "small": (0.22, 0.04, 0.24, 0.44, 0.06),
    "chart": (0.8, 0.0, 0.12, 0.06, 0.02),
}
_SMALL = ("receipt", "ticket", "cheque", "business-card", "identity-card")
_TURNED_SHARE = 0.05

BLOCK = 256
"""So many pages one after another share a few faces, which makes them quick; the next ones have others."""


def check_kinds(kinds: Sequence[str]) -> None:
    """UsageError where one of some kinds isn't known, or there are none."""
    unknown = [k for k in kinds if k not in SHARES]
    if unknown or not kinds:
        raise UsageError(f"no kind of page is called {', '.join(unknown) or 'nothing'}; there is {', '.join(KINDS)}")


def check_damage(damage: str) -> None:
    """UsageError where a damage isn't known; "" is a mix."""
    if damage and damage not in WEARS:
        raise UsageError(f"no damage is called {damage!r}; there is {', '.join(WEARS)}")


@dataclass(slots=True)
class PageMaker:
    """Makes pages; the same for the same seed, index, kind and damage, with the same fonts and texts.

    Args:
        desk: Faces and sentences of this machine.
        damage: One of ``WEARS`` for every page, or "" to draw one.
    """

    desk: Desk
    damage: str = ""
    _block: tuple[int, int] = (-1, -1)
    _narrow: Desk | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        check_damage(self.damage)

    def page(self, seed: int, index: int, kinds: Sequence[str] = KINDS) -> SyntheticPage:
        """Page ``index`` of the stream ``seed``, of one of some kinds, drawn by their shares.

        Raises:
            UsageError: an unknown kind.
        """
        unknown = [k for k in kinds if k not in SHARES]
        if unknown or not kinds:
            raise UsageError(
                f"no kind of page is called {', '.join(unknown) or 'nothing'}; there is {', '.join(KINDS)}"
            )
        rng = random.Random(f"page:{seed}:{index}:{','.join(kinds)}")
        kind = rng.choices(list(kinds), weights=[SHARES[k] for k in kinds])[0]
        desk = self._desk(seed, index // BLOCK)
        shown = kind
        if kind == "unreadable":
            others = [k for k in KINDS if k not in ("blank", "unreadable", "chart")]
            shown = rng.choices(others, weights=[SHARES[k] for k in others])[0]
        made = PAINTERS[shown](desk, rng)
        return self._finished(rng, made, f"{seed}-{index:08d}", kind, shown)

    def _desk(self, seed: int, block: int) -> Desk:
        if self._narrow is None or self._block != (seed, block):
            self._block = (seed, block)
            self._narrow = self.desk.narrowed(random.Random(f"block:{seed}:{block}"))
        return self._narrow

    def _finished(self, rng: random.Random, made: Made, key: str, kind: str, shown: str) -> SyntheticPage:
        sheet = made.sheet
        runs = [run.corners for block in sheet.blocks for row in block.rows for run in row]
        heights = sorted(corners[2][1] - corners[0][1] for corners in runs) or [12.0]
        worn = self._worn(rng, made, shown, heights[len(heights) // 6])
        status: PageStatus = "ok"
        markdown, questions = markdown_of(sheet), made.questions
        if kind == "unreadable":
            how = rng.choice(RUINS)
            worn.image = ruined(rng, worn.image, max(heights) * 1.2, how)
            worn.words.append(how)
        rotation = self._turn(rng, worn, shown)
        truth = truth_of(sheet, worn.points if worn.moves else None)
        if kind in ("blank", "unreadable"):
            status = "blank" if kind == "blank" else "unreadable"
            truth, markdown, questions = Truth((), (), ()), "", []
        height, width = worn.image.shape[:2]
        page = Page(
            1, width, height, "px", truth.blocks, status, "" if status == "ok" else f"nothing can be read: {status}",
            pixel_width=width, pixel_height=height, dpi=sheet.dpi if "photographed" not in worn.words else None,
            rotation=rotation,
        )  # fmt: skip
        asked = questions_of(rng, shown, truth.fields, questions, page)
        return SyntheticPage(
            key,
            kind,
            worn.image,
            page,
            truth.pieces,
            truth.fields,
            asked,
            markdown,
            tuple(worn.words),
            made.language,
            worn.colourless,
        )

    def _worn(self, rng: random.Random, made: Made, shown: str, small: float) -> Worn:
        image = made.sheet.canvas
        before = Worn(image, small)
        if made.stretch != 1.0:
            before.move(scaled(image.shape[1], image.shape[0], made.stretch, 1.0))
        sort = "chart" if shown == "chart" else "small" if shown in _SMALL else "page"
        how = self.damage or rng.choices(WEARS, weights=_FATES[sort])[0]
        after = wear(rng, before.image, small, how)
        after.moves[:0] = before.moves
        return after

    def _turn(self, rng: random.Random, worn: Worn, shown: str) -> int:
        """Lays some pages on their side or head; gives by how much they must be turned back, clockwise."""
        if shown == "chart" or rng.random() >= _TURNED_SHARE:
            return 0
        degrees = rng.choice((90, 180, 270))
        height, width = worn.image.shape[:2]
        turns = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
        worn.image = np.asarray(cv2.rotate(worn.image, turns[degrees]), np.uint8)
        worn.moves.append(quarter(width, height, degrees))
        worn.words.append(f"turned by {degrees}")
        return 360 - degrees
