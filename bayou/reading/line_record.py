"""A record filled from read lines: each property of a schema asked of the page, its answer typed. Knows no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bayou.documents.document import Document
from bayou.reading.evidence import Evidence
from bayou.reading.extraction import JSON, NEEDS_LARGER, NOT_ON_PAGE, Extraction, Field
from bayou.reading.field_candidates import Candidate, evidence_of, reading_confidence
from bayou.reading.field_clues import Clues
from bayou.reading.field_finder import FieldFinder, Found
from bayou.reading.field_scores import Trees
from bayou.reading.field_words import LabelFinder, concepts, is_list
from bayou.reading.item_rows import Entry, entries, is_item_column
from bayou.reading.printed_amounts import currency_code, find_amounts, find_currencies
from bayou.reading.printed_dates import find_dates, in_the_past
from bayou.reading.schema_leaves import Leaf, leaf_of
from bayou.reading.schemas import DEEPEST, JsonSchema, Schema, check, may_be_null, resolve


def fill(document: Document, schema: Schema, model: str, taught: Mapping[str, Trees] | None = None) -> Extraction:
    """The record of a document that was read.

    Args:
        model: Who is said to have found it.
        taught: As for ``FieldFinder``.
    """
    filler = _Filler(document, schema, taught)
    record = filler.object(resolve(schema.json, schema.json), "", ())
    return Extraction(record, tuple(filler.fields), model, document, schema.problems(record))


class _Filler:
    """The state of filling one record."""

    def __init__(self, document: Document, schema: Schema, taught: Mapping[str, Trees] | None) -> None:
        self._whole = schema.json
        self._document = document
        leaves = dict(_leaves(schema.json, resolve(schema.json, schema.json), "", ()))
        # A property that nobody taught is looked for by its own words, like a concept that is called after its path.
        own = [(f"@{path}", leaf.labels) for path, leaf in leaves.items() if leaf.concept is None]
        known = [(name, concept.labels) for name, concept in concepts().items()]
        self._clues = Clues.of(document, LabelFinder([*own, *known]) if own else None)
        self._finder = FieldFinder(self._clues, taught)
        self.fields: list[Field] = []

    def object(self, node: JsonSchema, path: str, parents: tuple[str, ...]) -> dict[str, JSON]:
        """The object of a schema, its properties looked for one by one."""
        record: dict[str, JSON] = {}
        for name, part in node.get("properties", {}).items():
            where = f"{path}.{name}" if path else name
            inner = resolve(self._whole, part)
            kind = inner.get("type")
            if (kind == "object" or "properties" in inner) and len(parents) >= DEEPEST:
                self.fields.append(Field(where, None, reason=NEEDS_LARGER))
            elif kind == "object" or "properties" in inner:
                record[name] = self.object(inner, where, (*parents, name))
            elif kind == "array" or (isinstance(kind, list) and "array" in kind):
                found = self._array(inner, name, where)
                empty = not found and check({**part, "$defs": self._whole.get("$defs", {})}, [])
                record[name] = None if empty else found
            else:
                self._value(record, node, name, where, parents)
        return record

    def _value(
        self,
        record: dict[str, JSON],
        node: JsonSchema,
        name: str,
        path: str,
        parents: tuple[str, ...],
    ) -> None:
        part = node["properties"][name]
        leaf = leaf_of(self._whole, name, part, parents)
        field = self._fitting(self._field(leaf, path), part)
        self.fields.append(field)
        optional = name not in node.get("required", ())
        if field.value is not None or not optional or may_be_null(self._whole, part):
            record[name] = field.value

    def _field(self, leaf: Leaf, path: str) -> Field:
        if leaf.kind == "currency":
            return self._currency(path)
        if leaf.kind == "boolean":
            return Field(path, None, reason=NEEDS_LARGER)
        concept = leaf.concept.name if leaf.concept is not None else f"@{path}"
        found = self._finder.find(concept, leaf.kind)
        if found is None:
            return Field(path, None, reason=NOT_ON_PAGE if leaf.concept is not None else NEEDS_LARGER)
        return self._told(leaf, path, found)

    def _told(self, leaf: Leaf, path: str, found: Found) -> Field:
        candidate = found.candidate
        value: JSON = candidate.value
        reason = candidate.doubt
        if leaf.concept is not None and leaf.concept.name == "date_of_birth":
            value = in_the_past(str(value), candidate.printed)
        if leaf.kind == "amount" and "string" in leaf.types:
            value = candidate.printed
        if (
            isinstance(value, float)
            and (value == int(value))
            and "integer" in leaf.types
            and "number" not in leaf.types
        ):
            value = int(value)
        if isinstance(value, str) and (fitting := _in_enum(leaf.node, value)) is not None:
            value = fitting
        return Field(
            path, value, candidate.printed, found.confidence, evidence_of(self._clues, candidate.spans), reason
        )

    def _currency(self, path: str) -> Field:
        """The code of what stands beside the total, or else of what most amounts have."""
        total = self._finder.find("total")
        signs: list[tuple[int, int, int]] = []
        pieces = self._clues.layout.pieces
        order = sorted(range(len(pieces)), key=lambda i: total is None or i != total.candidate.spans[0][0])
        for index in order:
            signs += [(index, start, end) for start, end, _ in find_currencies(pieces[index].text)]
        for index, start, end in signs:
            code, sure = currency_code(pieces[index].text[start:end], self._clues.currencies)
            if code is not None:
                span = ((index, start, end),)
                printed = pieces[index].text[start:end]
                reason = "" if sure else f"{printed} is the sign of several currencies"
                read = reading_confidence(self._clues, span)
                confidence = None if read is None else round(read, 3)
                return Field(path, code, printed, confidence, evidence_of(self._clues, span), reason)
        return Field(path, None, reason=NOT_ON_PAGE)

    def _fitting(self, field: Field, part: JsonSchema) -> Field:
        """The field, without its value where that doesn't fit the property."""
        if field.value is None:
            return field
        problems = check({**part, "$defs": self._whole.get("$defs", {})}, field.value)
        if not problems:
            return field
        reason = f"{field.printed!r} stands there, which the schema doesn't allow: {problems[0].partition(': ')[2]}"
        return replace(field, value=None, reason=reason)

    def _array(self, node: JsonSchema, name: str, path: str) -> list[JSON]:
        inner = resolve(self._whole, node.get("items", {}))
        if node.get("x-bayou-kind") == "tables":
            return self._tables(path)
        if not inner.get("properties"):
            self.fields.append(Field(path, [], reason=NEEDS_LARGER))
            return []
        leaves = {key: leaf_of(self._whole, key, part, item=True) for key, part in inner["properties"].items()}
        known = {key: leaf for key, leaf in leaves.items() if leaf.concept and is_item_column(leaf.concept.name)}
        found = entries(self._clues) if known and (is_list(name) or len(known) >= 2) else []
        if not found:
            self.fields.append(Field(path, [], reason=NOT_ON_PAGE if known else NEEDS_LARGER))
        return [self._item(entry, leaves, inner, f"{path}[{number}]") for number, entry in enumerate(found)]

    def _item(self, entry: Entry, leaves: Mapping[str, Leaf], node: JsonSchema, path: str) -> dict[str, JSON]:
        record: dict[str, JSON] = {}
        for name, leaf in leaves.items():
            part = node["properties"][name]
            field = self._fitting(self._cell(entry, leaf, f"{path}.{name}"), part)
            self.fields.append(field)
            if field.value is not None or name in node.get("required", ()) or may_be_null(self._whole, part):
                record[name] = field.value
        return record

    def _cell(self, entry: Entry, leaf: Leaf, path: str) -> Field:
        column = leaf.concept.name if leaf.concept is not None else ""
        spans = tuple(entry.cells.get(column, ()))
        if not spans:
            return Field(path, None, reason=NOT_ON_PAGE if column else NEEDS_LARGER)
        printed = entry.text(self._clues, column)
        value: Any = printed
        if leaf.kind in ("amount", "number", "percent"):
            amounts = find_amounts(printed)
            value = float(amounts[-1].value(self._clues.mark)) if amounts else None
        elif leaf.kind == "date":
            dates = find_dates(printed)
            day = dates[0].value(self._clues.order or "dmy") if dates else None
            value = day.isoformat() if day else None
        if value is None:
            return Field(path, None, printed, reason=f"{printed!r} is no {leaf.kind}")
        read = reading_confidence(self._clues, spans)
        confidence = 1.0 if read is None else round(read, 3)
        return self._told(leaf, path, Found(Candidate(printed, value, spans), confidence))

    def _tables(self, path: str) -> list[JSON]:
        tables: list[JSON] = []
        for page in self._document.pages:
            for block in page.blocks:
                if block.table is None or not block.table.rows:
                    continue
                rows = [[cell.text for cell in row] for row in block.table.rows]
                where = f"{path}[{len(tables)}]"
                tables.append({"page": page.number, "columns": list(rows[0]), "rows": [list(row) for row in rows[1:]]})
                quote = " ".join(rows[0])
                known = [line.confidence for line in block.lines if line.confidence is not None]
                evidence = (Evidence(quote, page.number, (block.box,)),)
                self.fields.append(Field(where, tables[-1], None, min(known, default=None), evidence))
        if not tables:
            self.fields.append(Field(path, [], reason="no table on any page"))
        return tables


def _in_enum(node: JsonSchema, value: str) -> str | None:
    allowed: Sequence[object] = node.get("enum", ())
    return next((str(one) for one in allowed if str(one).casefold() == value.casefold()), None)


def _leaves(whole: JsonSchema, node: JsonSchema, path: str, parents: tuple[str, ...]) -> list[tuple[str, Leaf]]:
    """All properties outside lists that have one value."""
    found: list[tuple[str, Leaf]] = []
    for name, part in node.get("properties", {}).items():
        where = f"{path}.{name}" if path else name
        inner = resolve(whole, part)
        if "properties" in inner:
            found += _leaves(whole, inner, where, (*parents, name)) if len(parents) < DEEPEST else []
        elif "items" not in inner and inner.get("type") != "array":
            found.append((where, leaf_of(whole, name, part, parents)))
    return found
