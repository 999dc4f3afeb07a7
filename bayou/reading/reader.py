"""The Reader: a file to a Document, crops to lines. Knows models by name, files and pages; not how a page is read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from bayou.documents.document import Document, Line, Page
from bayou.documents.open_image import to_rgb
from bayou.documents.open_pages import open_pages
from bayou.documents.raw_page import DEFAULT_DPI, DEFAULT_MAX_PAGES, DEFAULT_MAX_PIXELS, OpenOptions
from bayou.errors import InputError
from bayou.reading.models import choose_model
from bayou.reading.page_reader import PageReader
from bayou.reading.recogniser import Recogniser

LineImage = Image.Image | NDArray[np.uint8] | str | Path


class Reader:
    """Reads documents with one model; the model is loaded when the first page needs it. Not thread-safe.

    Args:
        model: "nano", "ppocr", or a model's folder (a path that exists wins).
        runtime: What runs the model: "openvino" (None), "torch".
        precision: "float32", "bf16", "int8", "int4"; None for the model's own.
        device: OpenVINO's name of the device: "CPU" (None), "GPU", "NPU".
        threads: On how many threads of the processor; None leaves it to the runtime. Answers don't hang on it.

    Raises:
        UsageError: A model that is unknown or not available yet, or settings it can't take.
    """

    def __init__(
        self,
        model: str | Path = "nano",
        runtime: str | None = None,
        precision: str | None = None,
        device: str | None = None,
        threads: int | None = None,
    ) -> None:
        self._choice = choose_model(model, runtime, precision, device, threads)
        self._recogniser: Recogniser | None = None
        self._pages: PageReader | None = None

    @property
    def model(self) -> str:
        """The model's name as documents record it."""
        return self._choice.name

    def read(
        self,
        source: str | Path | bytes | BinaryIO,
        *,
        pages: str | None = None,
        dpi: float = DEFAULT_DPI,
        password: str | None = None,
        force_ocr: bool = False,
        max_pixels: int = DEFAULT_MAX_PIXELS,
        max_pages: int = DEFAULT_MAX_PAGES,
        on_page: Callable[[Page], None] | None = None,
    ) -> Document:
        """Read one document; the options are those of ``OpenOptions``.

        Args:
            source: A path, a file's content, or a binary file object.
            on_page: Called with each page as soon as it is read.

        Raises:
            InputError: The document can't be opened (or its children PasswordError, LimitError).
            UsageError: The page range isn't understood.
        """
        if not isinstance(source, str | Path | bytes):
            source = source.read()
        options = OpenOptions(pages, dpi, password, max_pixels, max_pages, force_ocr)
        read: tuple[Page, ...] = ()
        for page in self.read_pages(source, options):
            read += (page,)
            if on_page is not None:
                on_page(page)
        name = "" if isinstance(source, bytes) else Path(source).name
        native = any(page.lines for page in read) and all(
            line.source == "native" for page in read for line in page.lines
        )
        return Document(read, name, sha256_of(source), "" if native else self.model)

    def read_pages(self, source: str | Path | bytes | BinaryIO, options: OpenOptions | None = None) -> Iterator[Page]:
        """The pages of one document, each read when it is asked for; errors as ``read``."""
        if self._pages is None:
            self._pages = PageReader(self._load(), self._choice.place.device, self._choice.place.threads)
        for raw in open_pages(source, options or OpenOptions()):
            yield self._pages.read(raw)

    def read_lines(self, images: Iterable[LineImage]) -> list[Line]:
        """The text of already cropped words or lines, without looking for text in them.

        Args:
            images: PIL images, uint8 arrays (RGB [H, W, 3] or grey [H, W]) or paths, each with one upright line.

        Returns:
            One Line for each image, box None; text "" where nothing is read.

        Raises:
            InputError: Not an image.
        """
        read = self._load().recognise([line_pixels(image) for image in images])
        return [Line(line.text, None, line.confidence, line.source) for line in read]

    def _load(self) -> Recogniser:
        if self._recogniser is None:
            self._recogniser = self._choice.load()
        return self._recogniser


def line_pixels(image: LineImage) -> NDArray[np.uint8]:
    """Any picture of a line as uint8 RGB [H, W, 3]; EXIF orientation obeyed, transparency laid on white.

    Raises:
        InputError: Not an image, or one without pixels.
    """
    if isinstance(image, str | Path):
        return next(iter(open_pages(image, OpenOptions(pages="1")))).image
    if isinstance(image, Image.Image):
        return to_rgb(ImageOps.exif_transpose(image))
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or 0 in image.shape:
        raise InputError(f"a line is uint8 [H, W, 3] or [H, W] with pixels, not {image.dtype} {list(image.shape)}")
    if image.ndim == 2:
        return np.repeat(image[:, :, None], 3, axis=2)
    if image.shape[2] != 3:
        raise InputError(f"a line has 3 channels (RGB), not {image.shape[2]}")
    return np.ascontiguousarray(image)


def sha256_of(source: str | Path | bytes) -> str:
    """Hexadecimal SHA-256 of a document's content; InputError where the file can't be read."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    try:
        with Path(source).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror}", str(source)) from error
