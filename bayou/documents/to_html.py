"""A document as one HTML file. Knows blocks; not images or models.

Standalone: no script, no link to anything outside. Everything from the document is escaped.
"""

from __future__ import annotations

from html import escape

from bayou.documents.block_text import hyphenated_words, is_bullet, item_number, item_text, join_lines, paragraph_rows
from bayou.documents.document import Block, Cell, Document, Page, Table

_STYLE = """
body { font-family: system-ui, sans-serif; line-height: 1.5; margin: 2rem auto; max-width: 48rem; padding: 0 1rem; }
section + section { border-top: 1px solid #ccc; margin-top: 2rem; padding-top: 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border: 1px solid #999; padding: 0.25rem 0.6rem; text-align: left; vertical-align: top; }
ul.marked { list-style: none; }
.note { color: #a00; }
"""


def to_html(document: Document) -> str:
    """``document`` as a whole HTML page, one section a page."""
    hyphenated = hyphenated_words(document)
    sections = "\n".join(_section(page, hyphenated) for page in document.pages)
    title = escape(document.name or "Document")
    return (
        f'<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n{sections}\n</body>\n</html>\n"
    )


def table_to_html(table: Table) -> str:
    """A table as an HTML element without blank lines."""
    rows = ["<tr>" + "".join(_cell(cell) for cell in row) + "</tr>" for row in table.rows]
    return "<table>\n" + "\n".join(rows) + "\n</table>"


def _cell(cell: Cell) -> str:
    name = "th" if cell.header else "td"
    spans = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    spans += f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
    text = "<br>".join(escape(line.strip()) for line in cell.text.splitlines() if line.strip())
    return f"<{name}{spans}>{text}</{name}>"


def _section(page: Page, hyphenated: frozenset[str]) -> str:
    parts = [f'<section class="page" id="page-{page.number}" data-status="{page.status}">']
    if page.status in ("unreadable", "failed"):
        parts.append(f'<p class="note">Page {page.number}: {page.status}: {escape(page.message)}</p>')
    run: list[Block] = []
    for block in page.blocks:
        if block.kind == "list_item":
            run.append(block)
            continue
        parts.extend(_lists(run, hyphenated))
        run = []
        if text := _block(block, hyphenated):
            parts.append(text)
    parts.extend(_lists(run, hyphenated))
    return "\n".join([*parts, "</section>"])


def _block(block: Block, hyphenated: frozenset[str]) -> str:
    if block.kind == "table" and block.table is not None:
        return table_to_html(block.table)
    if block.kind == "heading":
        name, text = f"h{min(6, max(1, block.level))}", escape(join_lines(block.lines, hyphenated))
    else:
        name, text = "p", "<br>\n".join(map(escape, paragraph_rows(block.lines, hyphenated)))
    return f"<{name}>{text}</{name}>" if text else ""


def _list_kind(block: Block) -> str:
    if item_number(block) is not None:
        return "ol"
    return "ul" if is_bullet(block) else "marked"


def _lists(blocks: list[Block], hyphenated: frozenset[str]) -> list[str]:
    """Items that follow each other, as lists nested by level; another kind of marker begins another list."""
    out: list[str] = []
    start = 0
    while start < len(blocks):
        first = blocks[start]
        level, kind = first.level, _list_kind(first)
        number = item_number(first)
        begin = f' start="{number}"' if number is not None and number != 1 else ""
        out.append({"ol": f"<ol{begin}>", "ul": "<ul>", "marked": '<ul class="marked">'}[kind])
        while start < len(blocks) and blocks[start].level == level and _list_kind(blocks[start]) == kind:
            block = blocks[start]
            start += 1
            deeper = start
            while deeper < len(blocks) and blocks[deeper].level > level:
                deeper += 1
            inner = _lists(blocks[start:deeper], hyphenated)
            text = item_text(block, join_lines(block.lines, hyphenated))
            text = f"{block.marker} {text}" if kind == "marked" else text
            value = item_number(block)
            out.append("<li" + (f' value="{value}"' if value is not None else "") + f">{escape(text)}")
            out.extend(inner)
            out.append("</li>")
            start = deeper
        out.append("</ol>" if kind == "ol" else "</ul>")
    return out
