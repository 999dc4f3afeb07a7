"""Reading asks nobody: the whole reader and the command line run where every socket is refused, and try none."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bayou.scorers.text import word_overlap
from tests.example_page import HEAD_LINES, KEPT, short_invoice
from tests.golden_set import golden

ROOT = Path(__file__).resolve().parent.parent
TEXT = ROOT / "examples/invoice.txt"
EXAMPLE_WORD_F1_BOUND = 0.95
MODELS = [
    pytest.param("ppocr", marks=pytest.mark.slow),
    *sorted(config.parent.name for config in (ROOT / "bayou/assets").glob("*/config.json")),
]
"""Every model that an installation carries."""

REFUSE = """
import json, sys
attempts = []
def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind"}:
        attempts.append(event + repr(arguments[1:]))
        raise OSError("the test refuses the network")
sys.addaudithook(refuse)
"""

READ = """
import io, contextlib
from bayou import Reader
from bayou.cli.main import main
model, page = sys.argv[1:]
text = Reader(model=model).read(page).to_text()
out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
with contextlib.redirect_stdout(out):
    code = main(["read", page, "--model", model, "--to", "text"])
printed = out.buffer.getvalue().decode("utf-8")
print(json.dumps({"attempts": attempts, "texts": [text, printed], "code": code, "torch": "torch" in sys.modules}))
"""

ASK = """
from bayou.cli.main import main
folder, picture = sys.argv[1:]
code = main(["pull", "800m", "--local", folder, "--quiet"])
options = ["--model", "800m", "--precision", "float32", "--max-new-tokens", "4", "--quiet"]
code = code or main(["ask", picture, "What is the total?", *options]) or main(["doctor"]) or main(["cache", "ls"])
print("\\n" + json.dumps({"attempts": attempts, "code": code, "torch": "torch" in sys.modules}))
"""

PROBE = """
import socket
try:
    socket.create_connection(("192.0.2.1", 80), timeout=1)
except OSError as error:
    print(json.dumps({"attempts": attempts, "error": str(error)}))
"""


def run(program: str, *arguments: str) -> dict:
    command = [sys.executable, "-c", REFUSE + program, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300, check=False)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def test_the_refusal_refuses() -> None:
    report = run(PROBE)
    assert report["attempts"] and "refuses the network" in report["error"]


@pytest.mark.parametrize("model", MODELS)
def test_reading_tries_no_socket_and_needs_no_torch(model: str, tmp_path: Path) -> None:
    report = run(READ, model, str(short_invoice(tmp_path / "head.png", KEPT[:1])))
    assert (report["attempts"], report["torch"], report["code"]) == ([], False, 0)
    expected = "\n".join(TEXT.read_text(encoding="utf-8").splitlines()[:HEAD_LINES])
    assert all(word_overlap(found, expected).f1 >= EXAMPLE_WORD_F1_BOUND for found in report["texts"])


def test_a_registered_folder_is_asked_without_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAYOU_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("BAYOU_CACHE", str(tmp_path / "cache"))
    report = run(ASK, str(golden("tiny-800m")), str(golden("images/p1_320x300.png")))
    assert report == {"attempts": [], "code": 0, "torch": False}


def test_few_modules_know_how_to_ask_a_server() -> None:
    """Whoever imports a library for HTTP, or sockets, wherever in a file."""
    libraries = r"httpx2?|huggingface_hub|requests|urllib3|urllib\.request(?! import url2pathname)|http|socket"
    asking = re.compile(rf"^\s*(?:import|from)\s+(?:{libraries})\b", re.MULTILINE)
    found = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "bayou").rglob("*.py")
        if asking.search(path.read_text(encoding="utf-8"))
    }
    listening = {"bayou/serving/running.py"}  # a socket to be called by, not to call with
    naming = {"bayou/bulk/lock.py"}  # this computer's name
    allowed = {"bayou/serving/remote_images.py"}  # imported with `bayou serve --allow-remote-images` alone
    named = {"bayou/bulk/cluster.py"}  # whether anybody is at the address that the user gave
    expected = {"bayou/engine/hub.py", "bayou/engine/runtimes/endpoint.py"}
    assert found == expected | listening | naming | allowed | named
