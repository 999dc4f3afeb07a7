"""How a bulk run reads, and what of it decides whether results are still good. Knows values; no Ray, no files."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Literal

from bayou.bulk.shown_urls import without_secrets
from bayou.reading.folder_run import settings_hash
from bayou.reading.folder_workers import ReadSettings

ROWS_VERSION = 1
"""Of the columns; results of another version are read again."""

UNTOLD = frozenset({"password", "api_key", "threads", "device"})
"""Settings that are secret, or that leave a row as it is."""
LONGEST_TOLD = 40
"""Characters of a schema that is told as it is: a ready one's name is shorter."""

Format = Literal["parquet", "jsonl"]


@dataclass(frozen=True, slots=True)
class PageLimits:
    """What one page may take.

    Attributes:
        seconds: Time to open and read it.
        memory: Bytes that the process reading it may hold, its model included; None: the computer's memory shared out
            among its processors, and at least 4 GB.
        start_seconds: Time to load the model, which a first use may have to convert.
    """

    seconds: float = 300.0
    memory: int | None = None
    start_seconds: float = 1800.0


@dataclass(frozen=True, slots=True)
class BulkSettings:
    """How every document of a run is read.

    Attributes:
        read: As for ``bayou read``.
        schema: What to extract from each document: a ready schema's name, or JSON Schema as text; "" for nothing.
    """

    read: ReadSettings = field(default_factory=ReadSettings)
    schema: str = ""
    limits: PageLimits = field(default_factory=PageLimits)

    @property
    def described(self) -> str:
        """For people: the model, and what isn't as usual of that which changes a row; without secrets."""
        usual, given = asdict(ReadSettings()), asdict(self.read)
        told = {name: given[name] for name in given if name == "model" or given[name] != usual[name]}
        if self.schema:
            told["schema"] = self.schema if len(self.schema) < LONGEST_TOLD else "one of your own"
        shown = {name.replace("_", " "): without_secrets(str(told[name])) for name in told if name not in UNTOLD}
        return ", ".join(f"{name} {value}" for name, value in shown.items())

    @property
    def hash(self) -> str:
        """Of all that changes a row's text. Limits don't: they only say how long is waited for it."""
        values = [ROWS_VERSION, settings_hash(self.read), self.schema, self.read.max_pixels, self.read.max_pages]
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:32]
