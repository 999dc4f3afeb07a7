"""Documents to shards: which pages are still to be read, in pieces of even weight. Knows numbers; no files, no Ray."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bayou.bulk.items import Item, Listed, Measured, Receipt, Shard, shard_name

ITEM_PAGES = 16
"""A document of more pages is work for several."""
SHARD_BYTES = 64 << 20
"""A shard ends with the item that reaches so many bytes of input: large scans come in smaller shards."""
SHARDS_A_WORKER = 12
"""A small run is cut into at least so many shards a worker, so that none waits long for the last."""
LEAST_PAGES = 4
"""But a shard of fewer pages costs more than it evens out."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How pages are put together.

    Attributes:
        pages: Most pages a shard.
        whole: A document's pages stay together, as extraction wants them.
    """

    pages: int = 64
    whole: bool = False

    def for_run(self, pages: int, workers: int) -> Cut:
        """The same for a run of so many pages and workers: smaller shards for a small one."""
        fair = max(LEAST_PAGES, pages // (SHARDS_A_WORKER * max(1, workers)))
        return Cut(min(self.pages, fair), self.whole)


def items_of(document: Measured, done: frozenset[int], cut: Cut) -> Iterator[Item]:
    """What is left to do of a document; ``done`` are the page numbers that results have already."""
    listed = document.listed
    if document.failure is not None:
        if 0 not in done:
            yield Item(listed.document, listed.origin, document.sha256, 0, (), failure=document.failure)
        return
    left = [page for page in document.wanted if page not in done]
    if cut.whole and done:
        left = list(document.wanted)
    most = max(1, len(left)) if cut.whole else min(ITEM_PAGES, cut.pages)
    for start in range(0, len(left), most):
        pages = tuple(left[start : start + most])
        share = document.size * len(pages) // max(1, document.count)
        yield Item(listed.document, listed.origin, document.sha256, document.count, pages, share)


def shards_of(items: Iterable[Item], settings: str, cut: Cut) -> Iterator[Shard]:
    """Items in their order, put together by number of pages and bytes."""
    taken: list[Item] = []
    pages = size = 0
    for item in items:
        if taken and pages + len(item.places) > cut.pages:
            yield Shard(shard_name(taken, settings), tuple(taken))
            taken, pages, size = [], 0, 0
        taken.append(item)
        pages, size = pages + len(item.places), size + item.size
        if pages >= cut.pages or size >= SHARD_BYTES:
            yield Shard(shard_name(taken, settings), tuple(taken))
            taken, pages, size = [], 0, 0
    if taken:
        yield Shard(shard_name(taken, settings), tuple(taken))


class Done:
    """What finished shards hold of the documents that are wanted; shards that hold anything else don't count."""

    def __init__(self) -> None:
        self._pages: dict[str, set[int]] = {}

    def pages(self, document: str) -> frozenset[int]:
        return frozenset(self._pages.get(document, ()))

    def take(self, receipt: Receipt, documents: Mapping[str, Measured], settings: str, whole: bool = False) -> bool:
        """Takes in a shard; false where it is out of date: other settings, content or pages, or rows that are there."""
        if receipt.settings != settings:
            return False
        for name, sha256, pages in receipt.done:
            document = documents.get(name)
            if document is None or document.sha256 != sha256:
                return False
            wanted = {0} if document.failure is not None else set(document.wanted)
            if not wanted.issuperset(pages) or self._pages.get(name, set()) & set(pages):
                return False
            if whole and wanted != set(pages):
                return False
        for name, _, pages in receipt.done:
            self._pages.setdefault(name, set()).update(pages)
        return True


def known(listed: Sequence[Listed], measured: Iterable[Measured]) -> tuple[dict[str, Measured], list[Listed]]:
    """The documents whose content needn't be looked at again, and the others."""
    before = {one.listed.document: one for one in measured if one.is_lasting}
    same: dict[str, Measured] = {}
    others: list[Listed] = []
    for document in listed:
        one = before.get(document.document)
        if one is not None and one.listed == replace(document, origin=document.origin.shown):
            same[document.document] = replace(one, listed=document)  # its URL may be signed anew
        else:
            others.append(document)
    return same, others
