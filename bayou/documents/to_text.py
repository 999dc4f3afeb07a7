"""A document as plain text. Knows blocks and lines; not boxes or files.

Lines stay as printed, but a word cut at a line's end stands whole on its first line, so that it can be found. A blank
line stands between blocks, none between the items of a list. The cells of a table's row stand between tabs. A form feed
stands between pages.
"""

from __future__ import annotations

from itertools import pairwise

from bayou.documents.block_text import hyphenated_words, whole_words
from bayou.documents.document import Block, Document, Page
from bayou.documents.table_grid import table_grid


def to_text(document: Document) -> str:
    """``document`` as plain text; "" where no page has any."""
    hyphenated = hyphenated_words(document)
    pages = [page_text(page, hyphenated) for page in document.pages]
    return "\f".join(pages) if any(pages) else ""


def page_text(page: Page, hyphenated: frozenset[str] = frozenset()) -> str:
    """One page of it; ``hyphenated`` are words that keep their hyphen (``hyphenated_words``)."""
    written: list[tuple[Block, list[str]]] = []
    for block in page.blocks:
        rows = _block_rows(block, hyphenated)
        if rows and written and "table" not in (block.kind, written[-1][0].kind):
            # A heading's line or a column may end within a word, too.
            before = written[-1][1]
            joined = whole_words((before[-1], rows[0]), hyphenated)
            if joined[0] != before[-1]:
                before[-1:], rows[:1] = joined[:1], joined[1:]
        if rows:
            written.append((block, rows))
    text = "\n".join(written[0][1]) if written else ""
    for (above, _), (block, rows) in pairwise(written):
        both_items = above.kind == block.kind == "list_item"
        text += ("\n" if both_items else "\n\n") + "\n".join(rows)
    return text and text + "\n"


def _block_rows(block: Block, hyphenated: frozenset[str]) -> list[str]:
    if block.kind == "table" and block.table is not None:
        rows = (
            "\t".join(" ".join(whole_words(cell.text.splitlines(), hyphenated)) if cell else "" for cell in row)
            for row in table_grid(block.table)
        )
        return [row.rstrip("\t") for row in rows]
    found = whole_words((line.text for line in block.lines), hyphenated)
    if block.kind == "list_item" and found and not found[0].startswith(block.marker):
        found[0] = f"{block.marker} {found[0]}"
    return found
