"""Things made ahead come in order and no more than asked; what goes wrong elsewhere is said here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from bayou.errors import BayouError, InputError
from bayou.training.made_ahead import made_ahead

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20


def square(number: int) -> int:
    time.sleep(0.01 * (number % 3))
    return number * number


def fails_at_two(number: int) -> int:
    if number == 2:
        raise InputError("no good", "some/file")
    return number


def dies(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("workers", [0, 2])
def test_in_order_from_anywhere_to_the_end(workers: int) -> None:
    assert list(made_ahead(square, 3, workers, 2, 12)) == [n * n for n in range(3, 12)]


def test_an_error_of_a_process_is_raised_here() -> None:
    made = made_ahead(fails_at_two, 0, 1, 2)
    assert [next(made), next(made)] == [0, 1]
    with pytest.raises(InputError, match="some/file: no good"):
        next(made)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_process_ended_from_outside_is_named() -> None:
    with pytest.raises(BayouError, match=r"probably for want of memory: lower data\.workers"):
        list(made_ahead(dies, 0, 1, 1, 3))


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_processes_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    program = (
        "from bayou.training.made_ahead import made_ahead\nfrom operator import neg\n"
        "if __name__ == '__main__':\n    made = made_ahead(neg, 0, 1, 1)\n"
        "    print(next(made), flush=True)\n    input()\n"
    )
    (tmp_path / "program.py").write_text(program)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "program.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline().strip() == b"0"
        children = psutil.Process(parent.pid).children(recursive=True)
        assert children
        parent.kill()
        parent.wait()
        _, alive = psutil.wait_procs(children, timeout=SECONDS)
        assert not alive
