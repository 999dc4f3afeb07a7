"""A document as Markdown (CommonMark with pipe tables). Knows blocks; not boxes or files.

A table with spans can't be a pipe table and is written as HTML, which Markdown allows. A page that couldn't be read
leaves a comment that says so.
"""

from __future__ import annotations

import re

from bayou.documents.block_text import hyphenated_words, is_bullet, item_number, item_text, join_lines, paragraph_rows
from bayou.documents.document import Block, Document, Page, Table
from bayou.documents.table_grid import has_spans, table_grid
from bayou.documents.to_html import table_to_html

_ALWAYS = re.compile(r"([\\`*\[\]~<])|(?<![^\W_])(_)|(_)(?![^\W_])|&(?=#?\w+;)")
_FIRST = re.compile(r"#{1,6}(?=\s|$)|>|[-+](?=\s|$|-)|=+\s*$|[:|-](?=[:|\s-]*$)")
"""What makes something else of a line that begins with it; the last is what parts a table's head from its body."""
_FIRST_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")


def to_markdown(document: Document) -> str:
    """``document`` as Markdown; pages follow each other without a mark."""
    hyphenated = hyphenated_words(document)
    parts = [part for page in document.pages for part in _page_parts(page, hyphenated)]
    return "\n\n".join(parts) + "\n" if parts else ""


def escape(text: str) -> str:
    """``text``, one line, so that Markdown shows it as it is."""
    text = _inline(text)
    if _FIRST.match(text):
        return "\\" + text
    return _FIRST_NUMBER.sub(r"\1\\\2", text, count=1) if _FIRST_NUMBER.match(text) else text


def _inline(text: str) -> str:
    """``text`` escaped for where it begins no line: what only counts at a line's beginning stays."""
    return _ALWAYS.sub(lambda match: "\\" + match.group(0), " ".join(text.split()))


def table_to_pipes(table: Table) -> str:
    """A table without spans as a pipe table; its first row is the head, as that syntax wants."""
    rows = [
        "| " + " | ".join(_pipe_cell(cell.text) if cell else " " for cell in row) + " |" for row in table_grid(table)
    ]
    columns = len(table_grid(table)[0])
    return "\n".join([rows[0], "|" + " --- |" * columns, *rows[1:]])


def _pipe_cell(text: str) -> str:
    lines = (escape(line).replace("|", "\\|") for line in text.splitlines() if line.strip())
    return "<br>".join(lines) or " "


def _page_parts(page: Page, hyphenated: frozenset[str]) -> list[str]:
    parts: list[str] = []
    if page.status in ("unreadable", "failed"):
        message = re.sub(r"-{2,}", "-", page.message).strip(">-")
        parts.append(f"<!-- page {page.number}: {page.status}: {message} -->")
    items: list[str] = []
    depth = 0
    for block in page.blocks:
        if block.kind == "list_item":
            # Markdown can't nest deeper than one level below the item before.
            if item := _item(block, hyphenated):
                before, depth = depth, min(max(1, block.level), depth + 1) if items else 1
                # A deeper list that doesn't begin with 1 needs a blank line, or it continues the text above.
                gap = "\n" if items and depth > before and item_number(block) not in (None, 1) else ""
                items.append(gap + "    " * (depth - 1) + item)
            continue
        if items:
            parts.append("\n".join(items))
            items = []
        if text := _block(block, hyphenated):
            parts.append(text)
    if items:
        parts.append("\n".join(items))
    return parts


def _item(block: Block, hyphenated: frozenset[str]) -> str:
    text = item_text(block, join_lines(block.lines, hyphenated))
    if is_bullet(block):
        # An item without text would make a heading of the one before it.
        return f"- {escape(text)}" if text else ""
    if item_number(block) is not None and text:
        return f"{block.marker} {escape(text)}"
    return f"- {escape(f'{block.marker} {text}')}"


def _block(block: Block, hyphenated: frozenset[str]) -> str:
    if block.kind == "table" and block.table is not None:
        if not block.table.rows or not any(block.table.rows):
            return ""
        return table_to_html(block.table) if has_spans(block.table) else table_to_pipes(block.table)
    if block.kind != "heading":
        # Two spaces at a line's end: the line breaks there.
        return "  \n".join(map(escape, paragraph_rows(block.lines, hyphenated)))
    text = _inline(join_lines(block.lines, hyphenated))
    # A heading's own hashes at its end would be taken for the closing ones.
    text = re.sub(r"(?:^|(?<=\s))(#+)$", lambda match: "\\" + match.group(0), text)
    return f"{'#' * min(6, max(1, block.level))} {text}" if text else ""
