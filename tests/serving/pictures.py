"""Small files to send: pictures of given sizes, and PDFs of several pages."""

from __future__ import annotations

import base64
import io
from functools import cache

from PIL import Image


@cache
def png(width: int = 30, height: int = 20) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(file, "PNG")
    return file.getvalue()


@cache
def tiff(*widths: int) -> bytes:
    """One page for each width."""
    pages = [Image.new("L", (width, 20), 255) for width in widths]
    file = io.BytesIO()
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    return file.getvalue()


def data_address(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64," + base64.b64encode(data).decode()
