"""Where a PDF page with its own text still holds something to read. Knows PDFium's objects; not text or models.

Pictures (also inside form objects), filled-in form fields, free text notes and stamps are candidates. One is dropped
where, next to the native text that lies on it, hardly anything is drawn: an empty field, a background, or a scan whose
text layer already says everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from bayou.documents.document import Line
from bayou.documents.geometry import Box
from bayou.documents.page_frame import PageFrame

_SMALLEST = (10.0, 5.0)
"""Points: a picture narrower or lower than this holds no text."""
_MERGE_GAP = 3.0
"""Points: pictures this near to each other (the strips of a scan) are one region."""
_INK_STEP = 40
"""Levels of 255 between neighbouring pixels that count as an edge."""
_INK_LEFT = 0.06
"""A region is dropped when at most this share of its edges lies outside native text."""
_FEWEST_EDGES = 30
_ANNOTATIONS = (pdfium_c.FPDF_ANNOT_WIDGET, pdfium_c.FPDF_ANNOT_FREETEXT, pdfium_c.FPDF_ANNOT_STAMP)


def regions_to_read(
    page: pdfium.PdfPage, frame: PageFrame, lines: Sequence[Line], image: NDArray[np.uint8], scale: float
) -> tuple[Box, ...]:
    """Regions of the page, in page units, whose pixels may hold text that ``lines`` doesn't have."""
    visible = Box(0.0, 0.0, frame.width, frame.height)
    found = []
    for box in (*_picture_boxes(page, frame), *_annotation_boxes(page, frame)):
        inside = box.intersection(visible)
        if inside and inside.width >= _SMALLEST[0] and inside.height >= _SMALLEST[1]:
            found.append(inside)
    if not found:
        return ()
    edges = _edges(image)
    native = _mask(lines, image.shape[:2], scale)
    return tuple(box for box in _merged(found) if _has_unread_ink(box.scaled(scale), edges, native))


def _picture_boxes(page: pdfium.PdfPage, frame: PageFrame) -> Iterator[Box]:
    for picture in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE]):
        # The picture is the unit square under its own matrix, then under those of the forms around it.
        matrix = picture.get_matrix()
        container = picture.container
        while container is not None:
            matrix = matrix.multiply(container.get_matrix())
            container = container.container
        yield frame.box(*matrix.on_rect(0, 0, 1, 1))


def _annotation_boxes(page: pdfium.PdfPage, frame: PageFrame) -> Iterator[Box]:
    rect = pdfium_c.FS_RECTF()
    for index in range(pdfium_c.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            if pdfium_c.FPDFAnnot_GetSubtype(annotation) in _ANNOTATIONS and pdfium_c.FPDFAnnot_GetRect(
                annotation, rect
            ):
                yield frame.box(rect.left, rect.bottom, rect.right, rect.top)
        finally:
            pdfium_c.FPDFPage_CloseAnnot(annotation)


def _merged(boxes: list[Box]) -> list[Box]:
    """Boxes that overlap or nearly touch become one, until none do."""
    merged: list[Box] = []
    for box in sorted(boxes, key=lambda item: (item.top, item.left)):
        grown = True
        while grown:
            grown = False
            near = Box(box.left - _MERGE_GAP, box.top - _MERGE_GAP, box.right + _MERGE_GAP, box.bottom + _MERGE_GAP)
            for other in merged:
                if near.intersection(other):
                    merged.remove(other)
                    box = box.union(other)
                    grown = True
                    break
        merged.append(box)
    return merged


def _edges(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    gradient = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8))
    return np.asarray(gradient > _INK_STEP, dtype=np.bool_)


def _mask(lines: Sequence[Line], shape: tuple[int, ...], scale: float) -> NDArray[np.bool_]:
    mask = np.zeros(shape, dtype=np.bool_)
    for line in lines:
        if line.box is None:
            continue
        margin = 0.15 * min(line.box.height, line.box.width) * scale
        mask[_slices(line.box.scaled(scale), margin)] = True
    return mask


def _slices(box: Box, margin: float = 0.0) -> tuple[slice, slice]:
    return (
        slice(max(0, int(box.top - margin)), max(0, int(np.ceil(box.bottom + margin)))),
        slice(max(0, int(box.left - margin)), max(0, int(np.ceil(box.right + margin)))),
    )


def _has_unread_ink(box: Box, edges: NDArray[np.bool_], native: NDArray[np.bool_]) -> bool:
    window = _slices(box)
    total = int(edges[window].sum())
    left = int((edges[window] & ~native[window]).sum())
    return left >= _FEWEST_EDGES and left > _INK_LEFT * total
