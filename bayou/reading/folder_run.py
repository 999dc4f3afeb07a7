"""Many documents in one run: only what is missing, changed or failed is read. Knows sources, jobs and the manifest."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

from bayou.errors import BayouError, InputError, OutputError
from bayou.reading.folder_inputs import Source, with_own_names
from bayou.reading.folder_outputs import discard, existing_outputs, put_in_place, refuse_strangers, remove, sweep
from bayou.reading.folder_workers import Failure, Job, MakeReader, ReadSettings, Result, do_jobs
from bayou.reading.manifest import Entry, EntryStatus, Made, Manifest, OutputFile, file_sha256


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run makes of its sources.

    Attributes:
        output: The folder that the outputs go to; None gives texts instead.
        jobs: How many processes read.
        max_failures: After so many failures no further document is begun; None for no limit.
        overwrite: Read everything again, and replace files that bayou didn't write.
        version: Of bayou, for the manifest.
    """

    settings: ReadSettings
    formats: tuple[str, ...]
    output: Path | None = None
    jobs: int = 1
    max_failures: int | None = None
    overwrite: bool = False
    version: str = ""

    def processes(self, sources: int) -> int:
        """How many processes besides this one read; a single document needs none."""
        return 0 if sources < 2 else min(self.jobs, sources)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one source.

    Attributes:
        status: ``unchanged``: an earlier run read it; ``incomplete``: outputs were written, but pages failed.
        text: The document, for a run without an output folder.
        remarks: What is to be said of pages and outputs, in order.
        failure: Why, for ``failed`` and ``incomplete``.
    """

    source: Source
    status: Literal["read", "incomplete", "failed", "unchanged"]
    text: str = ""
    remarks: tuple[str, ...] = ()
    pages: int = 0
    seconds: float = 0.0
    failure: Failure | None = None


class Report(Protocol):
    """Who is told what happens."""

    def outcome(self, outcome: Outcome) -> None:
        """What became of a source."""

    def page(self) -> None:
        """One more page is read."""


def settings_hash(settings: ReadSettings) -> str:
    """What decides whether outputs are still those of these settings.

    A model, how it computes, which pages, and their resolution change what is read; so does the memory that it may take
    or the server that has it, and the limits of a model that answers. Where it is computed, limits on documents, and
    the password and the server's key (which are never stored) don't. A model that is a folder counts with its files'
    names, sizes and times.
    """
    values: list[object] = [settings.model, settings.runtime, settings.precision, settings.pages, settings.dpi]
    values += [settings.force_ocr, settings.max_memory, settings.url]
    values += [settings.max_new_tokens, settings.max_tiles, settings.skip_blank_tiles]
    values += [settings.schema] if settings.schema else []
    folder = Path(settings.model)
    if folder.is_dir():
        files = [(path.relative_to(folder).as_posix(), path.stat()) for path in folder.rglob("*") if path.is_file()]
        values.append(sorted((name, stat.st_size, stat.st_mtime_ns) for name, stat in files))
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def read_to_texts(sources: Sequence[Source], options: RunOptions, make_reader: MakeReader, report: Report) -> None:
    """Reads documents and reports their texts in the order of ``sources``, whatever is done first.

    Raises:
        StopRun: The reader can't be made, or says so while it reads.
    """
    failures, due = 0, 0
    waiting: dict[int, Outcome] = {}

    def jobs() -> Iterator[Job]:
        for number, source in enumerate(sources):
            if options.max_failures is not None and failures >= options.max_failures:
                return
            yield Job(number, source, options.formats, None)

    processes = options.processes(len(sources))
    for result in do_jobs(jobs(), processes, make_reader, options.settings, report.page):
        waiting[result.number] = _outcome(sources[result.number], result)
        failures += waiting[result.number].failure is not None
        while due in waiting:
            report.outcome(waiting.pop(due))
            due += 1


def read_to_folder(
    sources: Sequence[Source], options: RunOptions, make_reader: MakeReader, report: Report
) -> tuple[str, ...]:
    """Reads the documents that need it, writes their outputs, and keeps the manifest; returns what else is to be said.

    Raises:
        OutputError: The folder or its manifest can't be used.
        StopRun: The reader can't be made, or says so while it reads; what was read before is kept.
    """
    if options.output is None:
        raise ValueError("a run into a folder needs a folder")
    with Manifest(options.output) as manifest:
        _FolderRun(manifest, options, report).read(sources, make_reader)
    return tuple(manifest.notes)


def _outcome(source: Source, result: Result) -> Outcome:
    failure = result.failure
    status: Literal["read", "incomplete", "failed"] = "read" if failure is None else "failed"
    if failure is None and (failed := result.pages.get("failed", 0)):
        pages = "a page" if failed == 1 else f"{failed} pages"
        failure = Failure(f"{source.label}: {pages} of {sum(result.pages.values())} failed", InputError.exit_code)
        status = "incomplete"
    count = sum(result.pages.values())
    return Outcome(source, status, result.text, result.remarks, count, result.seconds, failure)


class _FolderRun:
    """One run into one folder; this process alone names files and writes the manifest, whoever reads."""

    def __init__(self, manifest: Manifest, options: RunOptions, report: Report) -> None:
        self._manifest = manifest
        self._output = manifest.folder
        self._options = options
        self._report = report
        self._settings = settings_hash(options.settings)
        self._failures = 0
        self._begun: dict[int, Source] = {}

    def read(self, sources: Sequence[Source], make_reader: MakeReader) -> None:
        self._clean_up()
        self._adopt_moved(sources)
        taken = {key: entry.name for key, entry in self._manifest.entries.items()}
        named = with_own_names(sources, self._key, taken)
        try:
            jobs, processes = self._jobs(named), self._options.processes(len(named))
            for result in do_jobs(jobs, processes, make_reader, self._options.settings, self._report.page):
                self._finish(self._begun.pop(result.number), result)
        finally:
            for source in self._begun.values():
                sweep(self._output, source.name)

    def _key(self, source: Source) -> str:
        """A source as seen from the output folder; on another drive, its whole path."""
        if source.path is None:
            return f"<{source.name}>"
        try:
            path = os.path.relpath(source.path, self._output)
        except ValueError:
            path = os.path.abspath(source.path)
        return Path(path).as_posix()

    def _clean_up(self) -> None:
        """Takes away what a killed run left of the documents it was busy with, and forgets it."""
        for entry in [entry for entry in self._manifest.entries.values() if entry.doing]:
            sweep(self._output, entry.name)
            for format in entry.doing:
                for path in existing_outputs(self._output, entry.name, format):
                    remove(path)
            kept = {format: made for format, made in entry.formats.items() if format not in entry.doing}
            self._manifest.record(replace(entry, formats=kept, doing=()))

    def _adopt_moved(self, sources: Sequence[Source]) -> None:
        """A source that isn't where it was, and is found elsewhere under the same name, needn't be read again."""
        here = os.path.abspath(self._output)
        gone = {
            entry.name: entry
            for key, entry in self._manifest.entries.items()
            if not key.startswith("<") and not os.path.lexists(os.path.normpath(os.path.join(here, key)))
        }
        for source in sources:
            entry, key = gone.get(source.name), self._key(source)
            if entry is None or source.path is None or key in self._manifest.entries:
                continue
            try:
                same = _size(source) == entry.size and _hash(source) == entry.sha256
            except InputError:
                continue  # reported when its turn comes
            if same:
                self._manifest.rename(entry.source, key)

    def _jobs(self, sources: Sequence[Source]) -> Iterator[Job]:
        for number, source in enumerate(sources):
            if self._options.max_failures is not None and self._failures >= self._options.max_failures:
                return
            try:
                formats = self._begin(source)
            except BayouError as error:
                self._tell(Outcome(source, "failed", failure=Failure(str(error), error.exit_code)))
                continue
            if formats:
                self._begun[number] = source
                yield Job(number, source, formats, self._output)

    def _begin(self, source: Source) -> tuple[str, ...]:
        """The formats to make of a source, noted in the manifest; none, and reported, where all are there."""
        key, sha256 = self._key(source), _hash(source)
        before = self._manifest.entries.get(key) or Entry(key, source.name, "started")
        remarks: list[str] = []
        if self._options.overwrite:
            formats = self._options.formats
        else:
            formats = tuple(f for f in self._options.formats if self._is_wanted(before, f, sha256, remarks))
            refuse_strangers(self._output, source.name, formats, frozenset(o.name for o in before.outputs))
        if not formats:
            self._tell(Outcome(source, "unchanged", remarks=tuple(remarks), pages=sum(before.pages.values())))
            return ()
        begun = replace(before, status="started", sha256=sha256, size=_size(source), error="", exit_code=0)
        self._manifest.record(replace(begun, doing=formats))
        return formats

    def _is_wanted(self, entry: Entry, format: str, sha256: str, remarks: list[str]) -> bool:
        """Whether one format has to be made.

        Raises:
            OutputError: It has to, but somebody has changed what stands there.
        """
        made = entry.formats.get(format)
        if made is None:
            return True
        current = made.sha256 == sha256 and made.settings == self._settings and entry.status != "incomplete"
        states = {output.name: output.state(self._output) for output in made.outputs}
        for name, state in states.items():
            if state == "changed":
                path = str(self._output / name)
                if not current:
                    raise OutputError("was changed since bayou wrote it; --overwrite replaces it", path)
                remarks.append(f"{path} was changed since bayou wrote it, and stays; --overwrite replaces it")
        return not current or "missing" in states.values()

    def _finish(self, source: Source, result: Result) -> None:
        outcome = _outcome(source, result)
        status: EntryStatus = "read" if outcome.failure is None else "incomplete" if outcome.pages else "failed"
        entry = replace(
            self._manifest.entries[self._key(source)],
            status=status,
            pages=result.pages,
            seconds=round(result.seconds, 3),
            error="" if outcome.failure is None else outcome.failure.message,
            exit_code=0 if outcome.failure is None else outcome.failure.exit_code,
            model=result.model,
            version=self._options.version,
        )
        try:
            if outcome.status != "failed":
                entry = self._put_in_place(entry, source, result)
            self._manifest.record(replace(entry, doing=()))
        except OutputError as error:
            outcome = replace(outcome, status="failed", failure=Failure(str(error), error.exit_code))
            self._record_failure(replace(entry, status="failed", error=str(error), exit_code=error.exit_code))
        self._tell(outcome)

    def _record_failure(self, entry: Entry) -> None:
        before = self._manifest.entries[entry.source]
        try:
            failed = replace(before, status="failed", error=entry.error, exit_code=entry.exit_code, doing=())
            self._manifest.record(failed)
        except OutputError as error:
            # The log still says "started", so the next run reads the file again, as it would after a failure.
            self._manifest.notes.append(str(error))

    def _put_in_place(self, entry: Entry, source: Source, result: Result) -> Entry:
        """Names the outputs, and takes away those of an earlier reading that have no successor."""
        formats = dict(entry.formats)
        if not self._options.overwrite:
            known = frozenset(output.name for output in entry.outputs)
            try:
                refuse_strangers(self._output, source.name, entry.doing, known)
            except OutputError:
                discard(result.parts)
                raise
        put_in_place(result.parts, self._output)
        for format in entry.doing:
            parts = (part for part in result.parts if part.format == format)
            outputs = tuple(OutputFile(part.name, part.size, part.sha256) for part in parts)
            old: tuple[OutputFile, ...] = formats[format].outputs if format in formats else ()
            for stale in {output.name for output in old} - {output.name for output in outputs}:
                remove(self._output / stale)
            formats[format] = Made(entry.sha256, self._settings, outputs)
        return replace(entry, formats=formats)

    def _tell(self, outcome: Outcome) -> None:
        self._failures += outcome.failure is not None
        self._report.outcome(outcome)


def _hash(source: Source) -> str:
    if source.data is not None:
        return hashlib.sha256(source.data).hexdigest()
    if source.path is None:
        raise ValueError("a source is a path or bytes")
    try:
        return file_sha256(source.path)
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", str(source.path)) from error


def _size(source: Source) -> int:
    if source.data is not None:
        return len(source.data)
    if source.path is None:
        raise ValueError("a source is a path or bytes")
    try:
        return source.path.stat().st_size
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", str(source.path)) from error
