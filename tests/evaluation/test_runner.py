"""Runs go on after a kill, never mix settings, keep failures, and hold no more samples than are asked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from bayou.errors import InputError, ModelError, UsageError
from bayou.evaluation import catalogue
from bayou.evaluation.benchmark import Benchmark, Reply, Sample
from bayou.evaluation.comparison import compare
from bayou.evaluation.layouts import Data, open_data
from bayou.evaluation.records import Records
from bayou.evaluation.report import make_report
from bayou.evaluation.report_markdown import comparison_markdown, report_markdown
from bayou.evaluation.runner import RunOptions, open_run, run, scored
from tests.evaluation.made_samples import MADE
from tests.evaluation.scripted_subject import ScriptedSubject, right_answer

MEMORY_GROWTH_BOUND = 1.5e6
"""Bytes that 750 more samples may add: names and hashes of samples, not the samples."""


@pytest.fixture
def ocrbench(tmp_path: Path) -> tuple[Benchmark, Data]:
    folder = tmp_path / "data"
    folder.mkdir()
    benchmark = catalogue.find("ocrbench")
    return benchmark, open_data(MADE["ocrbench"](folder), benchmark.data)


def breaking_after(count: int) -> ScriptedSubject:
    subject = ScriptedSubject()

    def say(sample: Sample) -> str:
        if len(subject.asked) > count:
            raise ModelError("the server is gone")
        return right_answer(sample)

    subject.say = say
    return subject


def test_a_run_that_was_stopped_goes_on(ocrbench: tuple[Benchmark, Data], tmp_path: Path) -> None:
    benchmark, data = ocrbench
    options = RunOptions(tmp_path / "out")
    with pytest.raises(ModelError):
        run(benchmark, breaking_after(4), data, options)
    (results,) = (tmp_path / "out").rglob("results.jsonl")
    with results.open("a", encoding="utf-8") as file:
        file.write('{"key": "4", "sam')  # as a kill leaves it
    subject = ScriptedSubject()
    made = run(benchmark, subject, data, options)
    assert len(subject.asked) == 6
    assert made.folder == results.parent
    assert made.facts["this_call"]["new"] == 6
    whole = run(benchmark, ScriptedSubject(), data, RunOptions(tmp_path / "other"))
    one, other = (make_report(benchmark, one, data) for one in (made, whole))
    assert one["figures"] == other["figures"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_process_loses_nothing_that_was_written(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from bayou.evaluation import catalogue; from bayou.evaluation.layouts import open_data\n"
        "from bayou.evaluation.runner import RunOptions, run\n"
        "from tests.evaluation.made_samples import MADE\n"
        "from tests.evaluation.scripted_subject import ScriptedSubject, right_answer\n"
        "folder = Path(sys.argv[1]); (folder / 'data').mkdir()\n"
        "benchmark = catalogue.find('ocrbench'); data = open_data(MADE['ocrbench'](folder / 'data'), benchmark.data)\n"
        "subject = ScriptedSubject()\n"
        "def say(sample):\n"
        "    if len(subject.asked) == 4: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return right_answer(sample)\n"
        "subject.say = say\n"
        "run(benchmark, subject, data, RunOptions(folder / 'out'))\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False, env=os.environ)
    assert ended.returncode == -signal.SIGKILL
    benchmark = catalogue.find("ocrbench")
    data = open_data(tmp_path / "data", benchmark.data)
    subject = ScriptedSubject()
    made = run(benchmark, subject, data, RunOptions(tmp_path / "out"))
    assert (len(subject.asked), len(list(made.results()))) == (7, 10)


def test_a_changed_setting_starts_a_run_of_its_own(ocrbench: tuple[Benchmark, Data], tmp_path: Path) -> None:
    benchmark, data = ocrbench
    options = RunOptions(tmp_path / "out")
    first = run(benchmark, ScriptedSubject(), data, options)
    changed = [
        run(benchmark, ScriptedSubject(), data, replace(options, asking=replace(benchmark.asking, max_tiles=4))),
        run(benchmark, ScriptedSubject(identity={"model": "another"}), data, options),
        run(benchmark, ScriptedSubject(), replace(data, digest="another"), options),
    ]
    assert len({first.folder, *(one.folder for one in changed)}) == 4
    again = ScriptedSubject()
    assert run(benchmark, again, data, options).folder == first.folder
    assert not again.asked


def test_a_limit_can_be_raised_later(ocrbench: tuple[Benchmark, Data], tmp_path: Path) -> None:
    benchmark, data = ocrbench
    first = run(benchmark, ScriptedSubject(), data, RunOptions(tmp_path / "out", limit=3))
    assert first.facts["limited"]
    more = ScriptedSubject()
    second = run(benchmark, more, data, RunOptions(tmp_path / "out", limit=5))
    assert (second.folder, len(more.asked)) == (first.folder, 2)


def test_a_changed_sample_is_asked_again(ocrbench: tuple[Benchmark, Data], tmp_path: Path) -> None:
    benchmark, data = ocrbench
    made = run(benchmark, ScriptedSubject(), data, RunOptions(tmp_path / "out"))

    def samples(given: Data) -> Iterator[Sample]:
        for sample in benchmark.samples(given):
            yield replace(sample, prompt="Otherwise?") if sample.key == "3" else sample

    subject = ScriptedSubject()
    again = run(replace(benchmark, samples=samples), subject, data, RunOptions(tmp_path / "out"))
    assert len(subject.asked) == 1
    assert subject.asked[0].startswith("Otherwise?")
    assert len(list(again.results())) == 10
    assert again.folder == made.folder


def test_failures_are_kept_counted_and_score_nothing(ocrbench: tuple[Benchmark, Data], tmp_path: Path) -> None:
    benchmark, data = ocrbench
    replies = {
        "0": Reply("", finish="failed", failure="LimitError", message="too long"),
        "1": Reply("half of it", finish="length"),
        "2": Reply("  "),
    }
    subject = ScriptedSubject(lambda sample: replies.get(sample.key, right_answer(sample)))
    report = make_report(benchmark, run(benchmark, subject, data, RunOptions(tmp_path / "out")), data)
    assert report["failures"] == {"LimitError": 1, "cut off at the limit of tokens": 1, "answered nothing": 1}
    assert report["figures"][0]["value"] == 700
    assert {"too long", ""} == {one["failure"] for one in report["worst"]}
    markdown = report_markdown(report)
    assert "LimitError" in markdown and "95 % interval" in markdown and "greedy" in markdown


def test_two_of_one_name_are_an_error(ocrbench: tuple[Benchmark, Data], tmp_path: Path) -> None:
    benchmark, data = ocrbench
    twice = replace(benchmark, samples=lambda given: iter([*benchmark.samples(given)] * 2))
    with pytest.raises(InputError, match="two samples named '0'"):
        run(twice, ScriptedSubject(), data, RunOptions(tmp_path / "out"))


def test_one_process_makes_a_run(ocrbench: tuple[Benchmark, Data], tmp_path: Path) -> None:
    benchmark, data = ocrbench
    made = run(benchmark, ScriptedSubject(), data, RunOptions(tmp_path / "out"))
    with FileLock(made.folder / ".lock"), pytest.raises(UsageError, match="another process"):
        run(benchmark, ScriptedSubject(), data, RunOptions(tmp_path / "out"))


def test_a_run_is_opened_again_and_nothing_else_is(ocrbench: tuple[Benchmark, Data], tmp_path: Path) -> None:
    benchmark, data = ocrbench
    made = run(benchmark, ScriptedSubject(), data, RunOptions(tmp_path / "out"))
    assert open_run(made.folder) == made
    assert open_run(made.folder).asking == benchmark.asking
    with pytest.raises(InputError, match="no finished run"):
        open_run(tmp_path)


def test_a_damaged_line_is_named(ocrbench: tuple[Benchmark, Data], tmp_path: Path) -> None:
    benchmark, data = ocrbench
    made = run(benchmark, ScriptedSubject(), data, RunOptions(tmp_path / "out"))
    path = made.folder / "results.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], "broken", *lines[1:]]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2 is damaged"):
        Records(made.folder)


def test_comparisons_pair_samples_and_name_those_that_flipped(ocrbench: tuple[Benchmark, Data], tmp_path: Path) -> None:
    benchmark, data = ocrbench
    good = run(benchmark, ScriptedSubject(), data, RunOptions(tmp_path / "out"))
    other = ScriptedSubject(lambda sample: "no" if sample.key in ("2", "5") else right_answer(sample))
    other.name, other.identity = "other", {"model": "other"}
    bad = run(benchmark, other, data, RunOptions(tmp_path / "out", limit=8))
    found = compare(benchmark, good, bad)
    assert (found.common, found.only_first, found.won, found.lost) == (8, 2, 0, 2)
    assert sorted(flip.key for flip in found.flips) == ["2", "5"]
    first = found.differences[0]
    assert first.difference == pytest.approx(-250)
    assert first.low is not None and first.high is not None and first.low < -250 < first.high <= 0
    assert "Flipped samples" in comparison_markdown(found)
    same = compare(benchmark, good, good)
    assert (same.differences[0].low, same.differences[0].high, same.flips) == (0, 0, ())


def test_memory_does_not_grow_with_the_samples(tmp_path: Path) -> None:
    benchmark = catalogue.find("ocrbench")
    big = b"\x00" * 20_000

    def of(count: int) -> Benchmark:
        def samples(data: Data) -> Iterator[Sample]:
            for number in range(count):
                groups = {"group": "Text Recognition", "task": "Regular Text Recognition"}
                yield Sample(f"{number:05}", (big + bytes([number % 256]),), ["a"], "what?", groups=groups)

        return replace(benchmark, samples=samples)

    def peak(count: int) -> int:
        tracemalloc.start()
        data = Data(tmp_path, f"{count}", None, lambda: iter(()))
        run(of(count), ScriptedSubject(lambda sample: "a"), data, RunOptions(tmp_path / "out"))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(900) - peak(150) < MEMORY_GROWTH_BOUND


def test_results_hold_all_that_a_report_needs(ocrbench: tuple[Benchmark, Data], tmp_path: Path) -> None:
    benchmark, data = ocrbench
    made = run(benchmark, ScriptedSubject(), data, RunOptions(tmp_path / "out"))
    entry = json.loads((made.folder / "results.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert entry["reply"]["text"] == "Regular Text Recognition"
    assert len(entry["sample"]) == 64
    assert len(scored(benchmark, open_run(made.folder).results())) == 10
