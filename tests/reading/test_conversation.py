"""Talks about documents: pages are read once, larger models are told what was said, answers carry their evidence."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from bayou.documents.document import Document
from bayou.errors import UsageError
from bayou.reading.answer_evidence import NOT_PRINTED, grounded, with_evidence
from bayou.reading.answers import Answer
from bayou.reading.conversation import Conversation, Turn
from bayou.reading.line_answers import NOT_FOUND
from bayou.reading.models import LoadedModel, ModelChoice, Place
from bayou.reading.reader import Reader
from tests.reading.placed_lines import invoice
from tests.reading.scripted_answerer import ScriptedAnswerer


class Nobody:
    """A recogniser that has nothing to recognise."""

    def recognise(self, images: Any) -> Any:
        raise AssertionError("what was read is not read again")


def lines_reader() -> Reader:
    reader = Reader()
    reader._choice = ModelChoice("nano", Place("CPU", 1), lambda _: LoadedModel(recogniser=Nobody()))  # type: ignore[arg-type]
    return reader


class Talker(Reader):
    """A larger model that says what it is given to say, and whose pages were read."""

    def __init__(self, answerer: ScriptedAnswerer, document: Document) -> None:
        super().__init__()
        self._choice = ModelChoice("scripted", Place("CPU", 1), lambda _: LoadedModel(answerer=answerer))
        self.document, self.read_times = document, 0

    @property
    def line_reader(self) -> Reader:
        return self

    def as_document(self, source: Any, options: Any = None) -> Document:
        self.read_times += 1
        return self.document


def test_a_talk_with_nano() -> None:
    talk = Conversation(lines_reader(), invoice())
    total, when = talk.ask("What is the total?"), talk.ask("And when?")
    assert (total.text, when.text) == ("£4,399.14", "14 March 2025")
    assert talk.ask("Why?").text == ""
    assert talk.turns[:2] == (Turn("What is the total?", total), Turn("And when?", when))
    assert talk.history == (("What is the total?", total.text), ("And when?", when.text))


def test_a_talk_with_a_larger_model_keeps_what_was_said_and_finds_it_on_the_page() -> None:
    answerer = ScriptedAnswerer("£4,399.14")
    reader = Talker(answerer, invoice())
    talk = Conversation(reader, Image.new("RGB", (30, 30)), history=[("Hello?", "Hi.")])
    answer = talk.ask("What is the total?")
    assert (answer.found, [place.quote for place in answer.evidence]) == (True, ["£4,399.14"])
    answerer.text = "It isn't known."
    assert talk.ask("And the warranty?").note == NOT_PRINTED
    messages = answerer.asked[1][0]
    assert [message.role for message in messages] == ["user", "assistant", "user", "assistant", "user"]
    assert messages[2].parts[-1] == "What is the total?" and messages[4].parts[-1] == grounded("And the warranty?")
    assert reader.read_times == 1


def test_a_larger_model_needs_the_pages_themselves() -> None:
    with pytest.raises(UsageError, match="pages themselves"):
        Talker(ScriptedAnswerer("x"), invoice()).ask(invoice(), "What?")
    with pytest.raises(UsageError, match="extract"):
        lines_reader().ask(invoice(), "What is the total?", schema={"type": "string"})


@pytest.mark.parametrize(
    "text",
    [
        "Not in this document.",
        "not in the document",
        "It is not mentioned in the document.",
        "The document doesn’t say who signed.",
        "This is not stated on the page.",
    ],
)
def test_a_refusal_is_understood(text: str) -> None:
    answer = with_evidence(Answer(text, "stop", "m"), invoice())
    assert (answer.text, answer.found, answer.evidence) == (NOT_FOUND, False, ())


def test_evidence_is_of_the_whole_answer_or_of_what_in_it_is_exact() -> None:
    document = invoice()

    def quotes(text: str) -> list[str]:
        return [place.quote for place in with_evidence(Answer(text, "stop", "m"), document).evidence]

    assert quotes("Larkspur Joinery Ltd.") == ["Larkspur Joinery Ltd"]
    assert quotes("The total comes to £4,399.14, due at once.") == ["£4,399.14"]
    assert quotes('It says "Thank you for choosing".') == ["Thank you for choosing"]
    assert quotes("The sum is 17.50.") == []
    assert quotes("") == []
    assert with_evidence(Answer("", "stop", "m"), document).note == ""


def test_asking_for_evidence_goes_through_the_reader_too() -> None:
    answerer = ScriptedAnswerer("Orford IP12 2NU")
    answer = Talker(answerer, invoice()).ask(Image.new("RGB", (30, 30)), "Where is it?", evidence=True)
    assert answer.found and answerer.asked[0][0][-1].parts[-1] == "\n" + grounded("Where is it?")
    plain = Talker(answerer, invoice()).ask(Image.new("RGB", (30, 30)), "Where is it?")
    assert (plain.found, plain.evidence) == (None, ())
