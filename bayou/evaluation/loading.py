"""From a model's name to a subject, and from a server's to a judge. Knows what loads them; not what they are asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from bayou.documents.document import Document
from bayou.engine.array_store import NO_CACHE
from bayou.engine.endpoint_settings import EndpointSettings
from bayou.engine.fingerprint import fingerprint
from bayou.engine.loading import model_folder
from bayou.engine.model import load
from bayou.engine.runtimes.endpoint import Endpoint
from bayou.errors import UsageError
from bayou.evaluation.benchmark import Picture
from bayou.evaluation.subjects import AnsweringSubject, Ask, LineSubject, Subject, read_document, scheduled, served
from bayou.inputs.messages import Message
from bayou.reading.answer_page_reader import AnswerPageReader
from bayou.reading.answers import Answerer
from bayou.reading.endpoint_answers import EndpointAnswerer
from bayou.reading.model_answers import ModelAnswerer
from bayou.reading.models import ENDPOINT, PRECISIONS, RUNTIMES, OnProgress, choose_model
from bayou.reading.nano_lines import NanoRecogniser
from bayou.reading.page_reader import PageReader
from bayou.reading.recogniser import Recogniser
from bayou.reading.tasks import ReadTask


@dataclass(frozen=True, slots=True)
class SubjectSettings:
    """Which model is measured, as ``Reader`` takes it, and how many questions it is asked at a time."""

    model: str = "nano"
    runtime: str | None = None
    precision: str | None = None
    device: str | None = None
    threads: int | None = None
    max_memory: int | None = None
    endpoint: EndpointSettings | None = None
    jobs: int = 4


def open_subject(settings: SubjectSettings, on_progress: OnProgress | None = None) -> Subject:
    """Loads a model, or makes ready to ask a server.

    Args:
        on_progress: Told the share that is done while a large checkpoint is converted.

    Raises:
        UsageError: An unknown model, or settings that it can't take.
        ModelError: Its files are missing or damaged.
    """
    if settings.jobs < 1:
        raise UsageError(f"at least one question is asked at a time, not {settings.jobs}")
    if settings.runtime == ENDPOINT:
        return _server(settings)
    if settings.model == "ppocr":
        chosen = choose_model("ppocr", settings.runtime, settings.precision, settings.device, settings.threads)
        recogniser = chosen.load(None).recogniser
        assert recogniser is not None
        return _lines(recogniser, settings, {"model": "ppocr", "rapidocr": version("rapidocr")})
    return _member(settings, on_progress)


def _lines(recogniser: Recogniser, settings: SubjectSettings, identity: Mapping[str, Any]) -> LineSubject:
    pages = PageReader(recogniser, settings.device or "CPU", settings.threads)
    return LineSubject(recogniser, read_document(pages.read, recogniser.name), identity)


def _member(settings: SubjectSettings, on_progress: OnProgress | None) -> Subject:
    if settings.runtime not in RUNTIMES or settings.precision not in PRECISIONS:
        raise UsageError(f"there is no runtime {settings.runtime!r} with precision {settings.precision!r}")
    model = load(
        settings.model,
        RUNTIMES[settings.runtime],
        PRECISIONS[settings.precision],
        settings.device,
        settings.threads,
        NO_CACHE,  # a page is asked about once; what is kept of 5,000 would only fill the disk
        settings.max_memory,
        on_progress,
    )
    name = model_folder(settings.model).name if settings.model.startswith((".", "/")) else settings.model
    identity = {
        "model": name,
        "weights": fingerprint(model_folder(settings.model), model.runtime, settings.device),
        "runtime": model.runtime.name,
        "precision": model.runtime.precision,
    }
    if model.tiles is None:
        return _lines(NanoRecogniser(model, name), settings, identity)
    answerer = ModelAnswerer(model, name)

    def asking() -> AbstractContextManager[Ask]:
        return scheduled(model, answerer.reading_prompt, settings.jobs)

    return _answering(name, identity, asking, answerer, settings)


def _server(settings: SubjectSettings) -> Subject:
    if settings.endpoint is None:
        raise UsageError("the runtime endpoint needs the address of a server, like http://localhost:8000/v1")
    endpoint = settings.endpoint
    answerer = EndpointAnswerer(endpoint, settings.model)

    def asking() -> AbstractContextManager[Ask]:
        return served(endpoint, settings.model, answerer.reading_prompt)

    identity = {"model": settings.model, "server": endpoint.base}
    return _answering(settings.model, identity, asking, answerer, settings)


def _answering(
    name: str,
    identity: Mapping[str, Any],
    asking: Callable[[], AbstractContextManager[Ask]],
    answerer: Answerer,
    settings: SubjectSettings,
) -> AnsweringSubject:
    """Pages are read as ``bayou read`` does: nano finds the lines and drafts them; it is loaded for the first page."""
    made: list[AnswerPageReader] = []

    def read_page(source: Picture) -> Document:
        if not made:
            nano = NanoRecogniser(load("nano", threads=settings.threads))
            made.append(AnswerPageReader(answerer, PageReader(nano, threads=settings.threads), ReadTask()))
        return read_document(made[0].read, name)(source)

    return AnsweringSubject(name, identity, asking, answerer.reading_prompt, read_page, settings.jobs)


class ServerJudge:
    """A server's model that is asked about answers; see ``runner.Judge``."""

    def __init__(self, settings: EndpointSettings, model: str) -> None:
        self.name = model
        self.identity: Mapping[str, Any] = {"model": model, "server": settings.base}
        self._endpoint = Endpoint(settings, model)

    def verdict(self, prompt: str, max_new_tokens: int) -> str:
        """What it says, greedily.

        Raises:
            ModelError: The server can't be reached or used.
        """
        return self._endpoint.answer([Message("user", prompt)], max_new_tokens).text.strip()
