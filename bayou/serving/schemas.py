"""What requests and replies look like, for the OpenAPI page and for tests. Knows JSON Schema; no behaviour."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": "string"},
            },
        }
    },
}
_WHY = {
    400: "The request is wrong; `param` names the field.",
    401: "The key is missing or wrong.",
    403: "A page of another site, or a name that the server isn't called by.",
    404: "There is no such thing.",
    405: "Not with this method.",
    409: "Not yet.",
    413: "More bytes, pages or pixels than are taken.",
    422: "The file can't be read.",
    429: "Too many requests wait; `Retry-After` says when to come again.",
    500: "A fault of bayou's.",
    501: "A package that this needs isn't installed.",
    502: "A picture by web address could not be fetched.",
    504: "It took too long.",
}
FAILURES: dict[int | str, Schema] = {
    status: {"description": why, "content": {"application/json": {"schema": ERROR}}} for status, why in _WHY.items()
}

LINE: Schema = {
    "type": "object",
    "required": ["text", "box", "confidence"],
    "properties": {
        "text": {"type": "string"},
        "box": {"type": ["array", "null"], "items": {"type": "number"}},
        "confidence": {"type": ["number", "null"]},
    },
}
DOCUMENT: Schema = {
    "type": "object",
    "description": "A document in bayou's JSON; a box is [left, top, right, bottom] in the page's unit.",
    "required": ["pages", "name", "sha256", "model", "metadata", "schema_version"],
    "properties": {
        "pages": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["number", "width", "height", "unit", "blocks", "status"],
                "properties": {
                    "number": {"type": "integer", "minimum": 1},
                    "width": {"type": "number"},
                    "height": {"type": "number"},
                    "unit": {"enum": ["pt", "px"]},
                    "status": {"enum": ["ok", "blank", "unreadable", "failed"]},
                    "message": {"type": "string"},
                    "confidence": {"type": ["number", "null"]},
                    "blocks": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["kind", "box", "lines"],
                            "properties": {
                                "kind": {"enum": ["paragraph", "heading", "list_item", "table"]},
                                "lines": {"type": "array", "items": LINE},
                            },
                        },
                    },
                },
            },
        },
        "name": {"type": "string"},
        "sha256": {"type": "string"},
        "model": {"type": "string"},
        "metadata": {"type": "object"},
        "schema_version": {"type": "integer"},
    },
}
MODELS: Schema = {
    "type": "object",
    "required": ["object", "data"],
    "properties": {
        "object": {"const": "list"},
        "data": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "object", "created", "owned_by", "answers"],
                "properties": {"id": {"type": "string"}, "answers": {"type": "boolean"}},
            },
        },
    },
}

FILE: Schema = {"type": "string", "format": "binary", "description": "A PDF or a picture."}
DATA_ADDRESS: Schema = {"type": "string", "description": "A file as a data address: data:application/pdf;base64,..."}
OPENING: Schema = {
    "pages": {"type": "string", "description": "Which pages, as 1-5,8.", "examples": ["1-5,8"]},
    "dpi": {"type": "number", "minimum": 20, "maximum": 1200, "description": "At which PDF pages are drawn."},
    "password": {"type": "string", "description": "Of an encrypted PDF."},
    "force_ocr": {"type": "boolean", "description": "Ignore the text that a PDF carries."},
}
READING: Schema = {
    **OPENING,
    "stream": {"type": "boolean", "description": "Events as pages and lines are read."},
    "images": {"type": "boolean", "description": "In a stream, with each page a picture of it."},
}


def _either(fields: Schema, required: list[str], file: bool, json_fields: Schema) -> Schema:
    """A body as multipart with a file, or as JSON with data addresses."""
    multipart = {
        "type": "object",
        "additionalProperties": False,
        "properties": {**({"file": FILE} if file else {}), **fields},
    }
    plain = {"type": "object", "additionalProperties": False, "properties": {**json_fields, **fields}}
    return {
        "multipart/form-data": {"schema": {**multipart, "required": required}},
        "application/json": {"schema": {**plain, "required": [name for name in required if name != "file"]}},
    }


READ_BODY = _either(
    READING, ["file"], True, {"document": DATA_ADDRESS, "file": DATA_ADDRESS, "name": {"type": "string"}}
)
EXPORT_BODY = _either(
    {
        "document": {"description": "What /v1/read gave, corrected or not.", **DOCUMENT},
        "to": {"enum": ["text", "markdown", "html", "json", "csv", "tsv", "hocr", "alto", "pdf"]},
        **OPENING,
    },
    ["document", "to"],
    True,
    {"file": DATA_ADDRESS, "name": {"type": "string"}},
)


def body(content: Schema) -> Schema:
    """A route's arguments that say what its body is."""
    return {"openapi_extra": {"requestBody": {"required": True, "content": content}}}


def reply(schema: Schema, stream: bool = False) -> dict[int | str, Schema]:
    """A route's reply with status 200; where ``stream``, events instead where they are asked for."""
    content: Schema = {"application/json": {"schema": schema}}
    if stream:
        content["text/event-stream"] = {"schema": {"type": "string"}}
    return {200: {"description": "It is done.", "content": content}}
