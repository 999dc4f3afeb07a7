"""What a source of a command is: a file to be read, or a document that was. Knows files; no models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bayou.errors import InputError

if TYPE_CHECKING:
    from bayou.documents.document import Document
    from bayou.reading.folder_inputs import Source

READ_ALREADY = ".json"
"""What ``bayou read --to json`` writes."""


def given(source: Source) -> Document | Path | bytes:
    """A source's document, where it was read before and kept as JSON; else its path or bytes.

    Raises:
        InputError: JSON that isn't a document.
    """
    if source.path is None:
        return source.data or b""
    if source.path.suffix.lower() != READ_ALREADY:
        return source.path
    from bayou.documents.document import Document

    try:
        return Document.from_json(source.path.read_bytes())
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror}", source.label) from error
    except InputError as error:
        raise InputError(error.message, source.label) from error
