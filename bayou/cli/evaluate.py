"""``bayou evaluate``: benchmarks of a model, reports, comparisons. Knows the command line; no benchmark's rules."""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from bayou.cli.model_options import ModelFlags, chosen_model, model_options
from bayou.cli.terminal import ConversionReport, say, write_result
from bayou.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from bayou.evaluation.benchmark import Asking, Benchmark
    from bayou.evaluation.layouts import Data
    from bayou.evaluation.loading import SubjectSettings
    from bayou.evaluation.runner import Judge, Run

PACKAGES = ("apted", "nltk", "rapidfuzz")
"""What the extra `evaluate` brings."""
MSAC = {"on": True, "off": False, "own": None}
HUB = "hub"
"""In place of a path: stream the data from the Hub."""


class EvaluateFlags(ModelFlags):
    """The options of ``bayou evaluate`` as click gives them; None where an option was not given."""

    data: str | None
    limit: int | None
    jobs: int
    output: Path
    msac: str | None
    ending: str | None
    judge: str | None
    judge_url: str | None
    judge_api_key: str | None
    compare: tuple[Path, Path] | None
    list_them: bool
    quiet: bool


@click.command(short_help="Measure a model on benchmarks.")
@click.argument("benchmarks", nargs=-1, metavar="[BENCHMARK]...")
@model_options(max_new_tokens=1024)
@click.option("--data", metavar="PATH", help="Folder or file with the published data; `hub` streams it from the Hub.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the first N samples.")
@click.option(
    "--jobs", type=click.IntRange(1), default=4, show_default=True, metavar="N", help="Questions asked at a time."
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("evaluation"),
    show_default=True,
    metavar="DIR",
    help="Where results and reports go; a run that was stopped goes on there.",
)
@click.option("--msac", type=click.Choice(list(MSAC)), help="Two grids of tiles a picture. [default: the benchmark's]")
@click.option("--ending", metavar="TEXT", help="What follows each question, instead of the benchmark's own words.")
@click.option("--judge", metavar="NAME", help="A server's model that judges answers (mmvet, mathvista).")
@click.option("--judge-url", metavar="URL", help="The judge's server, up to /v1.")
@click.option("--judge-api-key", envvar="BAYOU_JUDGE_API_KEY", metavar="KEY", help="Its key.")
@click.option(
    "--compare",
    nargs=2,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="A B",
    help="Compare two finished runs, by their folders.",
)
@click.option("--list", "list_them", is_flag=True, help="List the benchmarks.")
@click.option("--quiet", "-q", is_flag=True, help="Only errors.")
def evaluate(benchmarks: tuple[str, ...], **flags: Unpack[EvaluateFlags]) -> int:
    """Measure a model on benchmarks, and write reports with intervals.

    \b
    bayou evaluate honesty
    bayou evaluate ocrbench --data OCRBench.tsv --model 2b
    bayou evaluate textvqa chartqa --data FOLDER --runtime endpoint --url http://localhost:8000/v1 --model NAME
    bayou evaluate --compare evaluation/lines/nano-1234 evaluation/lines/ppocr-5678

    Needs the extra: pip install "bayou[evaluate]". Data sets are not part of bayou; what is missing is named, with
    where to get it.

    \b
    Exit codes: 0 done. 2 wrong call, 3 data can't be used, 6 can't be written, 7 model or server, 8 missing extra,
    130 interrupted; the same call goes on from there.
    """
    if flags["list_them"]:
        return _list()
    _require_packages()
    if flags["compare"] is not None:
        return _compare(benchmarks, flags["compare"], flags["output"])
    if not benchmarks:
        raise UsageError("name a benchmark; --list tells which there are")
    return _run(benchmarks, flags)


def _list() -> int:
    from bayou.evaluation.catalogue import NAMES

    width = max(map(len, NAMES))
    write_result("".join(f"{name.ljust(width)}  {told}\n" for name, told in NAMES.items()))
    return 0


def _require_packages() -> None:
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise MissingExtraError(f"measuring needs {' and '.join(missing)}: pip install 'bayou[evaluate]'")


def _run(names: tuple[str, ...], flags: EvaluateFlags) -> int:
    from bayou.evaluation.catalogue import find
    from bayou.evaluation.loading import open_subject
    from bayou.evaluation.report import make_report
    from bayou.evaluation.report_files import write_report
    from bayou.evaluation.runner import RunOptions, run

    _check_settings(flags)
    judge = _judge(flags)
    wanted = [(benchmark, _data(benchmark, flags["data"])) for benchmark in map(find, names)]
    for _, data in wanted:
        if data.published is False and not flags["quiet"]:
            say(f"{data.about}: changed since it was published, so published figures are left out; {data.where}")
    for benchmark, _ in wanted:
        if benchmark.judging is not None and benchmark.judging.needed and judge is None:
            raise UsageError(f"{benchmark.title} is scored by a judge: --judge NAME --judge-url URL")
    subject = open_subject(_settings(flags), None if flags["quiet"] else ConversionReport())
    for benchmark, data in wanted:
        options = RunOptions(flags["output"], _asking(benchmark, flags), flags["limit"], judge)
        progress = _Progress(benchmark.name, flags["quiet"])
        made = run(benchmark, subject, data, options, progress)
        progress.end()
        report = make_report(benchmark, made, data)
        files = write_report(report, made.folder)
        _tell(made, report["figures"], files["md"].parent)
    return 0


def _check_settings(flags: EvaluateFlags) -> None:
    if flags["skip_blank_tiles"]:
        raise UsageError("--skip-blank-tiles may change answers, and no benchmark is asked so: leave it away")
    if flags["runtime"] == "endpoint" and (flags["msac"] is not None or flags["max_tiles"] is not None):
        raise UsageError("a server cuts pictures into tiles as it likes: leave --msac and --max-tiles away")


def _data(benchmark: Benchmark, given: str | None) -> Data:
    from bayou.evaluation.layouts import drawn, open_data, streamed, where_from

    if given is None and benchmark.name == "honesty":
        return drawn()
    if given is None:
        raise UsageError(f"--data names where the data of {benchmark.title} is; {where_from(benchmark.data)}")
    return streamed(benchmark.data) if given == HUB else open_data(Path(given), benchmark.data)


def _settings(flags: EvaluateFlags) -> SubjectSettings:
    from bayou.engine.endpoint_settings import EndpointSettings
    from bayou.evaluation.loading import SubjectSettings

    return SubjectSettings(
        chosen_model(flags),
        flags["runtime"],
        flags["precision"],
        flags["device"],
        max_memory=flags["max_memory"],
        endpoint=EndpointSettings(flags["url"], flags["api_key"]) if flags["url"] is not None else None,
        jobs=flags["jobs"],
    )


def _asking(benchmark: Benchmark, flags: EvaluateFlags) -> Asking:
    """The benchmark's own way with what the command line changes."""
    asking = benchmark.asking
    if flags["max_new_tokens"] is not None:
        asking = replace(asking, max_new_tokens=flags["max_new_tokens"])
    if flags["max_tiles"] is not None:
        asking = replace(asking, max_tiles=flags["max_tiles"])
    if flags["msac"] is not None:
        asking = replace(asking, msac=MSAC[flags["msac"]])
    if flags["ending"] is not None:
        asking = replace(asking, ending=flags["ending"])
    return asking


def _judge(flags: EvaluateFlags) -> Judge | None:
    if flags["judge"] is None and flags["judge_url"] is None:
        return None
    if flags["judge"] is None or flags["judge_url"] is None:
        raise UsageError("a judge needs both --judge NAME and --judge-url URL")
    from bayou.engine.endpoint_settings import EndpointSettings
    from bayou.evaluation.loading import ServerJudge

    return ServerJudge(EndpointSettings(flags["judge_url"], flags["judge_api_key"]), flags["judge"])


class _Progress:
    """How many samples stand, on a terminal's last line."""

    def __init__(self, name: str, quiet: bool) -> None:
        self._name = name
        self._shown = sys.stderr.isatty() and not quiet

    def __call__(self, done: int, limit: int | None) -> None:
        if self._shown:
            of = f" of {limit}" if limit else ""
            click.echo(f"\rbayou: {self._name}: {done}{of} samples", err=True, nl=False)

    def end(self) -> None:
        """A run is over."""
        if self._shown:
            click.echo("", err=True)


def _tell(made: Run, figures: list[dict[str, float]], folder: Path) -> None:
    from bayou.evaluation.report_markdown import interval, number

    (first, *_) = figures
    within = f" (95 %: {interval(first)})" if interval(first) else ""
    write_result(f"{made.benchmark}  {made.model}  {first['name']} {number(first['value'])}{within}  {folder}\n")


def _compare(names: tuple[str, ...], folders: tuple[Path, Path], output: Path) -> int:
    from bayou.evaluation.catalogue import find
    from bayou.evaluation.comparison import compare
    from bayou.evaluation.report_files import write_comparison
    from bayou.evaluation.report_markdown import comparison_markdown
    from bayou.evaluation.runner import open_run

    if names:
        raise UsageError("--compare takes two folders of finished runs and no benchmark")
    first, second = (open_run(folder) for folder in folders)
    comparison = compare(find(first.benchmark), first, second)
    place = output / "comparisons" / f"{folders[0].name}-{folders[1].name}"
    files = write_comparison(comparison, place)
    write_result(comparison_markdown(comparison))
    say(f"written to {files['json'].parent}")
    return 0
