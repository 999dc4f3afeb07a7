"""A reader that has read a page before the first one comes. Knows readers; not requests."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont

from bayou.reading.folder_workers import ReadSettings
from bayou.reading.make_reader import make_reader
from bayou.reading.reader import Reader

_TEXT = ("bayou", "reads its first page", "before anybody waits for one")


def make_warm_reader(settings: ReadSettings) -> Reader:
    """Bayou's own reader, all of it loaded.

    What finds lines and what turns pages is loaded with the first page: time that nobody should wait for. A
    model that looks at whole pages is loaded, no more: a page would take it minutes.

    Raises:
        UsageError, ModelError: As from ``Reader.load``.
    """
    reader = make_reader(settings)
    reader.load()
    if reader.reads_lines:
        for _ in reader.read_pages(_first_page()):
            pass
    return reader


def _first_page() -> bytes:
    page = Image.new("RGB", (600, 400), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(24)
    for row, text in enumerate(_TEXT):
        draw.text((60, 60 + 60 * row), text, "black", font)
    file = io.BytesIO()
    page.save(file, "PNG")
    return file.getvalue()
