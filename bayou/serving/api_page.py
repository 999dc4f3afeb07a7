"""The API on a page for people, made of its OpenAPI description. Knows HTML; needs no script, and no other site."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")


def api_page(description: dict[str, Any]) -> str:
    """A whole page; its style is a file beside those of the web page."""
    title = escape(f"{description['info']['title']} {description['info']['version']}: API")
    parts = "".join(
        _operation(method, path, operation)
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/static/api.css"></head><body><main>'
        f'<h1>{title}</h1><p>The same for programs: <a href="/openapi.json">openapi.json</a>.</p>'
        f"{parts}</main></body></html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    text = _marked(operation.get("description", ""))
    bodies = "".join(
        f"<h3>{escape(kind)}</h3><dl>{''.join(_fields(content['schema']))}</dl>"
        for kind, content in operation.get("requestBody", {}).get("content", {}).items()
    )
    told = operation["responses"].items()
    replies = "".join(f"<li>{escape(status)}: {_marked(reply['description'])}</li>" for status, reply in told)
    return (
        f"<section><h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p>{escape(operation.get('summary', ''))}. {text}</p>"
        f"{bodies}<details><summary>Replies</summary><ul>{replies}</ul></details></section>"
    )


def _marked(text: str) -> str:
    """A description's words, what stands between back quotes as code."""
    return re.sub(r"`+([^`]+)`+", r"<code>\1</code>", escape(" ".join(text.split())))


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        kind = field.get("type") or " | ".join(json.dumps(value) for value in field.get("enum", ()))
        needed = ", needed" if name in required else ""
        yield f"<dt><code>{escape(name)}</code> ({escape(str(kind))}{needed})</dt>"
        yield f"<dd>{_marked(field.get('description', ''))}</dd>"
