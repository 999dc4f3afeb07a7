"""What a worker and the process that opens files for it tell each other. Knows values and pipes; not what is done."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from bayou.bulk.items import Failure, Item, Listed, Measured
from bayou.bulk.settings import BulkSettings
from bayou.documents.document import Document, Page
from bayou.documents.raw_page import OpenOptions, RawPage
from bayou.reading.folder_workers import ReadSettings
from bayou.reading.schemas import Schema


class BulkReader(Protocol):
    """What a bulk run needs of a reader; ``bayou.reading.reader.Reader`` is one."""

    @property
    def model(self) -> str:
        """The name that results record."""

    def load(self) -> None:
        """Loads the model."""

    def read_page(self, raw: RawPage) -> Page:
        """An opened page, read."""

    @property
    def answers(self) -> bool:
        """Whether the model looks at pictures to extract; else a document that was read is enough."""

    def extract(self, source: Document | Path, schema: Schema, *, options: OpenOptions | None = None) -> Any:
        """What a schema asks of a document, with ``to_dict``."""


MakeReader = Callable[[ReadSettings], Any]
"""Makes a ``BulkReader``. A function of a module, so that it can be named to other processes."""


@dataclass(frozen=True, slots=True)
class Start:
    """The first message: how to read, and a folder for what is fetched."""

    make_reader: MakeReader
    settings: BulkSettings
    folder: str


@dataclass(frozen=True, slots=True)
class Measure:
    """Asks for a ``Measured``, or several of them one by one."""

    documents: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """Asks for pages of an item, in order."""

    item: Item
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Extract:
    """Asks what the schema wants of a document that was read; ``item`` says where its file is."""

    document: Document
    item: Item


Job = Measure | Read | Extract


@dataclass(frozen=True, slots=True)
class Alive:
    """Something was done that isn't a page: time counts anew. ``loading``: and now a model is loaded."""

    loading: bool = False


@dataclass(frozen=True, slots=True)
class PageDone:
    """One page, and the seconds it took by stage."""

    page: Page
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageFailed:
    """One page that can't be read; the next may follow."""

    number: int
    failure: Failure


@dataclass(frozen=True, slots=True)
class Refused:
    """The rest of what was asked for can't be had, for a reason that belongs to the file."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Extracted:
    """A record as ``bayou.reading.extraction`` gives it, as JSON, and how long it took."""

    text: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Stop:
    """Not a fault of one file: no other would fare better."""

    message: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The job is done."""


Reply = Alive | PageDone | PageFailed | Refused | Measured | Extracted | Stop | Finished

_LENGTH = struct.Struct("<Q")


def send(stream: BinaryIO, message: object) -> None:
    """Writes one message, whole."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: BinaryIO) -> Iterator[Any]:
    """Messages until the other end is closed; half a message, from an end that died, is none."""
    while len(head := stream.read(_LENGTH.size)) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        data = stream.read(length)
        if len(data) < length:
            return
        yield pickle.loads(data)


def send_all(stream: BinaryIO, messages: Iterable[object]) -> None:
    for message in messages:
        send(stream, message)
