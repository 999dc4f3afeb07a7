"""Samples to rows of a Parquet file and back (pyarrow, the extra `data`). Knows one file; not folders, not order.

Columns: ``key``, ``source``, ``licence``, ``task``; ``conversation``, JSON such as ``[{"role": "user", "parts":
[{"image": 0}, {"text": "What is the total?"}]}, …]``; ``images``, the bytes of the files that those numbers mean;
``notes``, JSON. Pictures are compressed already, so their column isn't. Each page of the file has a checksum.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayou.data.sample import Sample
from bayou.errors import InputError, MissingExtraError
from bayou.inputs.messages import ImagePart, Message, Part

if TYPE_CHECKING:
    import pyarrow
    import pyarrow.parquet

GROUP_ROWS, GROUP_BYTES = 64, 1 << 20
"""A row group, the least that is read at once, ends with the row that reaches either."""

_TEXTS = ("key", "conversation", "source", "licence", "task", "notes")


def arrow() -> Any:
    """The package pyarrow with its Parquet part, as ``arrow().parquet``.

    Raises:
        MissingExtraError: It isn't installed.
    """
    try:
        import pyarrow.parquet
    except ModuleNotFoundError as error:
        raise MissingExtraError('training data needs the package pyarrow: pip install "bayou[data]"') from error
    return pyarrow


def sample_bytes(sample: Sample) -> int:
    """About what a sample takes in a shard: its pictures and its text."""
    parts = [part for message in sample.messages for part in message.parts]
    return sum(len(part) if isinstance(part, str) else len(_file_bytes(part, sample)) for part in parts)


def encode_rows(samples: Sequence[Sample]) -> tuple[pyarrow.Buffer, tuple[int, ...]]:
    """A Parquet file with these samples, and the rows of each of its row groups.

    Raises:
        InputError: A picture that is not the bytes of a file.
        MissingExtraError: No pyarrow.
    """
    pa = arrow()
    schema = pa.schema([*((name, pa.string()) for name in _TEXTS), ("images", pa.list_(pa.binary()))])
    sink = pa.BufferOutputStream()
    groups = []
    with pa.parquet.ParquetWriter(
        sink,
        schema,
        compression={**dict.fromkeys(_TEXTS, "zstd"), "images.list.element": "none"},
        use_dictionary=["source", "licence", "task"],
        write_statistics=False,
        write_page_checksum=True,
    ) as writer:
        for group in _groups(samples):
            writer.write_table(pa.Table.from_pylist([_row(sample) for sample in group], schema=schema))
            groups.append(len(group))
    return sink.getvalue(), tuple(groups)


def _groups(samples: Sequence[Sample]) -> Iterator[list[Sample]]:
    group: list[Sample] = []
    size = 0
    for sample in samples:
        group.append(sample)
        size += sample_bytes(sample)
        if len(group) >= GROUP_ROWS or size >= GROUP_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def _row(sample: Sample) -> dict[str, object]:
    images: list[bytes] = []
    turns = []
    for message in sample.messages:
        parts: list[dict[str, object]] = []
        for part in message.parts:
            if isinstance(part, str):
                parts.append({"text": part})
            else:
                parts.append({"image": len(images)})
                images.append(_file_bytes(part, sample))
        turns.append({"role": message.role, "parts": parts})
    return {
        "key": sample.key,
        "conversation": json.dumps(turns, ensure_ascii=False),
        "source": sample.source,
        "licence": sample.licence,
        "task": sample.task,
        "notes": json.dumps(dict(sample.notes), ensure_ascii=False),
        "images": images,
    }


def _file_bytes(part: ImagePart, sample: Sample) -> bytes:
    if not isinstance(part.source, bytes):
        kind = type(part.source).__name__
        raise InputError(f"the pictures of a sample are the bytes of files, not {kind}", sample.key)
    return part.source


class RowGroup:
    """A few samples as they were read from a file, each made when asked for."""

    def __init__(self, batch: pyarrow.Table) -> None:
        self._texts = list(zip(*(batch.column(name).to_pylist() for name in _TEXTS), strict=True))
        self._images = batch.column("images").combine_chunks()

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, row: int) -> Sample:
        key, conversation, source, licence, task, notes = self._texts[row]
        images = self._images[row].as_py()
        messages = tuple(
            Message(turn["role"], [_part(part, images) for part in turn["parts"]]) for turn in json.loads(conversation)
        )
        return Sample(key, messages, source, licence, task, json.loads(notes))


def _part(part: dict[str, Any], images: list[bytes]) -> Part:
    return ImagePart(images[part["image"]]) if "image" in part else str(part["text"])


class RowFile:
    """A Parquet file of samples, open to read.

    Raises:
        InputError: It is damaged or of another kind. Here, and when a group is read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pa = arrow()
        with _naming(path, self._pa):
            self._file = self._pa.parquet.ParquetFile(path, page_checksum_verification=True)
        if set(self._file.schema_arrow.names) != {*_TEXTS, "images"}:
            raise InputError("not a shard of bayou's: its columns are others", str(path))

    def read(self, group: int) -> RowGroup:
        """Row group number ``group``; its checksums are compared."""
        with _naming(self._path, self._pa):
            return RowGroup(self._file.read_row_group(group, use_threads=False))

    def close(self) -> None:
        self._file.close()


class _naming:
    """What pyarrow raises for a damaged file as an error that names it."""

    def __init__(self, path: Path, pa: Any) -> None:
        self._path, self._kinds = path, (OSError, pa.ArrowException)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, at: object) -> None:
        if isinstance(error, self._kinds):
            raise InputError(f"{DAMAGED} ({error})", str(self._path)) from error


DAMAGED = "this shard is damaged; remove it, and the command that made it makes it anew"
