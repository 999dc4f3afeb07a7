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
    408: "The request took too long to come.",
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
SCHEMA_FIELD: Schema = {"description": "A ready schema's name, or a JSON Schema.", "type": ["string", "object"]}
DOCUMENT_FIELD: Schema = {"type": "object", "description": "What /v1/read gave, corrected or not."}
NAMED_FILE: Schema = {"file": DATA_ADDRESS, "name": {"type": "string", "description": "The file's name."}}
EXPORT_BODY = _either(
    {
        "document": DOCUMENT_FIELD,
        "to": {"enum": ["text", "markdown", "html", "json", "csv", "tsv", "hocr", "alto", "pdf"]},
        **OPENING,
    },
    ["document", "to"],
    True,
    NAMED_FILE,
)
EXTRACT_BODY = _either({"document": DOCUMENT_FIELD, "schema": SCHEMA_FIELD, **OPENING}, ["schema"], True, NAMED_FILE)
JOB_BODY = _either(
    {
        "kind": {"enum": ["read", "extract"], "description": "What is made of the file. Default: read."},
        "schema": SCHEMA_FIELD,
        **OPENING,
    },
    ["file"],
    True,
    NAMED_FILE,
)
EVIDENCE: Schema = {
    "type": "object",
    "required": ["quote", "page", "boxes"],
    "properties": {
        "quote": {"type": "string"},
        "page": {"type": "integer", "minimum": 1},
        "boxes": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
    },
}
EXTRACTION: Schema = {
    "type": "object",
    "required": ["record", "fields", "model", "name", "sha256"],
    "properties": {
        "record": {"type": "object"},
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "value", "printed", "confidence", "evidence", "reason"],
                "properties": {
                    "path": {"type": "string"},
                    "printed": {"type": ["string", "null"]},
                    "confidence": {"type": ["number", "null"]},
                    "evidence": {"type": "array", "items": EVIDENCE},
                    "reason": {"type": "string"},
                },
            },
        },
        "model": {"type": "string"},
    },
}
ASK_BODY = _either(
    {
        "document": DOCUMENT_FIELD,
        "question": {"type": "string", "minLength": 1, "maxLength": 10_000},
        "history": {
            "type": "array",
            "items": {
                "type": "array",
                "prefixItems": [{"type": "string"}, {"type": "string"}],
                "minItems": 2,
                "maxItems": 2,
            },
            "description": "Earlier questions and answers.",
        },
        **OPENING,
    },
    ["question"],
    True,
    NAMED_FILE,
)
ANSWER: Schema = {
    "type": "object",
    "required": ["text", "found", "confidence", "model", "evidence", "note"],
    "properties": {
        "text": {"type": "string"},
        "found": {"type": ["boolean", "null"], "description": "False: the document doesn't say."},
        "confidence": {"type": ["number", "null"]},
        "model": {"type": "string"},
        "evidence": {"type": "array", "items": EVIDENCE},
        "note": {"type": "string"},
    },
}
_PART: Schema = {
    "oneOf": [
        {
            "type": "object",
            "required": ["type", "text"],
            "properties": {"type": {"const": "text"}, "text": {"type": "string"}},
        },
        {
            "type": "object",
            "required": ["type", "image_url"],
            "properties": {
                "type": {"const": "image_url"},
                "image_url": {"type": "object", "required": ["url"], "properties": {"url": DATA_ADDRESS}},
            },
        },
        {
            "type": "object",
            "required": ["type", "file"],
            "properties": {
                "type": {"const": "file"},
                "file": {
                    "type": "object",
                    "required": ["file_data"],
                    "properties": {"file_data": DATA_ADDRESS, "filename": {"type": "string"}},
                },
            },
        },
    ]
}
CHAT_BODY: Schema = {
    "application/json": {
        "schema": {
            "type": "object",
            "required": ["model", "messages"],
            "additionalProperties": False,
            "properties": {
                "model": {"type": "string", "description": "As /v1/models names it."},
                "messages": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["role", "content"],
                        "properties": {
                            "role": {"enum": ["user", "assistant"]},
                            "content": {
                                "anyOf": [{"type": "string"}, {"type": "array", "minItems": 1, "items": _PART}]
                            },
                        },
                    },
                },
                "stream": {"type": "boolean"},
                "stream_options": {"type": "object", "properties": {"include_usage": {"type": "boolean"}}},
                "max_completion_tokens": {"type": "integer", "minimum": 1, "maximum": 8192},
                "max_tokens": {"type": "integer", "minimum": 1, "maximum": 8192},
                "temperature": {"const": 0, "description": "Answers are greedy."},
                "seed": {"type": "integer", "description": "Changes nothing: answers are greedy."},
                "stop": {"anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "maxItems": 4}]},
                "response_format": {"type": "object", "description": "text, or json_schema with a schema."},
                "logprobs": {"type": "boolean"},
                "user": {"type": "string"},
            },
        }
    }
}
COMPLETION: Schema = {
    "type": "object",
    "required": ["id", "object", "created", "model", "choices"],
    "properties": {
        "object": {"const": "chat.completion"},
        "choices": {"type": "array", "minItems": 1, "maxItems": 1},
        "usage": {"type": ["object", "null"]},
        "bayou": {"type": "object", "description": "found, confidence, evidence and note, as of /v1/ask."},
    },
}
SCHEMAS: Schema = {
    "type": "object",
    "required": ["schemas"],
    "properties": {
        "schemas": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "title", "schema"],
                "properties": {"name": {"type": "string"}, "title": {"type": "string"}, "schema": {"type": "object"}},
            },
        }
    },
}
JOB: Schema = {
    "type": "object",
    "required": ["id", "kind", "state", "created", "ended", "name", "pages_done", "pages_total", "error"],
    "properties": {
        "id": {"type": "string"},
        "kind": {"enum": ["read", "extract"]},
        "state": {"enum": ["queued", "running", "done", "failed", "cancelled"]},
        "created": {"type": "number", "description": "Seconds since 1970."},
        "ended": {"type": ["number", "null"]},
        "pages_done": {"type": "integer"},
        "pages_total": {"type": ["integer", "null"], "description": "Null until the file has been opened."},
        "error": {"type": ["object", "null"]},
    },
}
JOB_RESULT: Schema = {"anyOf": [DOCUMENT, EXTRACTION]}
JOB_DELETED: Schema = {
    "type": "object",
    "required": ["id", "state"],
    "properties": {"id": {"type": "string"}, "state": {"enum": ["cancelled", "deleted"]}},
}


def body(content: Schema) -> Schema:
    """A route's arguments that say what its body is."""
    return {"openapi_extra": {"requestBody": {"required": True, "content": content}}}


def reply(schema: Schema, stream: bool = False, status: int = 200) -> dict[int | str, Schema]:
    """A route's reply where all is well; where ``stream``, events instead where they are asked for."""
    content: Schema = {"application/json": {"schema": schema}}
    if stream:
        content["text/event-stream"] = {"schema": {"type": "object", "description": "An event: its name and JSON."}}
    return {status: {"description": "It is done.", "content": content}}
