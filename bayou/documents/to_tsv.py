"""A document as a table of words in Tesseract's TSV columns. Knows boxes; not images or files.

Boxes are whole pixels of the image that was read; a confidence is 0 to 100, and -1 on the rows above words and
where the reader tells none.
"""

from __future__ import annotations

from bayou.documents.block_text import block_box
from bayou.documents.document import Document, Page
from bayou.documents.geometry import Box
from bayou.documents.line_words import pixel_box, words_of

COLUMNS = (
    *("level", "page_num", "block_num", "par_num", "line_num", "word_num"),
    *("left", "top", "width", "height", "conf", "text"),
)


def to_tsv(document: Document) -> str:
    """``document`` as TSV with one heading line; levels 1 page, 2 block, 3 paragraph, 4 line, 5 word."""
    rows = ["\t".join(COLUMNS)]
    for page in document.pages:
        rows.extend(_page_rows(page))
    return "\n".join(rows) + "\n"


def _page_rows(page: Page) -> list[str]:
    def row(level: int, numbers: tuple[int, ...], box: Box, confidence: float | None = None, text: str = "") -> str:
        left, top, right, bottom = pixel_box(box, page.pixels_per_unit)
        places = (*numbers, 0, 0, 0, 0)[:4]
        conf = "-1" if confidence is None else f"{confidence * 100:.2f}"
        cells = (level, page.number, *places, left, top, right - left, bottom - top, conf, " ".join(text.split()))
        return "\t".join(map(str, cells))

    rows = [row(1, (), Box(0.0, 0.0, page.width, page.height))]
    for block_number, block in enumerate(page.blocks, 1):
        rows.append(row(2, (block_number,), block_box(block)))
        rows.append(row(3, (block_number, 1), block_box(block)))
        for line_number, line in enumerate(block.lines, 1):
            if line.box is None:
                continue
            rows.append(row(4, (block_number, 1, line_number), line.box))
            for word_number, word in enumerate(words_of(line), 1):
                numbers = (block_number, 1, line_number, word_number)
                rows.append(row(5, numbers, word.box, word.confidence, word.text))
    return rows
