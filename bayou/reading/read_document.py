"""Pages that were read as a Document of their file. Knows files' bytes and names; not how pages are read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from bayou.documents.document import Document, Page
from bayou.errors import InputError


def document_of(pages: Sequence[Page], source: str | Path | bytes, name: str, model: str) -> Document:
    """The pages that ``model`` read of ``source`` as a document; one of native text alone has no model."""
    native = any(page.lines for page in pages) and all(line.source == "native" for page in pages for line in page.lines)
    return Document(tuple(pages), name, sha256_of(source), "" if native else model)


def sha256_of(source: str | Path | bytes) -> str:
    """Hexadecimal SHA-256 of a document's content; InputError where the file can't be read."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    try:
        with Path(source).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror}", str(source)) from error
