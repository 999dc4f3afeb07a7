"""Documents whose fields are known, to teach fields with: real receipts, drawn pages. Knows where they come from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from bayou.data.fingerprints import differing_bits, perceptual_hash
from bayou.data.real import MEASURED_ON
from bayou.data.synthetic.documents.maker import PageMaker
from bayou.data.synthetic.documents.page import SyntheticPage, quad_of
from bayou.data.synthetic.documents.painting import Desk
from bayou.data.synthetic.documents.questions import FIELDS
from bayou.data.synthetic.fonts import FontLibrary
from bayou.documents.document import Block, Document, Line, Page
from bayou.documents.geometry import Box, bounding_box, box_of_points
from bayou.errors import InputError
from bayou.reading.field_words import concept_named, concepts

KINDS = ("invoice", "receipt", "cheque", "business-card", "identity-card")
"""Drawn pages whose fields are taught."""
RECEIPT_FIELDS = {"company": "seller_name", "date": "date", "address": "seller_address", "total": "total"}
"""What is known of a real receipt, and the concept it is."""
_OWN_NAMES = {
    "business-card": {"name": "person_name", "company": "card_company", "address": "card_address"},
    "cheque": {"amount": "amount", "date": "date"},
}
"""Where a drawn page's field is another concept than its name says."""
_SAME_BITS = 12


@dataclass(frozen=True, slots=True)
class FieldSample:
    """A document and what its fields say.

    Attributes:
        group: Documents of one group look alike, and are never both learnt from and measured on.
        truth: For each concept what is printed, and its plain form ("" where that is the print); None for a concept
            that the document hasn't. Of concepts that aren't here nothing is known.
        real: A photograph or scan, not drawn.
    """

    document: Document
    group: str
    truth: Mapping[str, tuple[str, str] | None]
    real: bool


def receipts(folder: Path, readings: Path | None = None) -> Iterator[FieldSample]:
    """Real receipts with their true lines, and again with the lines of a reading where there is one.

    Args:
        folder: With ``images``, ``lines`` and ``fields`` (docs/data.md).
        readings: Documents that bayou read of the same receipts, as ``NAME.json``.

    Raises:
        InputError: A file is missing or broken.
    """
    for path in sorted((folder / "fields").glob("*.json")):
        image = folder / "images" / f"{path.stem}.jpg"
        picture = cv2.imdecode(np.fromfile(image, np.uint8), cv2.IMREAD_COLOR) if image.is_file() else None
        if picture is None:
            raise InputError("fields without their image", str(image))
        rgb = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
        if differing_bits(perceptual_hash(rgb), np.stack(MEASURED_ON)).min() <= _SAME_BITS:
            continue  # measured on, so not to be learnt from
        fields = json.loads(path.read_text(encoding="utf-8"))
        truth = {RECEIPT_FIELDS[name]: (str(value), "") for name, value in fields.items() if name in RECEIPT_FIELDS}
        group = "".join(c for c in fields.get("company", "").upper() if c.isalpha())[:10]
        height, width = rgb.shape[:2]
        yield FieldSample(_true_lines(folder / "lines" / f"{path.stem}.tsv", width, height), group, truth, True)
        read = readings / f"{path.stem}.json" if readings is not None else None
        if read is not None and read.is_file():
            yield FieldSample(Document.from_json(read.read_text(encoding="utf-8")), group, truth, True)


def _true_lines(path: Path, width: int, height: int) -> Document:
    lines = []
    for row in path.read_text(encoding="utf-8").splitlines():
        cells = row.split("\t", 8)
        if len(cells) != 9:
            raise InputError("expected eight coordinates and a text", str(path))
        corners = [(float(x), float(y)) for x, y in zip(cells[0:8:2], cells[1:8:2], strict=True)]
        lines.append(Line(cells[8], box_of_points(corners)))
    return _document(lines, width, height, path.stem)


def _document(lines: Sequence[Line], width: float, height: float, name: str) -> Document:
    block = Block("paragraph", Box(0, 0, width, height), tuple(lines))
    return Document((Page(1, width, height, "px", (block,)),), name)


def drawn(count: int, seed: int, kinds: Sequence[str] = KINDS) -> Iterator[FieldSample]:
    """Drawn pages that stand upright, with the lines that a detector finds; as many of each kind, in turn."""
    maker = PageMaker(Desk.of(FontLibrary.find()), damage="clean")
    for index in range(count):
        page = maker.page(seed, index, (kinds[index % len(kinds)],))
        if page.status == "ok" and not page.truth.rotation:
            yield sample_of(page)


def sample_of(page: SyntheticPage) -> FieldSample:
    """A drawn page as a sample; entries of lists aren't taught."""
    lines = [Line(line.text, bounding_box([box_of_points(quad_of(line))])) for line in page.pieces]
    document = _document(lines, page.truth.width, page.truth.height, page.key)
    return FieldSample(document, page.key, truth_of(page), False)


def truth_of(page: SyntheticPage) -> dict[str, tuple[str, str] | None]:
    """What is known of a drawn page's concepts."""
    own = _OWN_NAMES.get(page.kind, {})
    said = {field.name: (field.value, field.normal) for field in page.fields if "." not in field.name}
    truth: dict[str, tuple[str, str] | None] = {}
    for name in FIELDS[page.kind]:
        concept = concepts().get(own[name]) if name in own else concept_named(name)
        if concept is not None:
            truth[concept.name] = said.get(name)
    return truth
