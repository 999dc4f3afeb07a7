"""A folder that appears whole or not at all, with a list of its files. Knows paths; not what is in them."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bayou.engine.folder_swap import swap_in
from bayou.errors import OutputError

LIST_FILE = "bayou-export.json"
"""In every exported folder: what was exported, and the files that belong to it."""


@contextmanager
def whole_folder(target: str | Path, made_from: str, replace: bool = False) -> Iterator[Path]:
    """A folder to fill, which takes the place of ``target`` only when the block ends without an error.

    Args:
        target: Absent, an empty folder, or with ``replace`` an earlier export with nothing added to it.
        made_from: What was exported and how, for the list of files.

    Raises:
        OutputError: Something is in the way, or it can't be written. What was there stays.
    """
    target = Path(target)
    _check_free(target, replace)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        part.mkdir(parents=True)
        yield part
        files = sorted(path.relative_to(part).as_posix() for path in part.rglob("*") if path.is_file())
        listed = json.dumps({"made_from": made_from, "files": files}, indent=2) + "\n"
        (part / LIST_FILE).write_text(listed, encoding="utf-8")
        _check_free(target, replace)
        swap_in(part, target)
    except OSError as error:
        raise OutputError(f"can't be written: {error.strerror or error}", str(target)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _check_free(target: Path, replace: bool) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError("is a file; name a folder", str(target))
    held = {path.relative_to(target).as_posix() for path in target.rglob("*") if not path.is_dir()}
    if not held:
        return
    if not replace:
        raise OutputError("is not empty; name another folder, or replace an earlier export with --force", str(target))
    others = sorted(held - _listed(target) - {LIST_FILE})
    if others:
        raise OutputError(f"holds {others[0]}, which no export wrote; name another folder", str(target))


def _listed(folder: Path) -> set[str]:
    try:
        return set(json.loads((folder / LIST_FILE).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()
