"""What a bulk run works on: documents, where their bytes are, and pieces of them. Knows values; no files, no Ray."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from bayou.bulk.shown_urls import shown
from bayou.documents.page_ranges import select_pages

FailureKind = Literal["input", "password", "limit", "missing", "changed", "timeout", "memory", "crash", "fault"]
"""Why a page has no text: the file itself (input, password, limit), its place (missing: can't be fetched; changed since
it was measured), its process (timeout, memory, crash), or a fault of bayou's own."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something could not be read: the kind, and what a user can do about it."""

    kind: FailureKind
    message: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document's bytes are.

    Attributes:
        url: A path, or a URL that fsspec understands.
        row, column: Of the Parquet file at ``url`` that holds the bytes in a column; None where ``url`` itself is
            the document.
    """

    url: str
    row: int | None = None
    column: str = ""

    @property
    def shown(self) -> Origin:
        """The same without secrets, as it is kept."""
        return Origin(shown(self.url), self.row, self.column)


@dataclass(frozen=True, slots=True)
class Listed:
    """A document that was found, and not looked into yet.

    Attributes:
        document: Its id in the results, each once.
        version: What is another when the content is; "" where its place doesn't say.
    """

    document: str
    origin: Origin
    size: int = 0
    version: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """A document whose content was looked at.

    Attributes:
        count: How many pages the file has.
        wanted: Those to read, ascending; none where it failed.
    """

    listed: Listed
    sha256: str = ""
    size: int = 0
    count: int = 0
    wanted: tuple[int, ...] = ()
    failure: Failure | None = None

    @property
    def is_lasting(self) -> bool:
        """Whether it will be the same the next time, as long as the version is."""
        return bool(self.listed.version) and (self.failure is None or self.failure.kind in LASTING)

    def to_json(self) -> str:
        failure = None if self.failure is None else [self.failure.kind, self.failure.message]
        listed, origin = self.listed, self.listed.origin.shown
        values: list[object] = [listed.document, origin.url, origin.row, origin.column, listed.size, listed.version]
        values += [self.sha256, self.size, self.count, page_text(self.wanted), failure]
        return json.dumps(values, ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> Measured:
        """The inverse of ``to_json``, but for secrets; ValueError or TypeError where the text isn't one."""
        document, url, row, column, length, version, sha256, size, count, wanted, failure = json.loads(text)
        listed = Listed(document, Origin(url, row, column), length, version)
        pages = tuple(select_pages(wanted, count)) if wanted else ()
        return Measured(listed, sha256, size, count, pages, None if failure is None else Failure(*failure))


LASTING: frozenset[FailureKind] = frozenset({"input", "password", "limit"})
"""Failures that lie in the file and its limits: another try ends alike."""


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of work: some pages of one document; without pages, what is to be said of a document that failed."""

    document: str
    origin: Origin
    sha256: str
    count: int
    pages: tuple[int, ...]
    size: int = 0
    failure: Failure | None = None

    @property
    def places(self) -> tuple[int, ...]:
        """The page numbers of its rows; 0 stands for a document that couldn't be opened."""
        return self.pages or (0,)


@dataclass(frozen=True, slots=True)
class Shard:
    """What one file of results is made of. Its name says which pages, of which content, read with which settings."""

    name: str
    items: tuple[Item, ...]

    @property
    def pages(self) -> int:
        return sum(len(item.places) for item in self.items)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is known of a finished shard without opening it.

    Attributes:
        file: Its name below the output.
        done: Document, hash of its content, and the page numbers of its rows, for each item.
        seconds: By stage: fetch, open, read, extract, write.
        slowest, failed: ``(seconds, document, page)``, and ``(document, page, kind, message)``.
        stop: Not a fault of one file; the run ends and says so: message and exit code.
    """

    shard: str
    file: str
    settings: str
    done: tuple[tuple[str, str, tuple[int, ...]], ...] = ()
    statuses: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    slowest: tuple[tuple[float, str, int], ...] = ()
    failed: tuple[tuple[str, int, str, str], ...] = ()
    retried: int = 0
    rows: int = 0
    size: int = 0
    stop: tuple[str, int] | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @staticmethod
    def from_json(text: str | bytes) -> Receipt:
        """The inverse of ``to_json``; ValueError, KeyError or TypeError where the text isn't one."""
        values: dict[str, Any] = json.loads(text)
        values["done"] = tuple((name, sha256, tuple(pages)) for name, sha256, pages in values["done"])
        values["slowest"] = tuple((float(seconds), name, page) for seconds, name, page in values["slowest"])
        values["failed"] = tuple((name, page, kind, why) for name, page, kind, why in values["failed"])
        values["stop"] = None if values["stop"] is None else tuple(values["stop"])
        return Receipt(**values)


def shard_name(items: Iterable[Item], settings: str) -> str:
    """``part-`` and a hash: the same items read with the same settings have the same name."""
    digest = hashlib.sha256(settings.encode())
    for item in items:
        digest.update(json.dumps([item.document, item.sha256, item.pages]).encode())
    return f"part-{digest.hexdigest()[:24]}"


def page_text(pages: Sequence[int]) -> str:
    """Ascending page numbers as ``1-5,8``, the way ``OpenOptions.pages`` has it."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
