"""``bayou plot``: pictures of how runs went. Knows arguments; curves and drawing are the training room's."""

from __future__ import annotations

from pathlib import Path

import click

from bayou.cli.extras import missing_package
from bayou.cli.terminal import write_result
from bayou.training.run_curves import read_runs
from bayou.training.run_plot import plot_runs


@click.command(short_help="Draw how training runs went.")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...", type=click.Path(path_type=Path))
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A .png, .svg or .html file; the last one shows readings too. [default: plot.png in the first RUN]",
)
def plot(runs: tuple[Path, ...], output: Path | None) -> None:
    """Draw how training runs went, several in one picture.

    RUN is the folder that bayou train or bayou finetune was given; each rank and stage in it has curves of its own.

    \b
    bayou plot runs/nano
    bayou plot runs/nano runs/other --output compared.html
    pip install "bayou[train]"         what this needs and reading doesn't
    """
    found = read_runs(list(runs))
    target = output or (runs[0] if runs[0].is_dir() else runs[0].parent) / "plot.png"
    try:
        plot_runs(found, target)
    except ModuleNotFoundError as error:
        raise missing_package(error, "plotting") from error
    write_result(f"{target}\n")
