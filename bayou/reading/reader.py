"""The Reader: a file to a Document, crops to lines, questions to answers. Knows models by name; not how they read."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from bayou.documents.document import Document, Line, Page
from bayou.documents.open_image import to_rgb
from bayou.documents.open_pages import open_pages
from bayou.documents.raw_page import DEFAULT_DPI, DEFAULT_MAX_PAGES, DEFAULT_MAX_PIXELS, OpenOptions, RawPage
from bayou.engine.constraints import Constraint
from bayou.errors import InputError, UsageError
from bayou.inputs.messages import Message
from bayou.reading.answer_page_reader import AnswerPageReader
from bayou.reading.answers import Answer, Limits, OnEvent
from bayou.reading.lone_lines import read_alone
from bayou.reading.models import ANSWERING, LoadedModel, OnProgress, choose_model
from bayou.reading.page_reader import NoRecogniser, PageReader, needs_model
from bayou.reading.progress import OnReading
from bayou.reading.read_document import document_of
from bayou.reading.tasks import ANSWER_TOKENS, ReadTask, question_messages

if TYPE_CHECKING:
    from bayou.engine.endpoint_settings import EndpointSettings
    from bayou.reading.extraction import Extraction
    from bayou.reading.schemas import JsonSchema, Schema

LineImage = Image.Image | NDArray[np.uint8] | str | Path | bytes
_READS_NATIVE_TEXT = PageReader(NoRecogniser())
PictureSource = Image.Image | NDArray[np.uint8] | str | Path | bytes | BinaryIO
"""A picture, or a file that ``open_pages`` opens: an image or a PDF."""


class Reader:
    """Reads documents with one model; the model is loaded when the first page needs it. Not thread-safe.

    nano and ppocr read line by line. A larger member, or a server's model, is given whole pages: nano drafts the text,
    the model verifies the draft (what is written is the model's alone), and nano's lines say where it stands.

    Args:
        model: "nano", "ppocr", "800m", "2b", a Hub id, or a model's folder (a path that exists wins); with the runtime
            "endpoint", what the server calls it.
        runtime: What runs the model: "openvino" (None), "torch", or "endpoint", a server.
        precision: "float32", "bf16", "int8", "int4"; None for the model's own.
        device: In the runtime's words: "CPU" (None), "GPU", "NPU"; "cuda", "mps".
        threads: On how many threads of the processor; None leaves it to the runtime. Answers don't hang on it.
        max_memory: Bytes that the model may take; where it says no precision, the best that fits is taken.
        endpoint: The server's address up to its version ("http://localhost:8000/v1"), or with a key and more the
            settings of ``bayou.engine.endpoint_settings``. Nothing is sent anywhere else.
        task: How a larger member reads pages: its prompt and limits.

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
        max_memory: int | None = None,
        endpoint: str | EndpointSettings | None = None,
        task: ReadTask | None = None,
    ) -> None:
        self._choice = choose_model(model, runtime, precision, device, threads, max_memory, endpoint)
        self._task = task or ReadTask()
        self._loaded: LoadedModel | None = None
        self._pages: PageReader | AnswerPageReader | None = None
        self._nano: Reader | None = None

    @property
    def model(self) -> str:
        """The model's name as documents record it."""
        return self._choice.name

    def load(self, on_progress: OnProgress | None = None) -> None:
        """Load the model now and not when it is first needed.

        Args:
            on_progress: Told the share that is done, 0 to 1, while a large checkpoint is converted (on its first use).

        Raises:
            UsageError: The model is unknown, not on this computer, or needs more memory than it may take.
            ModelError: Its files are missing, damaged or not of this family.
        """
        if self._loaded is None:
            self._loaded = self._choice.load(on_progress)

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
            UsageError: The page range isn't understood, or ``source`` is something else.
        """
        source = _path_or_bytes(source)
        options = OpenOptions(pages, dpi, password, max_pixels, max_pages, force_ocr)
        read: tuple[Page, ...] = ()
        for page in self.read_pages(source, options):
            read += (page,)
            if on_page is not None:
                on_page(page)
        return document_of(read, source, "" if isinstance(source, bytes) else Path(source).name, self.model)

    def read_pages(
        self,
        source: str | Path | bytes | BinaryIO,
        options: OpenOptions | None = None,
        on_reading: OnReading | None = None,
    ) -> Iterator[Page]:
        """The pages of one document, each read when it is asked for; errors as ``read``.

        Args:
            on_reading: Told of a page's size and picture, and of its lines as they are read: see
                ``bayou.reading.progress``. What it raises ends the reading.
        """
        for raw in open_pages(_path_or_bytes(source), options or OpenOptions()):
            yield self.read_page(raw, on_reading)

    def read_page(self, raw: RawPage, on_reading: OnReading | None = None) -> Page:
        """A page that ``open_pages`` opened; the model is loaded when the first page comes that needs one."""
        if not needs_model(raw):
            return _READS_NATIVE_TEXT.read(raw, on_reading)
        if self._pages is None:
            self._pages = self._page_reader()
        return self._pages.read(raw, on_reading)

    def read_lines(self, images: Iterable[LineImage]) -> list[Line]:
        """The text of already cropped words or lines, without looking for text in them.

        Args:
            images: PIL images, uint8 arrays (RGB [H, W, 3] or grey [H, W]), paths or files' bytes, each with one
                upright line.

        Returns:
            One Line for each image, box None; text "" where nothing is read, or what is there looks like no text.

        Raises:
            InputError: Not an image.
            UsageError: One image that isn't in a list; the model reads whole pages.
        """
        if isinstance(images, Image.Image | str | Path | bytes) or (isinstance(images, np.ndarray) and images.ndim < 4):
            raise UsageError("read_lines takes several images: put a single one into a list")
        recogniser = self._load().recogniser
        if recogniser is None:
            raise UsageError(f"{self.model} reads whole pages; nano and ppocr read single lines")
        read = read_alone(recogniser, [line_pixels(image) for image in images])
        return [Line(line.text, None, line.confidence, line.source) for line in read]

    def ask(
        self,
        sources: PictureSource | Document | Sequence[PictureSource | Document],
        question: str,
        *,
        history: Sequence[tuple[str, str]] = (),
        max_new_tokens: int = ANSWER_TOKENS,
        options: OpenOptions | None = None,
        schema: JsonSchema | None = None,
        evidence: bool = False,
        on_event: OnEvent | None = None,
    ) -> Answer:
        """The answer to a question about pictures and pages.

        nano and ppocr read the pages and answer what is printed there: a field ("What is the total?") or where words
        stand ("Where does it say refund?"), always with evidence, or that it isn't in the document. What they can't
        answer has no text, and a note that says who can. Larger models and servers answer anything, greedily.

        Args:
            sources: One picture or file, or several; each page of a file is a picture. None at all is fine too. For
                nano and ppocr also a Document that was read. The pages of several are counted through.
            question: The pictures stand before the first question, several as "Image-1: ...", or where the texts have
                ``<image>`` marks.
            history: Earlier questions and answers about the same pictures, oldest first.
            max_new_tokens: A longer answer is cut off: its finish reason is "length".
            options: How files are opened, and which pages of each.
            schema: A JSON Schema that the answer is kept to; for larger models and servers. One that was cut off is
                less than that.
            evidence: Ask a larger model to say so where the document doesn't, and look for its answer on the pages,
                which nano reads for that (about as long as ``read``).
            on_event: Told what happens on the way, and each piece of text as it comes.

        Raises:
            InputError: A file can't be opened (or its children PasswordError, LimitError), or is not what the model
                reads; LimitError, too, where all together is more than the model can see.
            UsageError: The page range isn't understood; a Document for a model that needs pictures; a schema that
                can't be kept to, or for nano.
            MissingExtraError: A schema without the extra ``extract``.
        """
        from bayou.reading.answer_evidence import grounded, with_evidence
        from bayou.reading.line_answers import answer_from_lines, joined

        answerer, given = self._load().answerer, listed(sources)
        if answerer is None:
            if schema is not None:
                raise UsageError(
                    f"{self.model} keeps to no schema when it answers; `extract` fills one, or {ANSWERING}"
                )
            return answer_from_lines(joined([self.as_document(one, options) for one in given]), question, self.model)
        images = [image for source in given for image in _pictures(source, options or OpenOptions())]
        constraint = None if schema is None else Constraint.json_schema(schema)
        task = self._task
        limits = Limits(max_new_tokens, task.max_tiles, task.skip_blank_tiles, keep=True, constraint=constraint)
        asked = grounded(question) if evidence else question
        answer = answerer.answer(question_messages(asked, images, history), limits, on_event=on_event)
        if not evidence:
            return answer
        return with_evidence(answer, joined([self.line_reader.as_document(one, options) for one in given]))

    def chat(
        self,
        messages: Sequence[Message],
        *,
        max_new_tokens: int = ANSWER_TOKENS,
        schema: JsonSchema | None = None,
        on_event: OnEvent | None = None,
    ) -> Answer:
        """The next turn of a conversation with pictures anywhere in it; arguments and errors as for ``ask``.

        Raises:
            UsageError: The model reads lines; it is asked with ``ask``.
        """
        answerer = self._load().answerer
        if answerer is None:
            raise UsageError(f"{self.model} reads lines and holds no conversation; these do: {ANSWERING}")
        constraint = None if schema is None else Constraint.json_schema(schema)
        task = self._task
        limits = Limits(max_new_tokens, task.max_tiles, task.skip_blank_tiles, keep=True, constraint=constraint)
        return answerer.answer(messages, limits, on_event=on_event)

    @property
    def reads_lines(self) -> bool:
        """Whether the model reads line by line, as nano and ppocr do; loads it."""
        return self._load().recogniser is not None

    @property
    def line_reader(self) -> Reader:
        """This reader where it reads lines, else one with nano, on as many threads."""
        if self.reads_lines:
            return self
        if self._nano is None:
            self._nano = Reader(threads=self._choice.place.threads)
        return self._nano

    def as_document(self, source: PictureSource | Document, options: OpenOptions | None = None) -> Document:
        """A source of ``ask`` as a document: read, unless it was already; errors as ``read``."""
        if isinstance(source, Document):
            return source
        if isinstance(source, Image.Image | np.ndarray):
            file = io.BytesIO()
            Image.fromarray(line_pixels(source)).save(file, "PNG", compress_level=1)
            source = file.getvalue()
        return self._read(source, options or OpenOptions())

    def extract(
        self,
        source: str | Path | bytes | BinaryIO | Document,
        schema: str | Path | JsonSchema | type | Schema,
        *,
        options: OpenOptions | None = None,
        on_event: OnEvent | None = None,
        on_page: Callable[[Page], None] | None = None,
    ) -> Extraction:
        """A record of one document, each value with its evidence.

        Args:
            source: As for ``read``; or a document that was read, whose lines alone are then looked at.
            schema: A ready schema's name (docs/guide/extract.md), a JSON Schema, the path of one, or a Pydantic class.
            options: How the file is opened.
            on_event, on_page: Told what happens while a model writes the record, and of each page that is read.

        Raises:
            InputError: The document can't be opened (or PasswordError, LimitError), or the schema's file is no JSON.
            UsageError: No such schema, or none of an object; the page range isn't understood.
            LimitError, ModelError, MissingExtraError: As ``generate_record``, for larger models.
        """
        from bayou.reading.grounded_record import generated_extraction
        from bayou.reading.line_record import fill
        from bayou.reading.schemas import schema_of

        wanted, opened = schema_of(schema), options or OpenOptions()
        if isinstance(source, Document):
            return fill(source, wanted, source.model or self.model)
        content, answerer, task = _path_or_bytes(source), self._load().answerer, self._task
        document = self.line_reader._read(content, opened, on_page)
        if answerer is None:
            return fill(document, wanted, document.model or self.model)
        images = [raw.image for raw in open_pages(content, opened)]
        limits = Limits(task.max_record_tokens, task.max_tiles, task.skip_blank_tiles, keep=True)
        return generated_extraction(answerer, (images, document), wanted, limits, self.model, on_event)

    def _read(
        self, source: str | Path | bytes | BinaryIO, how: OpenOptions, on_page: Callable[[Page], None] | None = None
    ) -> Document:
        return self.read(
            source,
            pages=how.pages,
            dpi=how.dpi,
            password=how.password,
            force_ocr=how.force_ocr,
            max_pixels=how.max_pixels,
            max_pages=how.max_pages,
            on_page=on_page,
        )

    def _load(self) -> LoadedModel:
        self.load()
        assert self._loaded is not None
        return self._loaded

    def _page_reader(self) -> PageReader | AnswerPageReader:
        loaded, place = self._load(), self._choice.place
        if loaded.recogniser is not None:
            return PageReader(loaded.recogniser, place.device, place.threads)
        assert loaded.answerer is not None
        nano = choose_model("nano", None, None, place.device, place.threads).load(None).recogniser
        assert nano is not None
        return AnswerPageReader(loaded.answerer, PageReader(nano, place.device, place.threads), self._task)


def listed(
    sources: PictureSource | Document | Sequence[PictureSource | Document],
) -> list[PictureSource | Document]:
    """One source, or several, as a list."""
    return list(sources) if isinstance(sources, Sequence) and not isinstance(sources, str | bytes) else [sources]


def _pictures(source: PictureSource | Document, options: OpenOptions) -> Iterator[Image.Image | NDArray[np.uint8]]:
    if isinstance(source, Image.Image | np.ndarray):
        yield source
    elif isinstance(source, Document):
        raise UsageError("this model needs the pages themselves; a Document that was read is for nano")
    else:
        yield from (raw.image for raw in open_pages(source, options))


@runtime_checkable
class _Readable(Protocol):
    def read(self) -> bytes: ...


def _path_or_bytes(source: object) -> str | Path | bytes:
    """What a document is read from; a file object is read to its end."""
    if isinstance(source, str | Path | bytes):
        return source
    if isinstance(source, bytearray | memoryview):
        return bytes(source)
    content: object = source.read() if isinstance(source, _Readable) else None
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        raise UsageError("the file object gives text; open it in binary mode")
    kind = type(source).__name__
    raise UsageError(
        f"a document is a path, a file's bytes or a binary file object, not {kind}; read_lines takes pictures of lines"
    )


def line_pixels(image: LineImage) -> NDArray[np.uint8]:
    """Any picture of a line as uint8 RGB [H, W, 3]; EXIF orientation obeyed, transparency laid on white.

    Raises:
        InputError: Not an image, or one without pixels.
    """
    if isinstance(image, str | Path | bytes):
        return next(iter(open_pages(image, OpenOptions(pages="1")))).image
    if isinstance(image, Image.Image):
        return to_rgb(ImageOps.exif_transpose(image))
    if not isinstance(image, np.ndarray):
        raise InputError(f"a line is a PIL image, an array, a path or bytes, not {type(image).__name__}")
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or 0 in image.shape:
        raise InputError(f"a line is uint8 [H, W, 3] or [H, W] with pixels, not {image.dtype} {list(image.shape)}")
    if image.ndim == 2:
        return np.repeat(image[:, :, None], 3, axis=2)
    if image.shape[2] != 3:
        raise InputError(f"a line has 3 channels (RGB), not {image.shape[2]}")
    return np.ascontiguousarray(image)
