"""Finds the golden numbers: a part is committed under tests/golden, the whole set is where BAYOU_SHARED says."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bayou.inputs.messages import Message, chat_messages
from bayou.inputs.processor import ProcessedInput, Processor
from bayou.inputs.tokenizer import Tokenizer
from bayou.model.released import read_config

ROOT = Path(__file__).resolve().parent.parent
COMMITTED = ROOT / "tests" / "golden"
SHARED = Path(os.environ.get("BAYOU_SHARED", ROOT.parent / "shared"))
CHECKPOINTS = ("tiny-800m", "tiny-2b")
MISSING = "not in the committed part of the golden set"


def golden(name: str) -> Path:
    """A file or folder of the golden set; the test is skipped where only the whole set has it and that is absent."""
    for place in (COMMITTED, SHARED / "golden", SHARED / "design"):
        if (place / name).exists():
            return place / name
    pytest.skip(f"{MISSING}: {name}")


def read_json(name: str) -> Any:
    return json.loads(golden(name).read_text(encoding="utf-8"))


@cache
def processor(checkpoint: str) -> Processor:
    folder = golden(checkpoint)
    return Processor(read_config(folder), Tokenizer.from_folder(folder))


@dataclass(frozen=True)
class Case:
    """One call of the reference and what it returned."""

    checkpoint: str
    values: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.values["case"])

    @property
    def refused(self) -> bool:
        return "raises" in self.values

    @property
    def images(self) -> list[str]:
        given = self.values["images"]
        return [given] if isinstance(given, str) else list(given or ())

    @property
    def messages(self) -> tuple[Message, ...]:
        paths = [golden(f"images/{name}") for name in self.images]
        return chat_messages(self.values["question"], paths, self.values.get("history"))

    def process(self) -> ProcessedInput:
        msac = False if self.values.get("images_passed_as") == "list" else None
        return processor(self.checkpoint)(self.messages, self.values.get("max_tiles", 6), msac)

    @property
    def has_arrays(self) -> bool:
        """Whether more is there of it than texts, sizes and hashes; else ``arrays`` skips the test."""
        places = (COMMITTED, SHARED / "golden")
        return any((place / "expected" / self.checkpoint / f"{self.name}.npz").exists() for place in places)

    def arrays(self) -> dict[str, NDArray[Any]]:
        with np.load(golden(f"expected/{self.checkpoint}/{self.name}.npz")) as file:
            return dict(file)


def cases(refused: bool = False, pictures: bool | None = None) -> list[Any]:
    """Cases of both checkpoints as pytest parameters.

    Args:
        refused: Those that the reference refuses, or the others.
        pictures: Only those with pictures, or only those without.
    """
    found = [
        Case(checkpoint, values)
        for checkpoint in CHECKPOINTS
        for values in json.loads((COMMITTED / "expected" / checkpoint / "cases.json").read_text(encoding="utf-8"))[
            "cases"
        ]
    ]
    return [
        pytest.param(case, id=f"{case.checkpoint}-{case.name}")
        for case in found
        if case.refused == refused and (pictures is None or bool(case.images) == pictures)
    ]
