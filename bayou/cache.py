"""Where bayou keeps what it can make again. Knows one folder and what is in it; not who put it there."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from bayou.errors import OutputError, UsageError

VARIABLE = "BAYOU_CACHE"
TAG_NAME = "CACHEDIR.TAG"
_TAG = """Signature: 8a477f597d28d172789f06886806bc55
# What bayou keeps here can be made again; `bayou cache clear` removes it. See https://bford.info/cachedir/
"""


@dataclass(frozen=True, slots=True)
class CacheItem:
    """A file or folder right in the cache folder, and its bytes with all that is in it."""

    path: Path
    size: int


def cache_folder() -> Path:
    """The environment variable BAYOU_CACHE, else the system's place for this user's caches; perhaps not there yet."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("bayou", appauthor=False))


def make_cache_folder() -> Path:
    """The cache folder, made if need be, with the tag by which backups and ``clear_cache`` know it for a cache.

    Raises:
        OutputError: It can't be made.
    """
    folder = cache_folder()
    try:
        if not folder.is_dir() or not any(folder.iterdir()):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / TAG_NAME).write_text(_TAG, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"the cache folder can't be used: {error.strerror}; see {VARIABLE}", str(folder)) from error
    return folder


def cached_items() -> list[CacheItem]:
    """What is in the cache, by name, without its tag; empty where there is none."""
    folder = cache_folder()
    if not folder.is_dir():
        return []
    return [CacheItem(path, _size(path)) for path in sorted(folder.iterdir()) if path.name != TAG_NAME]


def clear_cache() -> int:
    """Removes everything in the cache and gives back how many bytes that was. Links are removed, not followed.

    Raises:
        UsageError: The folder isn't one that bayou made (BAYOU_CACHE may name a home by mistake); nothing is removed.
        OutputError: Something can't be removed.
    """
    folder, items = cache_folder(), cached_items()
    if items and os.environ.get(VARIABLE) and not (folder / TAG_NAME).is_file():
        message = f"not cleared: it has no {TAG_NAME}, so bayou didn't make it; look at {VARIABLE}"
        raise UsageError(message, str(folder))
    for item in items:
        try:
            if item.path.is_dir() and not item.path.is_symlink():
                shutil.rmtree(item.path)
            else:
                item.path.unlink()
        except OSError as error:
            raise OutputError(f"can't be removed: {error.strerror}", error.filename or str(item.path)) from error
    return sum(item.size for item in items)


def _size(path: Path) -> int:
    if path.is_symlink() or not path.is_dir():
        return path.lstat().st_size
    return sum(child.lstat().st_size for child in path.rglob("*") if child.is_symlink() or child.is_file())
