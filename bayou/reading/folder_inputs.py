"""Which files a folder run reads, and what their outputs are called. Knows paths; not what is in the files."""

from __future__ import annotations

import glob
import os
import stat
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from bayou.documents.open_pages import SUFFIXES
from bayou.errors import BayouError, InputError

WALKED_SUFFIXES = frozenset({*SUFFIXES, ".heic", ".heif"})
"""A folder gives the files that end like this (in any case); a file that is named itself may end as it likes.
HEIC isn't read, but a photo that is passed over without a word would be missed."""

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """One document to read.

    Attributes:
        path: The file; None where ``data`` holds the bytes (standard input, a pipe).
        name: Where its outputs go, below the output folder and without a format's suffix: ``2024/letter.png``.
    """

    path: Path | None
    name: str
    data: bytes | None = field(default=None, repr=False)

    @property
    def label(self) -> str:
        """What messages call it."""
        return "standard input" if self.path is None else str(self.path)


@dataclass(slots=True)
class Found:
    """What a search gave: sources in a stable order, each once; what can't be read; and what was left out and why."""

    sources: list[Source] = field(default_factory=list)
    problems: list[BayouError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_sources(
    arguments: Sequence[str],
    recursive: bool = True,
    output: Path | None = None,
    own_files: Iterable[Path] = (),
    read_stdin: Callable[[], bytes] = lambda: b"",
) -> Found:
    """The documents that ``arguments`` (files, folders, patterns, ``-``) stand for.

    A file is named after itself, a file in a folder after its path inside that folder; where several folders are given,
    each one's name comes first. Links to folders are followed, but not into a loop. Names that begin with a dot are
    left out of folders. The ``output`` folder below a searched one, and ``own_files`` (what earlier runs wrote), are
    never inputs.
    """
    search = _Search(recursive, output, own_files)
    expanded = _expanded(arguments)
    folders = sum(os.path.isdir(argument) for argument in expanded)
    for argument in expanded:
        if argument == STDIN:
            search.add_stdin(read_stdin)
        else:
            search.add(argument, folders > 1)
    return search.found


def _expanded(arguments: Sequence[str]) -> list[str]:
    """Patterns replaced by what they match, as a shell does it; a path that exists is never taken for a pattern."""
    paths: list[str] = []
    for argument in arguments:
        if argument != STDIN and glob.has_magic(argument) and not os.path.lexists(argument):
            paths.extend(sorted(glob.glob(argument, recursive=True)) or [argument])
        else:
            paths.append(argument)
    return paths


class _Search:
    """The state of one search: what was found, and which files were seen already."""

    def __init__(self, recursive: bool, output: Path | None, own_files: Iterable[Path]) -> None:
        self.found = Found()
        self._recursive = recursive
        self._output = None if output is None else os.path.realpath(output)
        self._own = {_identity(path) for path in own_files}
        self._seen: set[str] = set()

    def add_stdin(self, read_stdin: Callable[[], bytes]) -> None:
        if STDIN not in self._seen:
            self._seen.add(STDIN)
            self.found.sources.append(Source(None, "stdin", read_stdin()))

    def add(self, argument: str, several_folders: bool) -> None:
        path = Path(argument)
        try:
            mode = os.stat(path).st_mode
        except OSError as error:
            self.found.problems.append(InputError(_why_absent(argument, error), argument))
            return
        if stat.S_ISDIR(mode):
            prefix = PurePosixPath(Path(os.path.abspath(path)).name if several_folders else "")
            self._add_folder(path, prefix)
        elif stat.S_ISREG(mode):
            self._add_file(path, path.name)
        else:  # a pipe, as in `bayou read <(curl …)`: it can be read only once
            self._add_pipe(path)

    def _add_pipe(self, path: Path) -> None:
        try:
            self.found.sources.append(Source(None, path.name, path.read_bytes()))
        except OSError as error:
            self.found.problems.append(InputError(f"can't be read: {error.strerror}", str(path)))

    def _add_file(self, path: Path, name: str) -> None:
        identity = _identity(path)
        if identity in self._own:
            self.found.notes.append(f"{path}: written by an earlier run into the same folder; not read")
        elif identity not in self._seen:
            self._seen.add(identity)
            self.found.sources.append(Source(path, name))

    def _add_folder(self, top: Path, prefix: PurePosixPath) -> None:
        before = len(self.found.sources) + len(self.found.problems)
        inside: list[tuple[str, Path]] = []
        queue, links = deque([(top, prefix)]), deque[tuple[Path, PurePosixPath]]()
        seen = {os.path.realpath(top)}
        while queue or links:
            # Links come last, so that a file is called after the folder where it lies, whatever the links' names.
            folder, name = queue.popleft() if queue else links.popleft()
            if folder != top:
                real = os.path.realpath(folder)
                if self._is_loop(folder, real) or real in seen or real == self._output:
                    continue
                seen.add(real)
            for path, is_folder in self._entries(folder):
                if not is_folder:
                    if path.suffix.lower() in WALKED_SUFFIXES:
                        inside.append(((name / path.name).as_posix(), path))
                elif self._recursive:
                    (links if path.is_symlink() else queue).append((path, name / path.name))
        for file_name, path in sorted(inside):
            if path.is_file():
                self._add_file(path, file_name)
            elif path.is_symlink():
                self.found.problems.append(InputError("a link to a file that isn't there", str(path)))
        if len(self.found.sources) + len(self.found.problems) == before and not inside:
            kinds = " ".join(sorted(SUFFIXES))
            self.found.problems.append(InputError(f"no document in this folder (looked for {kinds})", str(top)))

    def _is_loop(self, link: Path, real: str) -> bool:
        home = os.path.realpath(link.parent)
        if not link.is_symlink() or not Path(home).is_relative_to(real):
            return False
        self.found.notes.append(f"{link}: a link to {real}, the folder it lies in; left out, or it would never end")
        return True

    def _entries(self, folder: Path) -> list[tuple[Path, bool]]:
        """What a folder holds and which of it are folders; a folder that can't be listed is a problem, not an end."""
        try:
            with os.scandir(folder) as entries:
                visible = [(Path(entry), os.path.isdir(entry)) for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            self.found.problems.append(InputError(f"can't list this folder: {error.strerror}", str(folder)))
            return []
        return sorted(visible)


def _identity(path: Path) -> str:
    return os.path.normcase(os.path.abspath(path))


def _why_absent(argument: str, error: OSError) -> str:
    if os.path.islink(argument):
        return "a link to something that isn't there"
    if isinstance(error, FileNotFoundError):
        return "no file matches this pattern" if glob.has_magic(argument) else "no such file or folder"
    return f"can't be opened: {error.strerror}"


def with_own_names(
    sources: Sequence[Source], key_of: Callable[[Source], str], taken: Mapping[str, str]
) -> list[Source]:
    """The sources, each with a name of its own, also where a file system doesn't tell upper from lower case.

    Args:
        key_of: What stands for a source in ``taken``.
        taken: Key to name, from earlier runs. A source keeps the name it had; a name that another source has is not
            given again: ``scan.png`` becomes ``scan~2.png``.
    """
    owners = {name.casefold(): key for key, name in taken.items()}
    named = []
    for source in sources:
        key = key_of(source)
        name = taken.get(key, source.name)
        path, number = PurePosixPath(source.name), 1
        while owners.get(name.casefold(), key) != key:
            number += 1
            name = path.with_name(f"{path.stem}~{number}{path.suffix}").as_posix()
        owners[name.casefold()] = key
        named.append(replace(source, name=name))
    return named
