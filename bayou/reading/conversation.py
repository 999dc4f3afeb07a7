"""A talk about documents: questions, answers and what they stand on. Knows the Reader; not models or command lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bayou.documents.document import Document
from bayou.documents.raw_page import OpenOptions
from bayou.reading.answers import Answer, OnEvent
from bayou.reading.line_answers import joined
from bayou.reading.reader import PictureSource, Reader, listed
from bayou.reading.tasks import ANSWER_TOKENS


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer."""

    question: str
    answer: Answer


class Conversation:
    """Asks one question after another about the same pages, which are read once.

    nano answers each question by itself. A larger model is told what was said before, takes the pages from its cache,
    and its answers are looked for on the pages.

    Args:
        reader: Who answers.
        sources: One picture, file or Document that was read, or several; their pages are counted through. A larger
            model needs pictures and files.
        options: How files are opened.
        history: Questions and answers before the first.
    """

    def __init__(
        self,
        reader: Reader,
        sources: PictureSource | Document | Sequence[PictureSource | Document],
        options: OpenOptions | None = None,
        history: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._reader, self._sources, self._options = reader, listed(sources), options
        self._before = tuple(history)
        self._turns: list[Turn] = []
        self._document: Document | None = None

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What was asked and answered so far, oldest first."""
        return tuple(self._turns)

    @property
    def history(self) -> tuple[tuple[str, str], ...]:
        """The same with what was said before, as pairs of texts; questions without an answer are left out."""
        said = ((turn.question, turn.answer.text) for turn in self._turns if turn.answer.text)
        return (*self._before, *said)

    @property
    def document(self) -> Document:
        """The pages as nano or a PDF's own text has them; read when first needed.

        Raises:
            InputError: A file can't be opened.
        """
        if self._document is None:
            lines = self._reader.line_reader
            self._document = joined([lines.as_document(source, self._options) for source in self._sources])
        return self._document

    def ask(self, question: str, *, max_new_tokens: int = ANSWER_TOKENS, on_event: OnEvent | None = None) -> Answer:
        """The answer to the next question, with evidence; arguments and errors as for ``Reader.ask``."""
        from bayou.reading.answer_evidence import grounded, with_evidence

        if self._reader.reads_lines:
            answer = self._reader.ask(self.document, question)
        else:
            answer = self._reader.ask(
                self._sources,
                grounded(question),
                history=self.history,
                max_new_tokens=max_new_tokens,
                options=self._options,
                on_event=on_event,
            )
            answer = with_evidence(answer, self.document)
        self._turns.append(Turn(question, answer))
        return answer
