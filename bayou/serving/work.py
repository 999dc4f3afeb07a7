"""What a worker can be asked, and what it says: values that cross processes. Knows no HTTP and no readers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bayou.documents.raw_page import OpenOptions

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent. Its name is a label, never a path that is opened."""

    data: bytes = field(repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class ReadWork:
    """Read a file. ``lines``: tell lines as they are read; ``images``: with each page a picture of it."""

    upload: Upload
    options: OpenOptions
    lines: bool = False
    images: bool = False


@dataclass(frozen=True, slots=True)
class CountWork:
    """Which pages of a file are to be read."""

    upload: Upload
    options: OpenOptions


@dataclass(frozen=True, slots=True)
class ExportWork:
    """A document (bayou's JSON) in another format; ``upload`` is the file it was read from, for a searchable PDF."""

    document: str = field(repr=False)
    format: str
    upload: Upload | None
    options: OpenOptions


@dataclass(frozen=True, slots=True)
class ExtractWork:
    """A record of a file, or of a document (bayou's JSON) that was read of it before.

    Attributes:
        schema: A ready schema's name, or a JSON Schema as text.
    """

    upload: Upload | None
    document: str | None = field(repr=False)
    schema: str
    options: OpenOptions


@dataclass(frozen=True, slots=True)
class AskWork:
    """A question about files, or about a document (bayou's JSON) that was read of them before."""

    uploads: tuple[Upload, ...]
    document: str | None = field(repr=False)
    question: str = field(repr=False)
    history: tuple[tuple[str, str], ...] = field(repr=False)
    options: OpenOptions


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a chat: texts and files in their order."""

    role: Literal["user", "assistant"]
    parts: tuple[str | Upload, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChatWork:
    """The next turn of a conversation.

    Attributes:
        max_tokens: None for the model's own limit.
        schema: A JSON Schema that it must be valid by, as text.
    """

    turns: tuple[Turn, ...]
    options: OpenOptions
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    schema: str | None = None
    logprobs: bool = False


Work = ReadWork | CountWork | ExportWork | ExtractWork | AskWork | ChatWork


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker has loaded its model.

    Attributes:
        model: Its name.
        answers: It answers questions by itself; else it reads lines.
    """

    model: str
    answers: bool


@dataclass(frozen=True, slots=True)
class Told:
    """Something on the way: its name and what is to be said."""

    name: str
    data: Json = field(repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a piece of work.

    Attributes:
        result: JSON as text, or what a file holds.
        media_type: Of a file.
        counts: How many pages have which status.
        seconds: By stage.
    """

    result: str | bytes = field(repr=False)
    media_type: str = "application/json"
    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """The end of a piece of work that went wrong.

    Attributes:
        kind: Name of the error's class.
        message: What the client is told.
        trace: Where a fault of bayou's own lies: files and lines, without any values.
    """

    kind: str
    message: str
    trace: str = ""


Event = Told | Done | Failed
CANCELLED = Failed("Cancelled", "cancelled")
