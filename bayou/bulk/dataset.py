"""Bulk reading as a stage of the user's own: pages as a Ray Dataset. Knows Ray's datasets; not outputs or locks."""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayou.bulk.cluster import load_ray
from bayou.bulk.item_reader import ItemReader, measure
from bayou.bulk.items import Item, Listed, Measured, Origin
from bayou.bulk.listing import Columns, list_input
from bayou.bulk.page_messages import MakeReader
from bayou.bulk.page_process import PageProcess, StopRun
from bayou.bulk.plan import Cut, items_of
from bayou.bulk.rows import Row, row_of, table_of
from bayou.bulk.run import RunStopped, actors, looked_into
from bayou.bulk.settings import BulkSettings
from bayou.bulk.shown_urls import is_url, shown
from bayou.errors import UsageError
from bayou.reading.make_reader import make_reader

if TYPE_CHECKING:
    import pyarrow as pa
    from ray.data import Dataset

DOCUMENTS_A_BATCH = 4


class ReaderActor:
    """For ``Dataset.map_batches``: a batch of documents in, their pages out, a row a page, with bayou's columns.

    It opens files in a process of its own, so that one that crashes or hangs costs its own row. Use it with
    ``batch_format="pyarrow"`` and few documents a batch; a worker of it takes one processor.

    Args:
        settings: How to read.
        column: What holds a document: bytes, or a path or URL.
        id_column: What results call it; None: its path, its URL without secrets, or the hash of its bytes.
        keep: Columns that each page's row gets from its document's.
        reader: Makes the reader; bayou's own.
    """

    def __init__(
        self,
        settings: BulkSettings | None = None,
        column: str = "bytes",
        id_column: str | None = None,
        keep: Sequence[str] = (),
        reader: MakeReader = make_reader,
    ) -> None:
        self._settings = settings or BulkSettings()
        self._column, self._id_column, self._keep = column, id_column, tuple(keep)
        self._pages = _PageRows(self._settings, reader)

    def __call__(self, batch: pa.Table) -> pa.Table:
        """The rows of all pages of the batch's documents.

        Raises:
            UsageError: There is no such column.
            RunStopped: The model can't be used.
        """
        wanted = [self._column, *self._keep, *([self._id_column] if self._id_column else [])]
        if missing := [name for name in wanted if name not in batch.column_names]:
            raise UsageError(f"there is no column {missing[0]!r}; there are {', '.join(batch.column_names)}")
        rows: list[Row] = []
        kept: list[Mapping[str, Any]] = []
        with tempfile.TemporaryDirectory(prefix="bayou-bulk-") as folder:
            for number, document in enumerate(batch.select(list(dict.fromkeys(wanted))).to_pylist()):
                new = self._pages.of_document(self._listed(document, Path(folder) / str(number)))
                rows += new
                kept += [document] * len(new)
        table = table_of(rows)
        for name in self._keep:
            values = pa_array([one[name] for one in kept], batch.schema.field(name).type)
            table = table.append_column(name, values)
        return table

    def _listed(self, row: Mapping[str, Any], copy: Path) -> Listed:
        content = row[self._column]
        if isinstance(content, bytes):
            copy.write_bytes(content)
            name = hashlib.sha256(content).hexdigest()
            origin = Origin(str(copy))
        else:
            name = "" if content is None else str(content)
            origin = Origin(name if is_url(name) or not name else os.path.abspath(name))
        return Listed(shown(name if self._id_column is None else str(row[self._id_column])), origin)


def pa_array(values: Sequence[Any], kind: Any) -> Any:
    """Values as an Arrow array."""
    import pyarrow as pa

    return pa.array(values, kind)


class _PageRows:
    """Documents and items to rows, with one process."""

    def __init__(self, settings: BulkSettings, reader: MakeReader) -> None:
        self._hash = settings.hash
        self._model: str = reader(settings.read).model
        self._process = PageProcess(reader, settings)
        self._items = ItemReader(self._process, settings.schema)

    def of_document(self, listed: Listed) -> list[Row]:
        try:
            (measured,) = measure(self._process, [listed])
        except StopRun as stop:
            raise RunStopped(str(stop), stop.exit_code) from stop
        rows: list[Row] = []
        for item in items_of(measured, frozenset(), Cut(whole=True)):
            rows += self.of_item(item)
        return rows

    def of_item(self, item: Item) -> Iterator[Row]:
        try:
            results = self._items.read(item)
        except StopRun as stop:
            raise RunStopped(str(stop), stop.exit_code) from stop
        for result in results:
            yield row_of(item, result, self._model, self._hash)


class _ItemActor:
    """Pickled items in, the rows of their pages out."""

    def __init__(self, settings: BulkSettings, reader: MakeReader) -> None:
        self._pages = _PageRows(settings, reader)

    def __call__(self, batch: Mapping[str, Any]) -> pa.Table:
        return table_of([row for one in batch["item"] for row in self._pages.of_item(pickle.loads(one))])


def read(
    source: str | os.PathLike[str] | Dataset,
    *,
    settings: BulkSettings | None = None,
    columns: Columns | None = None,
    keep: Sequence[str] = (),
    workers: int | None = None,
    gpus: float = 0.0,
    reader: MakeReader = make_reader,
) -> Dataset:
    """Documents as a Ray Dataset with a row a page, to go on with: ``.filter``, ``.join``, ``.write_parquet``.

    Nothing is written, and nothing is kept for a second call: that is what ``bayou bulk`` is for. Paths are looked into
    at once, so that long documents can be shared out among workers by pages; they are read when the dataset is
    consumed. Documents of a dataset stay whole.

    Args:
        source: What ``bayou bulk`` takes as INPUT, or a dataset with a column of bytes, paths or URLs.
        settings: How to read.
        columns: The column of documents, ``bytes`` where nothing is said, and one with ids.
        keep: Of a dataset: columns that each page's row gets from its document's.
        workers: How many read; None: as many as Ray has processors.
        gpus: What one worker takes of the graphics processors.
        reader: Makes the reader; bayou's own.

    Raises:
        InputError: The input can't be listed.
        MissingExtraError: Ray isn't installed.
        UsageError: The model is unknown.
    """
    settings = settings or BulkSettings()
    reader(settings.read)  # a wrong name is said here and not by a worker
    ray = load_ray()
    if not ray.is_initialized():
        ray.init()
    count = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
    room = {"num_cpus": 1, "num_gpus": gpus or None, "compute": actors(count)}
    if not isinstance(source, str | os.PathLike):
        names = columns or Columns("bytes")
        return source.map_batches(
            ReaderActor,
            fn_constructor_args=(settings, names.content or "bytes", names.id, tuple(keep), reader),
            batch_format="pyarrow",
            batch_size=DOCUMENTS_A_BATCH,
            **room,
        )
    listing = list_input(os.fspath(source), columns or Columns())
    items = list(_items(looked_into(listing.documents, reader, settings, count), bool(settings.schema)))
    rows = [{"item": pickle.dumps(item)} for item in items]
    return ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
        _ItemActor, fn_constructor_args=(settings, reader), batch_size=1, **room
    )


def _items(documents: Iterator[Measured], whole: bool) -> Iterator[Item]:
    for document in documents:
        yield from items_of(document, frozenset(), Cut(whole=whole))
