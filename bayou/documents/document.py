"""What a document is: Document > Page > Block > Line > Word. No model, no file formats.

Everything is frozen and made of tuples, so a document can be hashed, compared and shared between threads. JSON in and
out without loss is ``bayou.documents.json_format``; other formats are the ``to_*`` modules beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bayou.documents.geometry import Box, Quad

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bayou.documents.raw_page import OpenOptions

SCHEMA_VERSION = 1

Source = Literal["native", "model", "draft", "peer", "hand"]
"""Who says so: the PDF's own text layer, the model, the tower's draft alone, another engine, a human's correction."""

BlockKind = Literal["paragraph", "heading", "list_item", "table"]
PageStatus = Literal["ok", "blank", "unreadable", "failed"]
Unit = Literal["pt", "px"]


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without white space.

    Attributes:
        confidence: Probability, 0 to 1, that the text is right; 1.0 for native text and what a human
            corrected; None where the reader doesn't say.
    """

    text: str
    box: Box
    confidence: float | None = 1.0
    source: Source = "native"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; its confidence is as a word's.

    ``box`` is None for a crop that was read on its own (``Reader.read_lines``), and where a model that sees the page as
    a whole wrote a line that no line found on the page answers to. Formats that place text leave such a line out.
    """

    text: str
    box: Box | None
    confidence: float | None = 1.0
    source: Source = "native"
    words: tuple[Word, ...] = ()
    quad: Quad | None = None
    """The four corners (top left, top right, bottom right, bottom left of the text) where the line is not upright."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: its text, its box, and how many rows and columns it spans."""

    text: str
    box: Box
    row_span: int = 1
    column_span: int = 1
    header: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, top to bottom and left to right; a spanned position has no cell of its own."""

    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item or table, in reading order on its page.

    Attributes:
        box: Around its lines; the page's own where the place of none is known.
        level: 1 to 6 for a heading, nesting depth from 1 for a list item, else 0.
        marker: The list item's printed marker ("•", "3."), else "".
        table: The cells, for kind "table"; ``lines`` then still holds the lines the cells were made from.
    """

    kind: BlockKind
    box: Box
    lines: tuple[Line, ...] = ()
    level: int = 0
    marker: str = ""
    table: Table | None = None

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Page:
    """One page, upright as it was read.

    Attributes:
        number: 1 for the first page of the file.
        width, height: In ``unit``: points (1/72 inch) for PDF, pixels of the upright image else.
        pixels_per_unit: A box times this factor is in pixels of the image that was read (pixel_width x pixel_height).
        dpi: Resolution of the image that was read, where known.
        rotation: Clockwise degrees by which the stored page was turned to stand upright (0, 90, 180, 270), after EXIF
            orientation or the PDF's own rotation was obeyed.
        skew: Clockwise degrees by which its lines still lean; boxes are in the leaning page.
        message: Why the status is not "ok".
    """

    number: int
    width: float
    height: float
    unit: Unit
    blocks: tuple[Block, ...] = ()
    status: PageStatus = "ok"
    message: str = ""
    confidence: float | None = None
    pixel_width: int = 0
    pixel_height: int = 0
    pixels_per_unit: float = 1.0
    dpi: float | None = None
    rotation: int = 0
    skew: float = 0.0
    seconds: float = 0.0

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for block in self.blocks for line in block.lines)


@dataclass(frozen=True, slots=True)
class Document:
    """All pages of one file that were asked for.

    Attributes:
        name: File name without its folder, or "" for bytes.
        model: Name of the reader that made it ("nano", "ppocr", "" for native text alone).
    """

    pages: tuple[Page, ...]
    name: str = ""
    sha256: str = ""
    model: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION

    @classmethod
    def from_json(cls, text: str | bytes) -> Document:
        """The document that ``to_json`` wrote; InputError where it isn't one of this schema version."""
        from bayou.documents.json_format import from_json

        return from_json(text)

    def to_json(self, indent: int | None = None) -> str:
        """JSON, from which ``from_json`` makes an equal document."""
        from bayou.documents.json_format import to_json

        return to_json(self, indent)

    def to_text(self) -> str:
        """Plain text: lines as printed, blank lines between blocks, a form feed between pages."""
        from bayou.documents.to_text import to_text

        return to_text(self)

    def to_markdown(self) -> str:
        """Markdown with headings, lists and tables."""
        from bayou.documents.to_markdown import to_markdown

        return to_markdown(self)

    def to_html(self) -> str:
        """One standalone HTML page."""
        from bayou.documents.to_html import to_html

        return to_html(self)

    def to_hocr(self) -> str:
        """hOCR: XHTML with boxes in pixels and confidences."""
        from bayou.documents.to_hocr import to_hocr

        return to_hocr(self)

    def to_alto(self) -> str:
        """ALTO 4: XML with boxes in pixels and confidences."""
        from bayou.documents.to_alto import to_alto

        return to_alto(self)

    def to_tsv(self) -> str:
        """Tab-separated words with boxes in pixels and confidences, in Tesseract's columns."""
        from bayou.documents.to_tsv import to_tsv

        return to_tsv(self)

    def to_csv(self) -> tuple[str, ...]:
        """Each table as CSV, in reading order."""
        from bayou.documents.table_grid import tables_to_csv

        return tables_to_csv(self)

    def to_searchable_pdf(
        self, images: str | Path | bytes | Iterable[NDArray[np.uint8]], options: OpenOptions | None = None
    ) -> bytes:
        """A PDF of the page images with the text invisibly on them.

        Args:
            images: The file this document was read from (path or content), or its upright page images, uint8 RGB
                [H, W, 3], in the order of ``pages``.
            options: How to open the file, where it needs a password or raised limits.
        """
        from bayou.documents.to_searchable_pdf import to_searchable_pdf

        return to_searchable_pdf(self, images, options)
