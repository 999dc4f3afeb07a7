"""``bayou pull`` as a user sees it, from an imitated Hub: what is printed, exit codes, kills, and what comes after."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import bayou
from bayou.cli.main import main
from bayou.engine.pulled import pulled_models
from tests.engine.imitation_hub import LISTING, ImitationHub, flipped, imitation_hub, refuses, sends
from tests.engine.tiny_models import ask, page
from tests.golden_set import golden

NAME, TWO = "h2oai/h2ovl-mississippi-800m", "h2oai/h2ovl-mississippi-2b"
WEIGHTS = "model.safetensors"
ROOT = Path(__file__).resolve().parents[2]
LIMIT = 3_000_000
PATIENCE = 120.0
"""Seconds after which a process that should have come this far is given up."""

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def hub() -> Iterator[ImitationHub]:
    with imitation_hub({NAME: golden("tiny-800m"), TWO: golden("tiny-2b")}) as hub:
        yield hub


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hub: ImitationHub) -> Path:
    for name, value in {"BAYOU_CACHE": "cache", "BAYOU_MODELS": "models", "HF_HOME": "hub"}.items():
        monkeypatch.setenv(name, str(tmp_path / value))
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    return tmp_path / "models"


@pytest.mark.parametrize(
    ("name", "checkpoint"), [pytest.param("800m", "tiny-800m", marks=pytest.mark.slow), (TWO, "tiny-2b")]
)
def test_what_was_pulled_is_found_by_name(
    name: str, checkpoint: str, tmp_path: Path, models: Path, capsys: Captured
) -> None:
    picture = tmp_path / "page.png"
    page().save(picture)
    question = ["ask", str(picture), "What is the total?", "--max-new-tokens", "6", "--precision", "float32", "--json"]
    assert main([*question, "--model", name]) == 2
    assert f"`bayou pull {name}` fetches it" in capsys.readouterr().err

    assert main(["pull", name]) == 0
    out, err = capsys.readouterr()
    known = {"800m": NAME}.get(name, name)
    assert out == f"{models / known}\n"
    assert err.startswith(f"bayou: {known} at {pulled_models()[known].revision[:12]}: 9.2 MB fetched and checked")  # type: ignore[index]

    texts = []
    for model in (known.rpartition("-")[2], str(golden(checkpoint))):
        assert main([*question, "--model", model]) == 0
        texts.append(json.loads(capsys.readouterr().out)["text"])
    assert len(set(texts)) == 1
    messages = ask("What is the total?", page())
    assert bayou.load(known, precision="float32").generate(messages, max_new_tokens=6).text == texts[0]
    if name == known:  # reading finds a model by the same function, by either name
        return
    call = ["read", str(picture), "--model", name, "--max-new-tokens", "6", "--precision", "float32", "--to", "json"]
    assert main(call) == 3  # six tokens are no page, which is what the model is asked for
    assert json.loads(capsys.readouterr().out)["model"] == name


def test_doctor_lists_what_was_pulled_and_the_cache_does_not(tmp_path: Path, models: Path, capsys: Captured) -> None:
    assert main(["pull", "800m", "--quiet"]) == 0
    assert main(["pull", "2b", "--quiet", "--local", str(golden("tiny-2b"))]) == 0
    capsys.readouterr()
    main(["doctor"])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("pulled")]
    assert f"{TWO}, placed by hand: {golden('tiny-2b').resolve()} (9.2 MB)" in lines[0]
    revision = pulled_models()[NAME].revision
    assert revision and f"{NAME} at {revision[:12]}: {models / NAME} (9.2 MB)" in lines[1]
    (models / NAME / WEIGHTS).unlink()
    main(["doctor", "--json"])
    health = json.loads(capsys.readouterr().out)
    assert [model["there"] for model in health["pulled"].values()] == [True, False]
    (models / "pulled.json").write_text("{")
    main(["doctor"])
    out = capsys.readouterr().out
    assert "REMARK" in out and "record of pulled models is damaged" in out
    assert main(["cache", "ls"]) == 0
    assert "model" not in capsys.readouterr().out.partition(str(tmp_path))[0]


def test_the_same_again_and_quiet(hub: ImitationHub, models: Path, capsys: Captured) -> None:
    assert main(["pull", NAME, "-q"]) == 0
    assert capsys.readouterr() == (f"{models / NAME}\n", "")
    assert main(["pull", NAME]) == 0
    assert "9.2 MB was here, checked" in capsys.readouterr().err
    hub.fails(LISTING, refuses(503, {"Retry-After": "0"}))
    assert main(["pull", NAME]) == 0
    assert "bayou: the Hub is too busy (503); again in 0 s\n" in capsys.readouterr().err


def test_a_revision_and_a_folder_of_ones_own(hub: ImitationHub, tmp_path: Path, capsys: Captured) -> None:
    hub.repositories[NAME]["v2"] = {**hub.repositories[NAME]["main"], "README.md": b"# Second"}
    assert main(["pull", "800m", "--revision", "v2", "--output", str(tmp_path / "here")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'here'}\n"
    assert (tmp_path / "here/README.md").read_bytes() == b"# Second"


def busy(hub: ImitationHub) -> None:
    hub.fails(LISTING, *[refuses(429, {"Retry-After": "0"})] * 9)


def damaged(hub: ImitationHub) -> None:
    hub.fails(WEIGHTS, sends(flipped(5000)))


@pytest.mark.parametrize(
    ("spoil", "arguments", "code", "said"),
    [
        (None, ["nobody/nothing"], 2, "no such repository"),
        (None, ["800m", "--revision", "never"], 2, "no such branch, tag or commit"),
        (None, ["nonsense"], 2, "neither 800m nor 2b nor a Hub id"),
        (None, ["800m", "--local", ".", "--revision", "main"], 2, "--local registers a folder as it is"),
        (None, ["800m", "--local", "tests/golden/images"], 7, "config.json: can't read it"),
        (None, ["800m", "--output", "README.md"], 6, "is a file"),
        (lambda hub: hub.gated.add(NAME), ["800m"], 7, "agreed to conditions"),
        (damaged, ["800m"], 7, f"{NAME}/{WEIGHTS}: what came is damaged"),
        (busy, ["800m"], 9, "too busy (429)"),
    ],
)
def test_each_failure_has_its_code(
    hub: ImitationHub, capsys: Captured, spoil: object, arguments: list[str], code: int, said: str
) -> None:
    if callable(spoil):
        spoil(hub)
    assert main(["pull", *arguments]) == code
    out, err = capsys.readouterr()
    assert (out, pulled_models()) == ("", {})
    assert said in err
    assert "Traceback" not in err


def test_a_token_is_sent_only_where_the_user_set_one(
    hub: ImitationHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Not the one that huggingface_hub keeps after `hf auth login`."""
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub/token").write_text("hf_kept")
    hub.token = "hf_kept"
    assert main(["pull", "800m"]) == 2
    assert "if it is private, set HF_TOKEN" in capsys.readouterr().err
    assert not [asked for asked in hub.asked if "authorization" in asked.headers]
    monkeypatch.setenv("HF_TOKEN", "hf_other")
    assert main(["pull", "800m"]) == 7
    assert "set another HF_TOKEN" in capsys.readouterr().err
    monkeypatch.setenv("HF_TOKEN", "hf_kept")
    assert main(["pull", "800m"]) == 0


def test_no_network_and_none_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    process = start("800m")
    assert (finish(process)[0], process.returncode) == ("", 2)
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    process = start("800m")
    out, err = finish(process)
    assert (out, process.returncode) == ("", 9)
    assert f"{NAME} (main): no connection to http://127.0.0.1:9" in err and "--local DIR" in err
    monkeypatch.setenv("HF_ENDPOINT", "nonsense")
    assert main(["pull", "800m"]) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on the size of a file")
def test_a_disk_that_is_full_in_the_middle(hub: ImitationHub, models: Path) -> None:
    """A limit on the size of a file stands for it; the system refuses to write alike."""
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({LIMIT}, {LIMIT}))"
    program = f"{limited}; import sys; from bayou.cli.main import main; sys.exit(main(['pull', '800m']))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout, pulled_models()) == (6, "", {})
    assert f"{models / NAME}: can't be written: File too large" in done.stderr
    hub.asked.clear()
    assert main(["pull", "800m"]) == 0
    assert [asked.range for asked in hub.requests(WEIGHTS, "store")] == [f"bytes={LIMIT}-"]


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bayou", "pull", *arguments]
    # A shell's background jobs ignore Ctrl-C, and a process inherits that; here it must not.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, before)


def finish(process: subprocess.Popen[str]) -> tuple[str, str]:
    return process.communicate(timeout=PATIENCE)


def wait_for_part(models: Path, size: int) -> Path:
    end = time.monotonic() + PATIENCE
    while True:
        parts = list((models / "h2oai").glob(f".*.part/{WEIGHTS}.*.part"))
        if parts and parts[0].stat().st_size >= size:
            return parts[0]
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_pull_that_was_ended_in_the_middle_goes_on(hub: ImitationHub, models: Path, how: signal.Signals) -> None:
    hub.seconds_a_piece = 0.02
    process = start("800m")
    part = wait_for_part(models, 1_000_000)
    process.send_signal(how)
    _, err = finish(process)
    assert process.returncode == (-how if how == signal.SIGKILL else 130), err
    assert "Traceback" not in err
    assert ("the same command goes on" in err) == (how == signal.SIGINT)
    had = part.stat().st_size
    assert 1_000_000 <= had < (golden("tiny-800m") / WEIGHTS).stat().st_size
    assert pulled_models() == {} and not (models / NAME).exists()

    hub.seconds_a_piece = 0.0
    hub.asked.clear()
    assert main(["pull", "800m"]) == 0
    assert [asked.range for asked in hub.requests(WEIGHTS, "store")] == [f"bytes={had}-"]
    assert {asked.what for asked in hub.asked} == {LISTING, WEIGHTS}
    for original in golden("tiny-800m").iterdir():
        assert (models / NAME / original.name).read_bytes() == original.read_bytes()


@pytest.mark.slow
def test_two_at_once_fetch_it_once(hub: ImitationHub, models: Path) -> None:
    hub.seconds_a_piece = 0.02
    first = start("800m")
    wait_for_part(models, 500_000)
    second = start(NAME)
    said = [finish(first), finish(second)]
    assert (first.returncode, second.returncode) == (0, 0)
    assert {out for out, _ in said} == {f"{models / NAME}\n"}
    assert "another bayou pull is at it" in said[1][1]
    assert "was here, checked" in said[1][1]
    assert len(hub.requests(WEIGHTS, "store")) == 1


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_bar_on_a_terminal_and_messages_above_it(hub: ImitationHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    hub.fails("config.json", refuses(503, {"Retry-After": "0"}))
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", Terminal())
        assert main(["pull", "800m"]) == 0
        shown = sys.stderr.getvalue()  # type: ignore[attr-defined]
        patch.setattr(sys, "stderr", Terminal())
        assert main(["pull", "2b", "-q"]) == 0
        assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]
    assert "model.safetensors" in shown and "/9.2 MB" in shown
    assert "the Hub is too busy (503); again in 0 s" in shown
    assert "fetched and checked" in shown
