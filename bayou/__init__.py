"""The public names and nothing else; knows where they live, and loads a room only when one of its names is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bayou.documents.document import Block, Cell, Document, Line, Page, Table, Word
    from bayou.documents.geometry import Box
    from bayou.engine.model import Model, load
    from bayou.errors import (
        BayouError,
        InputError,
        LimitError,
        MissingExtraError,
        ModelError,
        OutputError,
        PasswordError,
        UsageError,
    )
    from bayou.inputs.messages import Message
    from bayou.reading.answers import Answer
    from bayou.reading.conversation import Conversation
    from bayou.reading.evidence import Evidence
    from bayou.reading.extraction import Extraction, Field
    from bayou.reading.reader import Reader
    from bayou.reading.search import Hit, search

__version__ = "0.1.0"

_HOMES = {
    "Reader": "bayou.reading.reader",
    "load": "bayou.engine.model",
    "Model": "bayou.engine.model",
    "Message": "bayou.inputs.messages",
    "Answer": "bayou.reading.answers",
    "Extraction": "bayou.reading.extraction",
    "Field": "bayou.reading.extraction",
    "Evidence": "bayou.reading.evidence",
    "Conversation": "bayou.reading.conversation",
    "Hit": "bayou.reading.search",
    "search": "bayou.reading.search",
    "Document": "bayou.documents.document",
    "Page": "bayou.documents.document",
    "Block": "bayou.documents.document",
    "Line": "bayou.documents.document",
    "Word": "bayou.documents.document",
    "Table": "bayou.documents.document",
    "Cell": "bayou.documents.document",
    "Box": "bayou.documents.geometry",
    "BayouError": "bayou.errors",
    "UsageError": "bayou.errors",
    "InputError": "bayou.errors",
    "PasswordError": "bayou.errors",
    "LimitError": "bayou.errors",
    "OutputError": "bayou.errors",
    "ModelError": "bayou.errors",
    "MissingExtraError": "bayou.errors",
}

__all__ = [
    "Answer",
    "BayouError",
    "Block",
    "Box",
    "Cell",
    "Conversation",
    "Document",
    "Evidence",
    "Extraction",
    "Field",
    "Hit",
    "InputError",
    "LimitError",
    "Line",
    "Message",
    "MissingExtraError",
    "Model",
    "ModelError",
    "OutputError",
    "Page",
    "PasswordError",
    "Reader",
    "Table",
    "UsageError",
    "Word",
    "load",
    "search",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'bayou' has no attribute {name!r}")
    value: object = vars(import_module(home))[name]
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
