"""Results of a run, a line a sample, appended as they come. Knows one file; not who answered or how it is scored.

A run that was killed goes on where it stopped: whole lines stand, a line cut off is taken out. Each line holds the hash
of what was asked, so that a sample that has changed since is asked again; its newest line counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bayou.errors import InputError, OutputError
from bayou.evaluation.benchmark import Reply, Sample

NAME = "results.jsonl"


def sample_hash(sample: Sample) -> str:
    """SHA-256 of all that a sample asks and expects, its pictures included.

    Raises:
        InputError: A picture can't be read.
    """
    said = hashlib.sha256()
    plain = [sample.key, sample.prompt, sample.ending, sample.reads, sample.truth, dict(sample.groups)]
    plain += [sample.asks] if sample.asks else []
    said.update(json.dumps(plain, ensure_ascii=False, sort_keys=True).encode())
    for image in sample.images:
        try:
            content = image if isinstance(image, bytes) else image.read_bytes()
        except OSError as error:
            raise InputError(f"can't be read: {error.strerror}", str(image)) from error
        said.update(hashlib.sha256(content).digest())
    return said.hexdigest()


class Records:
    """The results of one run in its folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._hashes: dict[str, str] = {}
        if self.path.exists():
            self._drop_cut_line()
            self._hashes = {entry["key"]: entry["sample"] for entry in self._entries()}

    def __len__(self) -> int:
        return len(self._hashes)

    @property
    def hashes(self) -> dict[str, str]:
        """The hash of what each sample asked, by its name."""
        return dict(self._hashes)

    def has(self, key: str, sample: str) -> bool:
        """Whether the sample of this name stands, and asked what this hash says."""
        return self._hashes.get(key) == sample

    def append(self, sample: Sample, reply: Reply, hash: str) -> None:
        """Adds a result; it stands from here on, whatever happens to the process.

        Raises:
            OutputError: It can't be written.
        """
        entry = {
            "key": sample.key,
            "sample": hash,
            "prompt": sample.prompt,
            "reads": sample.reads,
            "truth": sample.truth,
            "groups": dict(sample.groups),
            "images": [str(image) for image in sample.images if isinstance(image, Path)],
            "reply": asdict(reply),
        }
        try:
            with self.path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        except OSError as error:
            raise OutputError(f"can't be written: {error.strerror or error}", str(self.path)) from error
        self._hashes[sample.key] = hash

    def results(self) -> Iterator[tuple[Sample, Reply]]:
        """All results, each sample once, in the order in which they came; samples have their pictures' paths alone."""
        for entry in self._entries():
            if self._hashes.get(entry["key"]) == entry["sample"]:
                yield _sample(entry), _reply(entry["reply"])

    def _entries(self) -> Iterator[dict[str, Any]]:
        with self.path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise InputError(f"line {number} is damaged; take it out to go on", str(self.path)) from error

    def _drop_cut_line(self) -> None:
        with self.path.open("rb+") as file:
            size = file.seek(0, 2)
            end = size
            while end and _byte(file, end - 1) != b"\n":
                end -= 1
            if end != size:
                file.truncate(end)


def _byte(file: Any, place: int) -> bytes:
    file.seek(place)
    return bytes(file.read(1))


def _sample(entry: dict[str, Any]) -> Sample:
    images = tuple(Path(path) for path in entry["images"])
    return Sample(entry["key"], images, entry["truth"], entry["prompt"], reads=entry["reads"], groups=entry["groups"])


def _reply(values: dict[str, Any]) -> Reply:
    return Reply(**{**values, "lines": tuple((text, confidence) for text, confidence in values["lines"])})
