"""A document as ALTO 4.4 (XML). Knows boxes; not images or files.

Places are whole pixels of the image that was read. ``WC`` is the word's confidence, 0 to 1; ``CC`` says the same once
for each character on ALTO's scale of 0 (sure) to 9, since the document knows confidences by word. A line that doesn't
stand upright has its corners as a polygon.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from bayou.documents.block_text import block_box
from bayou.documents.document import Block, Document, Line, Page
from bayou.documents.geometry import Box
from bayou.documents.line_words import pixel_box, words_of, xml_text

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
_SCHEMA = "http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"

Element = ElementTree.Element


def to_alto(document: Document) -> str:
    """``document`` as an ALTO file."""
    root = Element(
        "alto",
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": _XSI,
            "xsi:schemaLocation": f"{NAMESPACE} {_SCHEMA}",
            "SCHEMAVERSION": "4.4",
        },
    )
    description = ElementTree.SubElement(root, "Description")
    ElementTree.SubElement(description, "MeasurementUnit").text = "pixel"
    source = ElementTree.SubElement(description, "sourceImageInformation")
    ElementTree.SubElement(source, "fileName").text = xml_text(document.name)
    processing = ElementTree.SubElement(description, "Processing", {"ID": "processing_1"})
    software = ElementTree.SubElement(processing, "processingSoftware")
    ElementTree.SubElement(software, "softwareName").text = "bayou"
    if document.model:
        ElementTree.SubElement(software, "applicationDescription").text = xml_text(f"model {document.model}")
    layout = ElementTree.SubElement(root, "Layout")
    for page in document.pages:
        _add_page(layout, page)
    ElementTree.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _place(box: Box, page: Page) -> dict[str, str]:
    left, top, right, bottom = pixel_box(box, page.pixels_per_unit)
    return {"HPOS": str(left), "VPOS": str(top), "WIDTH": str(right - left), "HEIGHT": str(bottom - top)}


def _add_page(layout: Element, page: Page) -> None:
    whole = _place(Box(0.0, 0.0, page.width, page.height), page)
    attributes = {
        "ID": f"page_{page.number}",
        "PHYSICAL_IMG_NR": str(page.number),
        "WIDTH": whole["WIDTH"],
        "HEIGHT": whole["HEIGHT"],
    }
    if page.confidence is not None:
        attributes["PC"] = f"{page.confidence:.4f}"
    space = ElementTree.SubElement(ElementTree.SubElement(layout, "Page", attributes), "PrintSpace", whole)
    for number, block in enumerate(page.blocks, 1):
        _add_block(space, block, page, number)


def _add_block(space: Element, block: Block, page: Page, number: int) -> None:
    key = f"{page.number}_{number}"
    lines = [line for line in block.lines if words_of(line)]
    if not lines:
        return
    place = _place(block_box(block), page)
    if block.kind == "table":
        space = ElementTree.SubElement(space, "ComposedBlock", {"ID": f"table_{key}", **place, "TYPE": "table"})
    element = ElementTree.SubElement(space, "TextBlock", {"ID": f"block_{key}", **place})
    for index, line in enumerate(lines, 1):
        _add_line(element, line, page, f"{key}_{index}")


def _add_line(parent: Element, line: Line, page: Page, key: str) -> None:
    assert line.box is not None
    attributes = {"ID": f"line_{key}", **_place(line.box, page)}
    element = ElementTree.SubElement(parent, "TextLine", attributes)
    if line.quad is not None:
        scale = page.pixels_per_unit
        points = " ".join(f"{round(x * scale)},{round(y * scale)}" for x, y in line.quad)
        ElementTree.SubElement(ElementTree.SubElement(element, "Shape"), "Polygon", {"POINTS": points})
    before: Box | None = None
    for index, word in enumerate(words_of(line), 1):
        if before is not None:
            _add_space(element, before, word.box, page)
        text = xml_text(word.text)
        attributes = {"ID": f"word_{key}_{index}", **_place(word.box, page)}
        if word.confidence is not None:
            unsure = str(round((1 - word.confidence) * 9))
            attributes |= {"WC": f"{word.confidence:.4f}", "CC": " ".join(unsure for _ in text)}
        ElementTree.SubElement(element, "String", {**attributes, "CONTENT": text})
        before = word.box


def _add_space(line: Element, before: Box, after: Box, page: Page) -> None:
    gap = Box(min(before.right, after.left), before.top, max(before.right, after.left), before.bottom)
    place = _place(gap, page)
    ElementTree.SubElement(line, "SP", {name: place[name] for name in ("WIDTH", "VPOS", "HPOS")})
