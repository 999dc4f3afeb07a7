"""Any supported file to its pages, one at a time. Knows which format a file is of; what is in it is for others.

``open_image`` and ``open_pdf`` do the work; here the kind of file is found by its first bytes, never by its name.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from PIL import Image

from bayou.documents.open_image import count_image_pages, open_image_pages
from bayou.documents.open_pdf import count_pdf_pages, open_pdf_pages
from bayou.documents.raw_page import OpenOptions, RawPage
from bayou.errors import InputError

__all__ = ["SUFFIXES", "OpenOptions", "RawPage", "count_pages", "open_pages"]

SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".tif", ".tiff", ".bmp", ".dib", ".gif", ".pdf")
"""Names of files worth opening when a folder is walked; the content decides."""

_SUPPORTED = "PDF, PNG, JPEG, WebP, TIFF, BMP and GIF are read"
_HEAD = 4096
_IMAGE_SIGNATURES = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"II*\x00",
    b"MM\x00*",
    b"II+\x00",
    b"MM\x00+",
    b"BM",
    b"GIF87a",
    b"GIF89a",
)
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")

Kind = Literal["image", "pdf"]


def open_pages(
    source: str | Path | bytes | BinaryIO, options: OpenOptions | None = None, name: str | None = None
) -> Iterator[RawPage]:
    """The pages of a file, lazily: nothing is opened before the first page is asked for.

    Args:
        source: A path, a file's content, or a binary file object (read to its end).
        options: How to open it.
        name: What messages call the source; a path names itself.

    Raises:
        InputError: The file isn't there, isn't of a supported kind, or is damaged; its children PasswordError (an
            encrypted PDF) and LimitError (too many pixels or pages) likewise.
        UsageError: The page range isn't understood.
    """
    options = options or OpenOptions()
    content, kind, label = _identify(source, name)
    if kind == "pdf":
        yield from open_pdf_pages(content, options, label)
        return
    with _as_file(content, label) as file:
        yield from open_image_pages(file, options, label)


def count_pages(
    source: str | Path | bytes | BinaryIO, options: OpenOptions | None = None, name: str | None = None
) -> int:
    """How many pages the file has, whatever ``options.pages`` says; errors as ``open_pages``."""
    options = options or OpenOptions()
    content, kind, label = _identify(source, name)
    if kind == "pdf":
        return count_pdf_pages(content, options, label)
    with _as_file(content, label) as file:
        return count_image_pages(file, label)


def _as_file(content: Path | bytes, label: str | None) -> BinaryIO:
    if isinstance(content, bytes):
        return io.BytesIO(content)
    try:
        return content.open("rb")
    except OSError as error:
        raise InputError(f"can't be opened: {error.strerror}", label) from error


def _identify(source: str | Path | bytes | BinaryIO, name: str | None) -> tuple[Path | bytes, Kind, str | None]:
    """The source as path or bytes, its kind, and what to call it."""
    if isinstance(source, str | Path):
        path = Path(source)
        label = name or str(path)
        if path.is_dir():
            raise InputError("is a folder, not a file; name the files in it, or let `bayou read` walk it", label)
        if not path.exists():
            raise InputError("no such file", label)
        with _as_file(path, label) as file:
            return path, _kind(file.read(_HEAD), label), label
    content = source if isinstance(source, bytes) else source.read()
    if not isinstance(content, bytes):
        raise InputError("the file object gives text; open it in binary mode", name)
    return content, _kind(content[:_HEAD], name), name


def _kind(head: bytes, label: str | None) -> Kind:
    if not head:
        raise InputError("the file is empty (0 bytes); save or download it again", label)
    # PDF readers accept up to a kilobyte of other matter before the header.
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(_IMAGE_SIGNATURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return "image"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        Image.init()
        if "HEIF" in Image.OPEN:
            return "image"
        raise InputError("HEIC pictures aren't read, for want of a free decoder; convert it to JPEG or PNG", label)
    if _is_text(head):
        raise InputError(f"is text, not an image or a PDF, whatever its name says; {_SUPPORTED}", label)
    raise InputError(f"isn't a file of a known kind; {_SUPPORTED}", label)


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character may be cut in two by the end of the head.
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode("utf-8")
    return not any(ord(character) < 32 and character not in "\t\n\r\f" for character in text)
