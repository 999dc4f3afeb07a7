"""A document as the bytes of a file to download. Knows formats and their media types; not how they are written."""

from __future__ import annotations

from bayou.documents.document import Document
from bayou.errors import UsageError
from bayou.reading.folder_outputs import encoded, render_text
from bayou.serving.work import Done, ExportWork

MEDIA_TYPES = {
    "text": ("text/plain; charset=utf-8", ".txt"),
    "markdown": ("text/markdown; charset=utf-8", ".md"),
    "html": ("text/html; charset=utf-8", ".html"),
    "json": ("application/json", ".json"),
    "csv": ("text/csv; charset=utf-8", ".csv"),
    "tsv": ("text/tab-separated-values; charset=utf-8", ".tsv"),
    "hocr": ("text/html; charset=utf-8", ".hocr"),
    "alto": ("application/xml", ".xml"),
    "pdf": ("application/pdf", ".pdf"),
}
"""Of each format: what the bytes are, and how a file with them ends."""


def export(document: Document, work: ExportWork) -> Done:
    """The document in the format asked for.

    Raises:
        UsageError: No such format; a PDF without the file that was read.
    """
    if work.format not in MEDIA_TYPES:
        raise UsageError(f"'to': there is no format {work.format!r}; there are {', '.join(MEDIA_TYPES)}")
    media_type, _ = MEDIA_TYPES[work.format]
    if work.format != "pdf":
        return Done(encoded(render_text(document, work.format)), media_type)
    if work.upload is None:
        raise UsageError("'file': a searchable PDF is made of the file that was read; send it along")
    return Done(document.to_searchable_pdf(work.upload.data, work.options), media_type)
