"""A document as hOCR 1.2 (XHTML). Knows boxes; not images or files.

Boxes are whole pixels of the image that was read. Each page names its own resolution; a line that doesn't stand upright
has a ``textangle``, anticlockwise as hOCR wants it.
"""

from __future__ import annotations

from html import escape

from bayou.documents.block_text import block_box
from bayou.documents.document import Block, Document, Line, Page, Word
from bayou.documents.geometry import Box
from bayou.documents.line_words import pixel_box, text_angle, words_of, xml_text

_CAPABILITIES = "ocr_page ocr_carea ocr_par ocr_header ocr_table ocr_line ocrx_word ocrp_wconf"


def to_hocr(document: Document) -> str:
    """``document`` as an hOCR file."""
    pages = "\n".join(_page(page, document.name) for page in document.pages)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"'
        ' "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
        '<html xmlns="http://www.w3.org/1999/xhtml">\n<head>\n'
        f"<title>{_text(document.name)}</title>\n"
        '<meta http-equiv="Content-Type" content="text/html;charset=utf-8" />\n'
        f'<meta name="ocr-system" content="{_text(f"bayou {document.model}".strip())}" />\n'
        f'<meta name="ocr-capabilities" content="{_CAPABILITIES}" />\n'
        f'<meta name="ocr-number-of-pages" content="{len(document.pages)}" />\n'
        f"</head>\n<body>\n{pages}\n</body>\n</html>\n"
    )


def _text(text: str) -> str:
    return escape(xml_text(text), quote=True)


def _bbox(box: Box, page: Page) -> str:
    return "bbox {} {} {} {}".format(*pixel_box(box, page.pixels_per_unit))


def _page(page: Page, name: str) -> str:
    properties = [
        # hOCR quotes the file's name, with a backslash before a quote or backslash of its own.
        'image "{}"'.format(name.replace("\\", "\\\\").replace('"', '\\"')),
        _bbox(Box(0.0, 0.0, page.width, page.height), page),
        f"ppageno {page.number - 1}",
    ]
    if page.dpi is not None:
        properties.append(f"scan_res {page.dpi:g} {page.dpi:g}")
    blocks = "\n".join(_block(block, page, number) for number, block in enumerate(page.blocks, 1))
    title = _text("; ".join(properties))
    return f'<div class="ocr_page" id="page_{page.number}" title="{title}">\n{blocks}\n</div>'


def _block(block: Block, page: Page, number: int) -> str:
    key = f"{page.number}_{number}"
    line_class = "ocr_header" if block.kind == "heading" else "ocr_line"
    lines = "\n".join(
        _line(line, page, f"{key}_{index}", line_class) for index, line in enumerate(block.lines, 1) if line.box
    )
    box = _bbox(block_box(block), page)
    area_class = "ocr_table" if block.kind == "table" else "ocr_carea"
    return (
        f'<div class="{area_class}" id="block_{key}" title="{box}">\n'
        f'<p class="ocr_par" id="par_{key}" title="{box}">\n{lines}\n</p>\n</div>'
    )


def _line(line: Line, page: Page, key: str, line_class: str) -> str:
    assert line.box is not None
    title = _bbox(line.box, page)
    angle = text_angle(line)
    if angle:
        title += f"; textangle {-angle % 360:.2f}"
    words = " ".join(
        f'<span class="ocrx_word" id="word_{key}_{index}"'
        f' title="{_bbox(word.box, page)}{_confidence(word)}">{_text(word.text)}</span>'
        for index, word in enumerate(words_of(line), 1)
    )
    return f'<span class="{line_class}" id="line_{key}" title="{title}">{words}</span>'


def _confidence(word: Word) -> str:
    return "" if word.confidence is None else f"; x_wconf {round(word.confidence * 100)}"
