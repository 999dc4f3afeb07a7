"""``bayou ask`` as a user sees it: the answer, what is told on the way, JSON, and the exit codes."""

from __future__ import annotations

import io
import json
import re
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bayou.cli.ask import ask
from bayou.cli.main import main
from bayou.documents.geometry import Box
from bayou.engine.request import ImageEncoded, PromptRead, TextPiece, TileCounts
from bayou.errors import InputError
from bayou.reading.answers import Answer
from bayou.reading.evidence import Evidence
from bayou.reading.folder_workers import ReadSettings
from tests.engine.imitation_server import answers, imitation, refuses
from tests.golden_set import golden
from tests.reading.documents import folder_of, noise
from tests.reading.placed_lines import invoice

ROOT = Path(__file__).resolve().parents[2]
Captured = pytest.CaptureFixture[str]
WHOLE = Answer("Two\nlines.", "stop", "scripted", 800, 4, 0.75, (32009, 2), 2, 0.5, 1.5, None, 3, "", 773)
SKIPPING = replace(WHOLE, tiles=TileCounts(7, 0, 2, 1))


class Scripted:
    """A reader that answers what it was given to say, in pieces, and keeps how it was asked."""

    def __init__(self, answer: Answer = WHOLE, error: Exception | None = None) -> None:
        self.answer, self.error = answer, error
        self.settings: ReadSettings | None = None
        self.asked: list[tuple[Any, str, dict[str, Any]]] = []

    def make(self, settings: ReadSettings) -> Scripted:
        self.settings = settings
        return self

    def load(self, on_progress: Callable[[float], None]) -> None:
        on_progress(0.5)

    def ask(self, sources: Any, question: str, *, on_event: Callable[[Any], None], **options: Any) -> Answer:
        self.asked.append((sources, question, options))
        if self.error is not None:
            raise self.error
        for event in (ImageEncoded(3, 7), ImageEncoded(7, 7), PromptRead(1812)):
            on_event(event)
        for word in re.findall(r"\s*\S+", self.answer.text):
            on_event(TextPiece(word))
        return self.answer


def bayou(scripted: Scripted, *arguments: str | Path) -> int:
    return main(["ask", *map(str, arguments)], scripted.make)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAYOU_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("BAYOU_API_KEY", raising=False)


def test_the_answer_goes_to_standard_output_and_nothing_else_is_said(tmp_path: Path, capsys: Captured) -> None:
    scripted = Scripted()
    assert bayou(scripted, noise(tmp_path / "a.png"), "What?") == 0
    assert capsys.readouterr() == ("Two\nlines.\n", "")
    ((sources, question, options),) = scripted.asked
    assert (sources, question) == ([tmp_path / "a.png"], "What?")
    assert (options["history"], options["max_new_tokens"], options["evidence"]) == ([], 1024, False)


def test_options_reach_the_reader(tmp_path: Path) -> None:
    scripted = Scripted()
    history = tmp_path / "talk.json"
    history.write_text('[["One?", "1"], ["Two?", "2"]]', encoding="utf-8")
    arguments = "--pages 2-3 --dpi 150 --password xyz --model 2b --device GPU --runtime torch --precision int8"
    arguments += (
        f" --max-memory 1.5GB --max-tiles 4 --max-new-tokens 50 --skip-blank-tiles --evidence --history {history}"
    )
    assert bayou(scripted, folder_of(tmp_path / "in", 2), *arguments.split(), "And?") == 0
    settings, ((sources, _, options),) = scripted.settings, scripted.asked
    assert settings is not None
    assert (settings.model, settings.device, settings.runtime, settings.precision) == ("2b", "GPU", "torch", "int8")
    assert (settings.max_memory, settings.skip_blank_tiles) == (1_500_000_000, True)
    assert [source.name for source in sources] == ["00.png", "01.png"]
    assert (settings.max_tiles, options["max_new_tokens"], options["evidence"]) == (4, 50, True)
    assert options["history"] == [("One?", "1"), ("Two?", "2")]
    opened = options["options"]
    assert (opened.pages, opened.dpi, opened.password) == ("2-3", 150.0, "xyz")


def test_json_tells_everything_and_its_history_goes_in_again(tmp_path: Path, capsys: Captured) -> None:
    assert bayou(Scripted(SKIPPING), noise(tmp_path / "a.png"), "What?", "--json") == 0
    out, err = capsys.readouterr()
    assert err == "bayou: 2 of 7 tiles were taken for blank paper\n"
    told = json.loads(out)
    assert (told["text"], told["finish_reason"], told["model"]) == ("Two\nlines.", "stop", "scripted")
    counts = {"reused_tokens": 773, "tiles": {"total": 7, "constant": 0, "skipped": 2, "reused": 1}}
    assert told["usage"] == {"prompt_tokens": 800, "new_tokens": 4, "passes": 3, **counts}
    assert told["timings"] == {"first_text_seconds": 0.5, "seconds": 1.5}
    assert (told["confidence"], told["stop_ids"], told["stop_id"]) == (0.75, [32009, 2], 2)
    talk = tmp_path / "talk.json"
    talk.write_text(json.dumps(told["history"]), encoding="utf-8")
    scripted = Scripted()
    assert bayou(scripted, tmp_path / "a.png", "And?", "--history", talk) == 0
    assert scripted.asked[0][2]["history"] == [("What?", "Two\nlines.")]


def test_a_stream_prints_the_same_text_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr("bayou.cli.ask.write_result", written.append)
    assert bayou(Scripted(), noise(tmp_path / "a.png"), "What?", "--stream") == 0
    assert written == ["Two", "\nlines.", "\n"]


def test_progress_shows_on_a_terminal_alone_and_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for arguments, shown in ((["--stream"], True), ([], True), (["--quiet"], False)):
        screen = Terminal()
        monkeypatch.setattr(sys, "stderr", screen)
        assert bayou(Scripted(), noise(tmp_path / "a.png"), "What?", *arguments) == 0
        lines = [line.strip() for line in screen.getvalue().split("\r")]
        stages = [
            "loading the model",
            "converting the model, once: 50%",
            "image encoded 3/7",
            "image encoded 7/7",
            "prompt read, 1812 tokens",
        ]
        assert [line for line in lines if line] == (stages if shown else [])
        assert not screen.getvalue() or screen.getvalue().endswith(" \r")


def test_an_answer_that_was_cut_off_or_is_none_is_told(tmp_path: Path, capsys: Captured) -> None:
    scan = noise(tmp_path / "a.png")
    assert bayou(Scripted(Answer("Some", "length", "m", new_tokens=9, note="no probabilities")), scan, "What?") == 0
    out, err = capsys.readouterr()
    assert out == "Some\n"
    assert "cut off after 9 tokens; --max-new-tokens" in err and "bayou: no probabilities" in err
    assert bayou(Scripted(Answer("", "stop", "m")), scan, "What?") == 0
    assert capsys.readouterr() == ("", "bayou: m answered nothing\n")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["What?", "--stream", "--json"], "--json"),
        ([" "], "no question"),
        (["What?", "--pages", "3-1"], "3-1"),
        (["What?", "--runtime", "endpoint"], "--url"),
        (["What?", "--runtime", "endpoint", "--url", "http://localhost:1/v1"], "--model NAME"),
        (["What?", "--url", "http://localhost:1/v1"], "--runtime endpoint"),
        (["What?", "--max-memory", "much"], "6GB"),
        (["What?", "--max-new-tokens", "0"], "--max-new-tokens"),
        (["What?", "--runtime", "abacus"], "abacus"),
    ],
)
def test_a_wrong_call_is_told_before_anything_is_done(capsys: Captured, arguments: list[str], what: str) -> None:
    scripted = Scripted()
    assert bayou(scripted, *arguments) == 2
    assert what in capsys.readouterr().err and not scripted.asked


def test_a_forgotten_question_is_told(tmp_path: Path, capsys: Captured) -> None:
    assert bayou(Scripted(), noise(tmp_path / "a.png")) == 2
    assert "no question" in capsys.readouterr().err
    assert bayou(Scripted()) == 2


@pytest.mark.parametrize("content", ["", "{}", '["a"]', '[["a", 1]]', '[["a", "b", "c"]]'])
def test_a_history_that_is_none_is_named(tmp_path: Path, capsys: Captured, content: str) -> None:
    talk = tmp_path / "talk.json"
    talk.write_text(content)
    assert bayou(Scripted(), "What?", "--history", talk) == 3
    assert "talk.json: is not" in capsys.readouterr().err
    assert bayou(Scripted(), "What?", "--history", tmp_path / "none.json") == 3


def test_errors_have_their_exit_codes(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = noise(tmp_path / "a.png")
    assert bayou(Scripted(error=InputError("is damaged", "a.png")), scan, "What?") == 3
    assert bayou(Scripted(), tmp_path / "none.png", "What?") == 3
    assert bayou(Scripted(error=KeyboardInterrupt()), scan, "What?") == 130  # type: ignore[arg-type]
    assert "a.png: is damaged" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(scan.read_bytes())))
    scripted = Scripted()
    assert bayou(scripted, "-", "What?") == 0
    assert scripted.asked[0][0] == [scan.read_bytes()]


def written(folder: Path) -> Path:
    """A document that was read, as ``bayou read --to json`` keeps it."""
    path = folder / "invoice.json"
    path.write_text(invoice().to_json(), encoding="utf-8")
    return path


def test_nano_answers_from_the_page_and_says_who_can_tell_more(tmp_path: Path, capsys: Captured) -> None:
    path = str(written(tmp_path))
    assert main(["ask", path, "What is the total?"]) == 0
    assert capsys.readouterr() == ("£4,399.14 (page 1)\n", "")
    assert main(["ask", path, "When is it due?", "--stream"]) == 0
    out, err = capsys.readouterr()
    assert out == "Not in this document.\n" and "no due date was found" in err
    assert main(["ask", path, "Summarise it.", "--json"]) == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert (told["text"], told["found"], told["evidence"]) == ("", None, [])
    assert "bayou pull 800m" in told["note"] and "bayou pull 800m" in err


def test_a_talk_comes_from_standard_input(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def says(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    says("\nAnd when?\nWhy?\nexit\nWhat is the total?\n")
    path = str(written(tmp_path))
    assert main(["ask", "--chat", path, "Who is the vendor?"]) == 0
    out, err = capsys.readouterr()
    assert out == "Larkspur Joinery Ltd (page 1)\n14 March 2025 (page 1)\n"
    assert "bayou pull 800m" in err
    says("What is the total?")
    assert main(["ask", path, "--chat", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["question"], told["text"], told["found"]) == ("What is the total?", "£4,399.14", True)
    assert told["evidence"][0]["page"] == 1 and len(told["evidence"][0]["boxes"]) == 1
    for wrong in (["--chat"], ["--chat", "-", path], [path, "--chat", "--stream"]):
        assert main(["ask", *wrong]) == 2


def test_evidence_of_a_larger_model_is_told_by_its_page(tmp_path: Path, capsys: Captured) -> None:
    place = Evidence("lines.", 3, (Box(1, 2, 3, 4),))
    scripted = Scripted(replace(WHOLE, evidence=(place,), found=True))
    assert bayou(scripted, noise(tmp_path / "a.png"), "What?", "--evidence") == 0
    assert capsys.readouterr().out == "Two\nlines. (page 3)\n"
    assert bayou(scripted, noise(tmp_path / "a.png"), "What?", "--evidence", "--stream") == 0
    assert capsys.readouterr().out == "Two\nlines. (page 3)\n"
    assert bayou(scripted, noise(tmp_path / "a.png"), "What?", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["evidence"] == [{"quote": "lines.", "page": 3, "boxes": [[1, 2, 3, 4]]}]


def test_json_that_is_no_document_is_named(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "other.json").write_text("{}")
    assert main(["ask", str(tmp_path / "other.json"), "What?"]) == 3
    assert "other.json: " in capsys.readouterr().err


def test_a_folder_of_weights_answers(tmp_path: Path, capsys: Captured) -> None:
    scan = tmp_path / "a.png"
    Image.new("RGB", (40, 30), "red").save(scan)
    call = ["ask", str(scan), "What?", "--model", str(golden("tiny-800m")), "--precision", "float32"]
    assert main([*call, "--max-new-tokens", "4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["model"], told["finish_reason"], told["usage"]["new_tokens"]) == ("tiny-800m", "length", 4)
    assert told["usage"]["tiles"] == {"total": 7, "constant": 7, "skipped": 0, "reused": 6}
    assert main([*call, "--max-new-tokens", "4", "--stream"]) == 0
    out, err = capsys.readouterr()
    assert out == told["text"] + "\n" and "cut off after 4 tokens" in err


def test_a_server_answers(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    scan, key = noise(tmp_path / "a.png"), "sk-secret"
    monkeypatch.setenv("BAYOU_API_KEY", key)
    with imitation(answers("The total is 39.00.")) as server:
        call = ["ask", str(scan), "Total?", "--runtime", "endpoint", "--url", server.url, "--model", "h2ovl"]
        assert main([*call, "--stream"]) == 0
        assert capsys.readouterr() == ("The total is 39.00.\n", "")
        assert server.headers[0]["Authorization"] == f"Bearer {key}"
    with imitation(refuses(401)) as server:
        assert main([*call[:6], server.url, *call[7:]]) == 7
    assert "another key" in capsys.readouterr().err
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    assert main([*call[:6], url, *call[7:]]) == 7
    assert url in capsys.readouterr().err


def test_the_guide_knows_every_option_of_ask() -> None:
    guide = (ROOT / "docs/guide/ask.md").read_text(encoding="utf-8")
    options = {name for parameter in ask.params for name in parameter.opts if name.startswith("--")}
    assert {name for name in options if f"`{name}" not in guide} == set()
