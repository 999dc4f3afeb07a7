"""Items to page results, whatever their files do to a process. Knows retries and reasons; not shards or Ray."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bayou.bulk.items import Failure, Item, Listed, Measured
from bayou.bulk.page_messages import Extract, Extracted, Measure, PageDone, PageFailed, Read, Refused
from bayou.bulk.page_process import Killed, PageProcess
from bayou.bulk.rows import PageResult
from bayou.documents.document import Document, Page


def measure(process: PageProcess, documents: Sequence[Listed]) -> Iterator[Measured]:
    """What each document holds, in order; one that kills its process twice has failed."""
    left = list(documents)
    retried = False
    while left:
        try:
            for reply in process.ask(Measure(tuple(left[:1] if retried else left))):
                assert isinstance(reply, Measured)
                left.pop(0)
                yield reply
            retried = False
        except Killed as killed:
            if retried:
                yield Measured(left.pop(0), failure=Failure(killed.kind, killed.reason))
            retried = not retried


class ItemReader:
    """Reads items with one process. Results come in the order of the pages."""

    def __init__(self, process: PageProcess, schema: str = "") -> None:
        self._process = process
        self._schema = schema

    def read(self, item: Item) -> list[PageResult]:
        """One result for each of the item's places.

        A page that its process died over is begun once more, alone in a new one. A page that fails does so for itself:
        what is said of it doesn't hang on the pages that it was asked for with.
        """
        if item.failure is not None:
            return [_failed(0, item.failure)]
        left, results = list(item.pages), list[PageResult]()
        alone = died = False
        while left:
            asked = left[:1] if alone else left.copy()
            attempts = 2 if died else 1
            try:
                refused = self._ask(item, asked, left, results, attempts)
            except Killed as killed:
                if died:
                    results.append(_failed(left.pop(0), Failure(killed.kind, killed.reason), attempts))
                alone = died = not died
                continue
            if refused is not None and len(asked) == 1:
                results.append(_failed(left.pop(0), refused, attempts))
            alone, died = refused is not None and len(asked) > 1, False
        if self._schema:
            self._extract(item, results)
        return results

    def _ask(
        self, item: Item, asked: list[int], left: list[int], results: list[PageResult], attempts: int
    ) -> Failure | None:
        """Takes pages off ``left`` as they are done; why no more came, where that is so."""
        refused: Failure | None = None
        for reply in self._process.ask(Read(item, tuple(asked))):
            match reply:
                case PageDone(page, seconds):
                    left.remove(page.number)
                    # A page that was read and yet failed: its model was cut off.
                    failure = Failure("limit", page.message) if page.status == "failed" else None
                    results.append(PageResult(page, seconds, attempts, failure))
                case PageFailed(number, why):
                    left.remove(number)
                    results.append(_failed(number, why, attempts))
                case Refused(why):
                    refused = why
        if refused is None and set(asked) & set(left):
            return Failure("fault", "the page is missing among those that were read (a fault of bayou's)")
        return refused

    def _extract(self, item: Item, results: list[PageResult]) -> None:
        """Puts what the schema gives on the first row; a record that can't be had is a failure of that row."""
        first = results[0]
        if all(result.failure is not None for result in results):
            return
        name = item.document.replace("\\", "/").rpartition("/")[2]
        document = Document(tuple(result.page for result in results), name, item.sha256)
        for attempt in (1, 2):
            try:
                for reply in self._process.ask(Extract(document, item)):
                    if isinstance(reply, Extracted):
                        first.record = reply.text
                        first.seconds = {**first.seconds, "extract": reply.seconds}
                    elif isinstance(reply, Refused):
                        first.failure = first.failure or reply.failure
                return
            except Killed as killed:
                if attempt == 2:
                    first.failure = first.failure or Failure(killed.kind, killed.reason)


def _failed(number: int, failure: Failure, attempts: int = 1) -> PageResult:
    """A page of which nothing is known but why."""
    page = Page(number, 0.0, 0.0, "px", status="failed", message=failure.message)
    return PageResult(page, attempts=attempts, failure=failure)
