"""The readers that are compared, behind one face: crops to texts, a page to its text. Knows how each is called.

An engine imports and loads nothing of its own before ``start``, so that a program can time that too.
"""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import bayou
    from bayou.engine.loading import RuntimeName

SECONDS = 300
SEGMENTATION = {"line": "7", "word": "8", "page": "3"}
"""Tesseract's page segmentation modes."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A crop's text, and the probability that it is right where the engine gives one."""

    text: str
    confidence: float | None = None


class Engine(Protocol):
    """Something that reads pictures of text."""

    name: str

    def start(self) -> None:
        """Import and load everything; called once, first."""

    def read_crops(self, paths: Sequence[Path], kind: str) -> list[Reading]:
        """One reading for each picture of a single "word" or "line"."""

    def read_page(self, path: Path) -> str:
        """The text of a whole page in reading order, lines separated by newlines."""


def pixels(path: Path) -> NDArray[np.uint8]:
    """A picture as uint8 BGR [H, W, 3]; decoded by bayou, as rapidocr itself takes a palette's numbers for grey."""
    from bayou.documents.open_pages import open_pages

    (page,) = open_pages(path)
    return np.ascontiguousarray(page.image[:, :, ::-1])


class Bayou:
    """bayou's own Reader with one of its models."""

    def __init__(self, model: str, runtime: str | None = None) -> None:
        self.name = f"bayou {Path(model).name}"
        self._model, self._runtime = model, runtime
        self._reader: bayou.Reader | None = None

    @property
    def reader(self) -> bayou.Reader:
        if self._reader is None:
            raise RuntimeError("start the engine first")
        return self._reader

    def start(self) -> None:
        from bayou.reading.reader import Reader

        self._reader = Reader(model=self._model, runtime=self._runtime)

    def read_crops(self, paths: Sequence[Path], kind: str) -> list[Reading]:
        return [Reading(line.text, line.confidence) for line in self.reader.read_lines(list(paths))]

    def read_page(self, path: Path) -> str:
        return self.reader.read(path).to_text()


class Draft:
    """What nano's tower reads by itself, without the decoder; crops alone."""

    def __init__(self, model: str, runtime: RuntimeName | None = None) -> None:
        self.name = f"{Path(model).name}'s draft"
        self._folder, self._runtime = model, runtime
        self._model: bayou.Model | None = None

    def start(self) -> None:
        from bayou.engine.model import load

        self._model = load(self._folder, runtime=self._runtime)

    def read_crops(self, paths: Sequence[Path], kind: str) -> list[Reading]:
        from bayou.inputs.line_images import prepare_line

        if self._model is None:
            raise RuntimeError("start the engine first")
        readings = []
        for path in paths:
            (encoded,) = self._model.runtime.encode([prepare_line(np.ascontiguousarray(pixels(path)[:, :, ::-1]))])
            if encoded.draft is None:
                raise RuntimeError("this model's tower drafts nothing")
            readings.append(Reading(encoded.draft.text))
        return readings

    def read_page(self, path: Path) -> str:
        raise NotImplementedError("the draft is measured on crops")


class RapidOcr:
    """The package rapidocr with OpenVINO: its recogniser alone on crops, the whole engine on pages."""

    name = "RapidOCR"

    def start(self) -> None:
        self._pages = self._engine({})

    @cached_property
    def _crops(self) -> Any:
        # By default pictures below 30 pixels are enlarged first and doubtful texts dropped, which suits pages; without
        # that its recogniser does better on crops, and it is the recogniser alone that is asked here.
        return self._engine({"Global.use_preprocess_img": False, "Global.text_score": 0.0})

    def _engine(self, settings: dict[str, object]) -> Any:
        from rapidocr import EngineType, RapidOCR

        runtimes = {f"{part}.engine_type": EngineType.OPENVINO for part in ("Det", "Cls", "Rec")}
        engine = RapidOCR(params={**runtimes, **settings})
        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
        return engine

    def read_crops(self, paths: Sequence[Path], kind: str) -> list[Reading]:
        results = [self._crops(pixels(path), use_det=False, use_cls=False, use_rec=True) for path in paths]
        return [Reading(r.txts[0], float(r.scores[0])) if r.txts else Reading("", 0.0) for r in results]

    def read_page(self, path: Path) -> str:
        return "\n".join(self._pages(pixels(path)).txts or ())


class Tesseract:
    """The program tesseract, a process for each picture.

    Attributes:
        language: Whose data it reads with, as Tesseract calls it.
    """

    name = "Tesseract"

    def __init__(self, language: str = "eng") -> None:
        self.language = language

    def start(self) -> None:
        subprocess.run(["tesseract", "--version"], capture_output=True, check=True)

    def read_crops(self, paths: Sequence[Path], kind: str) -> list[Reading]:
        return [Reading(self._run(path, kind)) for path in paths]

    def read_page(self, path: Path) -> str:
        return self._run(path, "page")

    def _run(self, path: Path, kind: str) -> str:
        command = ["tesseract", str(path), "stdout", "-l", self.language, "--psm", SEGMENTATION[kind]]
        run = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
        return run.stdout.decode("utf-8").strip()


def named(name: str, model: str) -> Engine:
    """The engine of a short name.

    Args:
        name: "draft", "rapidocr", "tesseract", or a model of bayou.
        model: The model, by name or folder, whose draft is meant.
    """
    match name:
        case "draft":
            return Draft(model)
        case "rapidocr":
            return RapidOcr()
        case "tesseract":
            return Tesseract()
    return Bayou(name)


def compared(model: str) -> list[str]:
    """The short names of what stands in a comparison of one of bayou's models; ppocr drafts nothing."""
    own = [model] if model == "ppocr" else [model, "draft"]
    return [*own, "rapidocr", "tesseract"]
