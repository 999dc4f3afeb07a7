"""How far a build of training data has come, and what it has seen: one SQLite file. Knows rows and keys; no pictures.

All that happens between two shards is one transaction, so a build that was killed is where its last shard ended. Memory
stays the same however much was seen.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bayou.data.fingerprints import differing_bits, near_keys, similarity
from bayou.data.inspection import Inspected, Refused
from bayou.data.recipe import Duplicates
from bayou.data.shards import ShardRecord
from bayou.errors import InputError, OutputError, UsageError

NAME = "build.sqlite"

MOST_ALIKE = 32
"""Samples that are compared for one key. Texts made from a template share keys by the million without being the same;
so the time for a sample has a bound, and a near duplicate among them may stay."""

_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sources (name TEXT PRIMARY KEY, next_row INTEGER, done INTEGER, counts TEXT);
CREATE TABLE IF NOT EXISTS shards (source TEXT, number INTEGER, file TEXT, size INTEGER, sha256 TEXT, groups TEXT,
    first_row INTEGER, end_row INTEGER, kept BLOB, PRIMARY KEY (source, number));
CREATE TABLE IF NOT EXISTS refused (source TEXT, key TEXT, reason TEXT, detail TEXT);
CREATE TABLE IF NOT EXISTS texts (digest BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sketches (id INTEGER PRIMARY KEY, name TEXT, pictures BLOB, text BLOB);
CREATE TABLE IF NOT EXISTS near (key INTEGER, id INTEGER, PRIMARY KEY (key, id)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class ShardPlace:
    """A shard and where its samples came from.

    Attributes:
        record: Its file.
        rows: The source's first row that was looked at for it, and the one after the last.
        kept: Keys of the samples in it, in order.
    """

    record: ShardRecord
    rows: tuple[int, int]
    kept: tuple[str, ...]


@dataclass(slots=True)
class SourceState:
    """How far a source has come.

    Attributes:
        next_row: The first row that isn't done.
        done: Nothing is left to read.
        counts: What was counted, by name.
    """

    next_row: int = 0
    done: bool = False
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, name: str, more: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + more


class BuildState:
    """The file of a build, made where it isn't there. Close it, or use it as a context.

    Args:
        fingerprint: Of what decides which samples are taken; ``expect`` compares that of each source.

    Raises:
        UsageError: The folder was begun with another.
        OutputError: It can't be written, or another build is at work in the folder.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.path = folder / NAME
        with self._naming():
            self._base = sqlite3.connect(self.path, timeout=1.0)
            self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._base.executescript(_TABLES)
        try:
            self._expect("", fingerprint, "the filters or evaluation sets of this recipe")
        except UsageError:
            self.close()
            raise

    def __enter__(self) -> BuildState:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._base.close()

    def expect(self, source: str, fingerprint: str) -> None:
        """UsageError where the source was begun as another one."""
        self._expect(source, fingerprint, f"the source {source} of this recipe")

    def _expect(self, name: str, fingerprint: str, what: str) -> None:
        with self._naming():
            self._base.execute("INSERT OR IGNORE INTO facts VALUES (?, ?)", (name, fingerprint))
            self._base.commit()
            known = self._base.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()[0]
        if known != fingerprint:
            message = f"the folder was begun otherwise than {what} says; name another folder, or remove this one"
            raise UsageError(message, str(self.path.parent))

    @contextmanager
    def _naming(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            if "locked" in str(error):
                message = "another build is at work in this folder; wait for it"
                raise OutputError(message, str(self.path.parent)) from error
            if "malformed" in str(error) or "not a database" in str(error):
                message = "the build's memory is damaged; remove the folder and build anew"
                raise InputError(message, str(self.path)) from error
            raise OutputError(f"the build's memory can't be written: {error}", str(self.path)) from error

    def source(self, name: str) -> SourceState:
        """How far a source has come; its beginning where it isn't known."""
        with self._naming():
            row = self._base.execute("SELECT next_row, done, counts FROM sources WHERE name = ?", (name,)).fetchone()
        return SourceState() if row is None else SourceState(row[0], bool(row[1]), json.loads(row[2]))

    def shards(self, name: str) -> list[ShardPlace]:
        """The finished shards of a source, in order."""
        with self._naming():
            columns = "file, size, sha256, groups, first_row, end_row, kept"
            query = f"SELECT {columns} FROM shards WHERE source = ? ORDER BY number"
            rows = self._base.execute(query, (name,)).fetchall()
        return [
            ShardPlace(
                ShardRecord(file, size, sha256, tuple(json.loads(groups))),
                (first, end),
                tuple(json.loads(zlib.decompress(kept))),
            )
            for file, size, sha256, groups, first, end, kept in rows
        ]

    def finish_shard(self, name: str, state: SourceState, number: int, place: ShardPlace | None) -> None:
        """Remembers a shard whose file is there (None: only that rows were done), and all that was seen for it."""
        with self._naming():
            if place is not None:
                record = place.record
                self._base.execute(
                    "INSERT INTO shards VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(name, number, record.file, record.size, record.sha256, json.dumps(record.groups)),
                        *(*place.rows, zlib.compress(json.dumps(place.kept).encode())),
                    ),
                )
            values = (name, state.next_row, int(state.done), json.dumps(state.counts))
            self._base.execute("INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?)", values)
            self._base.commit()

    def refuse(self, name: str, refused: Refused) -> None:
        """Remembers a sample that wasn't taken."""
        with self._naming():
            values = (name, refused.key, refused.reason, refused.detail)
            self._base.execute("INSERT INTO refused VALUES (?, ?, ?, ?)", values)

    def refused(self, name: str) -> Iterator[Refused]:
        """The samples of a source that weren't taken."""
        query = "SELECT key, reason, detail FROM refused WHERE source = ? ORDER BY rowid"
        with self._naming():
            yield from (Refused(*row) for row in self._base.execute(query, (name,)))

    def see(self, sample: Inspected, digest: bytes, settings: Duplicates) -> tuple[str, str] | None:
        """Remembers a sample, or tells why it isn't new: ``duplicate`` or ``near-duplicate``, and of what.

        Args:
            digest: Of its pixels and its text.
        """
        with self._naming():
            new = self._base.execute("INSERT OR IGNORE INTO texts VALUES (?)", (digest,)).rowcount == 1
            if not new:
                return "duplicate", "the same pixels and text as a sample before it"
            if not settings.near:
                return None
            keys = near_keys(sample.hashes[0] if len(sample.hashes) else None, sample.sketch)
            found, open_keys = self._candidates(keys)
            twin = self._nearest(sample, found, settings)
            if twin is not None:
                return "near-duplicate", f"of {twin}"
            values = (sample.sample.key, sample.hashes.tobytes(), sample.sketch.tobytes())
            query = "INSERT INTO sketches (name, pictures, text) VALUES (?, ?, ?)"
            number = self._base.execute(query, values).lastrowid
            self._base.executemany("INSERT OR IGNORE INTO near VALUES (?, ?)", [(key, number) for key in open_keys])
        return None

    def _candidates(self, keys: Sequence[int]) -> tuple[set[int], list[int]]:
        """Samples that share a key, and the keys that take more."""
        found: set[int] = set()
        open_keys = []
        for key in keys:
            mine = self._base.execute("SELECT id FROM near WHERE key = ? LIMIT ?", (key, MOST_ALIKE)).fetchall()
            found.update(number for (number,) in mine)
            if len(mine) < MOST_ALIKE:
                open_keys.append(key)
        return found, open_keys

    def _nearest(self, sample: Inspected, found: set[int], settings: Duplicates) -> str | None:
        marks = ", ".join("?" * len(found))
        query = f"SELECT name, pictures, text FROM sketches WHERE id IN ({marks}) ORDER BY id"
        for name, pictures, text in self._base.execute(query, sorted(found)):
            hashes = np.frombuffer(pictures, np.uint8).reshape(-1, 32)
            if len(hashes) != len(sample.hashes):
                continue
            bits = [int(differing_bits(one, other)) for one, other in zip(sample.hashes, hashes, strict=True)]
            alike = similarity(sample.sketch, np.frombuffer(text, np.uint32))
            if max(bits, default=0) <= settings.picture_bits and alike >= settings.text_similarity:
                return str(name)
        return None
