"""The program: what it refuses to start with, how it ends, and what a killed one leaves to the next."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bayou.cli.main import main
from tests.serving.made_reader import LOG, SECONDS
from tests.serving.pictures import tiff

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60
PAGES = 12

Captured = pytest.CaptureFixture[str]


@contextmanager
def program(*options: str, **variables: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program with a made reader; its address."""
    command = [sys.executable, "-m", "tests.serving.program", "serve", *options]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=os.environ | variables)
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if "listening at" in line:
                yield process, line.split()[-1]
                break
        else:
            raise AssertionError("it doesn't listen")
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def call(address: str, path: str, data: bytes | None = None) -> dict:
    """JSON of a route, given JSON or nothing."""
    request = urllib.request.Request(address + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
        return json.load(reply)


def job_of(data: bytes) -> bytes:
    return json.dumps({"file": "data:image/tiff;base64," + base64.b64encode(data).decode()}).encode()


def test_a_public_address_without_a_key_is_a_wrong_call(capsys: Captured) -> None:
    assert main(["serve", "--host", "0.0.0.0"]) == 2
    assert "--api-key" in capsys.readouterr().err


def test_a_missing_package_names_the_extra() -> None:
    code = (
        "import sys; sys.modules['fastapi'] = None\n"
        "from bayou.cli.main import main; sys.exit(main(['serve', '--port', '0']))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 8 and 'pip install "bayou[serve]"' in run.stderr


@pytest.mark.slow
def test_a_port_in_use_is_told(capsys: Captured) -> None:
    with program("--port", "0") as (_, address):
        assert main(["serve", "--port", address.rpartition(":")[2]]) == 2
        assert "--port" in capsys.readouterr().err


@pytest.mark.slow
def test_a_killed_servers_job_is_finished_by_the_next_and_each_page_is_read_once(tmp_path: Path) -> None:
    log = tmp_path / "pages.log"
    options = ("--port", "0", "--database", f"sqlite:///{tmp_path}/jobs.sqlite3")
    variables = {SECONDS: "0.05", LOG: str(log)}
    with program(*options, **variables) as (process, address):
        id = call(address, "/v1/jobs", job_of(tiff(*range(20, 20 + PAGES))))["id"]
        until = time.monotonic() + PATIENCE
        while (done := call(address, f"/v1/jobs/{id}")["pages_done"]) < 3:
            assert time.monotonic() < until
            time.sleep(0.02)
        process.kill()
    with program(*options, **variables) as (process, address):
        while (job := call(address, f"/v1/jobs/{id}"))["state"] != "done":
            assert time.monotonic() < until + PATIENCE and job["state"] in ("queued", "running")
            time.sleep(0.05)
        pages = call(address, f"/v1/jobs/{id}/result")["pages"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 0
    assert done < PAGES and [page["number"] for page in pages] == list(range(1, PAGES + 1))
    read = [int(line) for line in log.read_text().split()]
    # The page in hand when the server was killed may have been read to its end by a worker that nobody heard.
    assert sorted(set(read)) == list(range(1, PAGES + 1)) and len(read) <= PAGES + 1


@pytest.mark.slow
def test_the_end_waits_for_what_is_in_hand() -> None:
    with program("--port", "0", **{SECONDS: "0.2"}) as (process, address):
        body = job_of(tiff(20, 21))
        asked = f"call({address!r}, '/v1/read', {body!r})"
        code = f"from tests.serving.test_running import call; print({asked}['pages'][1]['number'])"
        asking = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        until = time.monotonic() + PATIENCE
        while not call(address, "/health")["working"]:
            assert time.monotonic() < until
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        assert asking.communicate(timeout=PATIENCE)[0] == "2\n"
        assert process.wait(timeout=PATIENCE) == 0
