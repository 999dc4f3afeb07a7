"""What it is to have read a record off a document: fields and their evidence. Knows values; not how they are found."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bayou.documents.document import Document
from bayou.reading.evidence import Evidence

JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]

NOT_ON_PAGE = "not on the page"
NOT_PRINTED = "value isn't printed on the page"
NEEDS_LARGER = "needs a larger model (bayou pull 800m)"


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a record, and where it stands.

    Attributes:
        path: Its place in the record: ``total``, ``seller.name``, ``items[0].amount``.
        value: As the schema wants it: dates as 2024-03-31, amounts as numbers; None where there is none.
        printed: As it stands on the page, the lines of an address a space apart; None where nothing does.
        confidence: Probability, 0 to 1, that the value is right; None where nobody says.
        evidence: Where it is printed; empty for a value that isn't.
        reason: Why the value is None or doubtful; "" where there is nothing to say.
    """

    path: str
    value: JSON
    printed: str | None = None
    confidence: float | None = None
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""

    def to_dict(self) -> dict[str, JSON]:
        """For JSON, the evidence as ``{"quote", "page", "boxes"}``."""
        return {
            "path": self.path,
            "value": self.value,
            "printed": self.printed,
            "confidence": self.confidence,
            "evidence": [_evidence(one) for one in self.evidence],
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Extraction:
    """A record of a document.

    Attributes:
        record: The values, as the schema has them. A value that wasn't found is None, or left out where the schema
            neither requires it nor lets it be null.
        fields: Each value's evidence, in the order of the schema.
        model: Who found them.
        document: What they were found in.
        problems: Where the record doesn't fit the schema: a value it requires wasn't found, and may not be null.
    """

    record: dict[str, JSON]
    fields: tuple[Field, ...]
    model: str
    document: Document
    problems: tuple[str, ...] = ()

    def field(self, path: str) -> Field:
        """The field of a path; KeyError where the schema has none."""
        for one in self.fields:
            if one.path == path:
                return one
        raise KeyError(path)

    def to_dict(self) -> dict[str, JSON]:
        """For JSON; of the document its name and the hash of its bytes."""
        return {
            "record": self.record,
            "fields": [field.to_dict() for field in self.fields],
            "model": self.model,
            "name": self.document.name,
            "sha256": self.document.sha256,
            "problems": list(self.problems),
        }

    def to_json(self, indent: int | None = None) -> str:
        """JSON text of ``to_dict``."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)


def _evidence(evidence: Evidence) -> dict[str, JSON]:
    boxes: list[JSON] = [[box.left, box.top, box.right, box.bottom] for box in evidence.boxes]
    return {"quote": evidence.quote, "page": evidence.page, "boxes": boxes}
