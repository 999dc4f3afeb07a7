"""A document as plain text. Knows blocks and lines; not boxes or files.

Lines stay as printed; a blank line stands between blocks, none between the items of a list. The cells of a table's row
stand between tabs. A form feed stands between pages.
"""

from __future__ import annotations

from bayou.documents.document import Block, Document, Page
from bayou.documents.table_grid import table_grid


def to_text(document: Document) -> str:
    """``document`` as plain text; "" where no page has any."""
    pages = [page_text(page) for page in document.pages]
    return "\f".join(pages) if any(pages) else ""


def page_text(page: Page) -> str:
    """One page of it."""
    parts: list[str] = []
    before: Block | None = None
    for block in page.blocks:
        text = _block_text(block)
        if not text:
            continue
        if before is not None:
            both_items = before.kind == block.kind == "list_item"
            parts.append("\n" if both_items else "\n\n")
        parts.append(text)
        before = block
    return "".join(parts) + "\n" if parts else ""


def _block_text(block: Block) -> str:
    if block.kind == "table" and block.table is not None:
        rows = (
            "\t".join(" ".join(cell.text.split()) if cell else "" for cell in row) for row in table_grid(block.table)
        )
        return "\n".join(row.rstrip("\t") for row in rows)
    text = block.text
    if block.kind == "list_item" and not text.startswith(block.marker):
        return f"{block.marker} {text}"
    return text
