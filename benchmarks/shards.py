"""How fast training data is written and read by one process, alone and as a mixture, and what memory that takes.

python -m benchmarks.shards [--sources 20] [--samples 1000] [--kilobytes 60] [--stream 100000] [--folder DIR]

Sources of random bytes as large as pictures, written to shards. Read are: one folder from beginning to end; the same
samples from a tar with Python's tarfile, the simplest other way; the mixture of all. "Cold" is after the system was
asked to forget the files. Each part runs in a process of its own.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import psutil

from bayou.data.mixture import Mixture, Part
from bayou.data.parquet_rows import arrow
from bayou.data.sample import Sample
from bayou.data.shards import ShardFolder, write_shards
from bayou.inputs.messages import ImagePart, Message
from benchmarks.measurement import Row, show, write

SEED = 11
FAR = 37_000_000
"""A place to resume at: the whole of both models' training."""

_WATCHED = 10_000
_CHECKED = 2_000


def made(source: str, count: int, kilobytes: int) -> Iterator[Sample]:
    """Samples whose pictures are from half to one and a half times ``kilobytes`` large."""
    rng = random.Random(source)
    for number in range(count):
        picture = rng.randbytes(rng.randrange(kilobytes * 500, kilobytes * 1500))
        turns = (
            Message("user", [ImagePart(picture), f"What is number {number}?"]),
            Message("assistant", ["It. " * 30]),
        )
        yield Sample(f"{source}/{number}", turns, source, "CC0-1.0", "document-vqa")


def size_of(sample: Sample) -> int:
    return sum(len(p.source) for m in sample.messages for p in m.images if isinstance(p.source, bytes))


def parts(folder: Path) -> list[Part]:
    """The sources, with weights from 1 to 5."""
    names = sorted(path.name for path in folder.iterdir() if path.is_dir())
    return [Part(name, folder / name, 1 + number % 5) for number, name in enumerate(names)]


def forget(folder: Path) -> None:
    """Asks the system to drop what it holds of the files, where it can be asked."""
    for path in folder.rglob("*"):
        if path.is_file() and "posix_fadvise" in vars(os):
            file = os.open(path, os.O_RDONLY)
            os.fsync(file)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)


def timed(what: str, samples: Iterator[Sample]) -> Row:
    """Samples and bytes a second of an iterator that ends."""
    start, processor = time.perf_counter(), time.process_time()
    count = size = 0
    for sample in samples:
        count += 1
        size += size_of(sample)
    seconds = time.perf_counter() - start
    return {
        "what": what,
        "samples_per_s": count / seconds,
        "mb_per_s": size / seconds / 1e6,
        "processor_ms_a_sample": 1000 * (time.process_time() - processor) / count,
    }


def write_all(folder: Path, sources: int, samples: int, kilobytes: int) -> Row:
    """Writes the sources; what making the random bytes takes is measured apart and taken off."""
    arrow()
    start = time.perf_counter()
    size = sum(size_of(s) for number in range(sources) for s in made(f"source{number:02d}", samples, kilobytes))
    making = time.perf_counter() - start
    start, processor = time.perf_counter(), time.process_time()
    for number in range(sources):
        write_shards(made(f"source{number:02d}", samples, kilobytes), folder / f"source{number:02d}")
    seconds = time.perf_counter() - start - making
    count = sources * samples
    return {
        "what": "writing",
        "samples_per_s": count / seconds,
        "mb_per_s": size / seconds / 1e6,
        "processor_ms_a_sample": 1000 * (time.process_time() - processor - making) / count,
    }


def write_tar(folder: Path, tar: Path) -> None:
    with tarfile.open(tar, "w") as file:
        for number, sample in enumerate(ShardFolder(folder).read()):
            picture = next(p.source for m in sample.messages for p in m.images)
            assert isinstance(picture, bytes)
            texts = [[p for p in m.parts if isinstance(p, str)] for m in sample.messages]
            for suffix, content in (("bin", picture), ("json", json.dumps(texts).encode())):
                member = tarfile.TarInfo(f"{number:08d}.{suffix}")
                member.size = len(content)
                file.addfile(member, io.BytesIO(content))


def read_tar(tar: Path) -> Iterator[Sample]:
    with tarfile.open(tar) as file:
        picture = b""
        for member in file:
            opened = file.extractfile(member)
            content = b"" if opened is None else opened.read()
            if member.name.endswith(".bin"):
                picture = content
            else:
                (question,), (answer,) = json.loads(content)
                turns = (Message("user", [ImagePart(picture), question]), Message("assistant", [answer]))
                yield Sample(member.name, turns, "tar", "CC0-1.0", "document-vqa")


def read_folder(folder: Path, what: str) -> Row:
    arrow()  # imported before the clock starts
    return timed(what, ShardFolder(parts(folder)[0].folder).read())


def read_tar_file(tar: Path, what: str) -> Row:
    return timed(what, read_tar(tar))


def read_mixture(folder: Path, what: str, count: int) -> Row:
    arrow()
    return timed(what, islice(Mixture(parts(folder), SEED).samples(), count))


def resume(folder: Path) -> Row:
    """The time from nothing to the first sample far on; and whether a stream taken up is the stream that went on."""
    arrow()
    start = time.perf_counter()
    next(Mixture(parts(folder), SEED).samples(FAR))
    seconds = time.perf_counter() - start
    whole = [s.key for s in islice(Mixture(parts(folder), SEED).samples(FAR), _CHECKED)]
    rest = [s.key for s in islice(Mixture(parts(folder), SEED).samples(FAR + _CHECKED // 2), _CHECKED // 2)]
    return {"what": f"resuming at {FAR:,}", "seconds": seconds, "same_samples": rest == whole[_CHECKED // 2 :]}


def memory(folder: Path, stream: int) -> Row:
    """Resident memory while the mixture is read, looked at every ``_WATCHED`` samples."""
    process = psutil.Process()
    samples = Mixture(parts(folder), SEED).samples()
    seen = []
    for number, _ in enumerate(islice(samples, stream), start=1):
        if number % min(_WATCHED, max(1, stream // 10)) == 0:
            seen.append(process.memory_info().rss / 1e6)
    return {
        "what": f"memory over {stream:,} samples of the mixture",
        "first_mb": seen[0],
        "highest_mb": max(seen),
        "last_mb": seen[-1],
    }


def apart(work: Callable[..., Row], *arguments: object) -> Row:
    """Does the work in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def measure(folder: Path, sources: int, samples: int, kilobytes: int, stream: int) -> list[Row]:
    data, tar = folder / "shards", folder / "first.tar"
    rows = [apart(write_all, data, sources, samples, kilobytes)]
    write_tar(parts(data)[0].folder, tar)
    for state in ("cold", "warm"):
        if state == "cold":
            forget(folder)
        rows.append(apart(read_folder, data, f"one folder, {state}"))
        rows.append(apart(read_tar_file, tar, f"a tar of the same with tarfile, {state}"))
        if state == "cold":
            forget(folder)
        rows.append(apart(read_mixture, data, f"mixture of {sources}, {state}", sources * samples))
    rows.append(apart(resume, data))
    rows.append(apart(memory, data, stream))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--sources", type=int, default=20)
    parser.add_argument("--samples", type=int, default=1000, help="in each source")
    parser.add_argument("--kilobytes", type=int, default=60, help="mean size of a picture")
    parser.add_argument("--stream", type=int, default=100_000, help="samples over which memory is watched")
    parser.add_argument("--folder", type=Path, help="where the shards are made, and removed; a temporary one otherwise")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        rows = measure(Path(folder), given.sources, given.samples, given.kilobytes, given.stream)
    show([row for row in rows if "samples_per_s" in row])
    for row in rows:
        if "samples_per_s" not in row:
            print(dict(row))
    settings = {name: vars(given)[name] for name in ("sources", "samples", "kilobytes", "stream")}
    print(write("shards", settings, rows))


if __name__ == "__main__":
    main()
