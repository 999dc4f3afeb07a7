"""A document as plain text. Knows blocks and lines; not boxes or files.

Lines stay as printed, but a word cut at a line's end stands whole on its first line, so that it can be found. A blank
line stands between blocks, none between the items of a list. The cells of a table's row stand between tabs. A form feed
stands between pages.
"""

from __future__ import annotations

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
    parts: list[str] = []
    before: Block | None = None
    for block in page.blocks:
        text = _block_text(block, hyphenated)
        if not text:
            continue
        if before is not None:
            both_items = before.kind == block.kind == "list_item"
            parts.append("\n" if both_items else "\n\n")
        parts.append(text)
        before = block
    return "".join(parts) + "\n" if parts else ""


def _block_text(block: Block, hyphenated: frozenset[str]) -> str:
    if block.kind == "table" and block.table is not None:
        rows = (
            "\t".join(" ".join(whole_words(cell.text.splitlines(), hyphenated)) if cell else "" for cell in row)
            for row in table_grid(block.table)
        )
        return "\n".join(row.rstrip("\t") for row in rows)
    text = "\n".join(whole_words((line.text for line in block.lines), hyphenated))
    if block.kind == "list_item" and not text.startswith(block.marker):
        return f"{block.marker} {text}"
    return text
