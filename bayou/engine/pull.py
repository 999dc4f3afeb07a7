"""Pulls a model: fetched whole or not at all, checked, and only then recorded. Knows folders; HTTP is hub.py's.

The files grow in a folder beside their place. When each has the size and the hash that the Hub tells, and together they
are a checkpoint of this family, the folder is renamed. Nothing in it is ever run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from bayou.engine.checkpoint import CONFIG_FILE, INDEX_FILE, SEVERAL_FILES, WEIGHTS_FILE, check_folder
from bayou.engine.folder_swap import swap_in
from bayou.engine.hub import Hub, HubFile, HubSettings, Listing
from bayou.engine.pulled import SHORT_NAMES, Pulled, hub_id, models_folder, pulled_models, remember
from bayou.errors import ModelError, OutputError, UsageError
from bayou.model.config import VLMConfig
from bayou.model.released import RELEASED_TEMPLATE, read_config

MAIN = "main"
FETCHED = (
    CONFIG_FILE,
    WEIGHTS_FILE,
    "generation_config.json",
    "tokenizer.model",
    "added_tokens.json",
    "special_tokens_map.json",
    "tokenizer_config.json",
    "tokenizer.json",
    "vocab.json",
    "merges.txt",
    "README.md",
    "LICENSE",
    "LICENSE.md",
    "LICENSE.txt",
    "NOTICE",
)
"""What is taken of a repository where it has it: never code, and never pickles, which can hold code."""

_LOCKS = ".locks"
_ROOM_TO_SPARE = 10_000_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """It takes longer, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fetching:
    """How far it is: so many bytes of all files, and the file whose turn it is."""

    name: str
    done: int
    total: int


PullEvent = Waiting | Fetching
OnEvent = Callable[[PullEvent], None]


@dataclass(frozen=True, slots=True)
class PullResult:
    """What was recorded.

    Attributes:
        repository: Its Hub id.
        model: Where it lies.
        size: Bytes of its files.
        was_there: Nothing had to be fetched.
        answers: Whether it reads and answers; False for a network whose tokenizer isn't bayou's, which can be exported.
    """

    repository: str
    model: Pulled
    size: int
    was_there: bool
    answers: bool


def pull(
    name: str,
    revision: str | None = None,
    output: Path | None = None,
    on_event: OnEvent | None = None,
    settings: HubSettings | None = None,
) -> PullResult:
    """Fetch a model's files from the Hub, or what is missing of them, check them, and record where they are.

    Args:
        name: A short name or Hub id.
        revision: A branch, tag or commit; None: main.
        output: Their folder: absent, empty, or an earlier pull of the same model. None: one in ``models_folder()``.
        on_event: Told what happens.
        settings: Which Hub; None: what the environment says.

    Raises:
        UsageError: The name is none, or the Hub doesn't know it or the revision.
        ModelError: The Hub refuses; a file is damaged; the files are no checkpoint of this family.
        NetworkError: The Hub can't be reached or stays too busy. What was fetched is kept for the next time.
        OutputError: Something is in the way, or the folder or the record can't be written.
    """
    repository = _named(name)
    tell = on_event or (lambda event: None)
    target = (output or models_folder() / repository).expanduser().resolve()
    try:
        with _alone(target, tell):
            hub = Hub(settings or HubSettings.from_environment(), lambda reason: tell(Waiting(reason)))
            listing = hub.listing(repository, revision or MAIN)
            files = _wanted(listing)
            missing = [file for file in files if not file.is_in(target / file.name)]
            if missing:
                _check_place(target, repository)
                config = _fetched(hub, listing, files, target, tell)
            else:
                config = check_folder(target)
            model = Pulled(str(target), listing.commit)
            remember(repository, model)
    except OSError as error:
        raise OutputError(f"can't be written: {error.strerror or error}", str(error.filename or target)) from error
    size = sum(file.size for file in files)
    return PullResult(repository, model, size, not missing, config.template == RELEASED_TEMPLATE)


def register(name: str, folder: Path) -> PullResult:
    """Check a folder placed by hand, and record it under a model's name. Asks no network.

    Raises:
        UsageError: The name is none.
        ModelError: The files are no checkpoint of this family.
        OutputError: The record can't be written.
    """
    repository = _named(name)
    folder = folder.resolve()
    config = check_folder(folder)
    model = Pulled(str(folder))
    remember(repository, model)
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return PullResult(repository, model, size, True, config.template == RELEASED_TEMPLATE)


def _named(name: str) -> str:
    repository = hub_id(name)
    if repository is None:
        raise UsageError(f"{name!r} is neither {' nor '.join(SHORT_NAMES)} nor a Hub id, such as {SHORT_NAMES['800m']}")
    return repository


@contextmanager
def _alone(target: Path, tell: OnEvent) -> Iterator[None]:
    """Nobody else pulls into this folder meanwhile; whoever does so is waited for."""
    locks = models_folder() / _LOCKS
    locks.mkdir(parents=True, exist_ok=True)
    lock = FileLock(locks / f"{hashlib.sha256(str(target).encode()).hexdigest()[:16]}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        tell(Waiting("another bayou pull is at it: waiting for it"))
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _wanted(listing: Listing) -> list[HubFile]:
    """The files to fetch, the weights last.

    Raises:
        ModelError: The repository holds no checkpoint that could be read.
    """
    names = listing.files.keys()
    if WEIGHTS_FILE not in names:
        if INDEX_FILE in names:
            raise ModelError(SEVERAL_FILES, listing.repository)
        pickled = any(name.endswith((".bin", ".pt", ".pth", ".ckpt")) for name in names)
        why = "; pickles can hold programs and are never fetched" if pickled else ""
        raise ModelError(f"the repository has no {WEIGHTS_FILE}{why}", listing.repository)
    if CONFIG_FILE not in names:
        raise ModelError(f"the repository has no {CONFIG_FILE}", listing.repository)
    files = [listing.files[name] for name in FETCHED if name in names]
    return sorted(files, key=lambda file: (file.name == WEIGHTS_FILE, file.size))


def _check_place(target: Path, repository: str) -> None:
    """Raises OutputError where something is at the place that isn't an earlier pull of the same model."""
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError("is a file; name a folder", str(target))
    held = sorted(path.name for path in target.iterdir())
    known = pulled_models().get(repository)
    others = held if known is None or known.revision is None or Path(known.folder) != target else []
    others = others or [name for name in held if name not in FETCHED]
    if others:
        message = f"holds {others[0]}, which was not pulled: name another folder, or register this one with --local"
        raise OutputError(message, str(target))


def _fetched(hub: Hub, listing: Listing, files: Sequence[HubFile], target: Path, tell: OnEvent) -> VLMConfig:
    """Fills a folder beside ``target``, checks it, and puts it in its place."""
    staging = target.with_name(f".{target.name}.part")
    staging.mkdir(parents=True, exist_ok=True)
    parts = {file.name: staging / f"{file.name}.{file.digest[:16]}.part" for file in files}
    for left in staging.iterdir():  # of another revision
        if left.name not in FETCHED and left not in parts.values():
            left.unlink()
    ready = {file.name for file in files if _take_over(file, staging, target)}
    there = {file.name: file.size if file.name in ready else _size(parts[file.name]) for file in files}
    total = sum(file.size for file in files)
    _check_room(staging, total - sum(there.values()))
    for file in files:

        def on_bytes(count: int, name: str = file.name) -> None:
            there[name] = count
            tell(Fetching(name, sum(there.values()), total))

        if file.name == WEIGHTS_FILE:
            with _kept_only_if_ours(staging, listing.repository):
                read_config(staging)  # another family is refused before its weights are fetched
        on_bytes(there[file.name])
        if file.name not in ready:
            hub.fetch(listing, file, parts[file.name], on_bytes)
            _accept(file, parts[file.name], staging, listing.repository)
    with _kept_only_if_ours(staging, listing.repository):
        config = check_folder(staging)
    swap_in(staging, target)
    return config


@contextmanager
def _kept_only_if_ours(staging: Path, repository: str) -> Iterator[None]:
    """What the Hub has may be no checkpoint for us: then fetching it again wouldn't help, and nothing of it is kept."""
    try:
        yield
    except ModelError as error:
        shutil.rmtree(staging, ignore_errors=True)
        place = "" if error.path is None else Path(error.path).name.removeprefix(staging.name)
        where = f"{repository}/{place}".rstrip("/")
        raise ModelError(f"{error.message}; it is not recorded, and was removed again", where) from error


def _take_over(file: HubFile, staging: Path, target: Path) -> bool:
    """Whether the file is in the staging folder, linked or copied from an earlier pull where that has it."""
    place = staging / file.name
    if file.is_in(place):
        return True
    place.unlink(missing_ok=True)
    if not file.is_in(target / file.name):
        return False
    try:
        os.link(target / file.name, place)
    except OSError:  # a file system without links
        shutil.copyfile(target / file.name, place)
    return True


def _accept(file: HubFile, part: Path, staging: Path, repository: str) -> None:
    if not file.is_in(part):
        part.unlink()
        said = f"what came is damaged: its {'git blob' if file.is_git else 'SHA-256'} is not {file.digest}"
        message = f"{said}; it was removed, the same command fetches it again"
        raise ModelError(message, f"{repository}/{file.name}")
    os.replace(part, staging / file.name)


def _check_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + _ROOM_TO_SPARE:
        with suppress(OSError):
            folder.rmdir()  # only where nothing of an earlier try is in it
        said = f"{needed / 1e9:.2f} GB are still to be fetched, {free / 1e9:.2f} GB are free on this disk"
        raise OutputError(f"{said}; --output names another folder", str(folder.parent))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
