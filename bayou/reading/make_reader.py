"""The reader that settings of a run describe. Knows settings and the Reader; not where settings come from."""

from __future__ import annotations

from bayou.engine.endpoint_settings import EndpointSettings
from bayou.reading.folder_workers import ReadSettings
from bayou.reading.reader import Reader
from bayou.reading.tasks import ANSWER_TOKENS, READ_TOKENS, ReadTask


def make_reader(settings: ReadSettings) -> Reader:
    """Bayou's own reader; its model is loaded when the first page needs it.

    Raises:
        UsageError: As from ``Reader``.
    """
    task = ReadTask(
        max_new_tokens=settings.max_new_tokens or READ_TOKENS,
        max_tiles=settings.max_tiles,
        skip_blank_tiles=settings.skip_blank_tiles,
        max_record_tokens=settings.max_new_tokens or ANSWER_TOKENS,
    )
    return Reader(
        settings.model,
        settings.runtime,
        settings.precision,
        settings.device,
        settings.threads,
        settings.max_memory,
        EndpointSettings(settings.url, settings.api_key) if settings.url is not None else None,
        task,
    )
